/** The whole server, killed while an activity is on its way. usergrid-data.md 4.3. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { uuidToOrderedBytes } from '../../src/core/uuid.ts';
import { databaseFile } from '../../src/storage/sqlite/index.ts';
import { accessTo, requireSuccess } from '../support/application.ts';
import { startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';

const followers = 50_000;

/** Users who are there as nothing but that: made over the wire they would take minutes. */
function addFollowers(dataDirectory: string, user: string): void {
  const database = new DatabaseSync(databaseFile(dataDirectory));
  database
    .prepare(
      `with recursive n(n) as (select 1 union all select n + 1 from n where n < ?2)
       insert into edges (application_id, source_id, verb, target_id, source_type, target_type, connected_at)
       select e.application_id, unhex(printf('%032x', n)), 'following', e.entity_id, 'user', 'user', n
       from n, entities e where e.entity_id = ?1`,
    )
    .run(uuidToOrderedBytes(user), followers);
  database.close();
}

function reachOf(dataDirectory: string, activity: string): number {
  const database = new DatabaseSync(databaseFile(dataDirectory), { readOnly: true, timeout: 10_000 });
  const row = database
    .prepare(`select count(*) as n from edges where target_id = ? and verb = 'feed'`)
    .get(uuidToOrderedBytes(activity));
  database.close();
  return Number(row?.n);
}

test('a server that was killed goes on with its fan-outs when it is started again', async () => {
  const first = await startServer();
  const { dataDirectory } = first;
  const tenant = await createTenant(first);
  await first.stop();
  addFollowers(dataDirectory, tenant.user.uuid);

  const second = await startServer({ dataDirectory });
  const answer = await accessTo(second, tenant).asAdmin(`POST /users/${tenant.user.username}/activities`, {
    json: { verb: 'post' },
  });
  await second.kill();
  const [{ uuid }] = requireSuccess(answer).body.entities;
  const reached = reachOf(dataDirectory, uuid);
  assert.ok(reached > 10_000 && reached < followers, `${reached} when it was killed`);

  const third = await startServer({ dataDirectory });
  for (let waited = 0; reachOf(dataDirectory, uuid) < followers + 1 && waited < 300; waited += 1)
    await delay(100);
  assert.equal(reachOf(dataDirectory, uuid), followers + 1);
  await third.stop();
});
