/** Who may call the routes of an application. What is checked is the very path that is served. usergrid-auth.md 7.2. */
import type { FastifyRequest } from 'fastify';
import type { AddressedPath } from '../../core/identity/path-permission.ts';
import type { Operation } from '../../core/identity/permission-pattern.ts';
import type { UsergridOptions } from './context.ts';
import { collectionName, entityType } from './inflection.ts';

/** @throws KeygridError `permission_missing`, `application_access_denied` */
export async function guardRoute(request: FastifyRequest, { core }: UsergridOptions): Promise<void> {
  const { guard = 'permission' } = request.routeOptions.config;
  const { caller, application } = request;
  if (guard === 'none') return;
  if (guard === 'application_admin') return core.access.requireApplicationAdmin(caller, application);
  const path = addressedPath(pathSegments(request.url));
  await core.pathPermission.require(caller, application, operationOf(request), path);
}

/** usergrid-auth.md 7.2: HEAD needs what GET needs. */
export function operationOf({ method }: FastifyRequest): Operation {
  if (method === 'HEAD') return 'get';
  return method === 'PATCH' ? 'put' : (method.toLowerCase() as Operation);
}

export function addressedPath(segments: string[]): AddressedPath {
  const [first] = segments;
  return {
    segments,
    collection: first === undefined ? undefined : { name: collectionName(first), type: entityType(first) },
  };
}

/**
 * The decoded segments below the application, without matrix parameters (usergrid-data.md 0.1). Routes take what they
 * serve from here too, so that no spelling of a path is checked as one thing and served as another.
 */
export const pathSegments = (url: string): string[] =>
  (url.split('?', 1)[0] ?? '')
    .split('/')
    .filter((segment) => segment !== '')
    .slice(2)
    .map((segment) => decode(segment.split(';', 1)[0] || segment));

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
