/** Creations with an Idempotency-Key happen once: an addition that clients of Usergrid never notice. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { accessTo } from '../support/application.ts';
import { type DataCaller, dataCaller, namesIn, onlyEntity, refusalIn } from '../support/data.ts';
import type { Answer, CallOptions } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let data: DataCaller;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  data = dataCaller(server, `/${tenant.organization}/${tenant.application}`, tenant.admin.token);
});
after(async () => {
  await server?.stop();
});

const withKey = (key: string, json: unknown): CallOptions => ({ headers: { 'idempotency-key': key }, json });
const isRepeated = ({ headers }: Answer): boolean => headers['idempotency-replayed'] === 'true';
const count = async (path: string): Promise<number> => (await data(`GET ${path}?limit=1000`)).body.count;
const uuidsIn = ({ body }: Answer): string[] => body.entities.map(({ uuid }: { uuid: string }) => uuid);

describe('one entity', () => {
  test('a request that is sent again is answered with the entity of the first', async () => {
    const request = withKey(randomUUID(), { name: 'once', color: 'red' });
    const first = await data('POST /ones', request);
    const again = await data('POST /ones', request);
    assert.deepEqual([isRepeated(first), isRepeated(again)], [false, true]);
    assert.equal(onlyEntity(again).uuid, onlyEntity(first).uuid);
    assert.equal(again.body.entities[0].created, first.body.entities[0].created);
    assert.equal(await count('/ones'), 1);
  });

  test('without a key, and with another, each request creates', async () => {
    await data('POST /twos', { json: { a: 1 } });
    await data('POST /twos', { json: { a: 1 } });
    await data('POST /twos', withKey(randomUUID(), { a: 1 }));
    await data('POST /twos', withKey(randomUUID(), { a: 1 }));
    assert.equal(await count('/twos'), 4);
  });

  test('of requests sent at once one creates, and all answer its entity', async () => {
    for (const path of ['/threes', '/users', '/roles', '/groups']) {
      const name = `at-once-${path.slice(1)}`;
      const json = { name, username: name, path: name, title: name };
      const request = withKey(randomUUID(), json);
      const answers = await Promise.all(Array.from({ length: 10 }, () => data(`POST ${path}`, request)));
      assert.deepEqual(new Set(answers.map((answer) => onlyEntity(answer).uuid)).size, 1, path);
      assert.equal(answers.filter((answer) => !isRepeated(answer)).length, 1, path);
    }
    assert.equal(await count('/threes'), 1);
  });

  test('a key that comes with another request is refused', async () => {
    const key = randomUUID();
    await data('POST /fours', withKey(key, { a: 1 }));
    for (const [path, json] of [
      ['/fours', { a: 2 }],
      ['/fives', { a: 1 }],
      ['/fours', [{ a: 1 }]],
    ] as const) {
      const answer = await data(`POST ${path}`, withKey(key, json));
      assert.deepEqual(refusalIn(answer), [422, 'idempotency_key_reused'], path);
    }
    assert.equal(await count('/fours'), 1);
  });

  test('a key is its caller’s own', async () => {
    const request = withKey('the-same-key', { a: 1 });
    const { newUser } = accessTo(server, tenant);
    const [one, other] = [await newUser(), await newUser()];
    await data('POST /roles/default/permissions', { json: { permission: 'get,post:/sixes/**' } });
    const first = await one.call('POST /sixes', request);
    const second = await other.call('POST /sixes', request);
    assert.notEqual(onlyEntity(first).uuid, onlyEntity(second).uuid);
    assert.equal(isRepeated(second), false);
  });

  test('a guest who knows the key of another neither hinders that creation nor learns of it', async () => {
    const guest = dataCaller(server, `/${tenant.organization}/${tenant.sandbox}`);
    const first = await guest('POST /guesses', withKey('1', { by: 'another' }));
    const request = withKey('1', { by: 'the owner of the key' });
    const own = await guest('POST /guesses', request);
    assert.deepEqual([first.status, own.status, isRepeated(own)], [200, 200, false]);
    const again = await guest('POST /guesses', request);
    assert.deepEqual([uuidsIn(again), isRepeated(again)], [uuidsIn(own), true]);
    assert.equal(isRepeated(await guest('POST /others', request)), false);
    assert.equal(isRepeated(await guest('POST /guesses', { ...request, json: [request.json] })), false);
  });

  test('a request that was refused may be sent again with its key', async () => {
    await data('POST /sevens', { json: { name: 'taken' } });
    const request = withKey(randomUUID(), { name: 'taken' });
    assert.deepEqual(refusalIn(await data('POST /sevens', request)), [
      400,
      'duplicate_unique_property_exists',
    ]);
    await data('DELETE /sevens/taken');
    assert.equal(isRepeated(await data('POST /sevens', request)), false);
    assert.equal(isRepeated(await data('POST /sevens', request)), true);
  });

  test('the answer shows the entity as it is now', async () => {
    const request = withKey(randomUUID(), { color: 'red' });
    const { uuid } = onlyEntity(await data('POST /eights', request));
    await data(`PUT /eights/${uuid}`, { json: { color: 'blue' } });
    assert.equal(onlyEntity(await data('POST /eights', request)).color, 'blue');
    await data(`DELETE /eights/${uuid}`);
    assert.equal((await data('POST /eights', request)).status, 404);
  });

  test('a user is created once, password and all', async () => {
    const access = accessTo(server, tenant);
    const account = { username: `once-${randomUUID()}`, password: `Pass-${randomUUID()}` };
    const request = withKey(randomUUID(), account);
    const first = await access.asAdmin('POST /users', request);
    const again = await access.asAdmin('POST /users', request);
    assert.equal(onlyEntity(again).uuid, onlyEntity(first).uuid);
    assert.equal(typeof (await access.signIn(account)), 'string');
  });

  test('a key that is empty, too long or unprintable is refused', async () => {
    for (const key of ['', 'x'.repeat(256), 'a\tb', 'é']) {
      assert.equal((await data('POST /elevens', withKey(key, { a: 1 }))).status, 400, key);
    }
    assert.equal(await count('/elevens'), 0);
  });
});

describe('a batch', () => {
  const items = [{ name: 'a' }, { name: 'b' }, {}, { name: 'A' }, 7, { name: 'c' }];

  test('that is sent again is answered with the entities of the first', async () => {
    const request = withKey(randomUUID(), items);
    const first = await data('POST /batches', request);
    assert.deepEqual(namesIn(first), ['a', 'b', 'c']);
    const again = await data('POST /batches', request);
    assert.deepEqual([uuidsIn(again), isRepeated(again)], [uuidsIn(first), true]);
    assert.equal(await count('/batches'), 3);
  });

  test('what was left out the first time is left out again', async () => {
    await data('POST /leftovers', { json: { name: 'b' } });
    const request = withKey(randomUUID(), items);
    assert.deepEqual(namesIn(await data('POST /leftovers', request)), ['a', 'c']);
    await data('DELETE /leftovers/b');
    assert.deepEqual(namesIn(await data('POST /leftovers', request)), ['a', 'c']);
  });

  test('sent several times at once is made once', async () => {
    const many = Array.from({ length: 250 }, (_, n) => ({ n, name: `n${n}` }));
    const request = withKey(randomUUID(), many);
    const answers = await Promise.all(Array.from({ length: 4 }, () => data('POST /crowds', request)));
    const [first] = answers;
    for (const answer of answers) assert.deepEqual(uuidsIn(answer), uuidsIn(first!));
    assert.equal(await count('/crowds'), 250);
  });

  test('of users is made once, in order', async () => {
    const users = ['x', 'y', 'x'].map((name) => ({
      username: `${name}-in-batch`,
      password: `Pass-${randomUUID()}`,
    }));
    const request = withKey(randomUUID(), users);
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => data('POST /users', request)));
    assert.deepEqual(
      first!.body.entities.map(({ username }: { username: string }) => username),
      ['x-in-batch', 'y-in-batch'],
    );
    for (const other of others) assert.deepEqual(uuidsIn(other), uuidsIn(first!));
  });
});

test('a batch that a crash interrupts is finished by the request that is sent again', async () => {
  const crashing = await startServer();
  const crashed = await createTenant(crashing);
  const path = `/${crashed.organization}/${crashed.application}`;
  const request = withKey(
    randomUUID(),
    Array.from({ length: 5000 }, (_, n) => ({ n, name: `n${n}` })),
  );
  const before = dataCaller(crashing, path, crashed.admin.token);
  const interrupted = before('POST /dogs', request).then(
    () => 'answered',
    () => 'interrupted',
  );
  while (!((await before('GET /dogs')).body.count > 0));
  await crashing.kill();
  await interrupted;
  const again = await startServer({ dataDirectory: crashing.dataDirectory });
  try {
    const later = dataCaller(again, path, crashed.admin.token);
    const answer = await later('POST /dogs', request);
    assert.equal(answer.body.entities.length, 5000);
    const { entities } = (await later('GET /dogs', { query: { ql: 'n = 4999 or n = 0 or n = 100' } })).body;
    assert.equal(entities.length, 3);
    assert.equal(new Set(uuidsIn(answer)).size, 5000);
    assert.deepEqual(uuidsIn(await later('POST /dogs', request)), uuidsIn(answer));
  } finally {
    await again.stop();
  }
});
