/** Carries out a query plan page by page. Every way of doing so gives the same entities in the same order. */
import type { BoundedCache } from '../../bounded-cache.ts';
import { KeygridError } from '../../errors.ts';
import type { EntityStore, IndexRange, StoredEntity } from '../entity-store.ts';
import type { EntityType } from '../entity-types.ts';
import { isNearestFirst, nearestPage } from '../geo/geo-search.ts';
import { type RowBudget, rowBudget } from '../index/index-rows.ts';
import { singleValue } from './condition-ranges.ts';
import { chooseDriver, type DriverChoice } from './drivers.ts';
import { isSingleValued, isWalkable, phasesOf } from './phases.ts';
import type { QueryPlan } from './planner.ts';
import type { QueryRecorder } from './query-explanation.ts';
import { weightOf } from './query-work.ts';
import { findShortRanges, hasManyValues } from './short-ranges.ts';
import type { SortTuple } from './sort-order.ts';
import { lookedUp, rowsInRanges, sortedPage } from './sorted-pages.ts';
import { walkPhases } from './walked-pages.ts';

export interface QueryBounds {
  /** Index rows that one page may look at. */
  maximumRows: number;
  /** Rows looked at beyond the page itself before a cheaper way is looked for; some times as many before the next. */
  rowsBeforeDoubt: number;
  /** How far to look along each of several ways before one is chosen. */
  rowsAhead: number;
  /** Characters of bodies after which a page ends early, with a cursor. */
  pageCharacters: number;
}

export const standardBounds: QueryBounds = {
  maximumRows: 100_000,
  rowsBeforeDoubt: 300,
  rowsAhead: 50,
  pageCharacters: 32_000_000,
};

/** A search for the nearest looks at some rows around for each that it gives; most cost no look at an entity. */
const rowsAround = 10;

/** When to doubt that a walk is the best way, and how many rows are then few enough to be read whole and sorted. */
const doubts = [
  { times: 1, shortRows: 500 },
  { times: 4, shortRows: 10_000 },
];

export interface PageRequest {
  limit: number;
  /** Where the last page ended. */
  after: SortTuple | undefined;
}

export interface PageResult {
  entities: StoredEntity[];
  /** Where this page ended, if there may be more. */
  last: SortTuple | undefined;
  /** As `EntityPage` has them, where they are known already. */
  distances?: number[];
}

export interface QueryRun {
  store: EntityStore;
  rules: EntityType;
  plan: QueryPlan;
  page: PageRequest;
  bounds: QueryBounds;
  /** For each kind of search, how large the cells around a place best were (geo-levels.ts): a first guess. */
  likelyLevels: BoundedCache<string, number>;
  /** Set when somebody wants to know what is done. */
  recorder: QueryRecorder | undefined;
}

/** @throws KeygridError `query_too_broad` */
export async function runQuery(run: QueryRun): Promise<PageResult> {
  const { plan, page, bounds } = run;
  if (plan.isEmpty) return { entities: [], last: undefined };
  if (plan.lookups) {
    run.recorder?.begin('look up', plan.conditions);
    return sortedPage(run, lookedUp(run));
  }
  const attempt = await attemptsOf(run);
  const weight = weightOf(plan.conditions);
  for (const { times, shortRows } of plan.conditions.length > 0 ? doubts : []) {
    const rows = (page.limit + times * bounds.rowsBeforeDoubt) * (isNearestFirst(plan) ? rowsAround : 1);
    const result = await attempt(rowBudget(Math.min(rows, bounds.maximumRows), weight));
    if (result) return result;
    run.recorder?.begin('choose');
    const ranges = await findShortRanges(run.store, run.rules, plan.conditions, shortRows);
    if (ranges) return readAll(run, ranges);
  }
  const result = await attempt(rowBudget(bounds.maximumRows, weight));
  if (result) return result;
  throw new KeygridError(
    'query_too_broad',
    `The query would look at more than ${bounds.maximumRows} entities: add a condition that few entities satisfy, such as an equality or a narrow range, and order by a property that all of them have`,
  );
}

/** Gives undefined when the budget ran out. */
type Attempt = (budget: RowBudget) => Promise<PageResult | undefined>;

async function attemptsOf(run: QueryRun): Promise<Attempt> {
  const { driver, isShort } = await bestDriver(run);
  if (driver && isShort && run.plan.order.length > 0) {
    const ranges = driver.branches.map(({ entry }) => singleValue(entry));
    return () => readAll(run, ranges);
  }
  if (isNearestFirst(run.plan)) {
    return (budget) => {
      run.recorder?.begin('search nearest first', run.plan.conditions);
      return nearestPage(run, budget);
    };
  }
  const phases = phasesOf(run.rules, run.plan, { repeats: await mayRepeat(run), driver });
  return (budget) => walkPhases(run, phases, budget);
}

function readAll(run: QueryRun, ranges: IndexRange[]): Promise<PageResult> {
  run.recorder?.begin('read all and sort', run.plan.conditions);
  return sortedPage(run, rowsInRanges(run, ranges));
}

/** Whether a walk along the first key may meet an entity twice. */
async function mayRepeat({ store, rules, plan }: QueryRun): Promise<boolean> {
  const path = plan.order[0]?.path;
  if (path === undefined || !isWalkable(plan.order) || isSingleValued(rules, path)) return false;
  return hasManyValues(store, rules.type, path);
}

function bestDriver({ store, rules, plan, page, bounds }: QueryRun): Promise<DriverChoice> {
  const isByAge = plan.order.length === 0;
  return chooseDriver({
    store,
    type: rules.type,
    conditions: plan.conditions,
    rowsAhead: bounds.rowsAhead,
    after: isByAge ? page.after : undefined,
    // A short one is better sorted than looked for along the order.
    measured: !isByAge,
  });
}
