/** The index walks that a query is answered by, one after the other. */

import type { IndexEntry, IndexRange } from '../entity-store.ts';
import type { EntityType } from '../entity-types.ts';
import { isIndexedPath } from '../index/entity-index.ts';
import { branchesAlong, choicesOf, type Driver, splitProbes } from './branches.ts';
import { narrowedRange, singleValue, wholePath } from './condition-ranges.ts';
import type { Filter, SortKey } from './filter.ts';
import type { QueryPlan } from './planner.ts';
import { isDescending } from './sort-order.ts';

/** One walk, and what its rows must satisfy beyond being there. */
export interface PhaseWalk {
  range: IndexRange;
  probes: IndexEntry[];
  choices: IndexEntry[][];
  /** To be evaluated on each entity. */
  residual: Filter[];
}

/** Several walks are merged by age. */
export interface Phase {
  walks: PhaseWalk[];
  descending: boolean;
  /** The sort key that gives the rows their order; undefined = by age. */
  sortedBy: SortKey | undefined;
  /** Rows are kept only if their entity has no value here. */
  lacking: SortKey | undefined;
  /** An entity may appear several times: it counts where it has its sort value. */
  repeats: boolean;
}

const alwaysThere = ['created', 'modified'];

/** Whether entities have at most one value at the path, whatever they hold. */
export const isSingleValued = (rules: EntityType, path: string): boolean =>
  alwaysThere.includes(path) || path === 'name' || rules.unique.includes(path);

const isAlwaysPresent = (rules: EntityType, path: string): boolean =>
  alwaysThere.includes(path) || (rules.unique.includes(path) && rules.required.includes(path));

/** Whether the first key of the order can be walked along. */
export const isWalkable = (order: SortKey[]): boolean =>
  order[0] === undefined || isIndexedPath(order[0].path);

/** Found out about the data before the walks are chosen. */
export interface PhaseHints {
  /** Some entities have several values at the first key's path. */
  repeats: boolean;
  /** What is best walked along by age; undefined = the whole collection. */
  driver: Driver | undefined;
}

/**
 * The walks whose rows, one after the other, hold the result: in its order as far as the first key goes, where that
 * is indexed.
 */
export function phasesOf(rules: EntityType, plan: QueryPlan, { repeats, driver }: PhaseHints): Phase[] {
  const { conditions, order } = plan;
  const first = order[0];
  if (first === undefined || !isWalkable(order)) return [byAge(conditions, driver, undefined)];
  const sorted = sortedPhase(conditions, first, repeats);
  const allHaveIt =
    isAlwaysPresent(rules, first.path) || conditions.some((condition) => demands(condition, first.path));
  return allHaveIt ? [sorted] : [sorted, byAge(conditions, driver, first)];
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
  return {
    walks: [walkOf(narrowed.range, splitProbes(others))],
    descending: isDescending(first),
    sortedBy: first,
    lacking: undefined,
    repeats,
  };
}

/** Newest first, along the driver if there is one, else along all entities of the collection. */
function byAge(conditions: Filter[], driver: Driver | undefined, lacking: SortKey | undefined): Phase {
  const walks = driver
    ? branchesAlong(driver, conditions).map((branch) => walkOf(singleValue(branch.entry), branch))
    : [wholeCollection(conditions)];
  return { walks, descending: true, sortedBy: undefined, lacking, repeats: false };
}

function wholeCollection(conditions: Filter[]): PhaseWalk {
  const { range, served } = narrowedRange('created', conditions);
  return walkOf(range, {
    probes: [],
    residual: conditions.filter((condition) => !served.includes(condition)),
  });
}

/** What is left to be evaluated says at least what a row's entity must have in the index to be worth reading. */
const walkOf = (
  range: IndexRange,
  { probes, residual }: { probes: IndexEntry[]; residual: Filter[] },
): PhaseWalk => ({ range, probes, choices: choicesOf(residual), residual });
