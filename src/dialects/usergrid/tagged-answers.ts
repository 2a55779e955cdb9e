/** Answers about a single entity, with the tag of its version. RFC 9110 §8.8.3 and §13.1.2. */
import type { FastifyReply } from 'fastify';
import { type Awaitable, andThen } from '../../core/awaitable.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { entityTag, isKnownToClient, tagAnswer } from './conditional-request.ts';
import { readLinks } from './connection-links.ts';
import { type EntitiesCall, type SendOptions, sendEntitiesAt } from './data-call.ts';

/** A client that says by If-None-Match which version it has is not sent that one again. */
export function sendUnlessKnown(
  call: EntitiesCall,
  path: string,
  entity: StoredEntity,
  others: Pick<SendOptions, 'isOfMany'> = {},
): Awaitable<FastifyReply> {
  const { request, reply, options } = call;
  return andThen(readLinks(options.core.connections, request, [entity]), (links) => {
    // What it is connected by changes without a write of the entity.
    const tag = entityTag(entity, entity.connected && JSON.stringify(links(entity.uuid, '')));
    tagAnswer(request, reply, tag);
    if (isKnownToClient(request, tag)) return reply.code(304).send();
    return sendEntitiesAt(call, path, [entity], { ...others, links });
  });
}

/** The entity as it was written, with its new tag. */
export function sendWritten(call: EntitiesCall, path: string, entity: StoredEntity): Awaitable<FastifyReply> {
  tagAnswer(call.request, call.reply, entityTag(entity));
  return sendEntitiesAt(call, path, [entity]);
}
