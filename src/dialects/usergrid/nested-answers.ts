/** Calls to what is below an entity: its connections and sub-collections, to any depth. usergrid-data.md 0.1 and 3. */
import type { FastifyReply } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { changeConnection } from './connection-answers.ts';
import { type DataCall, entitiesOf, sendEntities } from './data-call.ts';
import type { QueryParameters } from './envelope.ts';
import { addressedPath, operationOf, pathSegments } from './guard.ts';
import { ofConnectionType, ofOneType } from './list-narrowing.ts';
import { changeMany, isChangeOfMany } from './nested-changes.ts';
import { changeLinks, isOfLinks } from './nested-links.ts';
import { changeMembership } from './nested-memberships.ts';
import type { ManySelector } from './nested-path.ts';
import { readWords } from './nested-path.ts';
import { onlyReadBelowMany } from './nested-refusals.ts';
import {
  areLinked,
  type End,
  listBelow,
  notConnected,
  pathOf,
  requireListBelow,
  type Stand,
  usualPage,
  walkDown,
} from './nested-walk.ts';
import { readDataParameters } from './query-parameters.ts';
import type { Address } from './resource-address.ts';
import { sendUnlessKnown, sendWritten } from './tagged-answers.ts';

/** `below` is how many segments of the path are about what is below the entity. */
export function answerBelow(call: DataCall, entity: StoredEntity, below: number): Promise<FastifyReply> {
  const path = `${call.collection.path}/${entity.uuid}`;
  const from = pathSegments(call.request).length - below;
  return answerFrom(call, { entities: [entity], isMany: false, path }, from);
}

/** Below all that match: what the query finds must be open to the caller, and so must be what is below each. */
export async function answerBelowMany(
  call: DataCall,
  { parameters, below }: Extract<Address, { kind: 'below_many' }>,
): Promise<FastifyReply> {
  const { collection, request, options } = call;
  const path = addressedPath([collection.segment]);
  await options.core.pathPermission.require(request.caller, request.application, operationOf(request), path);
  const { query, limit, cursor } = ofOneType(readDataParameters(parameters), collection.type);
  const { entities } = await entitiesOf(call).query(collection.type, query, { limit, cursor });
  return answerFrom(call, { entities, isMany: true, path: `${collection.path}/all` }, below);
}

async function answerFrom(call: DataCall, stand: Stand, from: number): Promise<FastifyReply> {
  const end = await walkDown(call, stand, readWords(call.request, from));
  const { method } = call.request;
  if (method === 'GET') return show(call, end);
  const { relation } = end;
  if (end.stand.isMany) throw onlyReadBelowMany(call.request, relation);
  const isOfMatches = isChangeOfMany(call, end);
  if (isOfMatches) await requireListBelow(call, end);
  if (isOfLinks(end)) return changeLinks(call, end);
  if (isOfMatches) return changeMany(call, end);
  const changed = await (relation.kind === 'sub-collection'
    ? changeMembership(call, { ...end, relation })
    : changeConnection(call, { ...end, relation }));
  if (changed) return sendChanged(call, end, changed);
  // Nothing is named that could be connected. The original then answers with the list: that takes the right to read it.
  const whole = addressedPath(pathSegments(call.request));
  await call.options.core.pathPermission.require(call.request.caller, call.request.application, 'get', whole);
  return show(call, end);
}

async function show(call: DataCall, end: End): Promise<FastifyReply> {
  const { stand, relation, selector, far } = end;
  if (selector.kind === 'many') return list(call, end, selector);
  if (!far || !(await areLinked(call, stand, relation, far))) throw notConnected();
  return sendUnlessKnown(call, pathOf(end), far, { isOfMany: stand.isMany });
}

async function list(call: DataCall, end: End, selector: ManySelector): Promise<FastifyReply> {
  const { stand } = end;
  const sent = { ...(call.request.query as QueryParameters), ...selector.parameters };
  const parameters = readDataParameters(sent, usualPage(end.relation));
  const relation = ofConnectionType(end.relation, stand.entities, parameters);
  const page = await listBelow(call, stand, relation, selector, parameters);
  return sendEntities(call, page.entities, {
    path: pathOf({ stand, relation }),
    isOfMany: stand.isMany,
    projection: parameters.query.projection,
    distances: page.distances,
    members: { cursor: page.cursor },
  });
}

/** What was disconnected is as it was, and not at this path any more. */
const sendChanged = (call: DataCall, end: End, entity: StoredEntity): Awaitable<FastifyReply> =>
  call.request.method === 'DELETE'
    ? sendEntities(call, [entity], { path: pathOf(end) })
    : sendWritten(call, pathOf(end), entity);
