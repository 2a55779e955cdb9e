/**
 * How a query is answered: by looking entities up, or by walking index ranges. A plan is a matter of speed only. Each
 * gives the same entities in the same order, so that a cursor may be taken up by another plan than gave it.
 */
import { isUuid } from '../uuid.ts';
import { isIndexedPath } from './entity-index.ts';
import { claimValue } from './entity-rules.ts';
import type { IndexEntry, IndexRange } from './entity-store.ts';
import type { EntityType } from './entity-types.ts';
import { type EntityQuery, evaluateFilter, type Filter, type SortKey } from './filter.ts';
import { encodeIndexValue, type KeyRange, prefixRange, rangeOf } from './index-key.ts';
import { isDescending } from './sort-order.ts';

/** One entity at most, found by its key. */
export type Lookup =
  | { kind: 'uuid'; uuid: string }
  | { kind: 'unique'; property: string; value: string | undefined };

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

export interface QueryPlan {
  /** All must hold. */
  conditions: Filter[];
  /** Without keys that order nothing. */
  order: SortKey[];
  /** Nothing can satisfy the query. */
  isEmpty: boolean;
  /** Every entity that can be in the result, where keys name them. */
  lookups: Lookup[] | undefined;
}

/** Every probe is a key look-up a row; more than these are left to be evaluated. */
const mostProbes = 6;
const mostLookups = 1000;

export function planQuery(rules: EntityType, query: EntityQuery): QueryPlan {
  const all = flatten(query.filter);
  const constant = all.filter(isAboutType);
  const conditions = all.filter((condition) => !isAboutType(condition));
  return {
    conditions,
    order: query.order.filter(({ path }) => path !== 'type'),
    isEmpty: !constant.every((condition) => evaluateFilter(condition, { type: rules.type })),
    lookups: query.direct
      ? query.direct.flatMap((reference) => directLookups(rules, reference))
      : lookupsOfAll(rules, conditions),
  };
}

const flatten = (filter: Filter | undefined): Filter[] =>
  filter?.kind === 'and' ? filter.operands.flatMap(flatten) : filter ? [filter] : [];

/** All entities of a collection are of its type. */
const isAboutType = (filter: Filter): boolean => 'path' in filter && filter.path === 'type';

function directLookups(rules: EntityType, reference: string): Lookup[] {
  if (isUuid(reference)) return [{ kind: 'uuid', uuid: reference.toLowerCase() }];
  return rules.unique.map((property) => uniqueLookup(property, reference));
}

const uniqueLookup = (property: string, text: string): Lookup => ({
  kind: 'unique',
  property,
  value: claimValue(property, text),
});

/** Of conditions that all must hold, any one's look-ups will do: the fewest are taken. */
function lookupsOfAll(rules: EntityType, conditions: Filter[]): Lookup[] | undefined {
  return conditions
    .map((condition) => lookupsOf(rules, condition))
    .filter((lookups) => lookups !== undefined)
    .sort((left, right) => left.length - right.length)[0];
}

function lookupsOf(rules: EntityType, filter: Filter): Lookup[] | undefined {
  if (filter.kind === 'and') return lookupsOfAll(rules, filter.operands);
  if (filter.kind === 'or') {
    const parts = filter.operands.map((operand) => lookupsOf(rules, operand));
    const lookups = parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    return lookups && lookups.length <= mostLookups ? lookups : undefined;
  }
  if (filter.kind !== 'comparison' || filter.operator !== '=') return undefined;
  const { path, value } = filter;
  if (path !== 'uuid' && !rules.unique.includes(path)) return undefined;
  // Uuids and unique values are texts.
  if (typeof value !== 'string') return [];
  if (path === 'uuid') return isUuid(value) ? [{ kind: 'uuid', uuid: value }] : [];
  return [uniqueLookup(path, value)];
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

/** The one index entry that an entity has if and only if it satisfies the filter. */
function exactEntry(filter: Filter): IndexEntry | undefined {
  if (filter.kind !== 'comparison' || filter.operator !== '=' || !isIndexedPath(filter.path))
    return undefined;
  const { path, value } = filter;
  return rangeOf('=', value).exact ? { path, value: encodeIndexValue(value) } : undefined;
}

const wholePath = (path: string): IndexRange => ({
  path,
  from: undefined,
  fromInclusive: true,
  to: undefined,
  toInclusive: true,
});

const singleValue = ({ path, value }: IndexEntry): IndexRange => ({
  path,
  from: value,
  fromInclusive: true,
  to: value,
  toInclusive: true,
});

/**
 * What all conditions on a path leave of its index, for entities with one value there, and the conditions that are
 * fully expressed by that.
 */
export function narrowedRange(path: string, conditions: Filter[]): { range: IndexRange; served: Filter[] } {
  const served: Filter[] = [];
  let range = wholePath(path);
  for (const condition of conditions) {
    const part = 'path' in condition && condition.path === path ? keyRangeOf(condition) : undefined;
    if (!part) continue;
    range = intersect(range, part);
    if (part.exact) served.push(condition);
  }
  return { range, served };
}

/** A range of values that no satisfying scalar lies outside of. */
function keyRangeOf(filter: Filter): KeyRange | undefined {
  if (filter.kind === 'comparison') return rangeOf(filter.operator, filter.value);
  if (filter.kind === 'contains') return { ...prefixRange(''), exact: false };
  if (filter.kind !== 'wildcard') return undefined;
  const { pattern } = filter;
  const firstStar = pattern.indexOf('*');
  if (firstStar === -1) return rangeOf('=', pattern);
  const prefix = prefixRange(pattern.slice(0, firstStar));
  return { ...prefix, exact: prefix.exact && firstStar === pattern.length - 1 };
}

export function intersect(range: IndexRange, part: Omit<KeyRange, 'exact'>): IndexRange {
  const { from, fromInclusive, to, toInclusive } = part;
  const narrowed = { ...range };
  const low = range.from ? Buffer.compare(from, range.from) : 1;
  if (low > 0) Object.assign(narrowed, { from, fromInclusive });
  if (low === 0) narrowed.fromInclusive = range.fromInclusive && fromInclusive;
  const high = range.to ? Buffer.compare(to, range.to) : -1;
  if (high < 0) Object.assign(narrowed, { to, toInclusive });
  if (high === 0) narrowed.toInclusive = range.toInclusive && toInclusive;
  return narrowed;
}

/**
 * Ranges that between them hold every entity that satisfies the filter, or undefined where the index cannot say. They
 * are worth reading whole when they turn out to be short.
 */
export function rangesOf(filter: Filter): IndexRange[] | undefined {
  if (filter.kind === 'or') {
    const parts = filter.operands.map(rangesOf);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  // Any one of the operands would do; the first that the index can serve is taken.
  if (filter.kind === 'and') return filter.operands.map(rangesOf).find((part) => part !== undefined);
  if (!('path' in filter) || !isIndexedPath(filter.path)) return undefined;
  const range = keyRangeOf(filter);
  return range && [intersect(wholePath(filter.path), range)];
}
