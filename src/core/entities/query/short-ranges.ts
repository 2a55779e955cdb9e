/** Finds, for a query whose walk turned out long, index ranges that hold its whole result and are short. */

import type { EntityStore, IndexRange } from '../entity-store.ts';
import type { EntityType } from '../entity-types.ts';
import { manyValuesPath } from '../index/entity-index.ts';
import { encodeIndexValue } from '../index/index-key.ts';
import { hasRows, isShort } from '../index/index-rows.ts';
import { narrowedRange, rangesOf } from './condition-ranges.ts';
import type { Filter } from './filter.ts';
import { isSingleValued } from './phases.ts';

const mostCandidates = 8;
const mostRanges = 50;

/**
 * @param conditions that all must hold.
 * @param mostRows the ranges may have together, to be called short.
 */
export async function findShortRanges(
  store: EntityStore,
  rules: EntityType,
  conditions: Filter[],
  mostRows: number,
): Promise<IndexRange[] | undefined> {
  const candidates = [...(await doubleBounds(store, rules, conditions)), ...conditions.map(rangesOf)]
    .filter((ranges) => ranges !== undefined && ranges.length <= mostRanges)
    .slice(0, mostCandidates) as IndexRange[][];
  for (const ranges of candidates) {
    const rowsOfEach = Math.ceil(mostRows / Math.max(1, ranges.length));
    if (await areShort(store, rules.type, ranges, rowsOfEach)) return ranges;
  }
  return undefined;
}

async function areShort(
  store: EntityStore,
  type: string,
  ranges: IndexRange[],
  rows: number,
): Promise<boolean> {
  for (const range of ranges) if (!(await isShort(store, type, range, rows))) return false;
  return true;
}

/** Two conditions on one path make one range, where no entity has several values there. */
async function doubleBounds(
  store: EntityStore,
  rules: EntityType,
  conditions: Filter[],
): Promise<IndexRange[][]> {
  const found: IndexRange[][] = [];
  for (const [path, ofPath] of Map.groupBy(conditions, pathOf)) {
    if (path === undefined || ofPath.length < 2 || rangesOf(ofPath[0]!) === undefined) continue;
    if (isSingleValued(rules, path) || !(await hasManyValues(store, rules.type, path))) {
      found.push([narrowedRange(path, ofPath).range]);
    }
  }
  return found;
}

/** Points are not among the values at the path. */
const pathOf = (filter: Filter): string | undefined =>
  'path' in filter && filter.kind !== 'within' ? filter.path : undefined;

/** Whether some entity of the collection has more than one value at the path. */
export function hasManyValues(store: EntityStore, type: string, path: string): Promise<boolean> {
  const value = encodeIndexValue(true);
  const range = {
    path: manyValuesPath(path),
    from: value,
    fromInclusive: true,
    to: value,
    toInclusive: true,
  };
  return hasRows(store, type, range);
}
