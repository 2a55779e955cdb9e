import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../../errors.ts';
import { pointOfKey } from '../geo/geo-cells.ts';
import { pointOf } from '../geo/geography.ts';
import { indexEntriesOf } from './entity-index.ts';
import { indexedPathsOf, parseQueried, renderIndexedFields } from './indexed-fields.ts';

const berlin = { latitude: 52.5, longitude: 13.4 };

/** The points in the index of an entity, by path. */
function pointsOf(properties: Record<string, unknown>, fields?: string[]): Record<string, unknown[]> {
  const map = new Map(
    Object.entries(properties).map(([name, value]) => [name.toLowerCase(), { name, value }]),
  );
  const entity = { uuid: 'u', type: 'spot', created: 1, modified: 1, properties: map };
  const paths = indexedPathsOf(fields && renderIndexedFields(fields));
  const entries = indexEntriesOf(entity, 1000, paths).filter(({ path }) => path.endsWith('[points]'));
  const byPath = Object.groupBy(entries, ({ path }) => path.replace('[points]', ''));
  return Object.fromEntries(
    Object.entries(byPath).map(([path, all]) => [
      path,
      all!.map(({ value }) => pointOfKey(value as Uint8Array)),
    ]),
  );
}

test('every place of an entity has an entry at its lower-case path', () => {
  const other = { latitude: -1, longitude: 200 };
  const entity = {
    Location: [berlin, other, berlin],
    actor: { location: { ...berlin, town: 'x' } },
    Home: other,
  };
  assert.deepEqual(pointsOf(entity), {
    location: [berlin, other],
    'actor.location': [berlin],
    home: [other],
  });
});

test('what is no place has none', () => {
  const odd = { latitude: 91, longitude: 1 };
  assert.deepEqual(
    pointsOf({ location: odd, home: { ...berlin, town: 'x' }, text: 'location', list: [1] }),
    {},
  );
});

test('points are indexed where the settings have a query see both coordinates', () => {
  const entity = { location: { ...berlin, town: 'x' } };
  for (const [fields, isSeen] of [
    [['location'], true],
    [['location.latitude', 'location.longitude'], true],
    [['location.latitude'], false],
    [['other'], false],
    [[], false],
  ] as const) {
    const queried = parseQueried({
      body: JSON.stringify(entity),
      indexedFields: renderIndexedFields(fields),
    });
    const [seen] = [queried.location].flat();
    assert.equal(pointOf('location', seen) !== undefined, isSeen);
    assert.deepEqual(pointsOf(entity, [...fields]), isSeen ? { location: [berlin] } : {});
  }
});

test('an entity has a bounded number of places', () => {
  const axis = Array.from({ length: 32 }, (_, at) => at);
  const location = axis.flatMap((latitude) => axis.map((longitude) => ({ latitude, longitude })));
  assert.throws(
    () => pointsOf({ location }),
    (error) => error instanceof KeygridError && error.code === 'invalid_argument',
  );
});
