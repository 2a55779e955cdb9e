/** Carries out a query plan page by page. Every way of doing so gives the same entities in the same order. */
import { KeygridError } from '../errors.ts';
import type { Driver } from './branches.ts';
import { intersect } from './condition-ranges.ts';
import { chooseDriver } from './drivers.ts';
import type { EntityStore, IndexPosition, IndexRange, StoredEntity } from './entity-store.ts';
import type { EntityType } from './entity-types.ts';
import { evaluateFilter, type Filter } from './filter.ts';
import { isNearestFirst, nearestPage } from './geo-search.ts';
import { encodeIndexValue } from './index-key.ts';
import { type Row, type RowBudget, rowBudget, rowOf, rowsOf } from './index-rows.ts';
import { type CandidateRow, mergedRows } from './merged-rows.ts';
import { isSingleValued, isWalkable, type Phase, phasesOf } from './phases.ts';
import type { QueryPlan } from './planner.ts';
import type { QueryRecorder } from './query-explanation.ts';
import { findShortRanges, hasManyValues } from './short-ranges.ts';
import {
  compareBy,
  compareSortValues,
  createLeaders,
  isDescending,
  type Leaders,
  type SortTuple,
  sortTupleOf,
} from './sort-order.ts';

export interface QueryBounds {
  /** Index rows that one page may look at. */
  maximumRows: number;
  /** Rows looked at beyond the page itself before a cheaper way is looked for. */
  rowsBeforeDoubt: number;
  /** Characters of bodies after which a page ends early, with a cursor. */
  pageCharacters: number;
}

export const standardBounds: QueryBounds = {
  maximumRows: 100_000,
  rowsBeforeDoubt: 1000,
  pageCharacters: 32_000_000,
};

/** Rows read beyond the page at first, where some may not satisfy the query. */
const rowsToSpare = 20;

export interface PageRequest {
  limit: number;
  /** Where the last page ended. */
  after: SortTuple | undefined;
}

export interface PageResult {
  entities: StoredEntity[];
  /** Where this page ended, if there may be more. */
  last: SortTuple | undefined;
}

export interface QueryRun {
  store: EntityStore;
  rules: EntityType;
  plan: QueryPlan;
  page: PageRequest;
  bounds: QueryBounds;
  /** Set when somebody wants to know what is done. */
  recorder: QueryRecorder | undefined;
}

/** @throws KeygridError `query_too_broad` */
export async function runQuery(run: QueryRun): Promise<PageResult> {
  const { plan, page, bounds } = run;
  if (plan.isEmpty) return { entities: [], last: undefined };
  if (plan.lookups) {
    run.recorder?.begin('look up', plan.conditions);
    return sorted(run, lookedUp(run));
  }
  const attempt = await attemptsOf(run);
  if (plan.conditions.length > 0) {
    const quick = await attempt(rowBudget(page.limit + bounds.rowsBeforeDoubt));
    if (quick) return quick;
    run.recorder?.begin('choose');
    const ranges = await findShortRanges(run.store, run.rules, plan.conditions);
    if (ranges) {
      run.recorder?.begin('read all and sort', plan.conditions);
      return sorted(run, rowsInRanges(run, ranges));
    }
  }
  const result = await attempt(rowBudget(bounds.maximumRows));
  if (result) return result;
  throw new KeygridError(
    'query_too_broad',
    `The query would look at more than ${bounds.maximumRows} entities: add a condition that few entities satisfy, such as an equality or a narrow range, and order by a property that all of them have`,
  );
}

/** Gives undefined when the budget ran out. */
type Attempt = (budget: RowBudget) => Promise<PageResult | undefined>;

async function attemptsOf(run: QueryRun): Promise<Attempt> {
  if (isNearestFirst(run.plan)) return (budget) => nearestPage(run, budget);
  const phases = phasesOf(run.rules, run.plan, {
    repeats: await mayRepeat(run),
    driver: await bestDriver(run),
  });
  return (budget) => walkPhases(run, phases, budget);
}

/** Whether a walk along the first key may meet an entity twice. */
async function mayRepeat({ store, rules, plan }: QueryRun): Promise<boolean> {
  const path = plan.order[0]?.path;
  if (path === undefined || !isWalkable(plan.order) || isSingleValued(rules, path)) return false;
  return hasManyValues(store, rules.type, path);
}

function bestDriver({ store, rules, plan, page }: QueryRun): Promise<Driver | undefined> {
  // Only there the cursor is in the order of age.
  const after = plan.order.length === 0 ? page.after : undefined;
  return chooseDriver(store, rules.type, plan.conditions, after);
}

/** Undefined when the budget ran out. */
function walkPhases(run: QueryRun, phases: Phase[], budget: RowBudget): Promise<PageResult | undefined> {
  const followsWalk = run.plan.order.length < 2 && isWalkable(run.plan.order);
  const evaluated = phases.flatMap(({ walks }) => walks.flatMap(({ residual }) => residual));
  run.recorder?.begin(followsWalk ? 'walk in order' : 'walk and sort', evaluated);
  return followsWalk ? inWalkOrder(run, phases, budget) : inTupleOrder(run, phases, budget);
}

/** The rows come in the order of the result: the page is done when it is full. */
async function inWalkOrder(
  run: QueryRun,
  phases: Phase[],
  budget: RowBudget,
): Promise<PageResult | undefined> {
  const { plan, page, bounds } = run;
  const entities: StoredEntity[] = [];
  let characters = 0;
  for (const phase of phases) {
    if (page.after && isBehind(phase, page.after)) continue;
    const spare = phase.walks.some(({ residual }) => residual.length > 0) ? rowsToSpare : 0;
    const wanted = page.limit - entities.length + spare;
    for await (const rows of phaseRows(run, phase, page.after, budget, wanted)) {
      for (const row of rows) {
        if (!accepts(phase, row)) continue;
        entities.push(row.entity);
        characters += row.entity.body.length;
        if (entities.length < page.limit && characters < bounds.pageCharacters) continue;
        return { entities, last: tupleInWalk(phase, row, plan) };
      }
    }
    if (budget.ranOut) return undefined;
  }
  return { entities, last: undefined };
}

/** Sorted rows have a value, and those that lack it come after: has the cursor left this phase behind? */
const isBehind = (phase: Phase, { values }: SortTuple): boolean =>
  phase.sortedBy !== undefined && values[0] === undefined;

/** @param after where the rows begin; undefined for the whole of the phase. */
async function* phaseRows(
  { store, rules }: QueryRun,
  phase: Phase,
  after: SortTuple | undefined,
  budget: RowBudget,
  wanted: number,
): AsyncGenerator<CandidateRow[]> {
  const walks = phase.walks.map(({ range, probes, residual }) => {
    const position = after && positionIn(phase, range, after);
    const walk = { type: rules.type, range, probes, descending: phase.descending, after: position };
    return { chunks: rowsOf(store, walk, budget, wanted, phase.walks.length), residual };
  });
  yield* mergedRows(walks, () => budget.ranOut);
}

/** Undefined where the phase begins only after the cursor. */
function positionIn(
  phase: Phase,
  { path, from }: IndexRange,
  { values, created, uuid }: SortTuple,
): IndexPosition | undefined {
  if (phase.sortedBy) return { value: values[0]!, created, uuid };
  if (phase.lacking && values[0] !== undefined) return undefined;
  return { value: path === 'created' ? encodeIndexValue(created) : from!, created, uuid };
}

function tupleInWalk(phase: Phase, { entity, position }: Row, { order }: QueryPlan): SortTuple {
  const value = phase.sortedBy ? Buffer.from(position.value) : undefined;
  return { values: order.map(() => value), created: entity.created, uuid: entity.uuid };
}

/** The rows are sorted in memory; a walk along the first key ends as soon as nothing after it can be on the page. */
async function inTupleOrder(
  run: QueryRun,
  phases: Phase[],
  budget: RowBudget,
): Promise<PageResult | undefined> {
  const { page } = run;
  const leaders = leadersOf(run);
  for (const phase of phases) {
    if (page.after && isBehind(phase, page.after)) continue;
    const walks = phase.walks.map((walk) => ({ ...walk, range: rangeFrom(phase, walk.range, page.after) }));
    for await (const rows of phaseRows(run, { ...phase, walks }, undefined, budget, page.limit)) {
      for (const row of rows) if (accepts(phase, row)) offer(run, leaders, row);
      if (isDecided(phase, leaders, rows.at(-1))) break;
    }
    if (budget.ranOut) return undefined;
    if (leaders.isFull()) break;
  }
  return resultOf(leaders);
}

/** Begins where the cursor's ties begin. */
function rangeFrom({ sortedBy }: Phase, range: IndexRange, after: SortTuple | undefined): IndexRange {
  const value = after?.values[0];
  if (!sortedBy || !value) return range;
  const { from = Buffer.alloc(0), to = Buffer.of(0xff), fromInclusive, toInclusive } = range;
  const ends = { from: Buffer.from(from), to: Buffer.from(to), fromInclusive, toInclusive };
  const fromCursor = isDescending(sortedBy)
    ? { ...ends, to: value, toInclusive: true }
    : { ...ends, from: value, fromInclusive: true };
  return intersect(range, fromCursor);
}

function isDecided({ sortedBy }: Phase, leaders: Leaders<Row>, row: Row | undefined): boolean {
  if (!sortedBy || !row || !leaders.isFull()) return false;
  const value = Buffer.from(row.position.value);
  return compareSortValues(value, leaders.last()!.values[0], isDescending(sortedBy)) > 0;
}

/** Sorts a bounded number of rows, each looked at in full. */
async function sorted(run: QueryRun, chunks: AsyncIterable<Row[]>): Promise<PageResult> {
  const leaders = leadersOf(run);
  const seen = new Set<string>();
  for await (const rows of chunks) {
    for (const row of rows) {
      if (seen.has(row.entity.uuid)) continue;
      seen.add(row.entity.uuid);
      if (satisfies(run.plan.conditions, row)) offer(run, leaders, row);
    }
  }
  return resultOf(leaders);
}

const leadersOf = ({ plan, page }: QueryRun): Leaders<Row> =>
  createLeaders<Row>(page.limit, compareBy(plan.order));

function offer({ plan, page }: QueryRun, leaders: Leaders<Row>, row: Row): void {
  const { order } = plan;
  const tuple = sortTupleOf(row.entity, order.length > 0 ? row.parsed() : {}, order);
  if (!page.after || compareBy(order)(tuple, page.after) > 0) leaders.offer(tuple, row);
}

const resultOf = (leaders: Leaders<Row>): PageResult => ({
  entities: leaders.items().map(({ entity }) => entity),
  last: leaders.isFull() ? leaders.last() : undefined,
});

async function* lookedUp({ store, rules, plan }: QueryRun): AsyncGenerator<Row[]> {
  const found = await Promise.all(
    plan.lookups!.map((lookup) => {
      if (lookup.kind === 'uuid') return store.findByUuid(lookup.uuid);
      const { property, value } = lookup;
      return value === undefined ? undefined : store.findByUniqueValue(rules.type, property, value);
    }),
  );
  yield found.filter((entity) => entity?.type === rules.type).map((entity) => rowOf(entity!));
}

async function* rowsInRanges({ store, rules }: QueryRun, ranges: IndexRange[]): AsyncGenerator<Row[]> {
  // The ranges are known to be short.
  const budget = rowBudget(Number.POSITIVE_INFINITY);
  for (const range of ranges) {
    const walk = { type: rules.type, range, descending: true, probes: [], after: undefined };
    yield* rowsOf(store, walk, budget, Number.POSITIVE_INFINITY);
  }
}

function accepts(phase: Phase, row: CandidateRow): boolean {
  if (!row.residuals.some((residual) => satisfies(residual, row))) return false;
  if (phase.lacking) return sortTupleOf(row.entity, row.parsed(), [phase.lacking]).values[0] === undefined;
  if (!phase.repeats) return true;
  const [value] = sortTupleOf(row.entity, row.parsed(), [phase.sortedBy!]).values;
  return value?.equals(row.position.value) ?? false;
}

const satisfies = (conditions: Filter[], row: Row): boolean =>
  conditions.every((condition) => evaluateFilter(condition, row.parsed()));
