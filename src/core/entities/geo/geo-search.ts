/**
 * Results nearest first. The index says which entities are the nearest; only those are read, and whatever they are when
 * they are read decides: an entity that has moved since, has another place that an earlier page was about, or does not
 * satisfy the query, leaves its place to the next.
 */
import { isIndexedPath } from '../index/entity-index.ts';
import { decodeIndexValue } from '../index/index-key.ts';
import { firstChunk, nextChunk, type Row, type RowBudget, rowOf } from '../index/index-rows.ts';
import type { QueryPlan } from '../query/planner.ts';
import type { PageResult, QueryRun } from '../query/query-runner.ts';
import { compareAge, type Leaders } from '../query/sort-order.ts';
import { leadersOf, offer, resultOf, satisfies } from '../query/sorted-pages.ts';
import { findCandidates } from './geo-candidates.ts';
import { compareDistance, newestOf, type Waiting } from './geo-waiting.ts';

/** Candidates read beyond the page at first, where some may not satisfy the query. */
const candidatesToSpare = 20;
const largestChunk = 1000;

/** Whether the results are sorted by a distance first, and points are in the index. */
export const isNearestFirst = ({ order }: QueryPlan): boolean =>
  order[0]?.from !== undefined && isIndexedPath(order[0].from.path);

/** Undefined when the budget ran out. */
export async function nearestPage(run: QueryRun, budget: RowBudget): Promise<PageResult | undefined> {
  const { plan, page, store } = run;
  const leaders = leadersOf(run);
  const candidates = findCandidates(run, budget, (waiting) => isBeyondPage(plan, leaders, waiting));
  const { areResults } = candidates;
  let chunk = Math.min(page.limit + (areResults ? 0 : candidatesToSpare), firstChunk);
  let read = 0;
  for (;;) {
    // Also where none is missing: one that has moved away since may stand behind others now.
    const missing = Math.max(1, page.limit - leaders.items().length);
    const taken = await candidates.take(areResults ? Math.min(chunk, missing) : chunk);
    if (budget.ranOut) return undefined;
    if (taken.length === 0) return { ...resultOf(leaders), ...distancesIn(plan, leaders) };
    const found = (await store.findEach(taken.map(({ uuid }) => uuid))).map(rowOf);
    await offerEach(run, budget, leaders, found);
    read += found.length;
    const likely = Math.ceil((missing * read) / Math.max(1, leaders.items().length)) + candidatesToSpare;
    chunk = Math.min(nextChunk(chunk, largestChunk, found), likely);
  }
}

async function offerEach(
  run: QueryRun,
  budget: RowBudget,
  leaders: Leaders<Row>,
  found: Row[],
): Promise<void> {
  const { plan, rules } = run;
  const ofType = found.filter(({ entity }) => entity.type === rules.type);
  for await (const rows of budget.work.portions(ofType)) {
    for (const row of rows) if (satisfies(plan.conditions, row)) offer(run, leaders, row);
  }
}

/** Whether everything in it comes after a page that is full. */
function isBeyondPage({ order }: QueryPlan, leaders: Leaders<Row>, waiting: Waiting): boolean {
  if (!leaders.isFull()) return false;
  const last = leaders.last()!;
  const difference = compareDistance(waiting.distance, last);
  const newest = newestOf(waiting);
  if (difference !== 0 || !newest || order.length > 1) return difference > 0;
  return compareAge(newest, last) <= 0;
}

/** Those that the page was sorted by, where they are to be shown: from the first place that the query names. */
function distancesIn({ conditions, order }: QueryPlan, leaders: Leaders<Row>): Pick<PageResult, 'distances'> {
  if (conditions.find(({ kind }) => kind === 'within') !== order[0]!.from) return {};
  return { distances: leaders.tuples().map(({ values }) => decodeIndexValue(values[0]!) as number) };
}
