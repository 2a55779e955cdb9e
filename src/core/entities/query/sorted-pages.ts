/** Pages of a bounded number of entities that are sorted in memory. */
import type { IndexRange } from '../entity-store.ts';
import { type Row, rowBudget, rowOf, rowsOf } from '../index/index-rows.ts';
import { evaluateFilter, type Filter } from './filter.ts';
import type { PageResult, QueryRun } from './query-runner.ts';
import { weightOf } from './query-work.ts';
import { compareBy, createLeaders, type Leaders, sortTupleOf } from './sort-order.ts';

/** Sorts a bounded number of rows, each looked at in full. */
export async function sortedPage(run: QueryRun, chunks: AsyncIterable<Row[]>): Promise<PageResult> {
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

export const leadersOf = ({ plan, page, bounds }: QueryRun): Leaders<Row> =>
  createLeaders<Row>({ limit: page.limit, characters: bounds.pageCharacters }, compareBy(plan.order));

export function offer({ plan, page }: QueryRun, leaders: Leaders<Row>, row: Row): void {
  const { order } = plan;
  const tuple = sortTupleOf(row.entity, order.length > 0 ? row.parsed() : {}, order);
  if (!page.after || compareBy(order)(tuple, page.after) > 0) leaders.offer(tuple, row);
}

export const resultOf = (leaders: Leaders<Row>): PageResult => ({
  entities: leaders.items().map(({ entity }) => entity),
  last: leaders.isFull() ? leaders.last() : undefined,
});

export async function* lookedUp({ store, rules, plan }: QueryRun): AsyncGenerator<Row[]> {
  const found = await Promise.all(
    plan.lookups!.map((lookup) => {
      if (lookup.kind === 'uuid') return store.findByUuid(lookup.uuid);
      const { property, value } = lookup;
      return value === undefined ? undefined : store.findByUniqueValue(rules.type, property, value);
    }),
  );
  yield found.filter((entity) => entity?.type === rules.type).map((entity) => rowOf(entity!));
}

export async function* rowsInRanges(
  { store, rules, plan }: QueryRun,
  ranges: IndexRange[],
): AsyncGenerator<Row[]> {
  // The ranges are known to be short.
  const budget = rowBudget(Number.POSITIVE_INFINITY, weightOf(plan.conditions));
  for (const range of ranges) {
    const walk = { type: rules.type, range, descending: true, probes: [], after: undefined };
    yield* rowsOf(store, walk, budget, Number.POSITIVE_INFINITY);
  }
}

export const satisfies = (conditions: Filter[], row: Row): boolean =>
  conditions.every((condition) => evaluateFilter(condition, row.parsed()));
