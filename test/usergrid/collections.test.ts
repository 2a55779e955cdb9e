/** Collections: creating, listing, paging, batches, deleting. usergrid-data.md 1.1, 1.2, 1.5, 2.1, 2.6, 2.7. */
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
});
after(async () => {
  await server?.stop();
});

const uuidOfVersion1 = /^[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const create = async (path: string, json: unknown): Promise<Answer['body']> =>
  onlyEntity(await data(`POST ${path}`, { json }));

/** Named with three digits, in the order of creation. */
async function createNumbered(path: string, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `n${String(index).padStart(3, '0')}`);
  const answer = await data(`POST ${path}`, { json: names.map((name, ordinal) => ({ name, ordinal })) });
  assert.deepEqual(namesIn(answer), names);
  return names;
}

describe('creating', () => {
  test('UD-1 UD-2 POST makes an entity with uuid, type, times and metadata, with status 200', async () => {
    const answer = await data('POST /dogs', { json: { name: 'rex', color: 'black' } });
    const dog = onlyEntity(answer);
    assert.match(dog.uuid, uuidOfVersion1);
    assert.deepEqual(
      [dog.type, dog.name, dog.color, dog.metadata.path],
      ['dog', 'rex', 'black', `/dogs/${dog.uuid}`],
    );
    assert.equal(dog.created, dog.modified);
    assert.ok(Math.abs(dog.created - Date.now()) < 60_000);
    assert.equal(answer.body.path, '/dogs');
    assert.equal(answer.body.action, 'post');
    assert.equal('count' in answer.body, false);
  });

  test('UD-76 a uuid, type and times in the body are ignored', async () => {
    const json = {
      uuid: tenant.user.uuid,
      type: 'cat',
      created: 1,
      modified: 2,
      metadata: { a: 1 },
      size: 3,
    };
    const dog = await create('/dogs', json);
    assert.notEqual(dog.uuid, tenant.user.uuid);
    assert.deepEqual([dog.type, dog.size, dog.metadata.a], ['dog', 3, undefined]);
    assert.ok(dog.created > 1);
  });

  test('UD-75 PUT without an id creates', async () => {
    const dog = onlyEntity(await data('PUT /dogs', { json: { name: 'put' } }));
    assert.equal(dog.created, dog.modified);
    assert.equal(onlyEntity(await data('GET /dogs/put')).uuid, dog.uuid);
  });

  test('UD-18 a taken name is refused, whatever its case', async () => {
    await create('/dogs', { name: 'Enzo' });
    const answer = await data('POST /dogs', { json: { name: 'enzo' } });
    assert.deepEqual(refusalIn(answer), [400, 'duplicate_unique_property_exists']);
    assert.match(answer.body.error_description, /Entity "dog" requires that property named "name" be unique/);
    await create('/cats', { name: 'enzo' });
  });

  test('UD-151 of parallel creations under one name exactly one succeeds', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => data('POST /racers', { json: { name: 'first' } })),
    );
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.ok(answers.every(({ status }) => status === 200 || status === 400));
    assert.deepEqual(namesIn(await data('GET /racers')), ['first']);
  });

  test('UD-148 an empty object stores nothing, but makes the collection known', async () => {
    const answer = await data('POST /Things', { json: {} });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body.entities, []);
    assert.equal(answer.body.path, '/Things');
    assert.equal((await data('GET /things')).body.count, 0);
    const root = onlyEntity(await data('GET /'));
    assert.deepEqual(root.metadata.collections.things, {
      name: 'things',
      title: 'Things',
      type: 'thing',
      count: 0,
    });
    assert.deepEqual((await data('POST /things')).body.entities, []);
    assert.deepEqual((await data('POST /things', { json: [] })).body.entities, []);
  });

  test('UD-149 names that differ only in case are one property, and the last wins', async () => {
    const body = '{"testProp":"one","TESTPROP":"two"}';
    const thing = onlyEntity(await data('POST /props', { body }));
    assert.equal(thing.testProp, undefined);
    assert.equal(thing.TESTPROP, 'two');
  });

  test('null and empty texts are not stored, but false, 0, [] and {} are', async () => {
    const thing = await create('/props', { a: null, b: '', c: false, d: 0, e: [], f: {}, g: { h: null } });
    assert.deepEqual([thing.a, thing.b], [undefined, undefined]);
    assert.deepEqual([thing.c, thing.d, thing.e, thing.f, thing.g], [false, 0, [], {}, { h: null }]);
  });

  test('a number sent as a name becomes a text', async () => {
    const thing = await create('/props', { name: 42 });
    assert.equal(thing.name, '42');
    assert.equal(onlyEntity(await data('GET /props/42')).uuid, thing.uuid);
  });

  test('the reserved types are refused', async () => {
    for (const path of ['/entities', '/entityx', '/applications/x/dogs', '/Entity']) {
      const { status } = await data(`POST ${path}`, { json: { name: 'x' } });
      assert.ok(status === 400 || status === 404, `${path}: ${status}`);
    }
  });

  test('singular, plural and any case address one collection', async () => {
    const city = await create('/city', { name: 'Rome' });
    assert.equal(city.type, 'city');
    assert.equal(city.metadata.path, `/cities/${city.uuid}`);
    const asked = await data('GET /CITY/rome');
    assert.equal(onlyEntity(asked).uuid, city.uuid);
    assert.equal(asked.body.path, '/CITIES');
  });
});

describe('batches', () => {
  test('UD-19 an array makes all members and answers them in order', async () => {
    const answer = await data('POST /birds', { json: [{ name: 'a' }, { name: 'b' }, { color: 'red' }] });
    assert.deepEqual(namesIn(answer), ['a', 'b', undefined]);
    assert.equal(answer.body.entities[2].color, 'red');
  });

  test('UD-20 of a batch with a duplicate the others are made', async () => {
    await create('/fish', { name: 'taken' });
    const json = [{ name: 'one' }, { name: 'taken' }, { name: 'two' }, { name: 'ONE' }];
    assert.deepEqual(namesIn(await data('POST /fish', { json })), ['one', 'two']);
  });

  test('items that are no objects, or without any property, are left out', async () => {
    const json = [null, 7, 'text', [], {}, { name: 'whole' }, { name: {} }];
    assert.deepEqual(namesIn(await data('POST /oddities', { json })), ['whole']);
  });

  test('PUT of an array to a collection makes its members too', async () => {
    assert.deepEqual(namesIn(await data('PUT /oddities', { json: [{ name: 'p1' }, { name: 'p2' }] })), [
      'p1',
      'p2',
    ]);
  });

  test('a batch beyond the bound is refused whole', async () => {
    const json = Array.from({ length: 10_001 }, (_, index) => ({ index }));
    const answer = await data('POST /toomany', { json });
    assert.deepEqual(refusalIn(answer), [400, 'illegal_argument']);
    assert.equal((await data('GET /toomany')).body.count, 0);
  });
});

describe('listing', () => {
  test('UD-13 UD-14 ten at a time, with a cursor to the rest', async () => {
    const names = await createNumbered('/elevens', 11);
    const first = await data('GET /elevens');
    assert.equal(first.body.entities.length, 10);
    assert.equal(first.body.count, 10);
    assert.equal(typeof first.body.cursor, 'string');
    assert.match(first.body.cursor, /^[\w-]+$/);
    const second = await data('GET /elevens', { query: { cursor: first.body.cursor } });
    assert.deepEqual(namesIn(second), [names[0]]);
    assert.equal('cursor' in second.body, false);
  });

  test('UD-15 a page that is not full has no cursor', async () => {
    await createNumbered('/fives', 5);
    const answer = await data('GET /fives');
    assert.equal(answer.body.count, 5);
    assert.equal('cursor' in answer.body, false);
  });

  test('UD-16 UD-39 the limit is what was asked, and 1000 at most', async () => {
    await createNumbered('/manies', 1003);
    const asked = await data('GET /manies?limit=18');
    assert.deepEqual(
      [asked.body.entities.length, asked.body.count, asked.body.params.limit[0]],
      [18, 18, '18'],
    );
    const most = await data('GET /manies?limit=5000');
    assert.equal(most.body.entities.length, 1000);
    for (const limit of ['0', '-3', '', 'abc', '1e3', '9'.repeat(400)]) {
      assert.equal((await data('GET /manies', { query: { limit } })).body.entities.length, 10, limit);
    }
  });

  test('UD-38 a blank statement, limit and cursor are ignored', async () => {
    const names = await createNumbered('/blanks', 3);
    assert.deepEqual(namesIn(await data('GET /blanks?ql=&limit=&cursor=')), names.reverse());
  });

  test('UD-17 a plain list is newest first', async () => {
    const names = await createNumbered('/news', 4);
    assert.deepEqual(namesIn(await data('GET /news')), names.reverse());
    assert.deepEqual(namesIn(await data('GET /news/all')), names);
  });

  test('UD-40 pages repeat and skip nothing', async () => {
    const names = await createNumbered('/pages', 100);
    const read: string[] = [];
    let cursor = '';
    do {
      const page = await data('GET /pages', { query: { ql: 'order by created', limit: 10, cursor } });
      read.push(...namesIn(page));
      cursor = page.body.cursor ?? '';
    } while (cursor !== '');
    assert.deepEqual(read, names);
  });

  test('a cursor of another query, and one that is none, are refused', async () => {
    await createNumbered('/cursors', 11);
    const { cursor } = (await data('GET /cursors')).body;
    const others = [
      data('GET /cursors', { query: { cursor, ql: 'order by name' } }),
      data('GET /elevens', { query: { cursor } }),
      data('GET /cursors', { query: { cursor: 'garbage' } }),
      data('GET /cursors', { query: { cursor: `${cursor}A` } }),
    ];
    for (const answer of await Promise.all(others)) {
      assert.deepEqual(refusalIn(answer), [400, 'illegal_argument']);
    }
  });

  test('UD-82 a collection that nobody wrote to is empty, and is not made by reading it', async () => {
    const answer = await data('GET /nobodys');
    assert.equal(answer.status, 200);
    assert.deepEqual([answer.body.entities, answer.body.count], [[], 0]);
    assert.equal(onlyEntity(await data('GET /')).metadata.collections.nobodys, undefined);
  });

  test('a bare uuid as a parameter selects that entity', async () => {
    const [wanted, other] = [
      await create('/bares', { name: 'wanted' }),
      await create('/bares', { name: 'other' }),
    ];
    assert.deepEqual(namesIn(await data(`GET /bares?${wanted.uuid}`)), ['wanted']);
    assert.deepEqual(namesIn(await data(`GET /bares?${wanted.uuid}&${other.uuid}`)).sort(), [
      'other',
      'wanted',
    ]);
  });

  test('matrix parameters and a JSON object in the path are parameters too', async () => {
    await createNumbered('/matrices', 5);
    assert.equal((await data('GET /matrices;limit=2')).body.entities.length, 2);
    assert.deepEqual(namesIn(await data(`GET /matrices;ql=${encodeURIComponent("name='n003'")}`)), ['n003']);
    const json = encodeURIComponent(JSON.stringify({ ql: 'ordinal = 4' }));
    assert.deepEqual(namesIn(await data(`GET /matrices/${json}`)), ['n004']);
  });

  test('UD-68 params hold arrays of texts, and no credentials', async () => {
    const query = [
      ['limit', '5'],
      ['_', '123'],
      ['ql', 'select *'],
      ['access_token', tenant.user.token],
    ];
    const answer = await data('GET /dogs', { query });
    assert.deepEqual(answer.body.params, { limit: ['5'], _: ['123'], ql: ['select *'] });
  });

  test('analyzeOnly runs nothing, for a DELETE least of all', async () => {
    const names = await createNumbered('/analyzed', 3);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const answer = await data(`${method} /analyzed?ql=select%20*&analyzeOnly=true`);
      assert.equal(answer.body.action, 'query analysis only');
      assert.deepEqual(answer.body.entities, []);
    }
    assert.deepEqual(namesIn(await data('GET /analyzed')).reverse(), names);
  });

  test('UD-155 indexes answers an array', async () => {
    const answer = await data('GET /things/indexes');
    assert.equal(answer.status, 200);
    assert.ok(Array.isArray(answer.body.data));
  });
});

describe('deleting', () => {
  test('UD-12 DELETE of a whole collection is refused and deletes nothing', async () => {
    const names = await createNumbered('/keepers', 3);
    for (const query of ['', '?', '?ql=', '?limit=', '?limit=0', '?cursor=', '?other=1']) {
      const answer = await data(`DELETE /keepers${query}`);
      assert.deepEqual(refusalIn(answer), [405, 'unsupported_service_operation'], query);
    }
    assert.deepEqual(refusalIn(await data('DELETE /users')), [405, 'unsupported_service_operation']);
    assert.equal((await data('GET /keepers')).body.count, names.length);
  });

  test('UD-79 a query deletes a page at most, and answers what it deleted', async () => {
    await createNumbered('/doomed', 15);
    const answer = await data('DELETE /doomed', { query: { ql: 'ordinal >= 2' } });
    assert.equal(answer.body.entities.length, 10);
    assert.equal('count' in answer.body, false);
    assert.equal((await data('GET /doomed')).body.count, 5);
  });

  test('UD-80 a limit is query enough; repeated, it empties the collection', async () => {
    await createNumbered('/empties', 25);
    const deleted: number[] = [];
    do deleted.push((await data('DELETE /empties?limit=10')).body.entities.length);
    while (deleted.at(-1) !== 0);
    assert.deepEqual(deleted, [10, 10, 5, 0]);
    assert.equal(onlyEntity(await data('GET /')).metadata.collections.empties?.count, 0);
  });

  test('UD-81 a query without a match deletes nothing and is a success', async () => {
    const answer = await data('DELETE /keepers', { query: { ql: "name = 'none'" } });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body.entities, []);
  });

  test('UD-83 the statement * matches everything', async () => {
    await createNumbered('/starred', 4);
    assert.equal((await data('DELETE /starred?q=*')).body.entities.length, 4);
  });

  test('a cursor is honoured: what the pages before it hold is kept', async () => {
    const names = await createNumbered('/halves', 8);
    const { cursor } = (await data('GET /halves?limit=4')).body;
    const answer = await data('DELETE /halves', { query: { cursor, limit: 100 } });
    assert.deepEqual(namesIn(answer), names.slice(0, 4).reverse());
    assert.equal((await data('GET /halves')).body.count, 4);
  });

  test('users, groups and roles are deleted by query like everything', async () => {
    await create('/users', { username: 'gone-1', email: 'gone-1@example.test' });
    const deleted = await data('DELETE /users', { query: { ql: "username = 'gone-1'" } });
    assert.equal(onlyEntity(deleted).username, 'gone-1');
    assert.equal((await data('GET /users/gone-1')).status, 404);
    await create('/users', { username: 'gone-1' });
  });
});

describe('what is not offered', () => {
  test('says so, after the permission check', async () => {
    const nobody = dataCaller(server, `/${tenant.organization}/${tenant.application}`);
    const calls = [
      'GET /counters',
      'POST /events',
      'GET /queues',
      'POST /notifications',
      'GET /export',
      'GET /auth/facebook',
    ];
    for (const line of calls) {
      assert.deepEqual(refusalIn(await data(line)), [501, 'not_implemented'], line);
      assert.deepEqual(refusalIn(await nobody(line)), [401, 'unauthorized'], line);
    }
    assert.equal((await data('GET /apm/apigeeMobileConfig')).status, 404);
  });

  test('usergrid-data.md 6.3 8.3 says so below an entity, too', async () => {
    await create('/users', { username: 'pushed' });
    await create('/devices', { name: 'phone' });
    await create('/groups', { path: 'pushed' });
    await data('POST /users/pushed/devices/phone');
    const { uuid } = await create('/assets', { path: 'my/image', owner: tenant.user.uuid });
    for (const line of [
      'POST /devices/phone/notifications',
      'POST /devices/*/notifications',
      'POST /devices;ql=select%20*/notifications',
      'POST /devices/all/notifications',
      'POST /users/pushed/notifications',
      'POST /users/pushed/devices/phone/notification',
      'POST /groups/pushed/notifications',
      `GET /assets/${uuid}/data`,
      `POST /assets/${uuid}/data`,
      `PUT /asset/${uuid}/data`,
    ]) {
      const answer = await data(line, line.startsWith('GET') ? {} : { json: { payloads: { x: 'hi' } } });
      assert.deepEqual(refusalIn(answer), [501, 'not_implemented'], line);
    }
  });

  test('what belongs to other parts of the server is no collection', async () => {
    for (const path of ['/.well-known', '/oauth2', `/dogs/../${tenant.user.uuid}`.slice(8)]) {
      assert.equal((await data(`POST ${path}`, { json: { name: 'x' } })).status, 404, path);
    }
  });
});
