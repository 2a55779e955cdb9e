/** What it takes to link a device that is somebody else's, or to change it. usergrid-data.md 8.1. */
import type { FastifyRequest } from 'fastify';
import type { Core } from '../../core/core.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { KeygridError } from '../../core/errors.ts';
import { addressedPath } from './guard.ts';

/**
 * The uuid of a device is known to whoever holds it: with it anyone links it. Names can be guessed: they take the right
 * to read the device. @throws KeygridError `permission_missing`
 */
export async function requireRightToName(
  core: Core,
  { caller, application }: FastifyRequest,
  user: StoredEntity,
  device: StoredEntity,
): Promise<void> {
  if (await core.userDevices.isOf(application, user, device)) return;
  await core.pathPermission.require(caller, application, 'get', addressedPath(['devices', device.uuid]));
}

/**
 * A device that changes hands is linked as it is: to change somebody else's takes the right to that device.
 * @throws KeygridError `permission_missing`
 */
export async function requireRightToChange(
  core: Core,
  { caller, application }: FastifyRequest,
  user: StoredEntity,
  device: StoredEntity,
): Promise<void> {
  if (await core.userDevices.isOf(application, user, device)) return;
  if (!(await core.userDevices.isAnyones(application, device))) return;
  await core.pathPermission.require(caller, application, 'put', addressedPath(['devices', device.uuid]));
}

export const notLinked = (): KeygridError =>
  new KeygridError('resource_not_found', 'The user and the device are not connected');
