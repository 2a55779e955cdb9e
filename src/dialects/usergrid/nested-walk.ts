/** Goes down a path of connected entities: each is connected to the one above it. usergrid-data.md 3.2. */

import type { EntityPage } from '../../core/entities/entities.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { KeygridError } from '../../core/errors.ts';
import type { Operation } from '../../core/identity/permission-pattern.ts';
import { requireUser } from '../../core/identity/user-reference.ts';
import { type DataCall, entitiesOf } from './data-call.ts';
import type { QueryParameters } from './envelope.ts';
import { addressedPath, forcedAlias, operationOf, pathSegments } from './guard.ts';
import { collectionName } from './inflection.ts';
import { ofConnectionType, ofType } from './list-narrowing.ts';
import {
  type ManySelector,
  type OneSelector,
  type Relation,
  readRelation,
  readSelector,
  type Selector,
  type Word,
} from './nested-path.ts';
import { type DataParameters, readDataParameters } from './query-parameters.ts';
import { listSegments } from './resource-address.ts';

/** Where the walk has come to. */
export interface Stand {
  entities: StoredEntity[];
  /** A query found them, even if it was one: what is below them is only read. */
  isMany: boolean;
  /** The path of the entity, with uuids; of several, the path of their collection and `all`. */
  path: string;
  /** The group that a user was reached by, as one of its members. */
  memberOf?: StoredEntity | undefined;
}

/** Where it ends: at the stand above, with what the last words say of what is below. */
export interface End {
  stand: Stand;
  /** Where the words below the stand begin, as the place of a segment. */
  at: number;
  relation: Relation;
  selector: Selector;
  /** The one entity that the last words name, whether it is connected or not; undefined if there is none. */
  far: StoredEntity | undefined;
}

/** How often a query may choose what the path goes on from: each may lead to a thousand entities. */
const mostQueries = 5;
export const usualPage = (relation: Relation): number => (relation.kind === 'sub-collection' ? 10 : 1000);

/**
 * @throws KeygridError `resource_not_found`, `permission_missing`, `invalid_argument`, and as Connections.list
 */
export async function walkDown(call: DataCall, from: Stand, words: Word[]): Promise<End> {
  let stand = from;
  let left = words;
  let queries = 0;
  for (;;) {
    // The right to the whole path is what every request is asked for (guard.ts).
    const begin = left[0]?.at ?? 0;
    if (stand !== from || stand.isMany) await requireBelow(call, stand, { begin });
    const relation = relationBelow(stand, left);
    const selector = readSelector(relation.part, relation.rest);
    if (selector.kind === 'many') {
      if (selector.rest.length === 0)
        return { stand, at: begin, relation: relation.part, selector, far: undefined };
      queries += 1;
      if (queries > mostQueries) throw tooManyQueries();
      // What goes on below a list is read from the list: it takes the right to that too.
      await requireBelow(call, stand, { begin, end: selector.rest[0]?.at });
      stand = await findMany(call, stand, relation.part, selector);
      left = selector.rest;
    } else {
      const found = await findFar(call, relation.part, selector);
      const { entity: far } = found;
      if (found.rest.length === 0) return { stand, at: begin, relation: relation.part, selector, far };
      stand = await requireLinked(call, stand, relation.part, far);
      left = found.rest;
    }
  }
}

/**
 * What is connected to an entity shows the entity itself to whoever may read the connection. What is below it is seen
 * and changed with the right to it, whatever way leads there (usergrid-auth.md 7.2).
 */
async function requireBelow(
  { request, options }: DataCall,
  { entities }: Stand,
  { begin, end }: { begin: number; end?: number | undefined },
  operations: Operation[] = [operationOf(request)],
): Promise<void> {
  const below = pathSegments(request).slice(begin, end);
  for (const { type, uuid } of entities) {
    const path = addressedPath([collectionName(type), uuid, ...below]);
    for (const operation of operations) {
      await options.core.pathPermission.require(request.caller, request.application, operation, path);
    }
  }
}

/** For what is done to all that match in a list, and for being shown it. @throws KeygridError `permission_missing` */
export const requireListBelow = (call: DataCall, { stand, at }: End): Promise<void> =>
  requireBelow(call, stand, { begin: at, end: listSegments(call.request).length }, ['put', 'get']);

/** One without sub-collections. */
const typeOfNothing = 'thing';

/** Entities of several types may mean several things by one word. */
function relationBelow({ entities }: Stand, words: Word[]): { part: Relation; rest: Word[] } {
  const types = [...new Set(entities.map(({ type }) => type))];
  const [first, ...others] = types.map((type) => readRelation(type, words));
  // Where nothing was found nothing is below, whatever it is called.
  if (!first) return readRelation(typeOfNothing, words);
  if (others.every(({ part }) => JSON.stringify(part) === JSON.stringify(first.part))) return first;
  throw new KeygridError(
    'invalid_argument',
    `The path goes on from entities of several types: ${types.join(', ')}`,
  );
}

/** The entity that a selector names, connected or not; and the words behind it. */
async function findFar(
  call: DataCall,
  relation: Relation,
  { collection, readings, names, words }: OneSelector,
): Promise<{ entity: StoredEntity | undefined; rest: Word[] }> {
  const restOf = (unread: number): Word[] => words.slice(names - unread);
  for (const { reference, rest } of readings) {
    const entity = await findOne(call, collection?.type, reference);
    const isMeant = entity && (relation.type === undefined || entity.type === relation.type);
    if (isMeant) return { entity, rest: restOf(rest.length) };
  }
  return { entity: undefined, rest: restOf(readings[0]?.rest.length ?? 0) };
}

async function findOne(
  call: DataCall,
  type: string | undefined,
  reference: string,
): Promise<StoredEntity | undefined> {
  const { request, options } = call;
  if (type === undefined) return options.core.connections.of(request.application).findEntity(reference);
  if (type === 'user' && reference.toLowerCase() === 'me') {
    return requireUser(options.core.entities, request.application, request.caller, reference);
  }
  return entitiesOf(call).resolve(type, reference, forcedAlias(request.query as QueryParameters));
}

async function requireLinked(
  call: DataCall,
  stand: Stand,
  relation: Relation,
  entity: StoredEntity | undefined,
): Promise<Stand> {
  if (!entity || !(await areLinked(call, stand, relation, entity))) throw notConnected();
  return {
    entities: [entity],
    isMany: stand.isMany,
    path: `${stand.path}/${relation.segment}/${entity.uuid}`,
    memberOf: groupIn(stand, relation),
  };
}

function groupIn({ entities: [entity] }: Stand, relation: Relation): StoredEntity | undefined {
  const isOfMembers = relation.kind === 'sub-collection' && relation.kept.name === 'users';
  return isOfMembers && entity?.type === 'group' ? entity : undefined;
}

export function areLinked(
  { request, options }: DataCall,
  { entities }: Stand,
  relation: Relation,
  far: StoredEntity,
): Promise<boolean> {
  const { subCollections, connections } = options.core;
  return relation.kind === 'connection'
    ? connections.of(request.application).areConnected(entities, { ...relation, type: undefined }, far)
    : subCollections.has(request.application, entities, relation.kept, far);
}

async function findMany(
  call: DataCall,
  stand: Stand,
  named: Relation,
  selector: ManySelector,
): Promise<Stand> {
  const parameters = readDataParameters(selector.parameters ?? {}, usualPage(named));
  const relation = ofConnectionType(named, stand.entities, parameters);
  const found = await listBelow(call, stand, relation, selector, parameters);
  const path = `${stand.path}/${relation.segment}/all`;
  return { entities: found.entities, isMany: true, path };
}

/** What the relation leads to from any of the entities, once each. */
export function listBelow(
  { request, options }: DataCall,
  { entities }: Stand,
  relation: Relation,
  { collection }: ManySelector,
  parameters: DataParameters,
): Promise<EntityPage> {
  const { subCollections, connections } = options.core;
  const typeInPath =
    relation.kind === 'sub-collection' ? relation.kept.type : (collection?.type ?? relation.type);
  const { query, limit, cursor } = typeInPath ? ofType(parameters, typeInPath) : parameters;
  const page = { limit, cursor };
  if (relation.kind === 'sub-collection') {
    return subCollections.list(request.application, entities, relation.kept, query, page);
  }
  const asked = { ...relation, type: typeInPath ?? parameters.type };
  return connections.of(request.application).list(entities, asked, query, page);
}

export const pathOf = ({ stand, relation }: Pick<End, 'stand' | 'relation'>): string =>
  `${stand.path}/${relation.segment}`;

export const notConnected = (): KeygridError =>
  new KeygridError('resource_not_found', 'There is no such entity that this one is connected to');

const tooManyQueries = (): KeygridError =>
  new KeygridError('invalid_argument', `A path has at most ${mostQueries} queries in it`);
