/**
 * The neutral query tree: what a dialect's query language is parsed into and what the index executes.
 * Property paths are lower-case with dots between names; string values are lower-case, as matching ignores case.
 */

export type ScalarValue = string | number | boolean;

export type ComparisonOperator = '=' | '<' | '<=' | '>' | '>=';

/** Holds for a value of the same type that compares so: text by lower-cased code points, `false` before `true`. */
export interface Comparison {
  kind: 'comparison';
  path: string;
  operator: ComparisonOperator;
  value: ScalarValue;
}

/** Holds for a text that the pattern covers from end to end; `*` stands for any run of characters. */
export interface Wildcard {
  kind: 'wildcard';
  path: string;
  pattern: string;
}

/** Holds for a text that has any of the words of `text`; `*` in a word stands for any run of characters of a word. */
export interface Contains {
  kind: 'contains';
  path: string;
  text: string;
}

/** Holds for a point at most `meters` from the given one (degrees). */
export interface Within {
  kind: 'within';
  path: string;
  meters: number;
  latitude: number;
  longitude: number;
}

export interface And {
  kind: 'and';
  operands: Filter[];
}

export interface Or {
  kind: 'or';
  operands: Filter[];
}

/** Holds wherever its operand does not: also for entities that lack the property. */
export interface Not {
  kind: 'not';
  operand: Filter;
}

export type Filter = Comparison | Wildcard | Contains | Within | And | Or | Not;

export interface SortKey {
  path: string;
  direction: 'ascending' | 'descending';
  /** Set by the planner: the values are the distances from this place (distance-order.ts), in meters. */
  from?: Within;
}

/** The property at `source` goes out under the key `as`; equal ones mean "as it is stored". */
export interface Projection {
  source: string;
  as: string;
}

export interface EntityQuery {
  /** `undefined` lets every entity through. */
  filter: Filter | undefined;
  /** Empty means the default order of the collection. */
  order: SortKey[];
  /** `undefined` means whole entities. */
  projection: Projection[] | undefined;
  /** Uuids or names to look up instead of filtering. */
  direct: string[] | undefined;
}

export const matchesEverything: EntityQuery = Object.freeze({
  filter: undefined,
  order: Object.freeze([]) as unknown as SortKey[],
  projection: undefined,
  direct: undefined,
});

export const matchesNothing: EntityQuery = Object.freeze({
  ...matchesEverything,
  direct: Object.freeze([]) as unknown as string[],
});

export { evaluateFilter } from './evaluate-filter.ts';
