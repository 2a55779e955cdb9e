import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { distanceInMeters } from './geography.ts';

const point = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});

test('a degree of latitude is about 111.2 km', () => {
  const distance = distanceInMeters({ latitude: 0, longitude: 0 }, { latitude: 1, longitude: 0 });
  assert.ok(Math.abs(distance - 111_195) < 1);
});

test('distances cross the date line the short way', () => {
  const distance = distanceInMeters({ latitude: 0, longitude: 179.5 }, { latitude: 0, longitude: -179.5 });
  assert.ok(Math.abs(distance - 111_195) < 1);
});

test('a distance is the same both ways, and at most half the circumference', () => {
  fc.assert(
    fc.property(point, point, (from, to) => {
      const distance = distanceInMeters(from, to);
      assert.ok(distance >= 0 && distance < 20_015_200);
      assert.ok(Math.abs(distance - distanceInMeters(to, from)) < 1e-6);
    }),
  );
});
