/** Places over the wire: how they are stored, and what `within` finds. usergrid-data.md 5. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DataCaller, dataCaller, namesIn, onlyEntity, refusalIn } from '../support/data.ts';
import type { Answer } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';

let server: RunningServer;
let data: DataCaller;

before(async () => {
  server = await startServer();
  const tenant = await createTenant(server);
  data = dataCaller(server, `/${tenant.organization}/${tenant.application}`, tenant.user.token);
});
after(async () => {
  await server?.stop();
});

const ask = (collection: string, ql: string, more: Record<string, string> = {}): Promise<Answer> =>
  data(`GET /${collection}`, { query: { ql, ...more } });
const place = (latitude: number, longitude: number) => ({ latitude, longitude });

async function allPages(collection: string, ql: string, limit: string): Promise<string[][]> {
  const pages: string[][] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const answer = await ask(collection, ql, { limit, cursor });
    pages.push(namesIn(answer));
    cursor = answer.body.cursor;
  }
  return pages;
}

describe('within', () => {
  before(async () => {
    const json = [
      { name: 'mission', kind: 'shop', size: 3, location: place(37.76, -122.42) },
      { name: 'castro', kind: 'bar', size: 1, location: place(37.761, -122.435) },
      { name: 'oakland', kind: 'shop', size: 2, location: place(37.8, -122.27) },
      { name: 'sydney', kind: 'shop', size: 1, location: place(-33.86, 151.2) },
      { name: 'parade', actor: { location: place(37.759, -122.42) } },
      { name: 'nowhere', kind: 'shop' },
    ];
    await data('POST /spots', { json });
  });
  const names = async (ql: string): Promise<string[]> => namesIn(await ask('spots', ql));

  test('UD-84 finds what is in reach, nearest first, and says how far away it is', async () => {
    const answer = await ask('spots', 'location within 20000 of 37.7599,-122.42');
    assert.deepEqual(namesIn(answer), ['mission', 'castro', 'oakland']);
    const distances = answer.body.entities.map((entity: Answer['body']) => entity.metadata.distance);
    assert.ok(distances[0] > 10 && distances[0] < 12, String(distances[0]));
    assert.ok(distances[0] < distances[1] && distances[1] < distances[2]);
    assert.ok(distances[2] <= 20000);
  });

  test('other answers have no distance', async () => {
    const answer = await ask('spots', "kind = 'bar' or location within 1 of 37.76,-122.42");
    assert.equal('distance' in answer.body.entities[0].metadata, false);
    assert.equal('distance' in onlyEntity(await data('GET /spots/castro')).metadata, false);
  });

  test('UD-84 an order of its own comes before distance, and the order by the place is that of distance', async () => {
    const near = 'location within 20000 of 37.76,-122.42';
    assert.deepEqual(await names(`${near} order by size`), ['castro', 'oakland', 'mission']);
    assert.deepEqual(await names(`${near} order by location desc`), ['mission', 'castro', 'oakland']);
  });

  test('UD-87 looks into nested objects', async () => {
    assert.deepEqual(await names('actor.location within 200 of 37.76, -122.42'), ['parade']);
  });

  test('UD-88 combines with and, or and not', async () => {
    const near = 'location within 20000 of 37.76,-122.42';
    assert.deepEqual(await names(`${near} and kind='shop'`), ['mission', 'oakland']);
    assert.deepEqual(await names(`size >= 2 and kind='shop' and ${near}`), ['mission', 'oakland']);
    assert.deepEqual(await names(`kind='bar' or location within 10 of -33.86,151.2`), ['sydney', 'castro']);
    assert.deepEqual(await names(`not ${near}`), ['nowhere', 'parade', 'sydney']);
  });

  test('UD-84 a very large radius finds all that have a location', async () => {
    const found = await names('location within 2147483647 of 0,0');
    assert.deepEqual(found, ['oakland', 'mission', 'castro', 'sydney']);
  });

  test('a place that is not on the earth is refused', async () => {
    assert.deepEqual(refusalIn(await ask('spots', 'location within 1 of 91,0')), [400, 'illegal_argument']);
  });
});

test('UD-85 a new location replaces the old', async () => {
  await data('POST /cars', { json: { name: 'taxi', location: place(10, 10) } });
  await data('PUT /cars/taxi', { json: { location: place(20, 20) } });
  assert.deepEqual(namesIn(await ask('cars', 'location within 1000 of 10,10')), []);
  assert.deepEqual(namesIn(await ask('cars', 'location within 1000 of 20,20')), ['taxi']);
  await data('PUT /cars/taxi', { json: { location: null } });
  assert.deepEqual(namesIn(await ask('cars', 'location within 2147483647 of 20,20')), []);
});

describe('a location', () => {
  const stored = async (location: unknown): Promise<unknown> =>
    onlyEntity(await data('POST /posts', { json: { location } })).location;

  test('UD-86 comes back with numbers called latitude and longitude', async () => {
    assert.deepEqual(await stored({ latitude: '37.776753', lon: -122.407846, town: 'x' }), {
      latitude: 37.776753,
      longitude: -122.407846,
      town: 'x',
    });
  });

  test('UD-86 with a mistake in it is refused, on creation and on update', async () => {
    const { uuid } = onlyEntity(await data('POST /posts', { json: { title: 'x' } }));
    for (const location of [
      { latitude: 'here', longitude: 1 },
      { latitude: 1 },
      { latitudee: 1, longitude: 2 },
      { latitude: 91, longitude: 2 },
    ]) {
      for (const request of ['POST /posts', `PUT /posts/${uuid}`]) {
        const answer = await data(request, { json: { location } });
        assert.deepEqual(refusalIn(answer), [400, 'illegal_argument'], request);
      }
    }
  });

  test('that is no place is stored as it is', async () => {
    for (const location of ['Berlin', { city: 'Berlin' }, [1, 2]]) {
      assert.deepEqual(await stored(location), location);
    }
  });
});

describe('pages', () => {
  test('UD-88 of many entities around follow each other without repeat or gap', async () => {
    const json = Array.from({ length: 150 }, (_, at) => ({
      name: `n${at}`,
      even: at % 2 === 0,
      location: place(48 + at * 0.0001, 11),
    }));
    await data('POST /trees', { json });
    const all = json.map(({ name }) => name);
    const pages = await allPages('trees', 'location within 100000 of 47.9,11', '40');
    assert.deepEqual(pages.flat(), all);
    const even = await allPages('trees', 'even = true and location within 100000 of 47.9,11', '10');
    assert.deepEqual(
      even.flat(),
      all.filter((_, at) => at % 2 === 0),
    );
    assert.ok(even.slice(0, -1).every((page) => page.length === 10));
  });

  test('UD-84 of many entities at one place give the newest first', async () => {
    const json = Array.from({ length: 130 }, (_, at) => ({ name: `n${at}`, location: place(51.5, 0) }));
    await data('POST /people', { json: [...json, { name: 'near', location: place(51.5001, 0) }] });
    const pages = await allPages('people', 'location within 500 of 51.5,0', '25');
    assert.deepEqual(pages.flat(), [...json.map(({ name }) => name).reverse(), 'near']);
  });
});
