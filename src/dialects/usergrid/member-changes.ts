/** Who joins and leaves groups and roles, whatever path leads to them. usergrid-auth.md 7.4 and 7.5. */
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { KeygridError } from '../../core/errors.ts';
import { requireCondition } from './conditional-request.ts';
import { createAt, placeOf } from './create-entities.ts';
import type { EntitiesCall } from './data-call.ts';
import { collectionName } from './inflection.ts';
import { readCollection } from './resource-address.ts';
import { requireOtherEnd } from './role-administration.ts';

/** `collection` is the plural, as seen from the owner. */
export interface Membership {
  owner: StoredEntity;
  collection: string;
  member: StoredEntity;
}

/** Both ends must be the caller's to change. @throws KeygridError `permission_missing`, `precondition_failed` by the member's version */
export async function addMember(call: EntitiesCall, membership: Membership): Promise<void> {
  await requireOtherEnd(call.options.core, call.request, membership.owner, membership.member);
  requireCondition(call.request, membership.member);
  await add(call, membership);
}

async function add(
  { request, options }: EntitiesCall,
  { owner, collection, member }: Membership,
): Promise<void> {
  await options.core.memberships.add(request.application, owner, collection, member);
}

/** @throws KeygridError `permission_missing`, `resource_not_found`, `precondition_failed` by the member's version */
export async function removeMember(
  { request, options }: EntitiesCall,
  { owner, collection, member }: Membership,
): Promise<void> {
  const { memberships } = options.core;
  await requireOtherEnd(options.core, request, owner, member);
  if (!(await memberships.has(request.application, owner, collection, member))) throw noMember(owner, member);
  requireCondition(request, member);
  if (!(await memberships.remove(request.application, owner, collection, member))) {
    throw noMember(owner, member);
  }
}

/**
 * What the body says, created as it would be at `/users`, `/groups` or `/roles`, and added. The right to create is for
 * the caller of this to ask for.
 */
export async function createMembers(
  call: EntitiesCall,
  { owner, collection }: Omit<Membership, 'member'>,
  sent: Record<string, unknown> | unknown[],
): Promise<StoredEntity[]> {
  const path = `/${collectionName(owner.type)}/${owner.uuid}/${collection}`;
  const place = await placeOf({ ...call, collection: readCollection(collection) }, path);
  const { entities, isRepeated } = await createAt(call, place, sent);
  for (const member of entities) {
    if (!isRepeated) await add(call, { owner, collection, member });
    else await addAgain(call, { owner, collection, member });
  }
  return entities;
}

/** Whoever was removed since comes back by the right to add somebody who is there, and not by that to create. */
async function addAgain(call: EntitiesCall, membership: Membership): Promise<void> {
  const { owner, collection, member } = membership;
  const { memberships } = call.options.core;
  if (await memberships.has(call.request.application, owner, collection, member)) return;
  await requireOtherEnd(call.options.core, call.request, owner, member);
  await add(call, membership);
}

export const noMember = (owner: { type: string }, member: { type: string }): KeygridError =>
  new KeygridError('resource_not_found', `The ${owner.type} and the ${member.type} are not connected`);
