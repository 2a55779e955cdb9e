/** Settings of collections, indexing anew, wiping. usergrid-data.md 1.5 and 1.8. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { accessTo } from '../support/application.ts';
import { type DataCaller, dataCaller, namesIn, onlyEntity, refusalIn } from '../support/data.ts';
import type { Answer } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let asAdmin: DataCaller;
let asUser: DataCaller;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  const path = `/${tenant.organization}/${tenant.application}`;
  asAdmin = dataCaller(server, path, tenant.admin.token);
  asUser = dataCaller(server, path, tenant.user.token);
});
after(async () => {
  await server?.stop();
});

let collections = 0;
/** A collection that no other test writes to. */
function freshCollection(): string {
  collections += 1;
  return `/thing${collections}s`;
}

const settle = async (path: string, json: unknown): Promise<Answer> => {
  const answer = await asAdmin(`POST ${path}/_settings`, { json });
  assert.equal(answer.status, 200, answer.text);
  return answer;
};

async function finished(path: string, started: Answer): Promise<Answer['body']> {
  assert.equal(started.status, 200, started.text);
  for (;;) {
    const { status, body } = await asAdmin(`GET ${path}/${started.body.jobId}`);
    assert.equal(status, 200);
    assert.notEqual(body.status, 'FAILED');
    if (body.status === 'COMPLETE') return body;
  }
}

const count = async (path: string, ql: string): Promise<number> => {
  const answer = await asAdmin(`GET ${path}`, { query: { ql, limit: 1000 } });
  assert.equal(answer.status, 200, answer.text);
  return answer.body.entities.length;
};

describe('settings', () => {
  test('UD-141 what is posted is stored and answered, with who changed it and when', async () => {
    const path = freshCollection();
    const none = await asAdmin(`GET ${path}/_settings`);
    assert.deepEqual([none.status, 'data' in none.body, none.body.entities], [200, false, []]);
    const sent = { fields: ['one', 'two.deep'], queueIndex: 'sync', indexConsistency: 'latest' };
    const posted = await settle(path, sent);
    const { lastUpdated, ...rest } = posted.body.data;
    assert.ok(Math.abs(lastUpdated - Date.now()) < 60_000);
    assert.deepEqual(rest, { lastUpdateBy: tenant.admin.email, lastReindexed: 0, ...sent });
    assert.deepEqual((await asAdmin(`GET ${path}/_settings`)).body.data, posted.body.data);
    assert.equal((await asAdmin(`DELETE ${path}/_settings`)).status, 200);
    assert.equal('data' in (await asAdmin(`GET ${path}/_settings`)).body, false);
  });

  test('UD-141 credentials of the application are named as such', async () => {
    const path = freshCollection();
    const { id, secret } = tenant.applicationClient;
    const byClient = dataCaller(server, `/${tenant.organization}/${tenant.application}`);
    const query = { client_id: id, client_secret: secret };
    const answer = await byClient(`POST ${path}/_settings`, { json: { fields: 'none' }, query });
    assert.equal(answer.body.data?.lastUpdateBy, 'app credentials', answer.text);
  });

  test('UD-142 unknown values fall to defaults, and unknown keys are dropped', async () => {
    const sent = { fields: 7, queueIndex: 'never', indexConsistency: 'much', color: 'red' };
    const { data } = (await settle(freshCollection(), sent)).body;
    assert.deepEqual(
      [data.fields, data.queueIndex, data.indexConsistency, 'color' in data],
      ['all', 'config', 'strict', false],
    );
  });

  test('UD-143 replace_all=false merges, and otherwise everything is replaced', async () => {
    const path = freshCollection();
    await settle(path, { fields: 'none', queueIndex: 'async' });
    const merged = await asAdmin(`POST ${path}/_settings?replace_all=false`, { json: { fields: ['a'] } });
    assert.deepEqual([merged.body.data.fields, merged.body.data.queueIndex], [['a'], 'async']);
    const replaced = await settle(path, { indexConsistency: 'strict' });
    assert.deepEqual(['fields' in replaced.body.data, 'queueIndex' in replaced.body.data], [false, false]);
  });

  test('merges sent at once all take effect', async () => {
    const path = freshCollection();
    await Promise.all(
      [{ fields: ['a'] }, { queueIndex: 'sync' }, { indexConsistency: 'latest' }].map((json) =>
        asAdmin(`POST ${path}/_settings?replace_all=false`, { json }),
      ),
    );
    const { data } = (await asAdmin(`GET ${path}/_settings`)).body;
    assert.deepEqual([data.fields, data.queueIndex, data.indexConsistency], [['a'], 'sync', 'latest']);
  });

  test('a region is known or refused, and an empty one takes it away', async () => {
    const path = freshCollection();
    const region = async (authoritativeRegion: string) =>
      asAdmin(`POST ${path}/_settings?replace_all=false`, { json: { authoritativeRegion } });
    assert.equal((await region('default')).body.data.authoritativeRegion, 'default');
    assert.deepEqual(refusalIn(await region('nowhere')), [400, 'illegal_argument']);
    assert.equal('authoritativeRegion' in (await region('')).body.data, false);
  });

  test('nothing posted, and too much, is refused', async () => {
    const path = `${freshCollection()}/_settings`;
    assert.deepEqual(refusalIn(await asAdmin(`POST ${path}`)), [400, 'null_argument']);
    assert.equal((await asAdmin(`POST ${path}`, { json: {} })).status, 400);
    assert.equal((await asAdmin(`POST ${path}`, { json: [{ fields: 'all' }] })).status, 400);
    const fields = Array.from({ length: 101 }, (_, at) => `f${at}`);
    assert.equal((await asAdmin(`POST ${path}`, { json: { fields } })).status, 400);
  });

  test('only administrators of the application have to do with them', async () => {
    const path = freshCollection();
    await asAdmin('POST /roles/default/permissions', { json: { permission: 'get,post,put,delete:/**' } });
    for (const call of [
      'GET _settings',
      'POST _settings',
      'DELETE _settings',
      'POST _clear',
      'POST _reindex',
      'GET _reindex',
    ]) {
      const [method, subject] = call.split(' ');
      const json = { fields: 'none' };
      const answer = await asUser(`${method} ${path}/${subject}`, method === 'POST' ? { json } : {});
      assert.deepEqual(refusalIn(answer), [401, 'unauthorized'], call);
    }
    const { asGuest } = accessTo(server, tenant, tenant.sandbox);
    assert.equal((await asGuest('POST /dogs/_clear')).status, 401);
    assert.equal((await asGuest('DELETE /dogs/_settings')).status, 401);
  });

  test('other methods, and what is below, are not there', async () => {
    assert.equal((await asAdmin('PUT /dogs/_settings', { json: { fields: 'all' } })).status, 405);
    assert.equal((await asAdmin('GET /dogs/_clear')).status, 405);
    assert.equal((await asAdmin('GET /dogs/_settings/more')).status, 404);
    assert.equal((await asAdmin(`GET /dogs/_clear/${crypto.randomUUID()}`)).status, 404);
  });
});

describe('fields', () => {
  test('UD-144 with none, queries find nothing, but lists and reads by id and name work', async () => {
    const path = freshCollection();
    await settle(path, { fields: 'none' });
    const { uuid } = onlyEntity(
      await asAdmin(`POST ${path}`, { json: { name: 'a', color: 'red', at: { x: 1 } } }),
    );
    for (const ql of ["color = 'red'", "color = 'r*'", "color contains 'red'", 'at.x = 1', 'at.x > 0']) {
      assert.equal(await count(path, ql), 0, ql);
    }
    assert.deepEqual(namesIn(await asAdmin(`GET ${path}`)), ['a']);
    assert.equal(onlyEntity(await asAdmin(`GET ${path}/${uuid}`)).color, 'red');
    assert.equal(onlyEntity(await asAdmin(`GET ${path}/a`)).uuid, uuid);
  });

  test('the default properties are always found', async () => {
    const path = freshCollection();
    await settle(path, { fields: 'none' });
    const { uuid, created } = onlyEntity(await asAdmin(`POST ${path}`, { json: { name: 'a b' } }));
    for (const ql of [
      `uuid = ${uuid}`,
      "name = 'a b'",
      "name contains 'b'",
      `created = ${created}`,
      'modified > 0',
    ]) {
      assert.equal(await count(path, ql), 1, ql);
    }
  });

  test('a list of paths, with what is below them, is all that can be queried, however it is asked', async () => {
    const path = freshCollection();
    await settle(path, { fields: ['One', 'two.deep'] });
    const json = {
      one: { key: 'v', list: [{ n: 1 }] },
      two: { deep: 'v', flat: 'v' },
      three: 'v',
      place: { latitude: 1, longitude: 2 },
    };
    onlyEntity(await asAdmin(`POST ${path}`, { json }));
    const found = [
      "one.key = 'v'",
      'one.list.n = 1',
      "two.deep = 'v'",
      "not three = 'v'",
      "three = 'v' or one.key = 'v'",
    ];
    for (const ql of found) assert.equal(await count(path, ql), 1, ql);
    const missed = [
      "two.flat = 'v'",
      "three = 'v'",
      "one.key = 'v' and three = 'v'",
      "three = 'v*' and created > 0",
      'place within 1000 of 1, 2',
      'place.latitude = 1',
    ];
    for (const ql of missed) assert.equal(await count(path, ql), 0, ql);
  });

  test('an order by what is not indexed is one by nothing, and loses no entity', async () => {
    const path = freshCollection();
    await settle(path, { fields: 'none' });
    for (const name of ['a', 'b', 'c']) await asAdmin(`POST ${path}`, { json: { name, rank: name } });
    assert.deepEqual(namesIn(await asAdmin(`GET ${path}`, { query: { ql: 'order by rank' } })).sort(), [
      'a',
      'b',
      'c',
    ]);
  });

  test('a change concerns what is written after it, until the collection is indexed anew', async () => {
    const path = freshCollection();
    await asAdmin(`POST ${path}`, {
      json: [
        { name: 'early', n: 1 },
        { name: 'changed', n: 1 },
      ],
    });
    await settle(path, { fields: ['m'] });
    await asAdmin(`POST ${path}`, { json: { name: 'late', n: 1 } });
    assert.equal(await count(path, 'n = 1'), 2);
    await asAdmin(`PUT ${path}/changed`, { json: { m: 2 } });
    assert.deepEqual([await count(path, 'n = 1'), await count(path, 'm = 2')], [1, 1]);

    const job = await finished(`${path}/_reindex`, await asAdmin(`POST ${path}/_reindex`));
    assert.deepEqual([job.action, job.numberQueued], ['rebuild indexes', 3]);
    assert.equal(await count(path, 'n = 1'), 0);
    assert.ok((await asAdmin(`GET ${path}/_settings`)).body.data.lastReindexed > 0);

    await asAdmin(`DELETE ${path}/_settings`);
    assert.equal(await count(path, 'n = 1'), 0);
    await asAdmin(`PUT ${path}/late`, { json: { m: 3 } });
    assert.deepEqual([await count(path, 'n = 1'), await count(path, 'm = 3')], [1, 1]);
    await finished(`${path}/_reindex`, await asAdmin(`GET ${path}/_reindex`));
    // GET begins one too, as in the original; HEAD never begins anything.
    assert.equal((await asAdmin(`HEAD ${path}/_reindex`)).status, 405);
    assert.equal((await asAdmin(`HEAD ${path}/_settings`)).status, 200);
    assert.equal(await count(path, 'n = 1'), 3);
  });

  test('an entity that is changed and deleted under changing settings leaves nothing in the index', async () => {
    const path = freshCollection();
    const { uuid } = onlyEntity(await asAdmin(`POST ${path}`, { json: { a: 1, b: 1, c: [1, 2] } }));
    for (const fields of [['a'], ['b'], 'none', ['c'], 'all']) {
      await settle(path, { fields });
      await asAdmin(`PUT ${path}/${uuid}`, { json: { b: 2 } });
      const expected = ['a', 'b', 'c'].map((name) => (fields === 'all' || fields.includes(name) ? 1 : 0));
      assert.deepEqual(
        [await count(path, 'a = 1'), await count(path, 'b = 2'), await count(path, 'c = 2')],
        expected,
        String(fields),
      );
      assert.equal(await count(path, 'b = 1'), 0);
    }
    await asAdmin(`DELETE ${path}/${uuid}`);
    for (const ql of ['a = 1', 'b = 2', 'c = 2', 'created > 0']) assert.equal(await count(path, ql), 0);
  });
});

test('UD-155 indexes answers the properties that can be queried', async () => {
  const path = freshCollection();
  const indexes = async (): Promise<string[]> => (await asAdmin(`GET ${path}/indexes`)).body.data;
  assert.deepEqual(await indexes(), []);
  await asAdmin(`POST ${path}`, { json: { name: 'a b', tags: [1, 2], At: { x: 1 }, none: null } });
  assert.deepEqual(await indexes(), ['at.x', 'created', 'modified', 'name', 'tags']);
  await settle(path, { fields: ['tags'] });
  await finished(`${path}/_reindex`, await asAdmin(`POST ${path}/_reindex`));
  assert.deepEqual(await indexes(), ['created', 'modified', 'name', 'tags']);
});

describe('wiping a collection', () => {
  test('it is gone when the job is complete, and what comes later stays', async () => {
    const path = freshCollection();
    await asAdmin(`POST ${path}`, { json: Array.from({ length: 450 }, (_, n) => ({ n })) });
    const started = await asAdmin(`POST ${path}/_clear`);
    assert.deepEqual([started.body.action, started.body.status], ['clear collection', 'STARTED']);
    assert.equal(typeof started.body.lastUpdatedEpoch, 'number');
    assert.equal(started.body.numberQueued, 0);
    const job = await finished(`${path}/_clear`, started);
    assert.equal(job.numberCheckedForDeletion, 450);
    assert.equal((await asAdmin(`GET ${path}`)).body.count, 0);
    onlyEntity(await asAdmin(`POST ${path}`, { json: { name: 'later' } }));
    assert.deepEqual(namesIn(await asAdmin(`GET ${path}`)), ['later']);
  });

  test('updatedBefore spares what was changed at that time or later', async () => {
    const path = freshCollection();
    await asAdmin(`POST ${path}`, { json: [{ name: 'old' }, { name: 'touched' }] });
    const { modified } = onlyEntity(await asAdmin(`PUT ${path}/touched`, { json: { a: 1 } }));
    await finished(
      `${path}/_clear`,
      await asAdmin(`POST ${path}/_clear`, { json: { updatedBefore: modified } }),
    );
    assert.deepEqual(namesIn(await asAdmin(`GET ${path}`)), ['touched']);
    const refused = await asAdmin(`POST ${path}/_clear`, { json: { updatedBefore: 'yesterday' } });
    assert.deepEqual(refusalIn(refused), [400, 'illegal_argument']);
  });

  test('users are deleted as users are: their tokens end and their names are free', async () => {
    const access = accessTo(server, await createTenant(server));
    const user = await access.newUser();
    const started = await access.asAdmin('POST /users/_clear');
    while ((await access.asAdmin(`GET /users/_clear/${started.body.jobId}`)).body.status !== 'COMPLETE');
    assert.equal((await user.call('GET /users/me')).status, 401);
    assert.equal((await access.asAdmin('POST /users', { json: { username: user.username } })).status, 200);
  });

  test('a job of one collection is not found at another', async () => {
    const [one, other] = [freshCollection(), freshCollection()];
    const started = await asAdmin(`POST ${one}/_clear`);
    assert.equal((await asAdmin(`GET ${other}/_clear/${started.body.jobId}`)).status, 404);
    assert.equal((await asAdmin(`GET ${one}/_reindex/${started.body.jobId}`)).status, 404);
    await finished(`${one}/_clear`, started);
  });
});

test('a wipe that a crash interrupts goes on after the next start', async () => {
  const crashing = await startServer();
  const crashed = await createTenant(crashing);
  const path = `/${crashed.organization}/${crashed.application}`;
  const call = dataCaller(crashing, path, crashed.admin.token);
  const json = Array.from({ length: 5000 }, (_, n) => ({ n }));
  await call('POST /dogs', { json });
  const { body } = await call('POST /dogs/_clear');
  await crashing.kill();
  const again = await startServer({
    dataDirectory: crashing.dataDirectory,
    environment: { KEYGRID_SUPERUSER_PASSWORD: undefined },
  });
  try {
    const callAgain = dataCaller(again, path, crashed.admin.token);
    for (let status = ''; status !== 'COMPLETE'; ) {
      status = (await callAgain(`GET /dogs/_clear/${body.jobId}`)).body.status;
    }
    assert.equal((await callAgain('GET /dogs')).body.count, 0);
  } finally {
    await again.stop();
  }
});
