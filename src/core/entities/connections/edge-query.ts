/**
 * Lists of what edges lead to, as members of a group. By themselves they come last connected first, page by page. What
 * a query asks of them no index knows, so it looks at the entities, at a bounded number of them.
 */
import { KeygridError } from '../../errors.ts';
import { isUuid } from '../../uuid.ts';
import type { EdgePage, StoredEntity } from '../entity-store.ts';
import { entityType } from '../entity-types.ts';
import { parseQueried } from '../index/indexed-fields.ts';
import { distancesOf, orderWithDistances, requirePlacesOnEarth } from '../query/distance-order.ts';
import type { EntityPage, PageOptions } from '../query/entity-page.ts';
import { type EntityQuery, evaluateFilter } from '../query/filter.ts';
import { createWorkMeter, weightOf } from '../query/query-work.ts';
import { compareBy, type ParsedEntity, sortTupleOf } from '../query/sort-order.ts';

type EdgePosition = NonNullable<EdgePage['after']>;

export interface FarEnd {
  entity: StoredEntity;
  connectedAt: number;
}

/** The next ones after a position, last connected first. */
export type ReadFarEnds = (limit: number, after: EdgePosition | undefined) => Promise<FarEnd[]>;

const readFirst = 20;
const mostTogether = 500;
/** Of bodies, that one read aims at. */
const charactersTogether = 4_000_000;
const mostLookedAt = 10_000;
/** Of bodies: then a page ends early, with a cursor. */
const pageCharacters = 32_000_000;

/**
 * The cursor is given whenever the page is full: there may be nothing after it.
 * @throws KeygridError `query_too_broad`, `invalid_argument` for a cursor that is none
 */
export async function queryFarEnds(
  read: ReadFarEnds,
  query: EntityQuery,
  { limit, cursor }: PageOptions,
): Promise<EntityPage> {
  const from = parseCursor(cursor);
  requirePlacesOnEarth(query.filter);
  if (query.direct?.length === 0) return { entities: [], cursor: undefined };
  const order = orderWithDistances(query);
  if (order.length > 0) return sortedPage(read, { ...query, order }, limit, from.offset);
  const isPlain = query.filter === undefined && query.direct === undefined;
  const ends = isPlain ? upTo(read, limit, from.after) : matching(read, query, from.after);
  const { found, isFull } = await firstOf(ends, limit);
  const last = isFull ? found.at(-1) : undefined;
  return {
    entities: found.map(({ entity }) => entity),
    cursor: last && render(`${last.connectedAt} ${last.entity.uuid}`),
  };
}

async function sortedPage(
  read: ReadFarEnds,
  query: EntityQuery,
  limit: number,
  offset: number,
): Promise<EntityPage> {
  const { found, isFull } = await firstOf(matching(read, query, undefined), Number.POSITIVE_INFINITY);
  if (isFull) throw new KeygridError('query_too_broad', 'The connected entities are too large to be sorted');
  const compare = compareBy(query.order);
  const sorted = found
    .map(({ entity }) => ({ entity, tuple: sortTupleOf(entity, parse(entity), query.order) }))
    .sort((left, right) => compare(left.tuple, right.tuple));
  const entities = sorted.slice(offset, offset + limit).map(({ entity }) => entity);
  const distances = distancesOf(query, entities);
  return { entities, distances, cursor: entities.length === limit ? render(`${offset + limit}`) : undefined };
}

/** As many as a page holds. */
async function firstOf(
  chunks: AsyncIterable<FarEnd[]>,
  limit: number,
): Promise<{ found: FarEnd[]; isFull: boolean }> {
  const found: FarEnd[] = [];
  let characters = 0;
  for await (const ends of chunks) {
    for (const end of ends) {
      found.push(end);
      characters += end.entity.body.length;
      if (found.length === limit || characters > pageCharacters) return { found, isFull: true };
    }
  }
  return { found, isFull: false };
}

/** @throws KeygridError `query_too_broad` */
async function* matching(
  read: ReadFarEnds,
  query: EntityQuery,
  after: EdgePosition | undefined,
): AsyncGenerator<FarEnd[]> {
  const work = createWorkMeter(weightOf(query.filter ? [query.filter] : []));
  let lookedAt = 0;
  for await (const ends of upTo(read, mostLookedAt, after)) {
    lookedAt += ends.length;
    for await (const portion of work.portions(ends)) {
      yield portion.filter(({ entity }) => matches(entity, query));
    }
  }
  if (lookedAt < mostLookedAt) return;
  throw new KeygridError(
    'query_too_broad',
    `A query of connected entities looks at ${mostLookedAt} of them at most`,
  );
}

/** Read in pieces that are small where entities are large. */
async function* upTo(
  read: ReadFarEnds,
  most: number,
  after: EdgePosition | undefined,
): AsyncGenerator<FarEnd[]> {
  let position = after;
  let together = readFirst;
  for (let left = most; left > 0; ) {
    const asked = Math.min(together, left);
    const ends = await read(asked, position);
    yield ends;
    const last = ends.at(-1);
    if (ends.length < asked || !last) return;
    position = { connectedAt: last.connectedAt, uuid: last.entity.uuid };
    left -= ends.length;
    const characters = ends.reduce((sum, { entity }) => sum + entity.body.length, 0);
    const fitting = Math.floor((charactersTogether * ends.length) / (characters + 1));
    together = Math.max(1, Math.min(mostTogether, fitting));
  }
}

const parse = (entity: StoredEntity): ParsedEntity => parseQueried(entity);

function matches(entity: StoredEntity, { filter, direct }: EntityQuery): boolean {
  if (direct) return direct.includes(entity.uuid) || direct.includes(nameOf(entity));
  return filter === undefined || evaluateFilter(filter, parse(entity));
}

const nameOf = (entity: StoredEntity): string =>
  String(parse(entity)[entityType(entity.type).alias ?? 'name'] ?? '').toLowerCase();

const render = (text: string): string => Buffer.from(text).toString('base64url');

/** An edge, or in a sorted list a place. */
function parseCursor(cursor: string | undefined): { after: EdgePosition | undefined; offset: number } {
  if (!cursor) return { after: undefined, offset: 0 };
  const [number = '', uuid] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const isOurs = /^\d{1,15}$/.test(number) && (uuid === undefined || isUuid(uuid));
  if (!isOurs) throw new KeygridError('invalid_argument', 'The cursor does not belong to this query');
  if (uuid === undefined) return { after: undefined, offset: Number(number) };
  return { after: { connectedAt: Number(number), uuid: uuid.toLowerCase() }, offset: 0 };
}
