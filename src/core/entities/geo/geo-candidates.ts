/**
 * Entities by the distances that the index gives, nearest first, without a look at any of them. Cells are read from
 * the inside out, and cut up where they hold many points: the cost is that of the points around, however many there
 * are elsewhere.
 */
import { setImmediate } from 'node:timers/promises';
import type { IndexEntry, IndexKeys, IndexPosition, IndexRange } from '../entity-store.ts';
import { decodeIndexValue } from '../index/index-key.ts';
import type { RowBudget } from '../index/index-rows.ts';
import { choicesOf, splitProbes } from '../query/branches.ts';
import { singleValue } from '../query/condition-ranges.ts';
import type { Within } from '../query/filter.ts';
import type { QueryRun } from '../query/query-runner.ts';
import { compareAge, type SortTuple } from '../query/sort-order.ts';
import {
  type Cell,
  childrenOf,
  deepestLevel,
  pointOfKey,
  pointsPath,
  rangeOfCell,
  wholeEarth,
} from './geo-cells.ts';
import { greatestDistance, leastDistance } from './geo-distances.ts';
import { createLevels, type Levels } from './geo-levels.ts';
import {
  type Candidate,
  compareDistance,
  type Waiting,
  type WaitingCell,
  type WaitingPoint,
  waitingNearestFirst,
} from './geo-waiting.ts';
import { distanceInMeters } from './geography.ts';

/** Each entity once, where it is nearest; which may have changed since, or be where an earlier page has been. */
export interface Candidates {
  /** Every condition has been looked up in the index, and nothing but the distance orders them. */
  areResults: boolean;
  /** Fewer where it is a long way to the next; none where the rest is beyond the page, or the budget ran out. */
  take(count: number): Promise<Candidate[]>;
}

interface Search {
  run: QueryRun;
  budget: RowBudget;
  place: Within;
  /** Index entries that every result has. */
  probes: IndexEntry[];
  choices: IndexEntry[][];
  /** No condition is left to be evaluated. */
  isExact: boolean;
  isBeyondPage(waiting: Waiting): boolean;
  waiting: ReturnType<typeof waitingNearestFirst>;
  /** Uuids of entities that need no second look. */
  given: Set<string>;
  levels: Levels;
  /** How far earlier pages went. */
  metersShown: number;
  walks: number;
  /** A cell of more rows than these is cut up. */
  rowsOfCell: number;
}

const fewestRows = 64;
/** Where conditions leave few of the rows, larger and larger cells are taken. */
const fewestRowsWithProbes = 256;
const mostRows = 1000;
const walksBeforeLarger = 8;
const walksBeforePause = 8;
const walksForMore = 4;
const unknownLevel = 12;

/** @param isBeyondPage whether nothing of it, and of what comes after it, can be on the page. */
export function findCandidates(
  run: QueryRun,
  budget: RowBudget,
  isBeyondPage: (waiting: Waiting) => boolean,
): Candidates {
  const search = createSearch(run, budget, isBeyondPage);
  addCell(search, wholeEarth);
  const areResults = search.isExact && run.plan.order.length === 1;
  return {
    areResults,
    async take(count) {
      const taken: Candidate[] = [];
      const lastWalk = search.walks + walksForMore;
      // Where some may not satisfy the query, those that are at hand are looked at first.
      while (taken.length < count) {
        const isFar = () => taken.length > 0 && !areResults && search.walks >= lastWalk;
        const candidate = await nextOf(search, isFar);
        if (!candidate) break;
        taken.push(candidate);
      }
      run.likelyLevels.set(levelsKey(search), search.levels.likely());
      return budget.ranOut ? [] : taken;
    },
  };
}

function createSearch(run: QueryRun, budget: RowBudget, isBeyondPage: (waiting: Waiting) => boolean): Search {
  const { plan, page, likelyLevels } = run;
  const place = plan.order[0]!.from!;
  // What lies in reach is known from the index.
  const { probes, residual } = splitProbes(plan.conditions.filter((condition) => condition !== place));
  const fewest = probes.length > 0 ? fewestRowsWithProbes : fewestRows;
  const rowsOfCell = Math.max(Math.ceil(page.limit / 2), fewest);
  const likelyLevel = likelyLevels.get(levelsKey({ run, place, rowsOfCell })) ?? unknownLevel;
  const search: Search = {
    ...{ run, budget, place, probes, choices: choicesOf(residual), isBeyondPage },
    isExact: residual.length === 0,
    waiting: waitingNearestFirst(),
    given: new Set(),
    levels: createLevels(likelyLevel, () => search.rowsOfCell),
    metersShown: metersIn(page.after),
    ...{ walks: 0, rowsOfCell },
  };
  return search;
}

/** A cursor that was not made here may hold anything. */
function metersIn(after: SortTuple | undefined): number {
  const meters = decodeIndexValue(after?.values[0] ?? Buffer.alloc(0));
  return typeof meters === 'number' ? meters : 0;
}

/** Of searches that find the same levels best. */
const levelsKey = ({ run, place, rowsOfCell }: Pick<Search, 'run' | 'place' | 'rowsOfCell'>): string =>
  `${run.rules.type} ${place.path} ${rowsOfCell}`;

/** @param isFar asked again and again: whether to give up for now. */
async function nextOf(search: Search, isFar: () => boolean): Promise<Candidate | undefined> {
  const { waiting, given, isBeyondPage, budget } = search;
  for (let first = waiting.first; first && !isBeyondPage(first); first = waiting.first) {
    if (budget.ranOut || (first.kind !== 'candidate' && isFar())) return undefined;
    waiting.takeFirst();
    if (first.kind === 'cell') await lookInto(search, first);
    else if (first.kind === 'point') await lookAt(search, first);
    else if (!given.has(first.uuid)) {
      given.add(first.uuid);
      return first;
    }
  }
  return undefined;
}

/** Unless nothing of it can be on the page: out of reach, or shown by earlier pages. */
function addCell({ run, place, waiting }: Search, cell: Cell): void {
  const distance = leastDistance(place, cell);
  const { after } = run.page;
  if (distance > place.meters || (after && compareDistance(greatestDistance(place, cell), after) < 0)) return;
  waiting.add({ kind: 'cell', distance, cell });
}

async function lookInto(search: Search, { cell, distance }: WaitingCell): Promise<void> {
  const { levels, place } = search;
  const chosen = levels.cellFor(cell, Math.max(distance, search.metersShown));
  if (chosen === 'read') return;
  if (chosen === 'cut') {
    for (const child of childrenOf(cell)) addCell(search, child);
    return;
  }
  const range = rangeOfCell(place.path, chosen);
  const rowsBefore = search.budget.rowsLeft;
  const end = await readRows(search, range);
  if (end && chosen.level < deepestLevel) {
    levels.noteFull(chosen);
    const rest = chosen.level === cell.level ? childrenOf(cell) : [cell];
    for (const part of rest) if (reachesBehind(place, part, end)) addCell(search, part);
    return;
  }
  levels.noteRead(chosen, rowsBefore - search.budget.rowsLeft);
  if (end) await lookThrough(search, range, end);
}

/** Whether the walk of a cell around it ended before it had gone through the whole of this one. */
const reachesBehind = ({ path }: Within, cell: Cell, { value }: IndexPosition): boolean =>
  Buffer.compare(rangeOfCell(path, cell).to!, value) > 0;

/** The rest of a smallest cell. Where the rows of one point are cut off, they wait until it is the nearest. */
async function lookThrough(search: Search, range: IndexRange, position: IndexPosition): Promise<void> {
  for (let last: IndexPosition | undefined = position; last && !search.budget.ranOut; ) {
    const point = Buffer.from(last.value);
    addPoint(search, point);
    last = await readRows(search, { ...range, from: point, fromInclusive: false });
  }
}

/** Those at the distance of the cursor that earlier pages have shown are passed over. */
function addPoint({ run, place, waiting, probes }: Search, point: Uint8Array): void {
  const { page, plan } = run;
  const distance = distanceInMeters(place, pointOfKey(point));
  const isTied = page.after !== undefined && compareDistance(distance, page.after) === 0;
  const after = isTied && plan.order.length === 1 ? { ...page.after!, value: point } : undefined;
  if (distance > place.meters || (page.after && compareDistance(distance, page.after) < 0)) return;
  waiting.add({ kind: 'point', distance, point, after, rows: page.limit * (probes.length > 0 ? 3 : 1) });
}

/** Its rows are in the order of the result, unless that has more keys than the distance. */
async function lookAt(search: Search, waiting: WaitingPoint): Promise<void> {
  const { point, distance, after, rows } = waiting;
  const range = singleValue({ path: pointsPath(search.place.path), value: point });
  const found = await walk(search, range, Math.min(rows, mostRows), after ?? 'newest first');
  for (const position of found.positions) offer(search, position, distance);
  if (found.position) search.waiting.add({ ...waiting, after: found.position, rows: 4 * rows });
}

/** Returns where the walk ended, if that is not the end of the range. */
async function readRows(search: Search, range: IndexRange): Promise<IndexPosition | undefined> {
  const { place } = search;
  const { positions, position } = await walk(search, range, search.rowsOfCell);
  for (const each of positions) offer(search, each, distanceInMeters(place, pointOfKey(each.value)));
  return position;
}

const nothing: IndexKeys = { positions: [], position: undefined, lookedAt: 0 };

async function walk(
  search: Search,
  range: IndexRange,
  mostRowsOfIt: number,
  falling?: IndexPosition | 'newest first',
): Promise<IndexKeys> {
  const { run, budget, probes, choices } = search;
  const rows = Math.min(mostRowsOfIt, budget.rowsLeft);
  if (rows === 0) {
    budget.ranOut = true;
    return nothing;
  }
  const found = await run.store.walkKeys({
    ...{ type: run.rules.type, range, probes, choices },
    descending: falling !== undefined,
    after: falling === 'newest first' ? undefined : falling,
    ...{ limit: rows, scanLimit: rows },
  });
  budget.rowsLeft -= found.lookedAt;
  await noteWalk(search);
  return found;
}

/** A long search looks further at a time, and must not keep others from their turn. */
async function noteWalk(search: Search): Promise<void> {
  search.walks += 1;
  const { walks, probes, run } = search;
  if (walks % walksBeforeLarger === 0 && probes.length + run.plan.conditions.length > 1) {
    search.rowsOfCell = Math.min(2 * search.rowsOfCell, mostRows);
  }
  if (walks % walksBeforePause === 0) await setImmediate();
}

function offer(search: Search, { created, uuid }: IndexPosition, distance: number): void {
  if (distance > search.place.meters || search.given.has(uuid)) return;
  if (wasShown(search, { kind: 'candidate', created, uuid, distance })) search.given.add(uuid);
  else search.waiting.add({ kind: 'candidate', created, uuid, distance });
}

/** By an earlier page: where an entity is met is its distance, or it is nearer still. */
function wasShown({ run }: Search, candidate: Candidate): boolean {
  const { after } = run.page;
  if (!after) return false;
  const difference = compareDistance(candidate.distance, after);
  return (
    difference < 0 || (difference === 0 && run.plan.order.length === 1 && compareAge(candidate, after) >= 0)
  );
}
