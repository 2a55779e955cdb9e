/** Creating what a request holds: once, where it has an Idempotency-Key. usergrid-data.md 1.2. */
import type { CollectionWriter } from '../../core/entities/collection.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { project } from '../../core/entities/projection.ts';
import { KeygridError } from '../../core/errors.ts';
import { type DataCall, writerOf } from './data-call.ts';
import { addressedPath } from './guard.ts';
import { collectionName } from './inflection.ts';

/** The one entity that an object becomes. */
export async function createEntity(call: DataCall, body: Record<string, unknown>): Promise<StoredEntity> {
  const key = idempotencyKeyOf(call);
  const writer = await writerOf(call);
  if (key === undefined) return writer.create(body);
  const [entity] = await createOnce(call, writer, key, body);
  if (entity) return entity;
  throw new KeygridError('entity_not_found', 'What the request made before was deleted since');
}

/** Of the items of an array those that could be created, in order. */
export async function createEntities(call: DataCall, bodies: unknown[]): Promise<StoredEntity[]> {
  const key = idempotencyKeyOf(call);
  const writer = await writerOf(call);
  return key === undefined ? writer.createMany(bodies) : createOnce(call, writer, key, bodies);
}

async function createOnce(
  call: DataCall,
  writer: CollectionWriter,
  key: string,
  body: Record<string, unknown> | unknown[],
): Promise<StoredEntity[]> {
  const { request, reply, options, collection } = call;
  const { caller, application } = request;
  const { entities, isRepeated } = await options.core.idempotency.createOnce({
    ...{ application, caller, type: collection.type, key, body, writer },
  });
  if (!isRepeated) return entities;
  reply.header('idempotency-replayed', 'true');
  return Promise.all(entities.map((entity) => asFarAsReadable(call, entity)));
}

/**
 * The right to create is none to read what others have made of the entity since: to callers without it, such as the
 * guests, who share their keys, its uuid says enough.
 */
async function asFarAsReadable({ request, options }: DataCall, entity: StoredEntity): Promise<StoredEntity> {
  if (entity.modified === entity.created) return entity;
  const path = addressedPath([collectionName(entity.type), entity.uuid]);
  try {
    await options.core.pathPermission.require(request.caller, request.application, 'get', path);
    return entity;
  } catch (error) {
    if (!(error instanceof KeygridError)) throw error;
    return { ...entity, body: project(entity.body, []) };
  }
}

/** @throws KeygridError `invalid_argument` */
function idempotencyKeyOf({ request }: DataCall): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[!-~](?:[ -~]{0,253}[!-~])?$/.test(key)) return key;
  throw new KeygridError('invalid_argument', 'An Idempotency-Key has 1 to 255 printable ASCII characters');
}
