/** Creating what a request holds: once, where it has an Idempotency-Key. usergrid-data.md 1.2. */
import type { CollectionWriter } from '../../core/entities/collections/collection.ts';
import type { OnceAnswer } from '../../core/entities/collections/idempotency.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { project } from '../../core/entities/query/projection.ts';
import { KeygridError } from '../../core/errors.ts';
import { type DataCall, type EntitiesCall, writerOf } from './data-call.ts';
import { addressedPath } from './guard.ts';
import { collectionName } from './inflection.ts';

/** The one entity that an object becomes. */
export async function createEntity(call: DataCall, body: Record<string, unknown>): Promise<StoredEntity> {
  return createOneAt(call, await placeOf(call), body);
}

/** Of the items of an array those that could be created, in order. */
export async function createEntities(call: DataCall, bodies: unknown[]): Promise<StoredEntity[]> {
  return createManyAt(call, await placeOf(call), bodies);
}

/** `path` where something is created at another path than that of its collection. */
export const placeOf = async (call: DataCall, path?: string): Promise<CreationPlace> => ({
  type: call.collection.type,
  ...(path !== undefined && { path }),
  writer: await writerOf(call),
});

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
  const { entities } = await createAt(call, place, body);
  return entities[0]!;
}

export async function createManyAt(
  call: EntitiesCall,
  place: CreationPlace,
  bodies: unknown[],
): Promise<StoredEntity[]> {
  const { entities } = await createAt(call, place, bodies);
  return entities;
}

/**
 * Of an object the one entity, of an array those that could be created; and whether an earlier request made them.
 * @throws KeygridError also `entity_not_found`, where that one was deleted since
 */
export async function createAt(
  call: EntitiesCall,
  place: CreationPlace,
  body: Record<string, unknown> | unknown[],
): Promise<OnceAnswer> {
  const key = idempotencyKeyOf(call);
  const { writer } = place;
  if (key !== undefined) return createOnce(call, place, key, body);
  const entities = Array.isArray(body) ? await writer.createMany(body) : [await writer.create(body)];
  return { entities, isRepeated: false };
}

async function createOnce(
  call: EntitiesCall,
  { type, path: place, writer }: CreationPlace,
  key: string,
  body: Record<string, unknown> | unknown[],
): Promise<OnceAnswer> {
  const { request, reply, options } = call;
  const { caller, application } = request;
  const once = { application, caller, type, place, key, body, writer };
  const { entities, isRepeated } = await options.core.idempotency.createOnce(once);
  if (!Array.isArray(body) && entities.length === 0) {
    throw new KeygridError('entity_not_found', 'What the request made before was deleted since');
  }
  if (!isRepeated) return { entities, isRepeated };
  reply.header('idempotency-replayed', 'true');
  return { entities: await Promise.all(entities.map((entity) => asFarAsReadable(call, entity))), isRepeated };
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
