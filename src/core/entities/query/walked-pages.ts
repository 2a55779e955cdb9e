/** Pages from walks of the index: in its order, or sorted on the way. */

import type { IndexPosition, IndexRange, StoredEntity } from '../entity-store.ts';
import { encodeIndexValue } from '../index/index-key.ts';
import { type Row, type RowBudget, rowsOf } from '../index/index-rows.ts';
import { intersect } from './condition-ranges.ts';
import { type CandidateRow, mergedRows } from './merged-rows.ts';
import { isWalkable, type Phase } from './phases.ts';
import type { QueryPlan } from './planner.ts';
import type { PageResult, QueryRun } from './query-runner.ts';
import { compareSortValues, isDescending, type Leaders, type SortTuple, sortTupleOf } from './sort-order.ts';
import { leadersOf, offer, resultOf, satisfies } from './sorted-pages.ts';

/** Rows read beyond the page at first, where some may not satisfy the query. */
const rowsToSpare = 20;

/** Undefined when the budget ran out. */
export function walkPhases(
  run: QueryRun,
  phases: Phase[],
  budget: RowBudget,
): Promise<PageResult | undefined> {
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
  const walks = phase.walks.map(({ residual, ...rest }) => {
    const position = after && positionIn(phase, rest.range, after);
    const walk = { type: rules.type, ...rest, descending: phase.descending, after: position };
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

function accepts(phase: Phase, row: CandidateRow): boolean {
  if (!row.residuals.some((residual) => satisfies(residual, row))) return false;
  if (phase.lacking) return sortTupleOf(row.entity, row.parsed(), [phase.lacking]).values[0] === undefined;
  if (!phase.repeats) return true;
  const [value] = sortTupleOf(row.entity, row.parsed(), [phase.sortedBy!]).values;
  return value?.equals(row.position.value) ?? false;
}
