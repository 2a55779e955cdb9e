/** Calls to a collection as a whole: list, create, and what is done to all that match a query. usergrid-data.md 1, 2. */
import type { FastifyReply } from 'fastify';
import { entityType } from '../../core/entities/entity-types.ts';
import { KeygridError } from '../../core/errors.ts';
import { changeByQuery, isByQuery, sendAnalysis } from './change-by-query.ts';
import { requireUnconditional } from './conditional-request.ts';
import { createEntities, createEntity } from './create-entities.ts';
import { type DataCall, entitiesOf, sendEntities, sentBody, writerOf } from './data-call.ts';
import { ofOneType } from './list-narrowing.ts';
import { type DataParameters, readDataParameters } from './query-parameters.ts';
import { renderExplanation } from './render-explanation.ts';
import type { Address } from './resource-address.ts';
import { sendWritten } from './tagged-answers.ts';

type CollectionAddress = Extract<Address, { kind: 'collection' }>;

export async function listCollection(call: DataCall, address: CollectionAddress): Promise<FastifyReply> {
  const parameters = ofOneType(readDataParameters(address.parameters), call.collection.type);
  const { query, limit, cursor, analyzeOnly, ...asked } = parameters;
  if (analyzeOnly) return sendAnalysis(call, call.collection.path);
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
  if (!isByQuery(parameters, address.chosen)) return createInCollection(call);
  const { type, path } = call.collection;
  const { query } = ofOneType(parameters, type);
  return changeByQuery(call, parameters, {
    ...{ path, nothing: `No ${type} matches the query` },
    change: async (patch) => (await writerOf(call)).updateByQuery(query, patch),
  });
}

export async function deleteFromCollection(
  call: DataCall,
  address: CollectionAddress,
): Promise<FastifyReply> {
  const parameters = readDataParameters(address.parameters);
  requireChoice(parameters, address);
  requireUnconditional(call.request);
  if (parameters.analyzeOnly) return sendAnalysis(call, call.collection.path);
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
