import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { type Checkpoints, createCheckpoints } from '../../src/storage/sqlite/checkpoints.ts';
import { openDatabase } from '../../src/storage/sqlite/engine.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';

const framesWanted = 160;

interface World {
  path: string;
  database: DatabaseSync;
  checkpoints: Checkpoints;
  /** Commits a few pages. */
  commit(): void;
  frames(): { log: number; checkpointed: number };
}

async function startWorld(): Promise<World> {
  const path = join(await makeTemporaryDirectory('checkpoints'), 'x.sqlite');
  const database = openDatabase(path);
  database.exec('create table texts (id integer primary key, value text)');
  const insert = database.prepare('insert into texts (value) values (?)');
  const look = database.prepare('pragma wal_checkpoint(noop)');
  const checkpoints = createCheckpoints(database, { framesWanted });
  return {
    ...{ path, database, checkpoints },
    commit() {
      insert.run('x'.repeat(5000));
      checkpoints.afterCommit();
    },
    frames: () => look.get() as ReturnType<World['frames']>,
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function end({ checkpoints, database }: World): Promise<void> {
  await checkpoints.close();
  database.close();
}

test('a long log is moved without a commit that waits for it, and begins anew', async () => {
  const world = await startWorld();
  while (world.frames().log < framesWanted) world.commit();
  for (let count = 0; count < 16; count += 1) world.commit();
  const longest = world.frames().log;
  // Nothing is committed from here on: what is moved, the thread has moved.
  await until(() => world.frames().checkpointed === longest);
  await until(() => {
    world.commit();
    return world.frames().log < longest;
  });
  assert.ok(world.frames().log < framesWanted);
  await end(world);
});

test('the log stays bounded under commits that never pause, and nothing of them is lost', async () => {
  const world = await startWorld();
  let longest = 0;
  for (let count = 1; count <= 3000; count += 1) {
    world.commit();
    longest = Math.max(longest, world.frames().log);
    if (count % 50 === 0) await new Promise(setImmediate);
  }
  assert.ok(longest < 5 * framesWanted, `${longest} frames`);
  await end(world);
  const reopened = new DatabaseSync(world.path, { readOnly: true });
  assert.equal(reopened.prepare('select count(*) as count from texts').get()?.count, 3000);
  assert.equal(reopened.prepare('pragma integrity_check').get()?.integrity_check, 'ok');
  reopened.close();
});

test('a reader of an older state keeps the log, which is moved when it has gone', async () => {
  const world = await startWorld();
  world.commit();
  const reader = new DatabaseSync(world.path, { readOnly: true });
  reader.exec('begin');
  assert.equal(reader.prepare('select count(*) as count from texts').get()?.count, 1);
  for (let count = 0; count < 1000; count += 1) {
    world.commit();
    if (count % 50 === 0) await new Promise(setImmediate);
  }
  assert.equal(reader.prepare('select count(*) as count from texts').get()?.count, 1);
  const longest = world.frames().log;
  assert.ok(longest > framesWanted);
  reader.exec('commit');
  reader.close();
  await until(() => {
    world.commit();
    return world.frames().log < longest;
  });
  await end(world);
});

test('where no thread can be had the log is moved all the same', async () => {
  const world = await startWorld();
  // Another file is at the path: the thread fails, and says so by its end.
  const elsewhere = { location: () => join(world.path, 'nowhere') };
  const database = new Proxy(world.database, {
    get: (target, name: keyof DatabaseSync) => {
      const own = name === 'location' ? elsewhere.location : target[name];
      return typeof own === 'function' ? own.bind(target as never) : own;
    },
  });
  const checkpoints = createCheckpoints(database, { framesWanted });
  const insert = world.database.prepare('insert into texts (value) values (?)');
  let longest = 0;
  await until(() => {
    insert.run('x'.repeat(5000));
    checkpoints.afterCommit();
    const { log } = world.frames();
    longest = Math.max(longest, log);
    return log < longest && longest > framesWanted;
  });
  await checkpoints.close();
  await end(world);
});
