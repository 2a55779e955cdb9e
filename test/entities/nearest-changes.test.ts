/** Queries about places while entities move, come and go: between pages, and between the two reads of one page. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ApplicationEntities, createEntities } from '../../src/core/entities/entities.ts';
import type { EntityStore, StoredEntity } from '../../src/core/entities/entity-store.ts';
import { distanceInMeters, type Point } from '../../src/core/entities/geo/geography.ts';
import type { Filter, Within } from '../../src/core/entities/query/filter.ts';
import { createUuidSource, uuidToOrderedBytes } from '../../src/core/uuid.ts';
import { createRandomSource } from '../../src/platform/random.ts';
import { engines } from '../storage-conformance/engines.ts';
import { bodyOf, openTestEntities, queryFor } from './support.ts';

const jitter = fc.constantFrom(0, 0, 1e-6, 1e-5, 1e-3, 0.01);
/** A few points are shared by many, also those on two sides of the edge of a cell. */
const place: fc.Arbitrary<Point> = fc
  .tuple(fc.constantFrom([37.7, -122.4], [0, 0], [0, 180]), jitter, jitter)
  .map(([[latitude, longitude], north, east]) => ({
    latitude: latitude! - north,
    longitude: longitude! - east,
  }));
const location = fc.oneof(
  { weight: 2, arbitrary: place },
  { weight: 1, arbitrary: fc.array(place, { minLength: 2, maxLength: 4 }) },
);
const kind = fc.constantFrom('a', 'b');
const body = fc.record({ location, kind });
/** What happens to the entity of that number, or to a new one. */
const change = fc.record({
  at: fc.nat(1000),
  to: fc.oneof(body, fc.constantFrom('gone' as const, 'new' as const)),
  location,
});

interface Sought {
  from: Within;
  kind: string | undefined;
}

const sought: fc.Arbitrary<Sought> = fc.record({
  from: fc
    .tuple(place, fc.constantFrom(1, 2000, 2147483647))
    .map(([at, meters]): Within => ({ kind: 'within', path: 'location', meters, ...at })),
  kind: fc.option(kind, { nil: undefined }),
});

const filterOf = ({ from, kind: value }: Sought): Filter =>
  value === undefined
    ? from
    : { kind: 'and', operands: [from, { kind: 'comparison', path: 'kind', operator: '=', value }] };

interface Placed {
  uuid: string;
  created: number;
  distance: number;
}

function placed({ from }: Sought, entity: StoredEntity): Placed {
  const points = [bodyOf(entity).location as Point | Point[]].flat();
  const distance = Math.min(...points.map((point) => distanceInMeters(from, point)));
  return { uuid: entity.uuid, created: entity.created, distance };
}

const nearestFirst = (left: Placed, right: Placed): number =>
  left.distance - right.distance ||
  right.created - left.created ||
  Buffer.compare(uuidToOrderedBytes(right.uuid), uuidToOrderedBytes(left.uuid));

/** What the next page holds, of all that there is now. */
const expected = (all: Iterable<StoredEntity>, question: Sought, after: Placed | undefined): string[] =>
  [...all]
    .filter((entity) => question.kind === undefined || bodyOf(entity).kind === question.kind)
    .map((entity) => placed(question, entity))
    .filter((one) => one.distance <= question.from.meters && (!after || nearestFirst(one, after) > 0))
    .sort(nearestFirst)
    .map(({ uuid }) => uuid);

type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;

async function apply(
  { at, to, location: moved }: Change,
  entities: ApplicationEntities,
  all: Map<string, StoredEntity>,
): Promise<void> {
  const uuid = [...all.keys()][at % Math.max(1, all.size)];
  if (to === 'new' || uuid === undefined) {
    const made = await entities.create('spot', { location: moved, kind: 'a' });
    all.set(made.uuid, made);
  } else if (to === 'gone') {
    await entities.delete('spot', uuid);
    all.delete(uuid);
  } else all.set(uuid, await entities.update('spot', uuid, to));
}

for (const engine of engines) {
  test(`each page around a place on ${engine.name} is right for what there is when it is asked for`, async () => {
    const tested = await openTestEntities(undefined, engine);
    await fc.assert(
      fc.asyncProperty(
        fc.array(body, { minLength: 1, maxLength: 100, size: 'max' }),
        sought,
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 12, size: 'max' }),
        async (bodies, question, limit, changes) => {
          const entities = tested.application();
          const created = await entities.createMany('spot', bodies);
          const all = new Map(created.map((entity) => [entity.uuid, entity]));
          let cursor: string | undefined;
          let after: Placed | undefined;
          for (let number = 0; number === 0 || cursor !== undefined; number += 1) {
            const query = queryFor(filterOf(question));
            const page = await entities.query('spot', query, { limit, cursor });
            const uuids = page.entities.map(({ uuid }) => uuid);
            assert.deepEqual(uuids, expected(all.values(), question, after).slice(0, limit));
            const places = page.entities.map((entity) => placed(question, entity));
            assert.deepEqual(
              page.distances,
              places.map(({ distance }) => distance),
            );
            after = places.at(-1) ?? after;
            cursor = page.cursor;
            for (const each of changes[number] ?? []) await apply(each, entities, all);
          }
        },
      ),
      { numRuns: engine.name === 'SQLite' ? 60 : 15 },
    );
  });
}

const inRow = ['a', 'b', 'c', 'd', 'e'].map((name, at) => ({
  name,
  location: { latitude: 0.001 * (at + 1), longitude: 0 },
}));

/** The nearest three of a row, where something is done after they were found in the index and before they are read. */
async function namesDespite(
  interrupt: (writer: ApplicationEntities, uuidOf: Record<string, string>) => Promise<unknown>,
  cursorAfter = 0,
): Promise<unknown[]> {
  const tested = await openTestEntities();
  const writer = tested.application();
  const all = await writer.createMany('spot', inRow);
  const uuidOf = Object.fromEntries(all.map((entity) => [bodyOf(entity).name, entity.uuid]));
  const store = tested.lastStore();
  let isTime = false;
  const interruptedStore: EntityStore = {
    ...store,
    async findEach(uuids) {
      if (isTime) await interrupt(writer, uuidOf);
      isTime = false;
      return store.findEach(uuids);
    },
  };
  const uuids = createUuidSource(tested.clock, createRandomSource());
  const { query } = createEntities({ storeFor: () => interruptedStore, clock: tested.clock, uuids }).of({
    key: 1,
  });
  const from: Within = { kind: 'within', path: 'location', meters: 5000, latitude: 0, longitude: 0 };
  let cursor: string | undefined;
  if (cursorAfter > 0) ({ cursor } = await query('spot', queryFor(from), { limit: cursorAfter }));
  isTime = true;
  const page = await query('spot', queryFor(from), { limit: 3, cursor });
  return page.entities.map((entity) => bodyOf(entity).name);
}

const at = (latitude: number) => ({ location: { latitude, longitude: 0 } });

test('what is deleted while the nearest are looked for leaves its place to the next', async () => {
  const names = await namesDespite((writer, { b }) => writer.delete('spot', b!));
  assert.deepEqual(names, ['a', 'c', 'd']);
});

test('what moves while the nearest are looked for stands where it then is', async () => {
  const nearer = await namesDespite((writer, { c }) => writer.update('spot', c!, at(0.0001)));
  assert.deepEqual(nearer, ['c', 'a', 'b']);
  const farther = await namesDespite((writer, { a }) => writer.update('spot', a!, at(0.0035)));
  assert.deepEqual(farther, ['b', 'c', 'a']);
  const beyondOthers = await namesDespite((writer, { a }) => writer.update('spot', a!, at(0.0055)));
  assert.deepEqual(beyondOthers, ['b', 'c', 'd']);
  const outOfReach = await namesDespite((writer, { a }) => writer.update('spot', a!, at(1)));
  assert.deepEqual(outOfReach, ['b', 'c', 'd']);
  const nowhere = await namesDespite((writer, { a }) => writer.update('spot', a!, { location: null }));
  assert.deepEqual(nowhere, ['b', 'c', 'd']);
});

test('what moves to where an earlier page was is not on this one', async () => {
  const names = await namesDespite((writer, { d }) => writer.update('spot', d!, at(0.0001)), 2);
  assert.deepEqual(names, ['c', 'e']);
});
