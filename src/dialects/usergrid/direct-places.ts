/**
 * Paths whose requests are answered without the framework. Which they are is learnt from their routes: where one has
 * served a path, the same path is served alike. The rules are those of the route, asked in the same order; a refusal, a
 * parameter, a condition, an origin, and what of the caller's rights has to be waited for are left to the route.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import { BoundedCache } from '../../core/bounded-cache.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import type { Operation } from '../../core/identity/permission-pattern.ts';
import type { Application } from '../../core/tenancy/tenancy.ts';
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

export interface DirectPlace {
  organization: string;
  application: string;
  /** Of the collection, as it is typed. */
  segment: string;
  collection: AddressedCollection;
}

export interface DirectPlaces {
  /** @param prefix of the URL, up to the collection and with the slash behind it, if there is one. */
  learn(request: FastifyRequest, prefix: string, collection: AddressedCollection): void;
  find(prefix: string): DirectPlace | undefined;
}

const placesKept = 1000;
const longestPlace = 400;
/** Organization, application and collection. What is spelled in another way is left to the route. */
const plainPlace = /^\/\w[\w.-]*\/[\w.-]+\/([\w.-]+)\/?$/;

export function createDirectPlaces(): DirectPlaces {
  const places = new BoundedCache<string, DirectPlace>(placesKept);
  return {
    learn(request, prefix, collection) {
      const segment = plainPlace.exec(prefix)?.[1];
      // What was rewritten on its way to the route is found by the route alone.
      if (segment === undefined || request.url !== request.originalUrl || prefix.length > longestPlace)
        return;
      const { organization = '', application = '' } = paramsOf(request);
      if (!isUuid(organization)) places.set(prefix, { organization, application, segment, collection });
    },
    find: (prefix) => places.get(prefix),
  };
}

const noQuery = {};

/**
 * Where the caller may do it, if nothing has to be waited for to know that.
 * @param segments of the path below the application.
 * @throws NotAtHand, KeygridError as the route would refuse
 */
export function admit(
  { core }: UsergridOptions,
  { organization, application: name }: DirectPlace,
  headers: IncomingHttpHeaders,
  operation: Operation,
  segments: string[],
): Application {
  const credentials = presentedCredentials({ headers, query: noQuery });
  if (credentials.kind !== 'access_token' && credentials.kind !== 'none') throw new NotAtHand();
  // The address counts for passwords only.
  const caller = atHand(core.authenticator.authenticate(credentials, ''));
  const application = atHand(core.tenancy.requireApplication(organization, name));
  atHand(core.pathPermission.require(caller, application, operation, addressedPath(segments)));
  return application;
}

/** An entity without connections, as the route would send it. */
export function answerEntity(
  { clock, place: { publicUrl } }: UsergridOptions,
  { collection: { path } }: DirectPlace,
  application: Application,
  { method, headers, startedAt }: { method: string; headers: IncomingHttpHeaders; startedAt: number },
  entity: StoredEntity,
): DirectAnswer {
  const body = renderEntities(
    { method, query: noQuery, startedAt },
    { application, publicUrl },
    path,
    [renderEntity(entity, path)],
    undefined,
    Math.max(0, clock.now() - startedAt),
  );
  const own = ['etag', entityTag(entity), 'content-type', 'application/json'];
  return { headers: [...corsHeadersFor(headers).flat(), ...own], vary: corsVary, body };
}

class NotAtHand extends Error {}

/** @throws NotAtHand */
function atHand<Value>(value: Awaitable<Value>): Value {
  if (!(value instanceof Promise)) return value;
  value.catch(() => undefined);
  throw new NotAtHand();
}
