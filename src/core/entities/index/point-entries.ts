/** The points of an entity in the index: what `within` is answered from. */
import { KeygridError } from '../../errors.ts';
import type { IndexedValue } from '../entity-store.ts';
import { keyOfPoint, pointsPath } from '../geo/geo-cells.ts';
import { pointOf } from '../geo/geography.ts';

/** Index values of points by path; as text, so that none is there twice. */
export type PointsByPath = Map<string, Set<string>>;

const coordinates = ['latitude', 'longitude'];

/** Takes in the object at the path, if it is a point. */
export function collectPoint(points: PointsByPath, path: string, value: object): void {
  const point = pointOf(path, value);
  if (!point) return;
  const key = keyOfPoint(point).toString('latin1');
  const known = points.get(path);
  if (known) known.add(key);
  else points.set(path, new Set([key]));
}

/** @throws KeygridError `invalid_argument` when there are more than `limit`. */
export function pointEntriesOf(
  points: PointsByPath,
  isIndexed: (path: string) => boolean,
  limit: number,
): IndexedValue[] {
  const entries: IndexedValue[] = [];
  for (const [path, keys] of points) {
    if (!isIndexed(path) && !coordinates.every((name) => isIndexed(`${path}.${name}`))) continue;
    for (const key of keys) entries.push({ path: pointsPath(path), value: Buffer.from(key, 'latin1') });
  }
  if (entries.length > limit) {
    throw new KeygridError('invalid_argument', `An entity has at most ${limit} places`);
  }
  return entries;
}
