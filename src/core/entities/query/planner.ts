/**
 * How a query is answered: by looking entities up, or by walking index ranges. A plan is a matter of speed only. Each
 * gives the same entities in the same order, so that a cursor may be taken up by another plan than gave it.
 */
import { isUuid } from '../../uuid.ts';
import { claimValue } from '../entity-rules.ts';
import type { EntityType } from '../entity-types.ts';
import { orderWithDistances } from './distance-order.ts';
import { type EntityQuery, evaluateFilter, type Filter, type SortKey } from './filter.ts';

/** One entity at most, found by its key. */
export type Lookup =
  | { kind: 'uuid'; uuid: string }
  | { kind: 'unique'; property: string; value: string | undefined };

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

const mostLookups = 1000;

export function planQuery(rules: EntityType, query: EntityQuery): QueryPlan {
  const all = flatten(query.filter);
  const constant = all.filter(isAboutType);
  const conditions = all.filter((condition) => !isAboutType(condition));
  return {
    conditions,
    order: orderWithDistances(query).filter(({ path }) => path !== 'type'),
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
