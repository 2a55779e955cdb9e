/** Reads of one entity by uuid, which is what is asked most, answered without the framework. See direct-places.ts. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { type Awaitable, andThen } from '../../core/awaitable.ts';
import { isUuid } from '../../core/uuid.ts';
import type { DirectAnswer } from '../../http/direct-answers.ts';
import type { UsergridOptions } from './context.ts';
import { admit, answerEntity, createDirectPlaces, type DirectPlace } from './direct-places.ts';
import type { AddressedCollection } from './resource-address.ts';

export interface DirectReads {
  /** To be called by the route when it serves an entity. */
  learn(request: FastifyRequest, collection: AddressedCollection): void;
  answer(request: IncomingMessage): Awaitable<DirectAnswer | undefined>;
}

const uuidLength = 36;

/** See conditional-request.ts. */
const isPlain = (headers: IncomingHttpHeaders): boolean =>
  headers['if-none-match'] === undefined && headers.origin === undefined;

export function createDirectReads(options: UsergridOptions): DirectReads {
  const { core, clock } = options;
  const places = createDirectPlaces();

  /** Undefined for what is the route's. @throws NotAtHand, KeygridError as the route would refuse */
  function read(
    place: DirectPlace,
    uuid: string,
    headers: IncomingHttpHeaders,
  ): Awaitable<DirectAnswer | undefined> {
    const startedAt = clock.now();
    const application = admit(options, place, headers, 'get', [place.segment, uuid]);
    const found = core.entities.of(application).resolve(place.collection.type, uuid);
    return andThen(found, (entity) => {
      if (!entity || entity.connected) return undefined;
      return answerEntity(options, place, application, { method: 'GET', headers, startedAt }, entity);
    });
  }

  return {
    learn: (request, collection) => places.learn(request, request.url.slice(0, -uuidLength), collection),
    answer({ url = '', headers }) {
      const place = places.find(url.slice(0, -uuidLength));
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
