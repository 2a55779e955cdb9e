import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeygridError } from '../../errors.ts';
import { readLocations } from './location-property.ts';

const location = (value: unknown): unknown => readLocations('location', value);

function refusal(value: unknown, name = 'location'): string {
  try {
    readLocations(name, value);
  } catch (error) {
    assert.ok(error instanceof KeygridError && error.code === 'invalid_argument');
    return error.message;
  }
  assert.fail('it was accepted');
}

test('UD-86 coordinates that are numbers stay what they are, with what else is there', () => {
  const place = { latitude: 37.776753, longitude: -122.407846, town: 'San Francisco' };
  assert.equal(JSON.stringify(location(place)), JSON.stringify(place));
});

test('UD-86 texts of numbers become numbers', () => {
  const expected = { latitude: 37.7, longitude: -122 };
  for (const sent of [
    { latitude: '37.7', longitude: '-122' },
    { latitude: ' 37.70 ', longitude: -122 },
    { latitude: '.377e2', longitude: '-122.' },
  ]) {
    assert.deepEqual(location(sent), expected);
  }
});

test('UD-86 what is no number is refused', () => {
  for (const latitude of ['xyz', '', '0x10', '1,5', true, null, [], {}, [1], Number.POSITIVE_INFINITY]) {
    assert.match(refusal({ latitude, longitude: 1 }), /latitude must be a number/);
    assert.match(refusal({ home: { Location: { latitude: 1, longitude: latitude } } }, 'actor'), /longitude/);
  }
});

test('coordinates beyond the earth are refused; longitudes may go round it once', () => {
  refusal({ latitude: 90.1, longitude: 0 });
  refusal({ latitude: 0, longitude: -361 });
  assert.deepEqual(location({ latitude: -90, longitude: 190 }), { latitude: -90, longitude: 190 });
});

test('lat and lon become latitude and longitude, in any case and at any nesting', () => {
  const expected = { latitude: 1, longitude: 2 };
  assert.deepEqual(location({ lat: 1, lon: '2' }), expected);
  assert.deepEqual(location({ Latitude: 1, LON: 2 }), expected);
  assert.deepEqual(readLocations('LOCATION', { lat: 1, lon: 2 }), expected);
  assert.deepEqual(readLocations('stops', [{ location: { lat: 1, lon: 2 } }, 3]), [
    { location: expected },
    3,
  ]);
  assert.deepEqual(location([{ lat: 1, lon: 2 }, 'x']), [expected, 'x']);
});

test('the full name goes before the short one, and of two spellings the last counts', () => {
  assert.deepEqual(location({ lat: 'x', latitude: 1, longitude: 2 }), {
    lat: 'x',
    latitude: 1,
    longitude: 2,
  });
  assert.deepEqual(location({ Latitude: 9, latitude: 1, longitude: 2 }), { latitude: 1, longitude: 2 });
});

test('UD-86 a location of an entity with a mistake in it is refused', () => {
  for (const sent of [
    { latitude: 1 },
    { lon: 1, name: 'x' },
    { latitudee: 1, longitude: 2 },
    { latitudee: 1, longitudee: 2 },
    { latitde: 1 },
  ]) {
    assert.match(refusal(sent), /needs both/);
  }
});

test('what is no place is stored plainly', () => {
  for (const value of ['Berlin', 5, null, {}, { city: 'Berlin', late: true }, [1, 2], { type: 'Point' }]) {
    assert.equal(location(value), value);
  }
  const inner = { location: { latitude: 1 } };
  assert.equal(readLocations('actor', inner), inner);
  const elsewhere = { latitude: 'x', longitude: 'y' };
  assert.equal(readLocations('home', elsewhere), elsewhere);
});

test('what holds no location is the very same value', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => assert.equal(readLocations('other', value), value)));
});
