/**
 * Reads of one entity by uuid, which is what is asked most, answered without the framework. Which paths are such reads
 * is learnt from the route: where it has served an entity, the same path with another uuid is served alike. The rules
 * are those of the route, asked in the same order. Only the plain case is answered here; a refusal, a parameter, a
 * condition, an origin, and what of the caller's rights has to be waited for are left to the route.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { type Awaitable, andThen } from '../../core/awaitable.ts';
import { BoundedCache } from '../../core/bounded-cache.ts';
import { isUuid } from '../../core/uuid.ts';
import type { DirectAnswer } from '../../http/direct-answers.ts';
import { presentedCredentials } from './authenticate.ts';
import { entityTag } from './conditional-request.ts';
import { paramsOf, type UsergridOptions } from './context.ts';
import { corsHeadersFor, corsVary } from './cors.ts';
import { renderEntities } from './envelope.ts';
import { addressedPath } from './guard.ts';
import { renderEntity } from './render-entity.ts';
import type { AddressedCollection } from './resource-address.ts';

export interface DirectReads {
  /** To be called by the route when it serves an entity. */
  learn(request: FastifyRequest, collection: AddressedCollection): void;
  answer(request: IncomingMessage): Awaitable<DirectAnswer | undefined>;
}

interface Place {
  organization: string;
  application: string;
  /** Of the collection, as it is typed. */
  segment: string;
  collection: AddressedCollection;
}

const uuidLength = 36;
const placesKept = 1000;
const longestPlace = 400;
/** Organization, application and collection. What is spelled in another way is left to the route. */
const plainPlace = /^\/\w[\w.-]*\/[\w.-]+\/([\w.-]+)\/$/;

/** See conditional-request.ts. */
const isPlain = (headers: IncomingHttpHeaders): boolean =>
  headers['if-none-match'] === undefined && headers.origin === undefined;

const noQuery = {};

export function createDirectReads({ core, clock, place: server }: UsergridOptions): DirectReads {
  const places = new BoundedCache<string, Place>(placesKept);

  /** Undefined for what is the route's. @throws NotAtHand, KeygridError as the route would refuse */
  function read(
    place: Place,
    uuid: string,
    headers: IncomingHttpHeaders,
  ): Awaitable<DirectAnswer | undefined> {
    const startedAt = clock.now();
    const credentials = presentedCredentials({ headers, query: noQuery });
    if (credentials.kind !== 'access_token' && credentials.kind !== 'none') return undefined;
    // The address counts for passwords only.
    const caller = atHand(core.authenticator.authenticate(credentials, ''));
    const application = atHand(core.tenancy.requireApplication(place.organization, place.application));
    const path = addressedPath([place.segment, uuid]);
    atHand(core.pathPermission.require(caller, application, 'get', path));
    const found = core.entities.of(application).resolve(place.collection.type, uuid);
    return andThen(found, (entity) => {
      if (!entity || entity.connected) return undefined;
      const { path: collectionPath } = place.collection;
      const body = renderEntities(
        { method: 'GET', query: noQuery, startedAt },
        { application, publicUrl: server.publicUrl },
        collectionPath,
        [renderEntity(entity, collectionPath)],
        undefined,
        clock.now() - startedAt,
      );
      const own = ['etag', entityTag(entity), 'content-type', 'application/json'];
      return { headers: [...corsHeadersFor(headers).flat(), ...own], vary: corsVary, body };
    });
  }

  return {
    learn(request, collection) {
      const { url, originalUrl } = request;
      const prefix = url.slice(0, -uuidLength);
      const segment = plainPlace.exec(prefix)?.[1];
      // What was rewritten on its way to the route is found by the route alone.
      if (segment === undefined || url !== originalUrl || prefix.length > longestPlace) return;
      const { organization = '', application = '' } = paramsOf(request);
      if (isUuid(organization)) return;
      places.set(prefix, { organization, application, segment, collection });
    },
    answer({ url = '', headers }) {
      const place = places.get(url.slice(0, -uuidLength));
      const uuid = url.slice(-uuidLength);
      if (!place || !isUuid(uuid) || !isPlain(headers)) return undefined;
      // The route meets what goes wrong too, and says it.
      try {
        const answer = read(place, uuid, headers);
        return answer instanceof Promise ? answer.catch(() => undefined) : answer;
      } catch {
        return undefined;
      }
    },
  };
}

class NotAtHand extends Error {}

/** @throws NotAtHand */
function atHand<Value>(value: Awaitable<Value>): Value {
  if (!(value instanceof Promise)) return value;
  value.catch(() => undefined);
  throw new NotAtHand();
}
