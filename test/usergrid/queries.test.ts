/** Queries over the wire: the statement's way through the URL, and what it finds. usergrid-data.md 2. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DataCaller, dataCaller, namesIn, onlyEntity, refusalIn } from '../support/data.ts';
import type { Answer } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let data: DataCaller;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  data = dataCaller(server, `/${tenant.organization}/${tenant.application}`, tenant.user.token);
  await data('POST /games', { json: games });
});
after(async () => {
  await server?.stop();
});

const games = [
  { name: 'John Smith', ordinal: 5, madeup: true, verb: 'go', color: 'black', tags: ['a', 'b'] },
  { name: 'johnny', ordinal: 15, madeup: true, verb: 'stop', testprop: 'testprop', color: 'Black' },
  { name: 'mary', ordinal: 20, madeup: false, verb: 'go', actor: { displayName: 'Mary', uuid: 'x' } },
  { name: 'Nested', ordinal: 100, verb: 'wait', items: [{ name: 'rocks' }, { name: 'boats' }] },
  { name: "it's", ordinal: 9, madeup: true, verb: 'run', testprop: "test'value" },
  { name: 'plus', ordinal: 1, verb: 'ed+x@y.z', quantity: 1.5 },
];

const ask = (ql: string, more: Record<string, string> = {}): Promise<Answer> =>
  data('GET /games', { query: { ql, limit: '100', ...more } });
const found = async (ql: string): Promise<string[]> => namesIn(await ask(ql)).sort();

describe('finding', () => {
  test('UD-21 a statement needs no select', async () => {
    assert.deepEqual(await found("color='black'"), ['John Smith', 'johnny']);
  });

  test('UD-22 conditions are combined by and', async () => {
    assert.deepEqual(await found('select * where madeup = true and ordinal >= 15'), ['johnny']);
  });

  test('UD-23 UD-24 or, not and parentheses combine, and binding tighter than or', async () => {
    assert.deepEqual(await found("verb='go' or ordinal = 100 and madeup = true"), ['John Smith', 'mary']);
    assert.deepEqual(await found("(verb='go' or ordinal = 15) and madeup = true"), ['John Smith', 'johnny']);
    assert.deepEqual(await found("not (verb='go' or madeup=true)"), ['Nested', 'plus']);
  });

  test('UD-25 operators have words, and property names no case', async () => {
    assert.deepEqual(await found('Ordinal gte 15 and ORDINAL lt 100'), ['johnny', 'mary']);
    assert.deepEqual(await found('ordinal eq 5'), ['John Smith']);
    assert.deepEqual(await found('ordinal lte 5'), ['John Smith', 'plus']);
    assert.deepEqual(await found('ordinal gt 20'), ['Nested']);
  });

  test('UD-26 an asterisk stands for any characters', async () => {
    assert.deepEqual(await found("name = 'JOHN*'"), ['John Smith', 'johnny']);
    assert.deepEqual(await found("name = '*s'"), ["it's", 'plus']);
  });

  test('UD-27 UD-28 contains finds words and beginnings of words', async () => {
    assert.deepEqual(await found("name contains 'smith'"), ['John Smith']);
    assert.deepEqual(await found("testprop contains 'test*'"), ["it's", 'johnny']);
  });

  test('UD-33 times are numbers to compare with', async () => {
    assert.equal((await found('created > 0')).length, games.length);
    assert.deepEqual(await found(`created > ${Date.now() + 60_000}`), []);
  });

  test('UD-89 a uuid needs no quotes', async () => {
    const [game] = (await ask("name='mary'")).body.entities;
    assert.deepEqual(await found(`uuid = ${game.uuid}`), ['mary']);
    assert.deepEqual(await found(`uuid = '${game.uuid}' or name = 'plus'`), ['mary', 'plus']);
  });

  test('UD-92 a quote is escaped by a backslash', async () => {
    assert.deepEqual(await found("testprop='test\\'value'"), ["it's"]);
  });

  test('UD-93 a plus matches raw and as %2B inside the statement', async () => {
    for (const statement of ["verb='ed+x@y.z'", "verb='ed%2Bx@y.z'", 'verb%3D%27ed%2Bx%40y.z%27']) {
      assert.deepEqual(await found(statement), ['plus'], statement);
    }
  });

  test('UD-94 a path leads through arrays of objects', async () => {
    assert.deepEqual(await found("items.name='rocks'"), ['Nested']);
    assert.deepEqual(await found("items.name='trees'"), []);
  });

  test('UD-95 an array matches by any element', async () => {
    assert.deepEqual(await found("tags='a'"), ['John Smith']);
  });

  test('UD-96 not finds all others, those without the property too', async () => {
    assert.deepEqual(await found("not verb='go'"), ['Nested', "it's", 'johnny', 'plus']);
    assert.deepEqual(await found('not madeup=true'), ['Nested', 'mary', 'plus']);
  });

  test('UD-97 a text with blanks is matched whole', async () => {
    assert.deepEqual(await found("name = 'john smith'"), ['John Smith']);
    assert.deepEqual(await found("name = 'smith'"), []);
  });

  test('UD-37 a property may be called limit', async () => {
    assert.deepEqual(await found('select * where limit = 5'), []);
  });

  test('the first of ql, q and query that says something counts', async () => {
    const query = { q: "name='mary'", query: "name='plus'" };
    assert.deepEqual(namesIn(await data('GET /games', { query })), ['mary']);
    assert.deepEqual(namesIn(await data('GET /games', { query: { ...query, ql: ' ' } })), ['mary']);
    assert.deepEqual(namesIn(await data('GET /games', { query: { query: "name='plus'" } })), ['plus']);
  });
});

describe('ordering', () => {
  test('UD-29 UD-32 numbers sort as numbers, and order by alone is a statement', async () => {
    const answer = await ask('order by ordinal desc');
    const ordinals = answer.body.entities.map((game: Answer['body']) => game.ordinal);
    assert.deepEqual(ordinals, [100, 20, 15, 9, 5, 1]);
  });

  test('UD-30 false comes before true', async () => {
    const answer = await ask('where madeup = true or madeup = false order by madeup asc');
    assert.equal(answer.body.entities[0].madeup, false);
  });

  test('UD-31 texts sort without case', async () => {
    const names = namesIn(await ask('order by name'));
    assert.deepEqual(names, ["it's", 'John Smith', 'johnny', 'mary', 'Nested', 'plus']);
  });
});

describe('refusals', () => {
  const broken = {
    'UD-34 an unknown operator': ["color != 'red'"],
    'UD-35 double quotes': ['color = "red"'],
    'UD-36 a missing part': [
      "color 'red'",
      'color =',
      "= 'red'",
      "color = 'red' and",
      "color = 'red",
      'order by',
    ],
    'a repeated sort key': ['order by name, name'],
    garbage: ['select', '((((', "\u0000'", '%', 'select * from games', `a = '${'x'.repeat(9000)}'`],
  };
  for (const [what, statements] of Object.entries(broken)) {
    test(`${what} is refused with 400`, async () => {
      for (const statement of statements) {
        const [status, error] = refusalIn(await ask(statement));
        assert.equal(status, 400, statement);
        assert.match(error, /^(query_parse|query_token|illegal_argument)$/, statement);
      }
    });
  }
});

describe('projection', () => {
  test('UD-90 select uuid leaves uuid, type and metadata', async () => {
    for (const game of (await ask('select uuid')).body.entities) {
      assert.deepEqual(Object.keys(game).sort(), ['metadata', 'type', 'uuid']);
      assert.equal(game.metadata.path, `/games/${game.uuid}`);
    }
  });

  test('UD-91 selected properties go out beside uuid, type and metadata, in their own spelling', async () => {
    const game = onlyEntity(await ask("select actor.displayName, verb where name = 'mary'"));
    assert.deepEqual(Object.keys(game).sort(), ['actor', 'metadata', 'type', 'uuid', 'verb']);
    assert.deepEqual(game.actor, { displayName: 'Mary' });
  });

  test('an entity without the property is listed all the same', async () => {
    assert.equal((await ask('select quantity')).body.entities.length, games.length);
  });

  test('a selected property may be renamed', async () => {
    assert.equal(onlyEntity(await ask("select {label: verb} where name = 'mary'")).label, 'go');
  });
});

describe('places', () => {
  before(async () => {
    const json = [
      { name: 'here', location: { latitude: 37.7, longitude: -122.4 } },
      { name: 'near', location: { latitude: 37.71, longitude: -122.41 }, kind: 'shop' },
      { name: 'far', location: { latitude: -33, longitude: 151 }, kind: 'shop' },
      { name: 'inside', actor: { location: { latitude: 37.7, longitude: -122.4 } } },
      { name: 'nowhere' },
    ];
    await data('POST /spots', { json });
  });
  const spots = async (ql: string): Promise<string[]> =>
    namesIn(await data('GET /spots', { query: { ql } })).sort();

  test('UD-87 UD-88 within finds what is in reach, nested too, and combines', async () => {
    assert.deepEqual(await spots('location within 10000 of 37.7,-122.4'), ['here', 'near']);
    assert.deepEqual(await spots('actor.location within 10000 of 37.7, -122.4'), ['inside']);
    assert.deepEqual(await spots("location within 10000 of 37.7,-122.4 and kind='shop'"), ['near']);
    assert.equal((await spots('location within 2147483647 of 0,0')).length, 3);
  });

  test('UD-85 a new location replaces the old', async () => {
    await data('PUT /spots/far', { json: { location: { latitude: 37.7, longitude: -122.4001 } } });
    assert.equal((await spots('location within 10000 of 37.7,-122.4')).length, 3);
    assert.deepEqual(await spots('location within 10000 of -33,151'), []);
  });
});
