/** Whose activities a path is about, and what it takes to publish or change them. usergrid-data.md 4.3. */
import type { FastifyRequest } from 'fastify';
import type { ActivityList, Place } from '../../core/activities/activities.ts';
import { actorOf } from '../../core/activities/actor.ts';
import type { Awaitable } from '../../core/awaitable.ts';
import type { Core } from '../../core/core.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { KeygridError } from '../../core/errors.ts';
import type { Operation } from '../../core/identity/permission-pattern.ts';
import { callingUser } from '../../core/identity/user-reference.ts';
import { requireEntity, segmentAt } from './addressed-entities.ts';
import { addressedPath, operationOf } from './guard.ts';

/** Whose list the path leads to. */
export interface Owner {
  place: Place;
  entity: StoredEntity;
  /** Of the list, as answers have it. */
  path: string;
}

export async function findOwner(
  core: Core,
  request: FastifyRequest,
  kind: Place['kind'],
  list: ActivityList,
): Promise<Owner> {
  if (kind === 'user') {
    const user = await requireEntity(core, request, 'user', segmentAt(request, 1));
    return { place: { kind, user }, entity: user, path: `/users/${user.uuid}/${list}` };
  }
  const group = await requireEntity(core, request, 'group', segmentAt(request, 1));
  const path = `/groups/${group.uuid}`;
  if (kind === 'group') return { place: { kind, group }, entity: group, path: `${path}/${list}` };
  const user = await requireEntity(core, request, 'user', segmentAt(request, 3));
  if (!(await core.memberships.has(request.application, group, 'users', user))) {
    throw new KeygridError('resource_not_found', 'The group and the user are not connected');
  }
  await requireRightToMember(core, request, user, list);
  return { place: { kind, group, user }, entity: user, path: `${path}/users/${user.uuid}/${list}` };
}

/** The right to a group is none to speak for its members, or to read what is theirs: that takes one to the user. */
async function requireRightToMember(
  core: Core,
  request: FastifyRequest,
  user: StoredEntity,
  list: ActivityList,
): Promise<void> {
  if (callingUser(request.caller, request.application) === user.uuid) return;
  await requirePermission(core, request, operationOf(request), ['users', user.uuid, list]);
}

/** Whoever publishes it again is shown it, so it must be one of the owner's or one that the caller may read. */
export async function requireKnowing(
  core: Core,
  request: FastifyRequest,
  { entity }: Owner,
  activity: StoredEntity,
): Promise<void> {
  if (isByOwnerOrCaller(request, entity, activity)) return;
  for (const list of ['feed', 'activities'] as const) {
    if (await core.activities.isListed(request.application, entity, list, activity.uuid)) return;
  }
  await requirePermission(core, request, 'get', ['activities', activity.uuid]);
}

/** Publishing somebody else's activity again does not make it one's own. */
export async function requireOwnership(
  core: Core,
  request: FastifyRequest,
  { entity }: Owner,
  activity: StoredEntity,
): Promise<void> {
  if (isByOwnerOrCaller(request, entity, activity)) return;
  await requirePermission(core, request, 'put', ['activities', activity.uuid]);
}

function isByOwnerOrCaller(
  { caller, application }: FastifyRequest,
  owner: StoredEntity,
  activity: StoredEntity,
): boolean {
  const actor = actorOf(activity);
  return actor !== undefined && (actor === owner.uuid || actor === callingUser(caller, application));
}

const requirePermission = (
  core: Core,
  { caller, application }: FastifyRequest,
  operation: Operation,
  segments: string[],
): Awaitable<void> => core.pathPermission.require(caller, application, operation, addressedPath(segments));
