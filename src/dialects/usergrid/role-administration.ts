/**
 * Who may hand out rights. Besides the path's own permission it takes one that names the roles: else `/users/me/**`,
 * meant for one's own profile, would be enough to make oneself an administrator. Stricter than the original.
 */
import type { FastifyRequest } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import type { Core } from '../../core/core.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { addressedPath, operationOf } from './guard.ts';
import { collectionName } from './inflection.ts';

/** For permissions given to a user or group. @throws KeygridError `permission_missing` */
export const requireRoleAdministration = (core: Core, request: FastifyRequest): Awaitable<void> =>
  requirePermission(core, request, ['roles']);

/**
 * A membership concerns both ends: whoever changes `/users/u/roles/r` must be allowed to change `/roles/r/users/u`.
 * @throws KeygridError `permission_missing`
 */
export const requireOtherEnd = (
  core: Core,
  request: FastifyRequest,
  owner: StoredEntity,
  member: StoredEntity,
): Awaitable<void> =>
  requirePermission(core, request, [
    collectionName(member.type),
    member.uuid,
    collectionName(owner.type),
    owner.uuid,
  ]);

/** For a member that is yet to be made. @throws KeygridError `permission_missing` */
export const requireCreation = (core: Core, request: FastifyRequest, type: string): Awaitable<void> =>
  requirePermission(core, request, [collectionName(type)]);

const requirePermission = (core: Core, request: FastifyRequest, segments: string[]): Awaitable<void> =>
  core.pathPermission.require(
    request.caller,
    request.application,
    operationOf(request),
    addressedPath(segments),
  );
