/** Creating what a request holds: once, where it has an Idempotency-Key. usergrid-data.md 1.2. */
import type { CollectionWriter } from '../../core/entities/collections/collection.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { project } from '../../core/entities/query/projection.ts';
import { KeygridError } from '../../core/errors.ts';
import { type DataCall, type EntitiesCall, writerOf } from './data-call.ts';
import { addressedPath } from './guard.ts';
import { collectionName } from './inflection.ts';

/** The one entity that an object becomes. */
export async function createEntity(call: DataCall, body: Record<string, unknown>): Promise<StoredEntity> {
  return createOneAt(call, { type: call.collection.type, writer: await writerOf(call) }, body);
}

/** Of the items of an array those that could be created, in order. */
export async function createEntities(call: DataCall, bodies: unknown[]): Promise<StoredEntity[]> {
  return createManyAt(call, { type: call.collection.type, writer: await writerOf(call) }, bodies);
}

/** Where entities of a type are created. */
export interface CreationPlace {
  type: string;
  /** What the path says besides the type; the same request to another path is another request. */
  path?: string;
  writer: Pick<CollectionWriter, 'create' | 'createMany'>;
}

export async function createOneAt(
  call: EntitiesCall,
  place: CreationPlace,
  body: Record<string, unknown>,
): Promise<StoredEntity> {
  const key = idempotencyKeyOf(call);
  if (key === undefined) return place.writer.create(body);
  const [entity] = await createOnce(call, place, key, body);
  if (entity) return entity;
  throw new KeygridError('entity_not_found', 'What the request made before was deleted since');
}

export async function createManyAt(
  call: EntitiesCall,
  place: CreationPlace,
  bodies: unknown[],
): Promise<StoredEntity[]> {
  const key = idempotencyKeyOf(call);
  return key === undefined ? place.writer.createMany(bodies) : createOnce(call, place, key, bodies);
}

async function createOnce(
  call: EntitiesCall,
  { type, path: place, writer }: CreationPlace,
  key: string,
  body: Record<string, unknown> | unknown[],
): Promise<StoredEntity[]> {
  const { request, reply, options } = call;
  const { caller, application } = request;
  const { entities, isRepeated } = await options.core.idempotency.createOnce({
    ...{ application, caller, type, place, key, body, writer },
  });
  if (!isRepeated) return entities;
  reply.header('idempotency-replayed', 'true');
  return Promise.all(entities.map((entity) => asFarAsReadable(call, entity)));
}

/**
 * The right to create is none to read what others have made of the entity since: to callers without it, such as
 * guests, of whom another may have sent the same, its uuid says enough.
 */
async function asFarAsReadable(
  { request, options }: EntitiesCall,
  entity: StoredEntity,
): Promise<StoredEntity> {
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
function idempotencyKeyOf({ request }: EntitiesCall): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[!-~](?:[ -~]{0,253}[!-~])?$/.test(key)) return key;
  throw new KeygridError('invalid_argument', 'An Idempotency-Key has 1 to 255 printable ASCII characters');
}
