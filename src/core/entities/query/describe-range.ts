/** Ranges of the index in words, for people. */
import type { IndexEntry, IndexRange } from '../entity-store.ts';
import { isPointsPath } from '../geo/geo-cells.ts';
import { decodeIndexValue, typeOfTag } from '../index/index-key.ts';

/** As `color = 'red'`. */
export const describeEntry = ({ path, value }: IndexEntry): string => `${path} = ${describeValue(value)}`;

/** As `= 3`, `> 3 and < 7`, `numbers > 3`, `begins with 'ab'` or `all values`. */
export function describeRange({ path, from, fromInclusive, to, toInclusive }: IndexRange): string {
  if (isPointsPath(path)) return 'places in some cells of the map';
  if (from && to && Buffer.compare(from, to) === 0) return `= ${describeValue(from)}`;
  if (from && to && isPrefix(from, to)) return `begins with ${describeValue(from)}`;
  const low = from && !typeAt(from, 0) && `${fromInclusive ? '>=' : '>'} ${describeValue(from)}`;
  const high = to && !typeAt(to, -1) && `${toInclusive ? '<=' : '<'} ${describeValue(to)}`;
  const type = (from && typeAt(from, 0)) ?? (to && typeAt(to, -1));
  const bounds = [low, high].filter((bound) => bound).join(' and ');
  return [type && `${type}s`, bounds].filter((part) => part).join(' ') || 'all values';
}

/** The type whose values begin at a tag by itself, or end before it. */
const typeAt = (bound: Uint8Array, offset: 0 | -1): string | undefined =>
  bound.length === 1 ? typeOfTag(bound[0]! + offset) : undefined;

/** Whether the range is from a text up to the first that does not begin with it. */
function isPrefix(from: Uint8Array, to: Uint8Array): boolean {
  const last = from.length - 1;
  if (typeOfTag(from[0]!) !== 'string' || last < 1 || to.length !== from.length) return false;
  return to[last] === from[last]! + 1 && Buffer.compare(from.subarray(0, last), to.subarray(0, last)) === 0;
}

function describeValue(bytes: Uint8Array): string {
  const value = decodeIndexValue(bytes);
  if (value === undefined) return `bytes ${Buffer.from(bytes).toString('hex')}`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}
