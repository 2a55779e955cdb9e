/**
 * Results nearest first. Cells of the index are looked into in the order of their distances, and cut up where they
 * hold many points, until nothing that is left can be on the page: the cost is that of the points around, however many
 * there are elsewhere.
 */
import { setImmediate } from 'node:timers/promises';
import type { IndexEntry, IndexPosition, IndexRange, StoredEntity } from '../entity-store.ts';
import { isIndexedPath } from '../index/entity-index.ts';
import { encodeIndexValue } from '../index/index-key.ts';
import { isShort, type Row, type RowBudget, rowOf, rowsOf } from '../index/index-rows.ts';
import { splitProbes } from '../query/branches.ts';
import { singleValue } from '../query/condition-ranges.ts';
import { evaluateFilter, type Filter, type Within } from '../query/filter.ts';
import type { QueryPlan } from '../query/planner.ts';
import type { PageResult, QueryRun } from '../query/query-runner.ts';
import { type CompareTuples, compareBy, type Leaders, sortTupleOf } from '../query/sort-order.ts';
import { leadersOf, resultOf } from '../query/sorted-pages.ts';
import { type Areas, cellsAround, compareDistance, createAreas } from './geo-areas.ts';
import {
  type Cell,
  cellAt,
  childrenOf,
  deepestLevel,
  pointOfKey,
  pointsPath,
  rangeOfCell,
} from './geo-cells.ts';
import { distanceInMeters } from './geography.ts';

interface Search {
  run: QueryRun;
  budget: RowBudget;
  place: Within;
  /** Index entries that every result has. */
  probes: IndexEntry[];
  /** To be evaluated on each entity. */
  residual: Filter[];
  compare: CompareTuples;
  leaders: Leaders<Row>;
  /** Uuids of entities that need no second look. */
  seen: Set<string>;
  areas: Areas;
  walks: number;
  /** A cell of more rows than these is cut up. */
  rowsOfCell: number;
  /** Cells of lower levels are expected to hold more. */
  likelyLevel: number;
}

const fewestRows = 12;
const mostRows = 50;
/** Where conditions leave few of the rows, larger and larger cells are taken. */
const mostRowsWithConditions = 1000;
const walksBeforeLarger = 16;
const walksBeforePause = 8;
/** Of the bodies that one walk reads. */
const chunkCharacters = 8_000_000;

/** Whether the results are sorted by a distance first, and points are in the index. */
export const isNearestFirst = ({ order }: QueryPlan): boolean =>
  order[0]?.from !== undefined && isIndexedPath(order[0].from.path);

/** Undefined when the budget ran out. */
export async function nearestPage(run: QueryRun, budget: RowBudget): Promise<PageResult | undefined> {
  const search = createSearch(run, budget);
  const { areas, leaders } = search;
  search.likelyLevel = await levelOfFew(search);
  for (const cell of cellsAround(search.place, search.likelyLevel)) areas.add(cell);
  for (let area = areas.next(); area; area = areas.next()) {
    if (isBeyondPage(search, area.least)) break;
    if ('level' in area.of) await lookInto(search, area.of);
    else await lookAt(search, area.of, area.least);
    if (budget.ranOut) return undefined;
  }
  return resultOf(leaders);
}

function createSearch(run: QueryRun, budget: RowBudget): Search {
  const { plan, page } = run;
  const place = plan.order[0]!.from!;
  return {
    run,
    budget,
    place,
    // What lies in reach is known from the index.
    ...splitProbes(plan.conditions.filter((condition) => condition !== place)),
    compare: compareBy(plan.order),
    leaders: leadersOf(run),
    seen: new Set(),
    areas: createAreas(place, page.after),
    walks: 0,
    rowsOfCell: Math.min(Math.max(page.limit, fewestRows), mostRows),
    likelyLevel: 0,
  };
}

/** Of the largest cell around the place that holds few points. */
async function levelOfFew(search: Search): Promise<number> {
  const isSmall = (level: number): Promise<boolean> => holdsFew(search, cellAt(search.place, level));
  if (await isSmall(0)) return 0;
  let [low, high] = [1, deepestLevel];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await isSmall(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const holdsFew = ({ run, place, rowsOfCell }: Search, cell: Cell): Promise<boolean> =>
  isShort(run.store, run.rules.type, rangeOfCell(place.path, cell), rowsOfCell);

const isBeyondPage = ({ leaders }: Search, distance: number): boolean =>
  leaders.isFull() && compareDistance(distance, leaders.last()!) > 0;

/** Offers every point of a cell that holds few; one that holds many is cut up. */
async function lookInto(search: Search, cell: Cell): Promise<void> {
  const range = rangeOfCell(search.place.path, cell);
  if (cell.level >= search.likelyLevel || (await holdsFew(search, cell))) {
    const position = await readRows(search, range);
    if (!position) return;
    if (cell.level === deepestLevel) {
      await lookThrough(search, range, position);
      return;
    }
  }
  search.likelyLevel = Math.max(search.likelyLevel, cell.level + 1);
  for (const child of childrenOf(cell)) search.areas.add(child);
}

/** The rest of a smallest cell. Where the rows of one point are cut off, they wait until it is the nearest. */
async function lookThrough(search: Search, range: IndexRange, position: IndexPosition): Promise<void> {
  for (let last: IndexPosition | undefined = position; last && !search.budget.ranOut; ) {
    const point = Buffer.from(last.value);
    search.areas.add(point);
    last = await readRows(search, { ...range, from: point, fromInclusive: false });
  }
}

/** One walk. Returns where it ended, if that is not the end of the range. */
async function readRows(search: Search, range: IndexRange): Promise<IndexPosition | undefined> {
  const { run, budget, probes } = search;
  const rows = Math.min(search.rowsOfCell, budget.rowsLeft);
  if (rows === 0) {
    budget.ranOut = true;
    return undefined;
  }
  const { type } = run.rules;
  const walk = { type, range, descending: false, probes, after: undefined, limit: rows, scanLimit: rows };
  const { entities, position, lookedAt } = await run.store.walk(walk);
  for await (const portion of budget.work.portions(entities)) {
    for (const found of portion) offer(search, found.entity, found.position.value);
  }
  budget.rowsLeft -= lookedAt;
  search.walks += 1;
  if (search.walks % walksBeforeLarger === 0 && mayLookFurther(search, entities)) {
    search.rowsOfCell = Math.min(2 * search.rowsOfCell, mostRowsWithConditions);
  }
  if (search.walks % walksBeforePause === 0) await setImmediate();
  return position;
}

/** There are conditions, and the entities are not so large that many of them would fill the memory. */
const mayLookFurther = ({ probes, residual }: Search, read: { entity: StoredEntity }[]): boolean =>
  probes.length + residual.length > 0 &&
  read.reduce((sum, { entity }) => sum + entity.body.length, 0) < chunkCharacters / 2;

/** The rows of one point are in the order of the result, unless that has more keys than the distance. */
async function lookAt(search: Search, point: Uint8Array, distance: number): Promise<void> {
  const { run, place, probes, leaders, compare } = search;
  const { after } = run.page;
  const range = singleValue({ path: pointsPath(place.path), value: point });
  const values = [encodeIndexValue(distance)];
  const followsWalk = run.plan.order.length === 1;
  const isTied = after !== undefined && compareDistance(distance, after) === 0;
  const position = followsWalk && isTied ? { ...after, value: point } : undefined;
  const walk = { type: run.rules.type, range, descending: true, probes, after: position };
  for await (const rows of rowsOf(run.store, walk, search.budget, run.page.limit)) {
    for (const { entity } of rows) {
      const isLater = leaders.isFull() && compare({ ...entity, values }, leaders.last()!) > 0;
      if (followsWalk && isLater) return;
      offer(search, entity, point);
    }
  }
}

/** An entity with several points is offered at its nearest, whichever it was met at. */
function offer(search: Search, entity: StoredEntity, point: Uint8Array): void {
  const { run, place, leaders, seen, compare } = search;
  const { after } = run.page;
  const distance = distanceInMeters(place, pointOfKey(point));
  if (distance > place.meters || isBeyondPage(search, distance)) return;
  if ((after && compareDistance(distance, after) < 0) || seen.has(entity.uuid)) return;
  seen.add(entity.uuid);
  const row = rowOf(entity);
  if (!search.residual.every((condition) => evaluateFilter(condition, row.parsed()))) return;
  const tuple = sortTupleOf(entity, row.parsed(), run.plan.order);
  if (!after || compare(tuple, after) > 0) leaders.offer(tuple, row);
}
