/**
 * Results nearest first. Cells of the index are looked into in the order of their distances, and cut up where they
 * hold many points, until nothing that is left can be on the page: the cost is that of the points around, however many
 * there are elsewhere.
 */
import { setImmediate } from 'node:timers/promises';
import { splitProbes } from './branches.ts';
import { singleValue } from './condition-ranges.ts';
import { isIndexedPath } from './entity-index.ts';
import type { IndexEntry, IndexPosition, IndexRange, StoredEntity } from './entity-store.ts';
import { evaluateFilter, type Filter, type Within } from './filter.ts';
import {
  type Cell,
  cellAt,
  childrenOf,
  deepestLevel,
  pointOfKey,
  pointsPath,
  rangeOfCell,
} from './geo-cells.ts';
import { greatestDistance, leastDistance } from './geo-distances.ts';
import { distanceInMeters } from './geography.ts';
import { encodeIndexValue } from './index-key.ts';
import { isShort, type RowBudget, rowOf, rowsOf } from './index-rows.ts';
import type { QueryPlan } from './planner.ts';
import type { PageResult, QueryRun } from './query-runner.ts';
import {
  type CompareTuples,
  compareBy,
  compareSortValues,
  createLeaders,
  type Leaders,
  type SortTuple,
  sortTupleOf,
} from './sort-order.ts';

/** Somewhere that results may be, and between which distances: a cell, or the index value of one point. */
interface Area {
  least: number;
  greatest: number;
  in: Cell | Uint8Array;
}

interface Found {
  entity: StoredEntity;
  tuple: SortTuple;
}

interface Search {
  run: QueryRun;
  budget: RowBudget;
  place: Within;
  /** Index entries that every result has. */
  probes: IndexEntry[];
  /** To be evaluated on each entity. */
  residual: Filter[];
  compare: CompareTuples;
  leaders: Leaders<Found>;
  seen: Set<string>;
  /** Farthest first: the last is the next. */
  queue: Area[];
  walks: number;
  /** A cell of more rows than these is cut up. */
  rowsOfCell: number;
  /** Cells of lower levels are expected to hold more. */
  likelyLevel: number;
}

const fewestRows = 20;
const mostRows = 50;
/** Where conditions leave few of the rows, larger and larger cells are taken. */
const mostRowsWithConditions = 1000;
const walksBeforeLarger = 16;
const walksBeforePause = 8;

/** Whether the results are sorted by a distance first, and points are in the index. */
export const isNearestFirst = ({ order }: QueryPlan): boolean =>
  order[0]?.from !== undefined && isIndexedPath(order[0].from.path);

/** Undefined when the budget ran out. */
export async function nearestPage(run: QueryRun, budget: RowBudget): Promise<PageResult | undefined> {
  const search = createSearch(run, budget);
  for (const cell of await cellsAround(search)) enqueue(search, areaOfCell(search, cell));
  for (let area = search.queue.pop(); area; area = search.queue.pop()) {
    if (isBeyondPage(search, area.least)) break;
    if ('level' in area.in) await lookInto(search, area.in);
    else await lookAt(search, area.in, area.least);
    if (budget.ranOut) return undefined;
  }
  return pageOf(search);
}

function createSearch(run: QueryRun, budget: RowBudget): Search {
  const { order, conditions } = run.plan;
  const place = order[0]!.from!;
  // What lies in reach is known from the index.
  const others = conditions.filter((condition) => condition !== place);
  const compare = compareBy(order);
  return {
    run,
    budget,
    place,
    ...splitProbes(others),
    compare,
    leaders: createLeaders({ limit: run.page.limit, characters: run.bounds.pageCharacters }, compare),
    seen: new Set(),
    queue: [],
    walks: 0,
    rowsOfCell: Math.min(Math.max(run.page.limit, fewestRows), mostRows),
    likelyLevel: 0,
  };
}

/** The largest cell around the place that holds few points, and those that together are the rest of the earth. */
async function cellsAround(search: Search): Promise<Cell[]> {
  const { place } = search;
  const isSmall = (level: number): Promise<boolean> => holdsFew(search, cellAt(place, level));
  let [low, high] = (await isSmall(0)) ? [0, 0] : [1, deepestLevel];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (await isSmall(middle)) high = middle;
    else low = middle + 1;
  }
  search.likelyLevel = low;
  const cells = [cellAt(place, low)];
  for (let level = low; level > 0; level -= 1) cells.push(...siblingsOf(cellAt(place, level)));
  return cells;
}

const holdsFew = ({ run, place, rowsOfCell }: Search, cell: Cell): Promise<boolean> =>
  isShort(run.store, run.rules.type, rangeOfCell(place.path, cell), rowsOfCell);

const siblingsOf = ({ level, column, row }: Cell): Cell[] =>
  childrenOf({ level: level - 1, column: column >> 1, row: row >> 1 }).filter(
    (child) => child.column !== column || child.row !== row,
  );

const areaOfCell = ({ place }: Search, cell: Cell): Area => ({
  least: leastDistance(place, cell),
  greatest: greatestDistance(place, cell),
  in: cell,
});

function areaOfPoint({ place }: Search, point: Uint8Array): Area {
  const distance = distanceInMeters(place, pointOfKey(point));
  return { least: distance, greatest: distance, in: point };
}

/** Leaves out what holds no result of this page: out of reach, or shown by earlier pages. */
function enqueue({ place, queue, run }: Search, area: Area): void {
  if (area.least > place.meters || isBefore(area.greatest, run.page.after)) return;
  let at = queue.length;
  while (at > 0 && queue[at - 1]!.least < area.least) at -= 1;
  queue.splice(at, 0, area);
}

const isBefore = (distance: number, tuple: SortTuple | undefined): boolean =>
  tuple !== undefined && compareDistance(distance, tuple) < 0;

const isBeyondPage = ({ leaders }: Search, distance: number): boolean =>
  leaders.isFull() && compareDistance(distance, leaders.last()!) > 0;

const compareDistance = (distance: number, { values }: SortTuple): number =>
  compareSortValues(encodeIndexValue(distance), values[0], false);

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
  for (const child of childrenOf(cell)) enqueue(search, areaOfCell(search, child));
}

/** The rest of a smallest cell. Where the rows of one point are cut off, they wait until it is the nearest. */
async function lookThrough(search: Search, range: IndexRange, position: IndexPosition): Promise<void> {
  for (let last: IndexPosition | undefined = position; last && !search.budget.ranOut; ) {
    const point = Buffer.from(last.value);
    enqueue(search, areaOfPoint(search, point));
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
  for (const found of entities) offer(search, found.entity, found.position.value);
  budget.rowsLeft -= lookedAt;
  search.walks += 1;
  const isSelective = probes.length + search.residual.length > 0;
  if (isSelective && search.walks % walksBeforeLarger === 0) {
    search.rowsOfCell = Math.min(2 * search.rowsOfCell, mostRowsWithConditions);
  }
  if (search.walks % walksBeforePause === 0) await setImmediate();
  return position;
}

/** The rows of one point are in the order of the result, unless that has more keys than the distance. */
async function lookAt(search: Search, point: Uint8Array, distance: number): Promise<void> {
  const { run, probes, leaders, compare } = search;
  const { order, page } = { ...run.plan, ...run };
  const followsWalk = order.length === 1;
  const range = singleValue({ path: pointsPath(search.place.path), value: point });
  const value = encodeIndexValue(distance);
  const isTied = page.after !== undefined && compareDistance(distance, page.after) === 0;
  const after = followsWalk && isTied ? { ...page.after!, value: point } : undefined;
  const walk = { type: run.rules.type, range, descending: true, probes, after };
  for await (const rows of rowsOf(run.store, walk, search.budget, page.limit)) {
    for (const { entity } of rows) {
      const isLater = leaders.isFull() && compare({ ...entity, values: [value] }, leaders.last()!) > 0;
      if (followsWalk && isLater) return;
      offer(search, entity, point);
    }
  }
}

/** An entity with several points is offered at its nearest, whichever it was met at. */
function offer(search: Search, entity: StoredEntity, point: Uint8Array): void {
  const { run, place, leaders, seen, compare } = search;
  const distance = distanceInMeters(place, pointOfKey(point));
  if (distance > place.meters || isBeyondPage(search, distance)) return;
  if (isBefore(distance, run.page.after) || seen.has(entity.uuid)) return;
  seen.add(entity.uuid);
  const row = rowOf(entity);
  if (!search.residual.every((condition) => evaluateFilter(condition, row.parsed()))) return;
  const tuple = sortTupleOf(entity, row.parsed(), run.plan.order);
  if (!run.page.after || compare(tuple, run.page.after) > 0) leaders.offer(tuple, { entity, tuple });
}

/** Ends early where the entities are large together. */
function pageOf({ leaders, run }: Search): PageResult {
  const found = leaders.items();
  let characters = 0;
  for (const [at, { entity, tuple }] of found.entries()) {
    characters += entity.body.length;
    if (characters < run.bounds.pageCharacters) continue;
    return { entities: found.slice(0, at + 1).map((item) => item.entity), last: tuple };
  }
  return {
    entities: found.map(({ entity }) => entity),
    last: leaders.isFull() ? leaders.last() : undefined,
  };
}
