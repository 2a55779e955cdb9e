/**
 * Which properties of an entity are indexed, where the settings of its collection leave some out (usergrid-data.md 1.8).
 * An entity is stored together with what of it is indexed, so that every way of answering a query sees of it what the
 * index has: whatever the settings were when it was written, and whatever they are now.
 */
import { BoundedCache } from '../../bounded-cache.ts';
import type { IndexedPaths } from './entity-index.ts';

/** Lower-case dot paths as a JSON array, sorted; undefined stands for every path. */
export type IndexedFields = string;

/** What queries find whatever the settings say. */
const alwaysIndexed: ReadonlySet<string> = new Set([
  ...['uuid', 'type', 'name', 'created', 'modified', 'username', 'email', 'path', 'published'],
]);

export const renderIndexedFields = (paths: readonly string[]): IndexedFields =>
  JSON.stringify([...new Set(paths.map((path) => path.toLowerCase()))].sort());

const known = new BoundedCache<IndexedFields, IndexedPaths>(1000);
const everyPath: IndexedPaths = () => true;

/** A listed path stands for all below it too: `one` for `one.key`. */
export function indexedPathsOf(fields: IndexedFields | undefined): IndexedPaths {
  if (fields === undefined) return everyPath;
  let covers = known.get(fields);
  if (!covers) {
    const listed = new Set(JSON.parse(fields) as string[]);
    covers = (path) => alwaysIndexed.has(path) || isListed(listed, path);
    known.set(fields, covers);
  }
  return covers;
}

function isListed(listed: ReadonlySet<string>, path: string): boolean {
  if (listed.has(path)) return true;
  for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
    if (listed.has(path.slice(0, dot))) return true;
  }
  return false;
}

/** The entity's properties as a query sees them. */
export function parseQueried({
  body,
  indexedFields,
}: {
  body: string;
  indexedFields?: IndexedFields;
}): Record<string, unknown> {
  const entity = JSON.parse(body) as Record<string, unknown>;
  return indexedFields === undefined ? entity : propertiesWithin(entity, '', indexedPathsOf(indexedFields));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function propertiesWithin(
  object: Record<string, unknown>,
  above: string,
  covers: IndexedPaths,
): Record<string, unknown> {
  const kept = Object.entries(object).map(([name, value]) => {
    const path = above + name.toLowerCase();
    if (covers(path)) return [name, value];
    const elements = Array.isArray(value) ? value : [value];
    const within = elements.filter(isObject).map((element) => propertiesWithin(element, `${path}.`, covers));
    return [name, within];
  });
  return Object.fromEntries(kept);
}
