import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import type { Log } from '../../src/core/ports.ts';
import {
  type CheckpointOptions,
  type Checkpoints,
  createCheckpoints,
} from '../../src/storage/sqlite/checkpoints.ts';
import { openDatabase } from '../../src/storage/sqlite/engine.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { silentLog } from './engines.ts';

const framesWanted = 160;

interface World {
  path: string;
  database: DatabaseSync;
  checkpoints: Checkpoints;
  /** Commits a few pages. */
  commit(): void;
  frames(): { log: number; checkpointed: number };
}

const start = Date.UTC(2026, 2, 12);
const ports = { clock: { now: () => start }, log: silentLog };

/** Keeps what is said. */
function listeningLog(): { log: Log; said: string[] } {
  const said: string[] = [];
  const say =
    (level: string) =>
    ({ err }: Record<string, unknown>, message: string): void =>
      void said.push([level, message, ...(err instanceof Error ? [err.message] : [])].join(': '));
  const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };
  return { log, said };
}

async function startWorld(options: Partial<CheckpointOptions> = {}): Promise<World> {
  const path = join(await makeTemporaryDirectory('checkpoints'), 'x.sqlite');
  const database = openDatabase(path);
  database.exec('create table texts (id integer primary key, value text)');
  const insert = database.prepare('insert into texts (value) values (?)');
  const look = database.prepare('pragma wal_checkpoint(noop)');
  const checkpoints = createCheckpoints(database, { ...ports, framesWanted, ...options });
  return {
    ...{ path, database, checkpoints },
    commit() {
      insert.run('x'.repeat(5000));
      checkpoints.afterCommit();
    },
    frames: () => look.get() as ReturnType<World['frames']>,
  };
}

interface HangingWorld extends World {
  /** Of what the thread waits for. */
  letGo(): void;
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

test('where no thread can be had the log is moved all the same, and it is told why', async () => {
  const world = await startWorld();
  // Another file is at the path: the thread fails, and says so by its end.
  const elsewhere = { location: () => join(world.path, 'nowhere') };
  const database = new Proxy(world.database, {
    get: (target, name: keyof DatabaseSync) => {
      const own = name === 'location' ? elsewhere.location : target[name];
      return typeof own === 'function' ? own.bind(target as never) : own;
    },
  });
  const { log, said } = listeningLog();
  const checkpoints = createCheckpoints(database, { ...ports, log, framesWanted });
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
  assert.match(said[0] ?? '', /^error: the thread that moves .* failed: unable to open database file$/);
});

const threadFile = new URL('./hanging-thread.ts', import.meta.url);
const autocheckpointOf = ({ database }: World): unknown =>
  database.prepare('pragma wal_autocheckpoint').get()?.wal_autocheckpoint;

/** Commits until the thread hangs, at the time `start`. */
async function startHanging(
  options: Partial<CheckpointOptions>,
  context: TestContext,
): Promise<HangingWorld> {
  const world = await startWorld({ threadFile, ...options });
  const lock = new DatabaseSync(`${world.path}-lock`);
  lock.exec('begin exclusive');
  const letGo = (): void => {
    if (lock.isOpen) lock.close();
  };
  // The process cannot end before the thread.
  context.after(letGo);
  await until(() => {
    if (world.frames().log < 2 * framesWanted) world.commit();
    return existsSync(`${world.path}-waits`);
  });
  return { ...world, letGo };
}

test('a thread that does not answer is given up: commits move the log until it has ended', async (t) => {
  const { log, said } = listeningLog();
  let now = start;
  const world = await startHanging({ log, clock: { now: () => now } }, t);
  now = start + 29_999;
  world.commit();
  assert.deepEqual([world.frames().checkpointed, said], [0, []]);
  now = start + 30_000;
  world.commit();
  assert.equal(said.length, 1);
  assert.match(said[0] ?? '', /^warn: the thread that moves .* does not answer/);
  for (let count = 0; count < 500; count += 1) {
    world.commit();
    if (count % 50 === 0) await new Promise(setImmediate);
    if (count > 2)
      assert.ok(world.frames().log < 1.1 * framesWanted, `${count}: ${world.frames().log} frames`);
  }
  assert.equal(autocheckpointOf(world), framesWanted);
  world.letGo();
  await until(() => autocheckpointOf(world) !== framesWanted);
  assert.equal(said.length, 1);
  await end(world);
});

test('a store is closed without waiting for a thread that was given up', async (t) => {
  let now = start;
  const world = await startHanging({ clock: { now: () => now } }, t);
  now = start + 30_000;
  world.commit();
  await end(world);
});
