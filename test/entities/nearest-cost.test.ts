/** What a query about places costs: index rows looked at, which `explain` counts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationEntities } from '../../src/core/entities/entities.ts';
import type { Filter, SortKey, Within } from '../../src/core/entities/query/filter.ts';
import { standardBounds } from '../../src/core/entities/query/query-runner.ts';
import { KeygridError } from '../../src/core/errors.ts';
import { bodyOf, openTestEntities, queryFor, readAllPages } from './support.ts';

const near = (meters: number, latitude: number, longitude: number): Within => ({
  kind: 'within',
  path: 'location',
  meters,
  latitude,
  longitude,
});
const everywhere = 2147483647;

/** Scattered over a town, the same ones each time. */
function scattered(count: number): object[] {
  const share = (at: number, by: number): number => (at * by) % 1;
  return Array.from({ length: count }, (_, at) => ({
    n: at,
    location: {
      latitude: 37.6 + 0.2 * share(at, 0.754877666),
      longitude: -122.5 + 0.2 * share(at, 0.569840296),
    },
  }));
}

async function rowsFor(entities: ApplicationEntities, filter: Filter, cursor?: string): Promise<number> {
  const page = await entities.query('spot', queryFor(filter), { limit: 10, cursor, explain: true });
  return page.explanation!.rows;
}

test('UD-84 the nearest ten cost the same among 500 and among 10000, in a small circle and in a large one', async () => {
  const tested = await openTestEntities();
  const few = tested.application();
  await few.createMany('spot', scattered(500));
  const many = tested.application();
  await many.createMany('spot', scattered(10_000));
  for (const [latitude, longitude] of [
    [37.7, -122.4],
    [37.6001, -122.5],
    [-20, 60],
  ] as const) {
    for (const meters of [100, 1000, everywhere]) {
      const filter = near(meters, latitude, longitude);
      const [before, after] = [await rowsFor(few, filter), await rowsFor(many, filter)];
      assert.ok(after < 1.5 * before + 300, `${before} and ${after} rows for ${JSON.stringify(filter)}`);
    }
  }
});

test('no entity is read but those of the page, unless a condition has to be evaluated', async () => {
  const entities = (await openTestEntities()).application();
  const bodies = scattered(1000).map((body, at) => ({ ...body, kind: at % 2 === 0 ? 'shop' : 'bar' }));
  await entities.createMany('spot', bodies);
  const isShop: Filter = { kind: 'comparison', path: 'kind', operator: '=', value: 'shop' };
  const around = near(everywhere, 37.7, -122.4);
  for (const filter of [around, { kind: 'and', operands: [isShop, around] }] satisfies Filter[]) {
    let cursor: string | undefined;
    for (let page = 0; page < 3; page += 1) {
      const found = await entities.query('spot', queryFor(filter), { limit: 10, cursor, explain: true });
      assert.equal(found.explanation!.entitiesRead, 10);
      cursor = found.cursor;
    }
  }
});

test('UD-84 each page of thousands at one place costs what the first does', async () => {
  const entities = (await openTestEntities()).application();
  const location = { latitude: 51.5, longitude: -0.1 };
  const bodies = Array.from({ length: 3000 }, (_, n) => ({ n, location }));
  await entities.createMany('spot', bodies);
  const filter = near(1000, 51.5, -0.1);
  let cursor: string | undefined;
  for (let page = 0; page < 20; page += 1) {
    assert.ok((await rowsFor(entities, filter, cursor)) < 500);
    const { entities: found, cursor: next } = await entities.query('spot', queryFor(filter), {
      limit: 100,
      cursor,
    });
    assert.deepEqual(
      found.map((entity) => bodyOf(entity).n),
      Array.from({ length: 100 }, (_, at) => 2999 - 100 * page - at),
    );
    cursor = next;
  }
});

test('a few that satisfy another condition are found by that, wherever they are', async () => {
  const entities = (await openTestEntities()).application();
  const bodies = scattered(4000).map((body, at) => ({ ...body, isRare: at % 400 === 0 }));
  await entities.createMany('spot', bodies);
  const isRare: Filter = { kind: 'comparison', path: 'israre', operator: '=', value: true };
  const filter: Filter = { kind: 'and', operands: [near(everywhere, 0, 0), isRare] };
  const page = await entities.query('spot', queryFor(filter), { limit: 20 });
  assert.equal(page.entities.length, 10);
  assert.ok((await rowsFor(entities, filter)) < 100);
});

test('what no index can serve is refused with advice', async () => {
  const bounds = { ...standardBounds, maximumRows: 300, rowsBeforeDoubt: 100, pageCharacters: 1_000_000 };
  const entities = (await openTestEntities(bounds)).application();
  await entities.createMany(
    'spot',
    scattered(12_000).map((body) => ({ ...body, text: 'abc' })),
  );
  const filter: Filter = {
    kind: 'and',
    operands: [near(everywhere, 37.7, -122.4), { kind: 'wildcard', path: 'text', pattern: '*x' }],
  };
  await assert.rejects(entities.query('spot', queryFor(filter), { limit: 10 }), (error) => {
    assert.ok(error instanceof KeygridError && error.code === 'query_too_broad');
    return true;
  });
});

test('UD-84 an entity with several places is found once, at the nearest', async () => {
  const entities = (await openTestEntities()).application();
  const places = [0, 0.001, 0.002].map((latitude) => ({ latitude, longitude: 0 }));
  const both = await entities.create('spot', { location: places });
  const other = await entities.create('spot', { location: { latitude: 0.0015, longitude: 0 } });
  const page = await entities.query('spot', queryFor(near(everywhere, 0.0016, 0)), { limit: 10 });
  assert.deepEqual(
    page.entities.map(({ uuid }) => uuid),
    [other.uuid, both.uuid],
  );
  assert.ok(Math.abs(page.distances![1]! - 44.5) < 0.1);
});

test('many at one place are sorted by the keys that come after the distance', async () => {
  const entities = (await openTestEntities()).application();
  const location = { latitude: 51.5, longitude: -0.1 };
  const bodies = Array.from({ length: 300 }, (_, at) => ({ n: (at * 7) % 300, location }));
  await entities.createMany('spot', bodies);
  const order: SortKey[] = ['location', 'n'].map((path) => ({ path, direction: 'ascending' }));
  const pages = await readAllPages(entities, 'spot', queryFor(near(10, 51.5, -0.1), { order }), 70);
  assert.deepEqual(
    pages.flat().map((entity) => bodyOf(entity).n),
    Array.from({ length: 300 }, (_, at) => at),
  );
});

test('large entities make a page end early, with a cursor', async () => {
  const bounds = { ...standardBounds, maximumRows: 1000, rowsBeforeDoubt: 100, pageCharacters: 1000 };
  const entities = (await openTestEntities(bounds)).application();
  await entities.createMany(
    'spot',
    scattered(20).map((body) => ({ ...body, text: 'x'.repeat(400) })),
  );
  const seen: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = await entities.query('spot', queryFor(near(everywhere, 37.7, -122.4)), {
      limit: 10,
      cursor,
    });
    assert.ok(page.entities.length <= 2);
    seen.push(...page.entities.map((entity) => bodyOf(entity).n));
    cursor = page.cursor;
  } while (cursor);
  assert.equal(new Set(seen).size, 20);
  assert.equal(seen.length, 20);
});
