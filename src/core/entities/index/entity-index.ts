/**
 * What of an entity is indexed: every scalar, at its lower-case dot path, the words of texts, and points.
 * usergrid-data.md 2.4.
 */
import { KeygridError } from '../../errors.ts';
import type { EntityParts } from '../entity-body.ts';
import type { IndexedValue } from '../entity-store.ts';
import type { ScalarValue } from '../query/filter.ts';
import { isScalar } from './index-key.ts';
import { collectPoint, type PointsByPath, pointEntriesOf } from './point-entries.ts';
import { type ValuesAtPath, wordEntriesOf } from './word-entries.ts';

export const maximumEntries = 1000;
/** Objects below this are stored, and found only by looking at the entities themselves. */
export const maximumIndexedDepth = 32;
/** Longer paths are not indexed either: the path is a part of the key, whose bytes are bounded. */
const maximumPathCharacters = 230;

/**
 * Ends the path at which an entity is marked that has more than one value at the path before it. Where a collection
 * has no such mark, a walk meets every entity once, and two bounds of a range may be laid together.
 */
const manyValuesMark = '[]';
const mark = true;

export const manyValuesPath = (path: string): string => path + manyValuesMark;

/** Such paths are the index's own: no property's values are found there. */
const isDerivedPath = (path: string): boolean => path.endsWith(']');

const isKeyPath = (path: string): boolean =>
  path.length <= maximumPathCharacters && !path.includes('\0') && !isDerivedPath(path);

/** Whether every scalar that the path leads to is in the index. */
export const isIndexedPath = (path: string): boolean =>
  path !== 'uuid' && path !== 'type' && isKeyPath(path) && path.split('.').length <= maximumIndexedDepth;

/** Counts the ways of indexing, from 1: what was indexed in another way is indexed anew when the server starts. */
export const indexVersion = 3;

interface Collection {
  valuesByPath: Map<string, ValuesAtPath>;
  points: PointsByPath;
  entriesLeft: number;
}

/** Whether the values at a lower-case dot path go into the index; `created` and `modified` always do. */
export type IndexedPaths = (path: string) => boolean;

const everyPath: IndexedPaths = () => true;

/** @throws KeygridError `invalid_argument` when the entity has more values than `limit`. */
export function indexEntriesOf(
  entity: EntityParts,
  limit: number = maximumEntries,
  indexedPaths: IndexedPaths = everyPath,
): IndexedValue[] {
  const entries: IndexedValue[] = [
    { path: 'created', value: entity.created },
    { path: 'modified', value: entity.modified },
  ];
  const entriesLeft = limit - entries.length;
  const collection: Collection = { valuesByPath: new Map(), points: new Map(), entriesLeft };
  for (const [path, { value }] of entity.properties) collect(collection, path, value, 1);
  for (const [path, values] of collection.valuesByPath) {
    if (!indexedPaths(path)) continue;
    if (values instanceof Set) {
      for (const value of values) entries.push({ path, value });
      entries.push({ path: manyValuesPath(path), value: mark });
    } else entries.push({ path, value: values });
  }
  entries.push(...wordEntriesOf(collection.valuesByPath, indexedPaths));
  entries.push(...pointEntriesOf(collection.points, indexedPaths, limit));
  return entries;
}

/** An array stands for each of its elements; an array inside an array is not looked into. */
function collect(collection: Collection, path: string, value: unknown, depth: number): void {
  if (!Array.isArray(value)) {
    collectElement(collection, path, value, depth);
    return;
  }
  for (const element of value) {
    if (!Array.isArray(element)) collectElement(collection, path, element, depth);
  }
}

function collectElement(collection: Collection, path: string, value: unknown, depth: number): void {
  if (isScalar(value)) {
    add(collection, path, typeof value === 'string' ? value.toLowerCase() : value);
  } else if (typeof value === 'object' && value !== null) {
    if (isKeyPath(path)) collectPoint(collection.points, path, value);
    if (depth === maximumIndexedDepth) return;
    for (const [name, inner] of Object.entries(value)) {
      collect(collection, `${path}.${name.toLowerCase()}`, inner, depth + 1);
    }
  }
}

function add(collection: Collection, path: string, value: ScalarValue): void {
  if (!isKeyPath(path)) return;
  const { valuesByPath } = collection;
  const held = valuesByPath.get(path);
  if (held instanceof Set ? held.has(value) : held === value) return;
  // The second value at a path also brings the mark.
  collection.entriesLeft -= held === undefined || held instanceof Set ? 1 : 2;
  if (collection.entriesLeft < 0) throw tooManyEntries();
  if (held === undefined) valuesByPath.set(path, value);
  else if (held instanceof Set) held.add(value);
  else valuesByPath.set(path, new Set([held, value]));
}

const tooManyEntries = (): KeygridError =>
  new KeygridError(
    'invalid_argument',
    `An entity has at most ${maximumEntries} values: put long lists into entities of their own, or into one text`,
  );

export interface IndexDifference {
  added: IndexedValue[];
  removed: IndexedValue[];
}

export function diffIndex(before: IndexedValue[], after: IndexedValue[]): IndexDifference {
  const gone = new Map(before.map((entry) => [keyOf(entry), entry]));
  const added = after.filter((entry) => !gone.delete(keyOf(entry)));
  return { added, removed: [...gone.values()] };
}

/** Paths hold no U+0000, so path and value cannot run into each other. */
const keyOf = ({ path, value }: IndexedValue): string =>
  value instanceof Uint8Array
    ? `${path}\0${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')}`
    : // Lone surrogates are all the same bytes.
      `${path}\0${typeof value} ${String(value).toWellFormed()}`;
