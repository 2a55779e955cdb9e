/**
 * Connecting and disconnecting. A connection shows each of its ends to whoever may see it from the other, so whoever
 * makes one must be allowed to read both. usergrid-data.md 3.1 and 3.3; stricter than the original, which would show
 * any entity to anyone who may connect something to anything.
 */
import { requireConnectable } from '../../core/entities/connections/connections.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { preconditionFailed } from '../../core/entities/entity-writer.ts';
import type { Operation } from '../../core/identity/permission-pattern.ts';
import { callingUser } from '../../core/identity/user-reference.ts';
import { requireCondition, writeConditionOf } from './conditional-request.ts';
import { createAt, placeOf } from './create-entities.ts';
import { type DataCall, sentBody, sentObject, writerOf } from './data-call.ts';
import { addressedPath } from './guard.ts';
import { collectionName } from './inflection.ts';
import type { OneSelector, Relation } from './nested-path.ts';
import { notWhereItBegins } from './nested-refusals.ts';
import { type End, notConnected } from './nested-walk.ts';
import { requireOffered } from './offered-collections.ts';
import { type AddressedCollection, readCollection } from './resource-address.ts';
import { requireCreation } from './role-administration.ts';

type ConnectionEnd = End & { relation: Extract<Relation, { kind: 'connection' }> };

/** @returns the far end; undefined where the path names none, and nothing was done. */
export async function changeConnection(
  call: DataCall,
  { stand, relation, selector, far }: ConnectionEnd,
): Promise<StoredEntity | undefined> {
  const [source] = stand.entities;
  if (!source) return undefined;
  const isMade = call.request.method !== 'DELETE';
  if (selector.kind === 'one') {
    const verb = requireVerb(call, relation);
    return isMade
      ? connectTo(call, source, verb, selector, far)
      : disconnect(call, source, verb, selector, far);
  }
  const { collection } = selector;
  if (!isMade || !collection || selector.parameters) return undefined;
  const verb = requireVerb(call, relation);
  await requireReading(call, source);
  return createTarget(call, source, verb, collection);
}

/** @throws KeygridError `invalid_argument` */
export function requireVerb({ request }: DataCall, relation: ConnectionEnd['relation']): string {
  const { direction, verb } = relation;
  if (direction === 'outgoing' && verb !== undefined) return verb;
  throw notWhereItBegins(request, relation);
}

async function connect(
  { request, options }: DataCall,
  source: StoredEntity,
  verb: string,
  target: StoredEntity,
): Promise<StoredEntity> {
  await options.core.connections.of(request.application).connect(source, verb, target);
  // It may have been read before it was connected to anything.
  return { ...target, connected: true };
}

/** What the body says, created as it would be in its collection, and connected; of an array the first. Undefined without a body. */
async function createTarget(
  call: DataCall,
  source: StoredEntity,
  verb: string,
  collection: AddressedCollection,
): Promise<StoredEntity | undefined> {
  const sent = sentBody(call.request);
  const body = Array.isArray(sent) ? sent[0] : sent;
  if (typeof body !== 'object' || body === null || Object.keys(body).length === 0) return undefined;
  requireOffered(collection);
  requireConnectable(source, verb, collection.type);
  await requireCreation(call.options.core, call.request, collection.type);
  const place = await placeOf(
    { ...call, collection },
    `/${collectionName(source.type)}/${source.uuid}/${verb}`,
  );
  const { entities, isRepeated } = await createAt(call, place, body as Record<string, unknown>);
  const target = entities[0]!;
  if (isRepeated && !(await mayBeConnectedAgain(call, source, verb, target)))
    await requireReading(call, target);
  return connect(call, source, verb, target);
}

/** Else it was parted or changed since: it may have become what who made it may not read. */
const mayBeConnectedAgain = async (
  call: DataCall,
  source: StoredEntity,
  verb: string,
  target: StoredEntity,
): Promise<boolean> =>
  (!target.connected && target.modified === target.created) || isConnected(call, source, verb, target);

const isConnected = (
  { request, options }: DataCall,
  source: StoredEntity,
  verb: string,
  target: StoredEntity,
): Promise<boolean> =>
  options.core.connections
    .of(request.application)
    .areConnected([source], { direction: 'outgoing', verb, type: undefined }, target);

/** With PUT and a body the target is changed, or created. */
async function connectTo(
  call: DataCall,
  source: StoredEntity,
  verb: string,
  selector: OneSelector,
  far: StoredEntity | undefined,
): Promise<StoredEntity> {
  const body = call.request.method === 'PUT' ? sentObject(call.request) : {};
  const writes = Object.keys(body).length > 0;
  const needed: Operation[] = writes ? ['get', 'put'] : ['get'];
  await requireReading(call, source);
  await requireSelected(call, selector, far, needed);
  if (!writes) {
    if (!far) throw notConnected();
    requireCondition(call.request, far);
    return connect(call, source, verb, far);
  }
  const collection = selector.collection ?? (far && readCollection(collectionName(far.type)));
  if (!collection) throw notConnected();
  requireOffered(collection);
  requireConnectable(source, verb, collection.type);
  const writer = await writerOf({ ...call, collection });
  const condition = writeConditionOf(call.request);
  if (!far && condition?.mustExist) throw preconditionFailed();
  const target = far
    ? await writer.update(far, body, condition)
    : await writer.createAt(selector.readings[0]?.reference ?? '', body, condition);
  return connect(call, source, verb, target);
}

async function disconnect(
  call: DataCall,
  source: StoredEntity,
  verb: string,
  selector: OneSelector,
  far: StoredEntity | undefined,
): Promise<StoredEntity> {
  const connections = call.options.core.connections.of(call.request.application);
  // What is not connected is answered all the same, to those who may read it.
  if (!far || !(await isConnected(call, source, verb, far))) {
    await requireSelected(call, selector, far, ['get']);
  }
  if (!far) throw notConnected();
  requireCondition(call.request, far);
  await connections.disconnect(source, verb, far);
  return far;
}

/** By what the path calls it first, so that a refusal does not tell whether it is there. */
async function requireSelected(
  call: DataCall,
  { collection, readings }: OneSelector,
  far: StoredEntity | undefined,
  operations: Operation[],
): Promise<void> {
  if (collection) await requireEach(call, operations, [collection.segment, readings[0]?.reference ?? '']);
  if (far) await requireRights(call, operations, far);
}

/** Everyone may read their own account (usergrid-auth.md 7.2). */
export async function requireReading(call: DataCall, entity: StoredEntity): Promise<void> {
  if (callingUser(call.request.caller, call.request.application) === entity.uuid) return;
  await requireRights(call, ['get'], entity);
}

/** @throws KeygridError `permission_missing` */
export const requireRights = (
  call: DataCall,
  operations: Operation[],
  { type, uuid }: StoredEntity,
): Promise<void> => requireEach(call, operations, [collectionName(type), uuid]);

/** @throws KeygridError `permission_missing` */
async function requireEach(
  { request, options }: DataCall,
  operations: Operation[],
  segments: string[],
): Promise<void> {
  const path = addressedPath(segments);
  for (const operation of operations) {
    await options.core.pathPermission.require(request.caller, request.application, operation, path);
  }
}
