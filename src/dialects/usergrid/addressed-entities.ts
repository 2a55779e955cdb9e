/** The entities that a path such as `/users/{user}/roles/{role}` names. */
import type { FastifyRequest } from 'fastify';
import type { Core } from '../../core/core.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { KeygridError } from '../../core/errors.ts';
import { requireUser } from '../../core/identity/user-reference.ts';
import { isUuid } from '../../core/uuid.ts';
import type { QueryParameters } from './envelope.ts';
import { forcedAlias, pathSegments } from './guard.ts';

/**
 * A user, group or role by what stands for it in a path.
 * @throws KeygridError `entity_not_found`, `resource_not_found`
 */
export async function requireEntity(
  core: Core,
  { application, caller, query }: FastifyRequest,
  type: string,
  reference: string,
): Promise<StoredEntity> {
  if (type === 'user') {
    const force = forcedAlias(query as QueryParameters);
    return requireUser(core.entities, application, caller, reference, force);
  }
  const found = await core.entities.of(application).resolve(type, reference);
  if (found) return found;
  throw new KeygridError('entity_not_found', `There is no such ${type}`, { subject: { type } });
}

/** As `requireEntity`; for the end of a link a missing entity is a missing resource (usergrid-data.md 0.6). */
export async function requireMember(
  core: Core,
  request: FastifyRequest,
  type: string,
  reference: string,
): Promise<StoredEntity> {
  try {
    return await requireEntity(core, request, type, reference);
  } catch (error) {
    if (!(error instanceof KeygridError) || error.code !== 'entity_not_found' || isUuid(reference))
      throw error;
    throw new KeygridError('resource_not_found', error.message, { subject: error.subject });
  }
}

/** The segment of the request's path at `index`, counted from 0 below the application. */
export const segmentAt = (request: FastifyRequest, index: number): string =>
  pathSegments(request)[index] ?? '';
