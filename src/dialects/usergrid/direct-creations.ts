/**
 * Creations of one entity in a collection, which is what most writes are, made without the framework. See
 * direct-places.ts. What is refused was not written; the route says it, in the words of the dialect.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { entityType } from '../../core/entities/entity-types.ts';
import { typedService } from '../../core/identity/typed-services.ts';
import type { DirectAnswer, TakenRequest } from '../../http/direct-answers.ts';
import { parseBody } from './body.ts';
import type { UsergridOptions } from './context.ts';
import { admit, answerEntity, createDirectPlaces, type DirectPlace } from './direct-places.ts';
import type { AddressedCollection } from './resource-address.ts';

export interface DirectCreations {
  /** To be called by the route when it has created an entity. */
  learn(request: FastifyRequest, collection: AddressedCollection): void;
  take(request: IncomingMessage): TakenRequest | undefined;
  /** To be called by the route first. @throws what the direct way met, if the request came there. */
  throwRefusal(request: IncomingMessage): void;
}

const special = ['origin', 'idempotency-key', 'if-match', 'if-none-match', 'expect'];

const isPlain = (headers: IncomingHttpHeaders): boolean =>
  headers['content-type']?.startsWith('application/json') === true &&
  special.every((name) => headers[name] === undefined);

export function createDirectCreations(options: UsergridOptions): DirectCreations {
  const { core, clock } = options;
  const places = createDirectPlaces();
  const refusals = new WeakMap<IncomingMessage, { error: unknown }>();

  /** Undefined for what is the route's. @throws NotAtHand, KeygridError as the route would refuse */
  function create(
    request: IncomingMessage,
    place: DirectPlace,
    startedAt: number,
    body: Buffer,
  ): Promise<DirectAnswer | undefined> | undefined {
    const { headers } = request;
    // Not before the whole body is there: a right may go while it comes.
    const application = admit(options, place, headers, 'post', [place.segment]);
    const sent = entityIn(body);
    if (!sent) return undefined;
    const asked = { method: 'POST', headers, startedAt };
    return core.entities
      .of(application)
      .create(place.collection.type, sent)
      .then(
        (entity) => answerEntity(options, place, application, asked, entity),
        (error: unknown) => void refusals.set(request, { error }),
      );
  }

  return {
    learn(request, collection) {
      // What rights hang on has a service of its own, and a type may want properties that are not sent.
      if (typedService(core.typedServices, collection.type)) return;
      if (entityType(collection.type).required.length > 0) return;
      places.learn(request, request.url, collection);
    },
    take(request) {
      const place = places.find(request.url ?? '');
      if (!place || !isPlain(request.headers)) return undefined;
      const startedAt = clock.now();
      return (body) => {
        // The route meets what goes wrong too, and says it.
        try {
          return create(request, place, startedAt, body);
        } catch {
          return undefined;
        }
      };
    },
    throwRefusal(request) {
      const refusal = refusals.get(request);
      if (refusal) throw refusal.error;
    },
  };
}

/** Undefined for what only the route takes, or refuses. */
function entityIn(body: Buffer): Record<string, unknown> | undefined {
  try {
    const parsed = parseBody(body, undefined);
    if (parsed.kind !== 'json' || Array.isArray(parsed.value)) return undefined;
    return Object.keys(parsed.value).length > 0 ? parsed.value : undefined;
  } catch {
    return undefined;
  }
}
