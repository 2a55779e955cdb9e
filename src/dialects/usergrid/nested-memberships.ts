/** Memberships met at the end of a longer path; those of `/users/{u}/groups` are in membership-routes.ts. */
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { createEntity } from './create-entities.ts';
import { type DataCall, sentObject } from './data-call.ts';
import { addMember, removeMember } from './member-changes.ts';
import type { Relation } from './nested-path.ts';
import { membersOneByOne } from './nested-refusals.ts';
import { type End, notConnected } from './nested-walk.ts';
import { readCollection } from './resource-address.ts';
import { requireCreation } from './role-administration.ts';

export type SubCollectionEnd = End & { relation: Extract<Relation, { kind: 'sub-collection' }> };

/** @returns who was added or removed; undefined where the path names nobody. */
export async function changeMembership(
  call: DataCall,
  { stand, relation, selector, far }: SubCollectionEnd,
): Promise<StoredEntity | undefined> {
  const [owner] = stand.entities;
  if (!owner) return undefined;
  const { request, options } = call;
  const { name } = relation.kept;
  const isAdded = request.method !== 'DELETE';
  if (selector.kind === 'many' && selector.parameters) throw membersOneByOne(request, relation);
  if (selector.kind === 'many' && !isAdded) return undefined;
  const member = selector.kind === 'many' ? await createMember(call, name) : far;
  if (!member) throw notConnected();
  const membership = { owner, collection: name, member };
  if (!isAdded) await removeMember(call, membership);
  else if (selector.kind === 'one') await addMember(call, membership);
  else await options.core.memberships.add(request.application, owner, name, member);
  return member;
}

async function createMember(call: DataCall, name: string): Promise<StoredEntity> {
  const collection = readCollection(name);
  await requireCreation(call.options.core, call.request, collection.type);
  return createEntity({ ...call, collection }, sentObject(call.request));
}
