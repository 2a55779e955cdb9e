/** How activities reach the feeds of many. usergrid-data.md 4.3 and 4.4. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { StoredEntity } from '../../src/core/entities/entity-store.ts';
import { matchesEverything } from '../../src/core/entities/query/filter.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { creation, entityOf } from '../storage-conformance/engines.ts';
import { guardProcess, makeTemporaryDirectory, releaseProcess } from '../support/guardian.ts';
import { createTestDatabase } from '../support/postgres.ts';
import {
  application,
  followedUser,
  followerOf,
  openStorage,
  type Place,
  reachOf,
  servicesOver,
} from './feed-world.ts';

/** More than one request brings an activity to. */
const followers = 10_600;
const writer = fileURLToPath(new URL('./fan-out-writer.ts', import.meta.url));
const byUser = (user: StoredEntity) => ({ kind: 'user', user }) as const;
const everything = { query: matchesEverything, limit: 1000 };

/** What it was acknowledged before it was killed, which is soon after the first. */
async function publishUntilKilled(place: Place, user: StoredEntity): Promise<string[]> {
  const child = spawn(process.execPath, [writer, place, user.uuid], { stdio: ['ignore', 'pipe', 'inherit'] });
  guardProcess(child.pid!, 'SIGKILL');
  const closed = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    child.kill('SIGKILL');
  });
  await closed;
  releaseProcess(child.pid!);
  return output.slice(0, output.lastIndexOf('\n')).split('\n');
}

const places: { engine: string; create(): Promise<{ place: Place; drop(): Promise<void> }> }[] = [
  {
    engine: 'SQLite',
    create: async () => ({ place: await makeTemporaryDirectory('feeds'), drop: async () => {} }),
  },
  {
    engine: 'PostgreSQL',
    create: async () => {
      const { url, drop } = await createTestDatabase();
      return { place: url, drop };
    },
  },
];

for (const { engine, create } of places) {
  describe(`feeds on ${engine}`, () => {
    test('what was acknowledged reaches every feed, though the process was killed right after', async () => {
      const { place, drop } = await create();
      const first = await openStorage(place);
      const user = await followedUser(place, first, followers);
      await first.close();
      const acknowledged = await publishUntilKilled(place, user);
      assert.ok(acknowledged.length > 0);
      const storage = await openStorage(place);
      const cutShort = [...(await reachOf(place)).values()].filter((reach) => reach < followers + 1);
      assert.ok(cutShort.length > 0, 'it was killed in the middle');
      const { fanOuts } = servicesOver(storage);
      fanOuts.resume(true);
      await fanOuts.idle();
      const reach = await reachOf(place);
      for (const uuid of acknowledged) assert.equal(reach.get(uuid), followers + 1);
      for (const [uuid, count] of reach) assert.equal(count, followers + 1, uuid);
      assert.deepEqual(await storage.fanOuts.due(Number.MAX_SAFE_INTEGER, 10), []);
      await storage.close();
      await drop();
    });

    test('who has many followers keeps nobody else waiting', async () => {
      const { place, drop } = await create();
      const storage = await openStorage(place);
      const { activities, fanOuts } = servicesOver(storage);
      const user = await followedUser(place, storage, followers);
      const done: string[] = [];
      const famous = activities
        .publish(application, byUser(user), { verb: 'post' })
        .then(() => done.push('famous'));
      const other = entityOf('user');
      await storage.entities(application.key).write(creation(other));
      await activities.publish(application, byUser(other), { verb: 'post' });
      done.push('other');
      await famous;
      assert.deepEqual(done, ['other', 'famous']);
      await fanOuts.idle();
      assert.deepEqual([...(await reachOf(place)).values()].sort(), [1, followers + 1]);
      await fanOuts.stop();
      await storage.close();
      await drop();
    });
  });
}

test('a stop ends the fan-out after the batch under way; the next start goes on', async () => {
  const place = await makeTemporaryDirectory('feeds');
  const storage = await openStorage(place);
  const user = await followedUser(place, storage, followers);
  const { activities, fanOuts } = servicesOver(storage);
  const publishing = activities.publish(application, byUser(user), { verb: 'post' });
  await fanOuts.stop();
  const { uuid } = await publishing;
  assert.ok((await reachOf(place)).get(uuid)! < 1000);
  const next = servicesOver(storage).fanOuts;
  next.resume(true);
  await next.idle();
  assert.equal((await reachOf(place)).get(uuid), followers + 1);
  await storage.close();
});

test('a fan-out that nobody gets on with is taken up by another process after 30 seconds', async () => {
  const place = await makeTemporaryDirectory('feeds');
  const clock = { time: 1_800_000_000_000, now: () => clock.time };
  const storage = await openStorage(place, clock);
  const user = await followedUser(place, storage, 700);
  const { activities, fanOuts } = servicesOver(storage, clock);
  await fanOuts.stop();
  const { uuid } = await activities.publish(application, byUser(user), { verb: 'post' });
  const other = servicesOver(storage, clock).fanOuts;
  for (const [seconds, reach] of [
    [0, 1],
    [29, 1],
    [1, 701],
  ] as const) {
    clock.time += seconds * 1000;
    other.resume();
    await other.idle();
    assert.equal((await reachOf(place)).get(uuid), reach);
  }
  await storage.close();
});

async function written(storage: Storage, entity: StoredEntity): Promise<StoredEntity> {
  await storage.entities(application.key).write(creation(entity));
  return entity;
}

test('who begins to follow gets the newest 1000 activities of the user, and those of the time since', async () => {
  const place = await makeTemporaryDirectory('feeds');
  const storage = await openStorage(place);
  const user = await followedUser(place, storage, 0);
  const { activities } = servicesOver(storage);
  const bodies = Array.from({ length: 1002 }, (_, at) => ({ verb: 'post', published: at + 1 }));
  await activities.publishMany(application, byUser(user), bodies);
  const follower = await written(storage, entityOf('user'));
  await storage.edges(application.key).connect(
    {
      ...{ source: follower.uuid, sourceType: 'user', verb: 'following' },
      ...{ target: user.uuid, targetType: 'user' },
    },
    5,
  );
  for (const _ of [1, 2]) await activities.followed(application, follower.uuid, user.uuid);
  const feed = await activities.list(application, follower, 'feed', everything);
  const times = feed.entities.map(({ body }) => JSON.parse(body).published);
  assert.equal(times.length, 1000);
  assert.deepEqual([times[0], times.at(-1)], [1002, 3]);
  await activities.publish(application, byUser(user), { verb: 'post', published: 2000 });
  const [newest] = (await activities.list(application, follower, 'feed', everything)).entities;
  assert.equal(JSON.parse(newest!.body).published, 2000);
  await storage.close();
});

test('who follows while activities are published misses none of them', async () => {
  const { url, drop } = await createTestDatabase();
  const [mine, theirs] = [await openStorage(url), await openStorage(url)];
  const user = await followedUser(url, mine, 3);
  const { activities } = servicesOver(mine);
  const others = servicesOver(theirs);
  for (let round = 0; round < 25; round += 1) {
    const { uuid: follower } = await written(mine, entityOf('user'));
    const follow = async (): Promise<void> => {
      await theirs.edges(application.key).connect(
        {
          ...{ source: follower, sourceType: 'user', verb: 'following' },
          ...{ target: user.uuid, targetType: 'user' },
        },
        Date.now(),
      );
      await others.activities.followed(application, follower, user.uuid);
    };
    const publish = () => activities.publish(application, byUser(user), { verb: 'post' });
    const [made] = await Promise.all([Promise.all([publish(), publish(), publish()]), follow()]);
    for (const { uuid } of made) {
      assert.ok(await mine.edges(application.key).isConnected(follower, 'feed', uuid), `round ${round}`);
      assert.ok(await mine.edges(application.key).isConnected(followerOf(2), 'feed', uuid));
    }
  }
  await mine.close();
  await theirs.close();
  await drop();
});
