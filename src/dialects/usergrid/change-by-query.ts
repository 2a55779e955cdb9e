/** A PUT with a query: it changes all that match, whatever list it goes to. usergrid-data.md 1.4. */
import type { FastifyReply } from 'fastify';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { KeygridError } from '../../core/errors.ts';
import { requireUnconditional } from './conditional-request.ts';
import { type EntitiesCall, sendEntitiesAt, sentObject } from './data-call.ts';
import { applicationMembers, sendEnvelope } from './envelope.ts';
import { addressedPath, operationOf } from './guard.ts';
import type { DataParameters } from './query-parameters.ts';
import { listSegments } from './resource-address.ts';

/** A statement, even a blank one, a limit, a cursor, or (`chosen`) a segment such as `all`; without any a PUT creates. */
export const isByQuery = ({ chooses, isBlank }: DataParameters, chosen = false): boolean =>
  chooses || isBlank || chosen;

export interface ChangedList {
  /** As answers have it. */
  path: string;
  /** What is said where nothing matches. */
  nothing: string;
  change(patch: Record<string, unknown>): Promise<StoredEntity[]>;
}

/** @throws KeygridError `resource_not_found` where nothing matches, `invalid_argument`, and as the change */
export async function changeByQuery(
  call: EntitiesCall,
  { analyzeOnly }: DataParameters,
  { path, nothing, change }: ChangedList,
): Promise<FastifyReply> {
  const patch = sentObject(call.request);
  requireUnconditional(call.request);
  if (analyzeOnly) return sendAnalysis(call, path);
  await requireList(call);
  const changed = await change(patch);
  if (changed.length === 0) throw new KeygridError('resource_not_found', nothing);
  return sendEntitiesAt(call, path, changed);
}

/**
 * What is done to all of `/dogs/all` needs a right to `/dogs`. And the query finds entities that the answer shows whole:
 * guests may register a device by `put:/devices/*`, which covers the collection as well (usergrid-auth.md 7.1), and
 * would read and change every device there is without the right to read the list.
 */
async function requireList({ request, options }: EntitiesCall): Promise<void> {
  const list = addressedPath(listSegments(request));
  for (const operation of [operationOf(request), 'get'] as const) {
    await options.core.pathPermission.require(request.caller, request.application, operation, list);
  }
}

/** `analyzeOnly=true`: nothing is run, and here every query has an index. */
export function sendAnalysis({ request, reply, options }: EntitiesCall, path: string): FastifyReply {
  const context = { application: request.application, publicUrl: options.place.publicUrl };
  return sendEnvelope(request, reply, {
    ...applicationMembers(request, context, path),
    action: 'query analysis only',
    entities: [],
    metadata: { queryWarnings: [] },
  });
}
