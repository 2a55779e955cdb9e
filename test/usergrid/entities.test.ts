/** Single entities: reading, merging, creating under a chosen id, deleting, and bulk changes. usergrid-data.md 1.3 to 1.5. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type DataCaller, dataCaller, namesIn, onlyEntity, refusalIn } from '../support/data.ts';
import { type Answer, call } from '../support/http.ts';
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

const create = async (path: string, json: unknown): Promise<Answer['body']> =>
  onlyEntity(await data(`POST ${path}`, { json }));
const encode = encodeURIComponent;

describe('reading', () => {
  test('UD-3 UD-4 by uuid and by name it is the same entity, under the path of its collection', async () => {
    const dog = await create('/dogs', { name: 'Rex' });
    for (const reference of [dog.uuid, dog.uuid.toUpperCase(), 'Rex', 'rex']) {
      const answer = await data(`GET /dogs/${reference}`);
      assert.deepEqual(onlyEntity(answer), dog);
      assert.equal(answer.body.path, '/dogs');
      assert.equal(answer.body.uri.endsWith(`${tenant.application}/dogs`), true);
      assert.equal('count' in answer.body, false);
      assert.equal('cursor' in answer.body, false);
    }
  });

  test('UD-5 a missing entity is not found, by name and by uuid', async () => {
    assert.deepEqual(refusalIn(await data('GET /dogs/nobody')), [404, 'entity_not_found']);
    assert.deepEqual(refusalIn(await data(`GET /dogs/${randomUUID()}`)), [404, 'entity_not_found']);
  });

  test('UD-6 a missing user by name is a missing resource', async () => {
    assert.deepEqual(refusalIn(await data('GET /users/nobody')), [404, 'service_resource_not_found']);
    assert.deepEqual(refusalIn(await data('GET /users/no@body.test')), [404, 'service_resource_not_found']);
    assert.deepEqual(refusalIn(await data(`GET /users/${randomUUID()}`)), [404, 'entity_not_found']);
  });

  test('UD-66 a refusal has error, error_description, exception, timestamp and duration', async () => {
    const { body } = await data('GET /dogs/nobody');
    for (const member of ['error', 'error_description', 'exception'])
      assert.equal(typeof body[member], 'string');
    for (const member of ['timestamp', 'duration']) assert.equal(typeof body[member], 'number');
  });

  test('an entity is not found in the collection of another type, by any method', async () => {
    const dog = await create('/dogs', { name: 'only a dog' });
    for (const method of ['GET', 'PUT', 'POST', 'DELETE']) {
      const answer = await data(`${method} /cats/${dog.uuid}`, { json: {} });
      assert.equal(answer.status, 404, `${method}: ${answer.text}`);
    }
    for (const [path, json] of [
      ['users', { username: `u-${dog.uuid}` }],
      ['roles', { name: 'r' }],
      ['groups', { path: 'g' }],
    ] as const) {
      assert.equal((await data(`PUT /${path}/${dog.uuid}`, { json })).status, 404, path);
    }
    assert.deepEqual(onlyEntity(await data(`GET /dogs/${dog.uuid}`)), dog);
  });

  test('names of any characters are found, percent-encoded once', async () => {
    const names = [
      'a b',
      'a/b',
      'a%2fb',
      'a%252Fb',
      "o'neil",
      'q"uote',
      'a+b',
      'ünï 中 😀',
      'semi;colon=1',
      'que?ry#x',
      '100%',
      '..',
      'a\\b',
      '__proto__',
      'constructor',
    ];
    for (const name of names) {
      const made = await create('/names', { name });
      assert.equal(onlyEntity(await data(`GET /names/${encode(name)}`)).uuid, made.uuid, name);
    }
    for (const name of names) {
      assert.equal(onlyEntity(await data(`DELETE /names/${encode(name)}`)).name, name);
    }
    assert.equal((await data('GET /names')).body.count, 0);
  });

  test('a trailing slash and doubled slashes make no difference', async () => {
    const dog = await create('/dogs', { name: 'slashed' });
    for (const path of ['/dogs/slashed/', '//dogs//slashed', '/dogs/slashed//']) {
      assert.equal(onlyEntity(await data(`GET ${path}?`)).uuid, dog.uuid, path);
    }
  });

  test('HEAD answers as GET does, without a body', async () => {
    await create('/dogs', { name: 'headed' });
    const found = await data('HEAD /dogs/headed');
    assert.deepEqual([found.status, found.text], [200, '']);
    assert.equal((await data('HEAD /dogs/unheaded')).status, 404);
  });

  test('hostile texts stay inside the JSON that they are in', async () => {
    const value = '"}],"count":7,"x":[{"\u2028\\';
    await create('/quotes', { name: 'quoted', value, [value]: value });
    const answer = await data('GET /quotes');
    assert.equal(answer.body.count, 1);
    assert.equal(onlyEntity(answer).value, value);
    assert.equal(onlyEntity(answer)[value], value);
    const odd = encode('odd":{"x');
    const { body } = await data(`POST /${odd}`, { json: { name: 'n' } });
    assert.equal(body.entities[0].metadata.path, `${body.path}/${body.entities[0].uuid}`);
  });
});

describe('updating', () => {
  test('UD-7 PUT changes what is sent and keeps the rest', async () => {
    const dog = await create('/dogs', { name: 'merged', color: 'red', age: 3 });
    const answer = await data(`PUT /dogs/${dog.uuid}`, { json: { color: 'blue' } });
    const changed = onlyEntity(answer);
    assert.deepEqual([changed.color, changed.age, changed.name], ['blue', 3, 'merged']);
    assert.equal(changed.metadata.path, `/dogs/${dog.uuid}`);
    assert.equal(changed.created, dog.created);
    assert.ok(changed.modified >= dog.modified);
    assert.deepEqual(onlyEntity(await data('GET /dogs/merged')), changed);
  });

  test('UD-8 null and the empty text remove a property', async () => {
    const dog = await create('/dogs', { name: 'stripped', color: 'red', age: 3 });
    const changed = onlyEntity(await data(`PUT /dogs/${dog.uuid}`, { json: { color: null, AGE: '' } }));
    assert.deepEqual([changed.color, changed.age, changed.AGE], [undefined, undefined, undefined]);
  });

  test('UD-9 a nested object is replaced whole', async () => {
    const dog = await create('/dogs', { name: 'nested', owner: { name: 'ann', age: 3 }, tags: ['a', 'b'] });
    const json = { owner: { name: null }, tags: ['c'] };
    const changed = onlyEntity(await data(`PUT /dogs/${dog.uuid}`, { json }));
    assert.deepEqual(changed.owner, { name: null });
    assert.deepEqual(changed.tags, ['c']);
  });

  test('UD-10 a whole entity may be sent back; what the server owns stays', async () => {
    const dog = await create('/dogs', { name: 'whole', color: 'red' });
    const json = { ...dog, uuid: randomUUID(), type: 'cat', created: 1, modified: 1, color: 'green' };
    const changed = onlyEntity(await data(`PUT /dogs/${dog.uuid}`, { json }));
    assert.deepEqual(
      { ...changed, modified: 0, metadata: 0 },
      { ...dog, color: 'green', modified: 0, metadata: 0 },
    );
    assert.ok(changed.modified >= dog.modified);
  });

  test('UD-73 PUT of a new uuid creates under that very uuid, also after a deletion', async () => {
    const uuid = randomUUID();
    for (const round of [1, 2]) {
      const device = onlyEntity(await data(`PUT /devices/${uuid}`, { json: { round } }));
      assert.deepEqual([device.uuid, device.type, device.round], [uuid, 'device', round]);
      assert.equal(onlyEntity(await data(`DELETE /devices/${uuid}`)).uuid, uuid);
      assert.equal((await data(`GET /devices/${uuid}`)).status, 404);
    }
  });

  test('users, groups and roles may be created under a chosen uuid too', async () => {
    const bodies = {
      users: { username: 'chosen', password: 'chosen-password-1', activated: false },
      groups: { path: 'chosen' },
      roles: { name: 'chosen' },
    };
    for (const [path, json] of Object.entries(bodies)) {
      const uuid = randomUUID();
      const made = onlyEntity(await data(`PUT /${path}/${uuid}`, { json }));
      assert.equal(made.uuid, uuid);
      assert.equal(made.password, undefined);
      assert.equal(onlyEntity(await data(`PUT /${path}/${uuid}`, { json: { extra: 1 } })).extra, 1);
    }
    const login = { grant_type: 'password', username: 'chosen', password: 'chosen-password-1' };
    const token = await call(server, `POST /${tenant.organization}/${tenant.application}/token`, {
      json: login,
    });
    assert.equal(token.status, 200, token.text);
  });

  test('UD-74 PUT of a new name creates under that name, whatever the body calls it', async () => {
    const made = onlyEntity(await data('PUT /dogs/newname', { json: { name: 'other', color: 'red' } }));
    assert.deepEqual([made.name, made.color], ['newname', 'red']);
    assert.equal(onlyEntity(await data('PUT /dogs/newname', { json: { color: 'blue' } })).uuid, made.uuid);
    const group = onlyEntity(await data('PUT /groups/new/path', { json: { title: 't' } }));
    assert.equal(group.path, 'new/path');
    assert.equal(onlyEntity(await data('PUT /roles/Fresh', { json: {} })).name, 'fresh');
  });

  test('PUT of an unknown user by name needs a username in the body', async () => {
    const refused = await data('PUT /users/unknown', { json: { email: 'unknown@example.test' } });
    assert.deepEqual(refusalIn(refused), [400, 'required_property_not_found']);
    const made = onlyEntity(await data('PUT /users/unknown', { json: { username: 'unknown' } }));
    assert.equal(made.username, 'unknown');
  });

  test('a name may be changed, but not to a taken one', async () => {
    const dog = await create('/dogs', { name: 'renamed' });
    await create('/dogs', { name: 'in-use' });
    const refused = await data('PUT /dogs/renamed', { json: { name: 'IN-USE' } });
    assert.deepEqual(refusalIn(refused), [400, 'duplicate_unique_property_exists']);
    await data('PUT /dogs/renamed', { json: { name: 'anew' } });
    assert.equal((await data('GET /dogs/renamed')).status, 404);
    assert.equal(onlyEntity(await data('GET /dogs/anew')).uuid, dog.uuid);
    await create('/dogs', { name: 'renamed' });
  });

  test('updates of one entity at the same time lose nothing', async () => {
    const dog = await create('/dogs', { name: 'busy' });
    const writes = Array.from({ length: 25 }, (_, index) =>
      data(`PUT /dogs/${dog.uuid}`, { json: { [`p${index}`]: index } }),
    );
    for (const answer of await Promise.all(writes)) assert.equal(answer.status, 200, answer.text);
    const busy = onlyEntity(await data('GET /dogs/busy'));
    for (let index = 0; index < 25; index += 1) assert.equal(busy[`p${index}`], index);
  });

  test('POST to an id answers the entity and changes nothing', async () => {
    const dog = await create('/dogs', { name: 'posted', color: 'red' });
    const answer = onlyEntity(await data('POST /dogs/posted', { json: { color: 'blue' } }));
    assert.deepEqual(answer, dog);
    assert.deepEqual(refusalIn(await data('POST /dogs/unposted', { json: {} })), [
      404,
      'service_resource_not_found',
    ]);
  });

  test('a body that is no single object is refused', async () => {
    const dog = await create('/dogs', { name: 'single' });
    const bodies = ['[]', '[{}]', '{', '{"a":}', '"text"', 'text', '7', `${'['.repeat(500)}`];
    for (const body of bodies) {
      const answer = await data(`PUT /dogs/${dog.uuid}`, {
        body,
        headers: { 'Content-Type': 'application/json' },
      });
      assert.equal(answer.status, 400, body);
    }
    assert.deepEqual(onlyEntity(await data('GET /dogs/single')), dog);
  });
});

describe('bulk updates', () => {
  test('UD-77 PUT with a query updates all that match and answers them', async () => {
    const json = [
      { name: 'p1', cuisine: 'pizza' },
      { name: 'p2', cuisine: 'pizza' },
      { name: 's1', cuisine: 'sushi' },
    ];
    await data('POST /places', { json });
    const ql = "select * where cuisine='pizza'";
    const answer = await data('PUT /places', { query: { ql }, json: { keywords: 'pepperoni' } });
    assert.deepEqual(namesIn(answer).sort(), ['p1', 'p2']);
    assert.ok(answer.body.entities.every((place: Answer['body']) => place.keywords === 'pepperoni'));
    assert.equal(onlyEntity(await data('GET /places/s1')).keywords, undefined);
  });

  test('UD-78 without a match it is not found', async () => {
    const answer = await data('PUT /places', { query: { ql: "cuisine='none'" }, json: { a: 1 } });
    assert.deepEqual(refusalIn(answer), [404, 'service_resource_not_found']);
  });

  test('a blank statement, a limit and the segment all update everything', async () => {
    for (const [index, path] of ['/places?ql=', '/places?limit=1', '/places/all'].entries()) {
      const answer = await data(`PUT ${path}`, { json: { round: index } });
      assert.equal(answer.body.entities.length, 3, path);
      assert.ok(answer.body.entities.every((place: Answer['body']) => place.round === index));
    }
    assert.equal((await data('GET /places')).body.count, 3);
  });

  test('an array is refused and changes nothing', async () => {
    const answer = await data('PUT /places?ql=select%20*', { json: [{ round: 9 }] });
    assert.deepEqual(refusalIn(answer), [400, 'illegal_argument']);
    assert.equal(onlyEntity(await data('GET /places/p1')).round, 2);
  });

  test('users are updated by query, without passwords', async () => {
    await data('POST /users', {
      json: [
        { username: 'bulk-1', team: 'x' },
        { username: 'bulk-2', team: 'x' },
      ],
    });
    const json = { password: 'stolen-password-1', team: 'y' };
    const answer = await data('PUT /users', { query: { ql: "team='x'" }, json });
    assert.equal(answer.body.entities.length, 2);
    const login = { grant_type: 'password', username: 'bulk-1', password: 'stolen-password-1' };
    const token = await call(server, `POST /${tenant.organization}/${tenant.application}/token`, {
      json: login,
    });
    assert.equal(token.status, 400);
  });
});

describe('deleting', () => {
  test('UD-11 DELETE answers the entity, which is gone then, and its name is free', async () => {
    const dog = await create('/dogs', { name: 'deleted' });
    assert.deepEqual(onlyEntity(await data(`DELETE /dogs/${dog.uuid}`)), dog);
    assert.equal((await data('GET /dogs/deleted')).status, 404);
    assert.equal((await data(`GET /dogs/${dog.uuid}`)).status, 404);
    await create('/dogs', { name: 'deleted' });
  });

  test('a missing entity is a missing resource', async () => {
    for (const reference of ['nobody', randomUUID()]) {
      assert.deepEqual(refusalIn(await data(`DELETE /dogs/${reference}`)), [
        404,
        'service_resource_not_found',
      ]);
    }
  });

  test('of deletions at the same time one succeeds', async () => {
    const dog = await create('/dogs', { name: 'raced' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => data(`DELETE /dogs/${dog.uuid}`)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.ok(answers.every(({ status }) => status === 200 || status === 404));
  });
});

describe('groups, addressed by paths', () => {
  test('UD-98 a path with slashes is found, the longest that there is', async () => {
    const short = await create('/groups', { path: 'a' });
    const long = await create('/groups', { path: 'a/b' });
    assert.equal(onlyEntity(await data('GET /groups/a/b')).uuid, long.uuid);
    assert.equal(onlyEntity(await data('GET /groups/a%2Fb')).uuid, long.uuid);
    assert.equal(onlyEntity(await data('GET /group/A')).uuid, short.uuid);
    assert.equal((await data('GET /groups/a/b')).body.path, '/groups');
    assert.equal(onlyEntity(await data('DELETE /groups/a/b')).uuid, long.uuid);
    assert.equal((await data('GET /groups/a')).status, 200);
  });

  test('UD-99 UD-100 a group needs a path, without spaces', async () => {
    for (const json of [{ title: 'none' }, { path: 'with space' }, { path: '' }, {}]) {
      assert.deepEqual(refusalIn(await data('POST /groups', { json })), [400, 'illegal_argument']);
    }
  });

  test('UD-103 a path may be changed', async () => {
    const group = await create('/groups', { path: 'before' });
    const changed = onlyEntity(await data('PUT /groups/before', { json: { path: 'after' } }));
    assert.deepEqual([changed.uuid, changed.path], [group.uuid, 'after']);
    assert.equal((await data('GET /groups/before')).status, 404);
  });
});

test('entities of other applications and organizations are out of reach', async () => {
  const other = await createTenant(server);
  const theirs = dataCaller(server, `/${other.organization}/${other.application}`, other.user.token);
  const dog = onlyEntity(await theirs('POST /dogs', { json: { name: 'theirs' } }));
  for (const method of ['GET', 'POST', 'DELETE']) {
    assert.equal((await data(`${method} /dogs/${dog.uuid}`, { json: {} })).status, 404, method);
  }
  // Uuids are an application's own: here it is another entity.
  const mine = onlyEntity(await data(`PUT /dogs/${dog.uuid}`, { json: { name: 'mine' } }));
  assert.equal(mine.name, 'mine');
  assert.deepEqual(onlyEntity(await theirs(`GET /dogs/${dog.uuid}`)), dog);
  const abroad = dataCaller(server, `/${other.organization}/${other.application}`, tenant.user.token);
  for (const line of [
    'GET /dogs',
    `GET /dogs/${dog.uuid}`,
    `DELETE /dogs/${dog.uuid}`,
    'GET /users/me',
    'GET /',
  ]) {
    assert.deepEqual(refusalIn(await abroad(line)), [401, 'unauthorized'], line);
  }
});

test('the setting for old clients names an unknown entity service_resource_not_found', async () => {
  const old = await startServer({
    environment: { KEYGRID_ENTITY_NOT_FOUND_CODE: 'service_resource_not_found' },
  });
  const { organization, application, user } = await createTenant(old);
  const oldData = dataCaller(old, `/${organization}/${application}`, user.token);
  for (const reference of ['nobody', randomUUID()]) {
    assert.deepEqual(refusalIn(await oldData(`GET /dogs/${reference}`)), [404, 'service_resource_not_found']);
  }
  await old.stop();
});
