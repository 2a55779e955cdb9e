/** Calls to a collection as a whole: list, create, and what is done to all that match a query. usergrid-data.md 1, 2. */
import type { FastifyReply } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import { entityType } from '../../core/entities/entity-types.ts';
import { KeygridError } from '../../core/errors.ts';
import { requireUnconditional } from './conditional-request.ts';
import { createEntities, createEntity } from './create-entities.ts';
import { type DataCall, entitiesOf, sendEntities, sentBody, sentObject, writerOf } from './data-call.ts';
import { applicationMembers, sendEnvelope } from './envelope.ts';
import { addressedPath } from './guard.ts';
import { ofOneType } from './list-narrowing.ts';
import { type DataParameters, readDataParameters } from './query-parameters.ts';
import { renderExplanation } from './render-explanation.ts';
import type { Address } from './resource-address.ts';
import { sendWritten } from './tagged-answers.ts';

type CollectionAddress = Extract<Address, { kind: 'collection' }>;

export async function listCollection(call: DataCall, address: CollectionAddress): Promise<FastifyReply> {
  const parameters = ofOneType(readDataParameters(address.parameters), call.collection.type);
  const { query, limit, cursor, analyzeOnly, ...asked } = parameters;
  if (analyzeOnly) return sendAnalysis(call);
  const explain = asked.explain && (await mayBeTold(call));
  const page = await entitiesOf(call).query(call.collection.type, query, { limit, cursor, explain });
  const count = page.entities.length;
  return sendEntities(call, page.entities, {
    projection: query.projection,
    distances: page.distances,
    members: {
      count,
      cursor: page.cursor,
      explain: page.explanation && renderExplanation(page.explanation, count),
    },
  });
}

/** How a query runs tells of data that it does not return: to all others `explain` is as any unknown parameter. */
const mayBeTold = async ({ request, options }: DataCall): Promise<boolean> =>
  options.core.access.isApplicationAdmin(request.caller, request.application);

export async function createInCollection(call: DataCall): Promise<FastifyReply> {
  const body = sentBody(call.request);
  const { type } = call.collection;
  if (isEmpty(body) && entityType(type).required.length === 0) {
    // Nothing to store, but from now on the collection is listed.
    await entitiesOf(call).declareCollection(type);
    return sendEntities(call, []);
  }
  if (Array.isArray(body)) return sendEntities(call, await createEntities(call, body));
  return sendWritten(call, call.collection.path, await createEntity(call, body));
}

const isEmpty = (body: Record<string, unknown> | unknown[]): boolean => Object.keys(body).length === 0;

/** With a query, a limit or a cursor it changes what matches; a blank statement matches everything. */
export async function putCollection(call: DataCall, address: CollectionAddress): Promise<FastifyReply> {
  const parameters = readDataParameters(address.parameters);
  if (!parameters.chooses && !parameters.isBlank && !address.chosen) return createInCollection(call);
  const patch = sentObject(call.request);
  requireUnconditional(call.request);
  const { query } = ofOneType(parameters, call.collection.type);
  if (parameters.analyzeOnly) return sendAnalysis(call);
  await requireReading(call);
  const writer = await writerOf(call);
  const updated = await writer.updateByQuery(query, patch);
  if (updated.length === 0) {
    throw new KeygridError('resource_not_found', `No ${call.collection.type} matches the query`);
  }
  return sendEntities(call, updated);
}

/**
 * The query finds entities and the answer shows them whole. Guests may register a device by `put:/devices/*`, which
 * covers the collection as well (usergrid-auth.md 7.1): without this they would read and change every device there is.
 */
const requireReading = ({ request, options, collection }: DataCall): Awaitable<void> =>
  options.core.pathPermission.require(
    request.caller,
    request.application,
    'get',
    addressedPath([collection.segment]),
  );

export async function deleteFromCollection(
  call: DataCall,
  address: CollectionAddress,
): Promise<FastifyReply> {
  const parameters = readDataParameters(address.parameters);
  requireChoice(parameters, address);
  requireUnconditional(call.request);
  if (parameters.analyzeOnly) return sendAnalysis(call);
  const { query } = ofOneType(parameters, call.collection.type);
  const writer = await writerOf(call);
  return sendEntities(call, await writer.deleteByQuery(query, parameters));
}

function requireChoice({ chooses }: DataParameters, { chosen, collection }: CollectionAddress): void {
  if (chooses || chosen) return;
  throw new KeygridError(
    'collection_delete_refused',
    `DELETE of all of ${collection.path} is refused: say which by ql, limit or cursor`,
  );
}

/** `analyzeOnly=true`: nothing is run, and here every query has an index. */
function sendAnalysis({ request, reply, options, collection }: DataCall): FastifyReply {
  const context = { application: request.application, publicUrl: options.place.publicUrl };
  return sendEnvelope(request, reply, {
    ...applicationMembers(request, context, collection.path),
    action: 'query analysis only',
    entities: [],
    metadata: { queryWarnings: [] },
  });
}
