/** Who may call the routes of an application. What is checked is the very path that is served. usergrid-auth.md 7.2. */
import type { FastifyRequest } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import type { ForcedAlias } from '../../core/entities/entities.ts';
import { builtInTypes } from '../../core/entities/entity-types.ts';
import { KeygridError } from '../../core/errors.ts';
import type { AddressedPath, PathReading } from '../../core/identity/path-permission.ts';
import type { Operation } from '../../core/identity/permission-pattern.ts';
import { isUuid } from '../../core/uuid.ts';
import { firstValues } from './body.ts';
import type { UsergridOptions } from './context.ts';
import type { QueryParameters } from './envelope.ts';
import { collectionName, entityType } from './inflection.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** See `pathSegments`; kept with the request, as guard and route both ask. */
    pathSegments: string[] | undefined;
  }
}

/** @throws KeygridError `permission_missing`, `application_access_denied` */
export function guardRoute(request: FastifyRequest, { core }: UsergridOptions): Awaitable<void> {
  const { guard = 'permission' } = request.routeOptions.config;
  const { caller, application } = request;
  if (guard === 'none') return;
  if (guard === 'application_admin') return core.access.requireApplicationAdmin(caller, application);
  const path = addressedPath(pathSegments(request), forcedAlias(request.query as QueryParameters));
  return core.pathPermission.require(caller, application, operationOf(request), path);
}

/** usergrid-auth.md 7.2. HEAD comes as GET. */
export function operationOf({ method }: FastifyRequest): Operation {
  return method === 'PATCH' ? 'put' : (method.toLowerCase() as Operation);
}

export function addressedPath(segments: string[], force?: ForcedAlias): AddressedPath {
  const [first, ...others] = segments;
  if (first === undefined) return { segments, collection: undefined, readings: [] };
  const collection = { name: collectionName(first), type: entityType(first) };
  return { segments, collection, readings: readingsOf(collection.type, others), force };
}

/** `/groups/a/b/c`: more segments than this are never one path. */
const longestPath = 16;

/**
 * The ways to read what follows a collection, the longest path first. Where entities are addressed by paths,
 * `/groups/a/b/users` may be about the group `a/b` or about the group `a`; the name of a sub-collection ends the path.
 * usergrid-data.md 1.3.
 */
export function readingsOf(type: string, segments: string[]): PathReading[] {
  const [first] = segments;
  if (first === undefined) return [];
  const rules = builtInTypes.find((each) => each.type === type);
  if (rules?.alias !== 'path' || isUuid(first)) return [{ reference: first, rest: segments.slice(1) }];
  const end = segments.findIndex(
    (segment, index) => index > 0 && rules.subCollections.some(({ name }) => name === segment.toLowerCase()),
  );
  const longest = Math.min(end < 0 ? segments.length : end, longestPath);
  return Array.from({ length: longest }, (_, index) => ({
    reference: segments.slice(0, longest - index).join('/'),
    rest: segments.slice(longest - index),
  }));
}

/** `?force=email` or `?force=name` says what a reference to a user is. */
export function forcedAlias(query: QueryParameters): ForcedAlias | undefined {
  const { force } = firstValues(query);
  return force === 'email' || force === 'name' ? force : undefined;
}

/**
 * The decoded segments below the application, without matrix parameters (usergrid-data.md 0.1). Routes take what they
 * serve from here too, so that no spelling of a path is checked as one thing and served as another.
 * @throws KeygridError `invalid_argument`
 */
export function pathSegments(request: FastifyRequest): string[] {
  request.pathSegments ??= rawSegments(request.url).map((segment) => decode(withoutMatrix(segment)));
  return request.pathSegments;
}

const withoutMatrix = (segment: string): string =>
  segment.includes(';') ? segment.split(';', 1)[0] || segment : segment;

/** No path of the dialect is as deep; permissions are matched segment by segment. */
const mostSegments = 100;

/** As the URL has them. Doubled slashes, and one at the end, make no difference. */
export function rawSegments(url: string): string[] {
  const path = url.split('?', 1)[0] ?? '';
  const [_organization, _application, ...segments] = path.split('/').filter((segment) => segment !== '');
  if (segments.length <= mostSegments) return segments;
  throw new KeygridError('invalid_argument', `A path has at most ${mostSegments} segments`);
}

function decode(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
