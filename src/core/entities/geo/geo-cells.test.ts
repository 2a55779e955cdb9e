import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IndexRange } from '../entity-store.ts';
import {
  cellAt,
  childrenOf,
  deepestLevel,
  keyOfPoint,
  pointOfKey,
  pointsPath,
  rangeOfCell,
  wholeEarth,
} from './geo-cells.ts';
import { rangesOfCircle } from './geo-covering.ts';
import { greatestDistance, leastDistance } from './geo-distances.ts';
import { distanceInMeters, type Point } from './geography.ts';

const corner = fc.constantFrom(-90, 90, 0, 45, 89.9999999, -89.9999999);
const meridian = fc.constantFrom(-180, 180, 0, 360, -360, 190, 90, 179.9999999, -179.9999999);
const anywhere = fc.record({
  latitude: fc.oneof(corner, fc.double({ min: -90, max: 90, noNaN: true })),
  longitude: fc.oneof(meridian, fc.double({ min: -360, max: 360, noNaN: true })),
});
const level = fc.integer({ min: 0, max: deepestLevel });

/** At most some meters from the place, or many. */
const near = ({ latitude, longitude }: Point, spread: number): fc.Arbitrary<Point> =>
  fc.record({
    latitude: fc
      .double({ min: -spread, max: spread, noNaN: true })
      .map((by) => Math.min(90, Math.max(-90, latitude + by))),
    longitude: fc
      .double({ min: -spread, max: spread, noNaN: true })
      .map((by) => Math.min(360, Math.max(-360, longitude + by))),
  });
const spread = fc.constantFrom(1e-7, 1e-5, 1e-3, 0.1, 1, 20);
const twoPlaces = fc.oneof(
  fc.tuple(anywhere, anywhere),
  fc.tuple(anywhere, spread).chain(([place, by]) => fc.tuple(fc.constant(place), near(place, by))),
);

const holds = ({ from, to }: IndexRange, key: Buffer): boolean =>
  Buffer.compare(key, from!) >= 0 && Buffer.compare(key, to!) < 0;

test('the key of a point lies in the range of its cell on every level, and in no other of that level', () => {
  fc.assert(
    fc.property(anywhere, anywhere, level, (point, other, depth) => {
      const key = keyOfPoint(point);
      const cell = cellAt(point, depth);
      const otherCell = cellAt(other, depth);
      assert.ok(holds(rangeOfCell('location', cell), key));
      const isSame = cell.column === otherCell.column && cell.row === otherCell.row;
      assert.equal(holds(rangeOfCell('location', otherCell), key), isSame);
    }),
  );
});

test('every point of a cell is in one of its four children', () => {
  fc.assert(
    fc.property(anywhere, fc.integer({ min: 0, max: deepestLevel - 1 }), (point, depth) => {
      const children = childrenOf(cellAt(point, depth));
      assert.equal(children.length, 4);
      assert.deepEqual(
        children.filter((child) => holds(rangeOfCell('', child), keyOfPoint(point))),
        [cellAt(point, depth + 1)],
      );
    }),
  );
});

test('the key of a point holds its exact coordinates', () => {
  fc.assert(
    fc.property(anywhere, ({ latitude, longitude }) => {
      const point = { latitude: latitude + 0, longitude: longitude + 0 };
      assert.deepEqual(pointOfKey(keyOfPoint(point)), point);
    }),
  );
});

test('the two edges of the map are one meridian', () => {
  for (const longitude of [-180, 180]) {
    assert.deepEqual(cellAt({ latitude: 1, longitude }, 10), cellAt({ latitude: 1, longitude: -180 }, 10));
  }
  assert.deepEqual(cellAt({ latitude: 1, longitude: 190 }, 20), cellAt({ latitude: 1, longitude: -170 }, 20));
});

test('a point is no nearer than the least and no farther than the greatest distance of any cell around it', () => {
  fc.assert(
    fc.property(twoPlaces, level, ([place, point], depth) => {
      const distance = distanceInMeters(place, point);
      const cell = cellAt(point, depth);
      assert.ok(leastDistance(place, cell) <= distance);
      assert.ok(greatestDistance(place, cell) >= distance);
    }),
    { numRuns: 3000 },
  );
});

test('the distances to a small cell are those to its points, but for its size and a meter', () => {
  fc.assert(
    fc.property(anywhere, anywhere, (place, point) => {
      const cell = cellAt(point, deepestLevel);
      const distance = distanceInMeters(place, point);
      assert.ok(distance - leastDistance(place, cell) < 6);
      assert.ok(greatestDistance(place, cell) - distance < 6);
    }),
  );
});

test('the whole earth is at hand everywhere', () => {
  fc.assert(fc.property(anywhere, (place) => assert.equal(leastDistance(place, wholeEarth), 0)));
});

test('every point in a circle lies in one of at most 16 ranges, across the date line and at the poles too', () => {
  fc.assert(
    fc.property(twoPlaces, fc.double({ min: 0, max: 1, noNaN: true }), ([place, point], more) => {
      const meters = distanceInMeters(place, point) * (1 + more);
      const ranges = rangesOfCircle({ kind: 'within', path: 'location', meters, ...place });
      assert.ok(ranges.length <= 16);
      assert.equal(ranges.filter((range) => holds(range, keyOfPoint(point))).length, 1);
      assert.ok(ranges.every(({ path }) => path === pointsPath('location')));
    }),
    { numRuns: 2000 },
  );
});

test('a small circle is covered by little more than itself', () => {
  const circle = {
    kind: 'within',
    path: 'location',
    meters: 1000,
    latitude: 37.7,
    longitude: -122.4,
  } as const;
  const ranges = rangesOfCircle(circle);
  const aside = keyOfPoint({ latitude: 37.73, longitude: -122.4 });
  assert.equal(ranges.filter((range) => holds(range, aside)).length, 0);
});

test('nothing lies within less than no distance', () => {
  assert.deepEqual(rangesOfCircle({ kind: 'within', path: 'p', meters: -1, latitude: 0, longitude: 0 }), []);
});
