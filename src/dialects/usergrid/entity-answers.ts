/** Calls to one entity, by uuid, by name, or by `me`. usergrid-data.md 1.3 to 1.5, usergrid-auth.md 9.3. */
import type { FastifyReply } from 'fastify';
import { type Awaitable, andThen } from '../../core/awaitable.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { preconditionFailed } from '../../core/entities/entity-writer.ts';
import { KeygridError } from '../../core/errors.ts';
import type { PathReading } from '../../core/identity/path-permission.ts';
import { requireUser } from '../../core/identity/user-reference.ts';
import { isUuid } from '../../core/uuid.ts';
import { writeConditionOf } from './conditional-request.ts';
import { type DataCall, entitiesOf, sendEntities, sentObject, writerOf } from './data-call.ts';
import type { QueryParameters } from './envelope.ts';
import { forcedAlias } from './guard.ts';
import { type Address, type AddressedCollection, isSelf } from './resource-address.ts';
import { sendUnlessKnown, sendWritten } from './tagged-answers.ts';

export type EntityAddress = Extract<Address, { kind: 'entity' }>;

/** Whom or what the path begins with: the entity if there is one, and what is asked for below it. */
export interface Target extends PathReading {
  entity: StoredEntity | undefined;
}

/** Where the path can be read in several ways, the first that leads to an entity; else the first. */
export function findTarget(call: DataCall, { collection, readings }: EntityAddress): Awaitable<Target> {
  const { request, options } = call;
  const [first] = readings;
  if (!first) throw new Error('an entity is addressed by something');
  const { reference, rest } = first;
  if (isSelf(collection, reference)) {
    const user = requireUser(options.core.entities, request.application, request.caller, 'me');
    return andThen(user, (entity) => ({ reference, rest, entity }));
  }
  return andThen(findByReference(call, collection, first), (entity) =>
    entity || readings.length === 1
      ? { reference, rest, entity }
      : findByLaterReading(call, collection, readings),
  );
}

const findByReference = (
  call: DataCall,
  { type }: AddressedCollection,
  { reference }: PathReading,
): Awaitable<StoredEntity | undefined> =>
  entitiesOf(call).resolve(type, reference, forcedAlias(call.request.query as QueryParameters));

async function findByLaterReading(
  call: DataCall,
  collection: AddressedCollection,
  [first, ...later]: PathReading[],
): Promise<Target> {
  for (const reading of later) {
    const entity = await findByReference(call, collection, reading);
    if (entity) return { ...reading, entity };
  }
  return { ...first!, entity: undefined };
}

/** @throws KeygridError `entity_not_found`, `resource_not_found` */
export function readEntity(call: DataCall, { entity, reference }: Target): Awaitable<FastifyReply> {
  if (entity) return sendUnlessKnown(call, call.collection.path, entity);
  const { type } = call.collection;
  // Old clients go by the code when they decide whether to create what they did not find.
  const isUserByName = type === 'user' && !isUuid(reference);
  const asSetting = call.options.settings.entityNotFoundCode === 'entity_not_found';
  const code = asSetting && !isUserByName ? 'entity_not_found' : 'resource_not_found';
  throw new KeygridError(code, `There is no ${type} ${reference}`, { subject: { type, reference } });
}

/** @throws KeygridError also `precondition_failed` */
export async function putEntity(call: DataCall, { entity, reference }: Target): Promise<FastifyReply> {
  const body = sentObject(call.request);
  const condition = writeConditionOf(call.request);
  if (!entity && condition?.mustExist) throw preconditionFailed();
  const writer = await writerOf(call);
  const written = entity
    ? await writer.update(entity, body, condition)
    : await writer.createAt(reference, body, condition);
  return sendWritten(call, call.collection.path, written);
}

/** The original adds it to its collection once more and does not look at the body. */
export const postEntity = (call: DataCall, target: Target): Awaitable<FastifyReply> =>
  sendEntities(call, [requireEntity(call, target)]);

export async function deleteEntity(call: DataCall, target: Target): Promise<FastifyReply> {
  const entity = requireEntity(call, target);
  const writer = await writerOf(call);
  return sendEntities(call, [await writer.delete(entity, writeConditionOf(call.request))]);
}

/** @throws KeygridError `resource_not_found`, for every call but a read of the entity itself. */
export function requireEntity({ collection }: DataCall, { entity, reference }: Target): StoredEntity {
  if (entity) return entity;
  const { type } = collection;
  throw new KeygridError('resource_not_found', `There is no ${type} ${reference}`, {
    subject: { type, reference },
  });
}
