/** What conditions say of the index: entries that they stand for, and ranges of values that they leave. */

import type { IndexEntry, IndexRange } from '../entity-store.ts';
import { rangesOfCircle } from '../geo/geo-covering.ts';
import { isIndexedPath } from '../index/entity-index.ts';
import { encodeIndexValue, type KeyRange, prefixRange, rangeOf } from '../index/index-key.ts';
import { uncutMark, wordsPath } from '../index/word-entries.ts';
import { wordPatternsOf } from '../index/words.ts';
import type { Contains, Filter } from './filter.ts';

/** The one index entry that an entity has if and only if it satisfies the filter. */
export function exactEntry(filter: Filter): IndexEntry | undefined {
  if (filter.kind !== 'comparison' || filter.operator !== '=' || !isIndexedPath(filter.path))
    return undefined;
  const { path, value } = filter;
  return rangeOf('=', value).exact ? { path, value: encodeIndexValue(value) } : undefined;
}

export const wholePath = (path: string): IndexRange => ({
  path,
  from: undefined,
  fromInclusive: true,
  to: undefined,
  toInclusive: true,
});

export const singleValue = ({ path, value }: IndexEntry): IndexRange => ({
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
  if (filter.kind === 'contains') return wordRangesOf(filter);
  if (filter.kind === 'within') return rangesOfCircle(filter);
  const range = keyRangeOf(filter);
  return range && [intersect(wholePath(filter.path), range)];
}

/** A word with a star stands for those that begin so: in a text, or as the beginning of one. */
function wordRangesOf({ path, text }: Contains): IndexRange[] {
  const words = [...new Set(wordPatternsOf(text))];
  if (words.some((word) => word.startsWith('*'))) return [intersect(wholePath(path), prefixRange(''))];
  const ranges = words.flatMap((word) => {
    const star = word.indexOf('*');
    const range = star === -1 ? rangeOf('=', word) : prefixRange(word.slice(0, star));
    return [intersect(wholePath(wordsPath(path)), range), intersect(wholePath(path), range)];
  });
  return [...ranges, singleValue(uncutMark(path))];
}
