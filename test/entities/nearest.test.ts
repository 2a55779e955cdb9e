/** Whatever plan a query about places gets, its pages together are what filtering and sorting in memory gives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoredEntity } from '../../src/core/entities/entity-store.ts';
import { distanceInMeters } from '../../src/core/entities/geo/geography.ts';
import {
  evaluateFilter,
  type Filter,
  type SortKey,
  type Within,
} from '../../src/core/entities/query/filter.ts';
import { standardBounds } from '../../src/core/entities/query/query-runner.ts';
import { timeOfUuid } from '../../src/core/uuid.ts';
import { engines } from '../storage-conformance/engines.ts';
import { bodyOf, openTestEntities, queryFor, readAllPages, type TestEntities } from './support.ts';

const jitter = fc.constantFrom(0, 0, 1e-9, 1e-6, 1e-5, 1e-3, 0.01);
const town = fc
  .record({
    town: fc.constantFrom([37.7, -122.4], [0, 180], [0, -180], [89.9, 12], [-33, 151], [51.5, 0]),
    north: jitter,
    east: jitter,
  })
  .map(({ town: [latitude, longitude], north, east }) => ({
    latitude: latitude! + north,
    longitude: longitude! + east,
  }));
const anywhere = fc.record({
  latitude: fc.double({ min: -90, max: 90, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
const place = fc.oneof({ weight: 4, arbitrary: town }, { weight: 1, arbitrary: anywhere });

const body = fc.record(
  {
    kind: fc.constantFrom('a', 'b'),
    n: fc.integer({ min: 0, max: 3 }),
    location: fc.oneof({ weight: 6, arbitrary: place }, fc.array(place, { minLength: 1, maxLength: 3 })),
    actor: fc.record({ Location: place }),
  },
  { requiredKeys: [] },
);

const within: fc.Arbitrary<Within> = fc
  .record({
    path: fc.constantFrom('location', 'location', 'location', 'actor.location'),
    meters: fc.constantFrom(-1, 0, 1, 200, 1e4, 1e6, 9e6, 1.5e7, 2147483647),
    at: place,
  })
  .map(({ path, meters, at }) => ({ kind: 'within', path, meters, ...at }));
const equality: fc.Arbitrary<Filter> = fc.constantFrom('a', 'b').map((value) => ({
  kind: 'comparison',
  path: 'kind',
  operator: '=',
  value,
}));
const atLeast: fc.Arbitrary<Filter> = fc.constantFrom(1, 3).map((value) => ({
  kind: 'comparison',
  path: 'n',
  operator: '>=',
  value,
}));
const operands = fc.array(fc.oneof(within, equality, atLeast), { minLength: 1, maxLength: 3 });
const filter: fc.Arbitrary<Filter> = fc.oneof(
  { weight: 3, arbitrary: within },
  {
    weight: 3,
    arbitrary: fc
      .tuple(within, operands)
      .map(([first, others]): Filter => ({ kind: 'and', operands: [...others, first] })),
  },
  { weight: 1, arbitrary: operands.map((all): Filter => ({ kind: 'or', operands: all })) },
  { weight: 1, arbitrary: within.map((operand): Filter => ({ kind: 'not', operand })) },
);
const order: fc.Arbitrary<SortKey[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<SortKey[]>([]) },
  {
    weight: 2,
    arbitrary: fc.uniqueArray(
      fc.record({
        path: fc.constantFrom('location', 'n', 'created'),
        direction: fc.constantFrom('ascending' as const, 'descending' as const),
      }),
      { maxLength: 2, selector: ({ path }) => path },
    ),
  },
);

type Body = Record<string, unknown>;
type Value = number | undefined;

function distance(entity: Body, { path, ...from }: Within): Value {
  const { location, actor } = entity as { location?: unknown; actor?: { Location?: unknown } };
  const held = path === 'location' ? location : actor?.Location;
  const points = (held === undefined ? [] : [held]).flat() as (typeof from)[];
  return points.length > 0 ? Math.min(...points.map((point) => distanceInMeters(from, point))) : undefined;
}

function placesOf(sought: Filter): Within[] {
  const all = sought.kind === 'and' ? sought.operands : [sought];
  return all.filter((each) => each.kind === 'within');
}

function naive(all: StoredEntity[], sought: Filter, keys: SortKey[]): StoredEntity[] {
  const places = placesOf(sought);
  const effective =
    keys.length === 0 && places[0] ? [{ path: places[0].path, direction: 'ascending' }] : keys;
  const columns = effective.map(({ path, direction }) => {
    const from = places.find((one) => one.path === path);
    const sign = from || direction === 'ascending' ? 1 : -1;
    return {
      sign,
      isDistance: from !== undefined,
      valueIn: (entity: Body): Value => {
        if (from) return distance(entity, from);
        return path === 'location' ? undefined : (entity[path] as Value);
      },
    };
  });
  const compare = (left: StoredEntity, right: StoredEntity): number => {
    const [one, other] = [bodyOf(left), bodyOf(right)];
    for (const { valueIn, sign } of columns) {
      const [a, b] = [valueIn(one), valueIn(other)];
      if (a === b) continue;
      if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
      return sign * (a - b);
    }
    const first = columns[0];
    const isOldestFirst = first && !first.isDistance && first.sign === 1 && first.valueIn(one) !== undefined;
    return (isOldestFirst ? 1 : -1) * (left.created - right.created || compareUuids(left, right));
  };
  return all.filter((entity) => evaluateFilter(sought, bodyOf(entity))).sort(compare);
}

/** Uuids of one instant are in the order of their first group, which counts fractions of a millisecond. */
const compareUuids = (left: StoredEntity, right: StoredEntity): number =>
  timeOfUuid(left.uuid)! - timeOfUuid(right.uuid)! ||
  (left.uuid.slice(0, 8) < right.uuid.slice(0, 8) ? -1 : 1);

async function requireAgreement(tested: TestEntities, numRuns: number): Promise<void> {
  const question = fc.record({ sought: filter, keys: order, limit: fc.integer({ min: 1, max: 9 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(body, { minLength: 1, maxLength: 120, size: 'max' }),
      fc.array(question, { minLength: 12, maxLength: 12 }),
      async (bodies, questions) => {
        const application = tested.application();
        const all: StoredEntity[] = [];
        for (const each of bodies) {
          tested.clock.milliseconds += all.length % 3;
          all.push(await application.create('spot', each));
        }
        for (const { sought, keys, limit } of questions) {
          const pages = await readAllPages(application, 'spot', queryFor(sought, { order: keys }), limit);
          assert.deepEqual(
            pages.flat().map(({ uuid }) => uuid),
            naive(all, sought, keys).map(({ uuid }) => uuid),
          );
          assert.ok(pages.slice(0, -1).every((page) => page.length === limit));
        }
      },
    ),
    { numRuns },
  );
}

for (const engine of engines) {
  const numRuns = engine.name === 'SQLite' ? 40 : 10;
  const atOnce = { ...standardBounds, rowsBeforeDoubt: 0 };
  test(`UD-84 any query about places on ${engine.name} agrees with filtering and sorting in memory`, async () => {
    await requireAgreement(await openTestEntities(standardBounds, engine), numRuns);
  });
  test(`the same holds on ${engine.name} when queries about places look for cheaper ways at once`, async () => {
    await requireAgreement(await openTestEntities(atOnce, engine), numRuns);
  });
}
