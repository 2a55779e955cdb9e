/** Who joins and leaves groups and roles, whatever path leads to them. usergrid-auth.md 7.4 and 7.5. */
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { KeygridError } from '../../core/errors.ts';
import { requireCondition } from './conditional-request.ts';
import type { EntitiesCall } from './data-call.ts';
import { requireOtherEnd } from './role-administration.ts';

/** `collection` is the plural, as seen from the owner. */
export interface Membership {
  owner: StoredEntity;
  collection: string;
  member: StoredEntity;
}

/** Both ends must be the caller's to change. @throws KeygridError `permission_missing` */
export async function addMember(
  { request, options }: EntitiesCall,
  { owner, collection, member }: Membership,
): Promise<void> {
  await requireOtherEnd(options.core, request, owner, member);
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

export const noMember = (owner: { type: string }, member: { type: string }): KeygridError =>
  new KeygridError('resource_not_found', `The ${owner.type} and the ${member.type} are not connected`);
