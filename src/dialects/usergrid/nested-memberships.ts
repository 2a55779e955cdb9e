/** Memberships met at the end of a longer path; those of `/users/{u}/groups` are in membership-routes.ts. */
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { type DataCall, sentObject } from './data-call.ts';
import { entityType } from './inflection.ts';
import { addMember, createMembers, removeMember } from './member-changes.ts';
import type { Relation } from './nested-path.ts';
import { membersOneByOne } from './nested-refusals.ts';
import { type End, notConnected } from './nested-walk.ts';
import { requireCreation } from './role-administration.ts';

export type SubCollectionEnd = End & { relation: Extract<Relation, { kind: 'sub-collection' }> };

/** @returns who was added or removed; undefined where the path names nobody. */
export async function changeMembership(
  call: DataCall,
  { stand, relation, selector, far }: SubCollectionEnd,
): Promise<StoredEntity | undefined> {
  const [owner] = stand.entities;
  if (!owner) return undefined;
  const { request } = call;
  const { name } = relation.kept;
  const isAdded = request.method !== 'DELETE';
  if (selector.kind === 'many' && selector.parameters) throw membersOneByOne(request, relation);
  if (selector.kind === 'many' && !isAdded) return undefined;
  if (selector.kind === 'many') return createMember(call, owner, name);
  if (!far) throw notConnected();
  await (isAdded ? addMember : removeMember)(call, { owner, collection: name, member: far });
  return far;
}

async function createMember(
  call: DataCall,
  owner: StoredEntity,
  collection: string,
): Promise<StoredEntity | undefined> {
  await requireCreation(call.options.core, call.request, entityType(collection));
  const [member] = await createMembers(call, { owner, collection }, sentObject(call.request));
  return member;
}
