/** The index walks that a query is answered by, one after the other. */

import { exactEntry, narrowedRange, singleValue, wholePath } from './condition-ranges.ts';
import { isIndexedPath } from './entity-index.ts';
import type { IndexEntry, IndexRange } from './entity-store.ts';
import type { EntityType } from './entity-types.ts';
import type { Filter, SortKey } from './filter.ts';
import type { QueryPlan } from './planner.ts';
import { isDescending } from './sort-order.ts';

/** One walk, and what its rows must satisfy beyond being there. */
export interface Phase {
  range: IndexRange;
  descending: boolean;
  probes: IndexEntry[];
  /** To be evaluated on each entity. */
  residual: Filter[];
  /** The sort key that gives the rows their order; undefined = by age. */
  sortedBy: SortKey | undefined;
  /** Rows are kept only if their entity has no value here. */
  lacking: SortKey | undefined;
  /** An entity may appear several times: it counts where it has its sort value. */
  repeats: boolean;
}

/** Every probe is a key look-up a row; more than these are left to be evaluated. */
const mostProbes = 6;

const alwaysThere = ['created', 'modified'];

/** Whether entities have at most one value at the path, whatever they hold. */
export const isSingleValued = (rules: EntityType, path: string): boolean =>
  alwaysThere.includes(path) || path === 'name' || rules.unique.includes(path);

const isAlwaysPresent = (rules: EntityType, path: string): boolean =>
  alwaysThere.includes(path) || (rules.unique.includes(path) && rules.required.includes(path));

/** Whether the first key of the order can be walked along. */
export const isWalkable = (order: SortKey[]): boolean =>
  order[0] === undefined || isIndexedPath(order[0].path);

/**
 * The walks whose rows, one after the other, hold the result: in its order as far as the first key goes, where that
 * is indexed. `repeats` says that some entities have several values at the first key's path.
 */
export function phasesOf(rules: EntityType, { conditions, order }: QueryPlan, repeats: boolean): Phase[] {
  const first = order[0];
  if (first === undefined || !isWalkable(order)) return [byAge(conditions, undefined)];
  const sorted = sortedPhase(conditions, first, repeats);
  const allHaveIt =
    isAlwaysPresent(rules, first.path) || conditions.some((condition) => demands(condition, first.path));
  return allHaveIt ? [sorted] : [sorted, byAge(conditions, first)];
}

const isScalarTest = (filter: Filter): filter is Extract<Filter, { path: string }> =>
  filter.kind === 'comparison' || filter.kind === 'wildcard' || filter.kind === 'contains';

/** Whether only entities with a scalar at the path can satisfy it. */
const demands = (filter: Filter, path: string): boolean => isScalarTest(filter) && filter.path === path;

function sortedPhase(conditions: Filter[], first: SortKey, repeats: boolean): Phase {
  const narrowed = repeats
    ? { range: wholePath(first.path), served: [] }
    : narrowedRange(first.path, conditions);
  const others = conditions.filter((condition) => !narrowed.served.includes(condition));
  const descending = isDescending(first);
  const rest = splitProbes(others);
  return { range: narrowed.range, descending, ...rest, sortedBy: first, lacking: undefined, repeats };
}

/** Newest first, along an equality if there is one, else along all entities of the collection. */
function byAge(conditions: Filter[], lacking: SortKey | undefined): Phase {
  const byAgeOnly = { descending: true, sortedBy: undefined, lacking, repeats: false };
  const driver = conditions.find((condition) => exactEntry(condition) !== undefined);
  const entry = driver && exactEntry(driver);
  if (entry) {
    const others = conditions.filter((condition) => condition !== driver);
    return { range: singleValue(entry), ...splitProbes(others), ...byAgeOnly };
  }
  const narrowed = narrowedRange('created', conditions);
  const residual = conditions.filter((condition) => !narrowed.served.includes(condition));
  return { range: narrowed.range, probes: [], residual, ...byAgeOnly };
}

function splitProbes(conditions: Filter[]): { probes: IndexEntry[]; residual: Filter[] } {
  const probes: IndexEntry[] = [];
  const residual: Filter[] = [];
  for (const condition of conditions) {
    const entry = probes.length < mostProbes ? exactEntry(condition) : undefined;
    if (entry) probes.push(entry);
    else residual.push(condition);
  }
  return { probes, residual };
}
