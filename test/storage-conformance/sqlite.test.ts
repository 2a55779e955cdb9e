import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { systemClock } from '../../src/platform/clock.ts';
import { rows, statement } from '../../src/storage/sql/statement.ts';
import { createSqliteEngine, openDatabase, type SqliteEngine } from '../../src/storage/sqlite/engine.ts';
import { databaseFile, openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import { StoreStartError } from '../../src/storage/start-error.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { creation, entityOf, entry, silentLog } from './engines.ts';

const ports = { clock: systemClock, log: silentLog };

const openAt = (directory: string, exclusive = true): Promise<Storage> =>
  openSqliteStorage({ directory, exclusive, ...ports });

/** One sentence, that names the place. */
const startError = (place: string, said: RegExp) => (error: unknown) => {
  assert.ok(error instanceof StoreStartError, String(error));
  assert.match(error.message, said);
  assert.ok(error.message.includes(place));
  assert.equal(error.message.split('\n').length, 1);
  assert.ok(error.message.endsWith('.'));
  return true;
};

test('a database of a newer version is left alone', async () => {
  const directory = await makeTemporaryDirectory('newer');
  await (await openAt(directory)).close();
  const database = new DatabaseSync(databaseFile(directory));
  database.exec(`insert into kysely_migration (name, timestamp) values ('0099-of-the-future', 'x')`);
  database.close();
  await assert.rejects(
    openAt(directory),
    startError(directory, /newer version of Keygrid.*0099-of-the-future/),
  );
});

test('a data directory has one server', async () => {
  const directory = await makeTemporaryDirectory('owned');
  const first = await openAt(directory);
  await assert.rejects(openAt(directory), startError(directory, /in use by another Keygrid server/));
  const visitor = await openAt(directory, false);
  await visitor.ping();
  await visitor.close();
  await first.close();
  await (await openAt(directory)).close();
});

test('a start that failed does not keep the directory locked', async () => {
  const directory = await makeTemporaryDirectory('garbled');
  await writeFile(
    databaseFile(directory),
    'this was never a database, only a text that is long enough to be read',
  );
  await assert.rejects(openAt(directory), startError(directory, /not a Keygrid database/));
  await writeFile(databaseFile(directory), '');
  await (await openAt(directory)).close();
});

test('a file in the place of the lock that is no lock is told of', async () => {
  const directory = await makeTemporaryDirectory('lock');
  await writeFile(join(directory, 'server.lock'), 'x'.repeat(5000));
  await assert.rejects(openAt(directory), startError(directory, /not a Keygrid database/));
});

test('a data directory that cannot be made is told of', async () => {
  const directory = await makeTemporaryDirectory('file');
  await writeFile(join(directory, 'file'), '');
  for (const place of [join(directory, 'file'), join(directory, 'file', 'data')]) {
    await assert.rejects(openAt(place), startError(place, /cannot be made/));
  }
});

test('a database that cannot be opened is told of', async () => {
  const directory = await makeTemporaryDirectory('folder');
  await mkdir(databaseFile(directory));
  await assert.rejects(openAt(directory), startError(directory, /cannot be opened for writing/));
});

test('processes that open a new directory at once find one schema', async () => {
  const directory = await makeTemporaryDirectory('together');
  const program = join(directory, 'program.ts');
  const engine = new URL('../../src/storage/sqlite/index.ts', import.meta.url).href;
  await writeFile(
    program,
    `import { openSqliteStorage } from '${engine}';
     const log = { debug() {}, info() {}, warn() {}, error() {} };
     const clock = { now: () => Date.now() };
     const storage = await openSqliteStorage({ directory: '${join(directory, 'data')}', exclusive: false, clock, log });
     await storage.ping();
     await storage.close();`,
  );
  const runs = [1, 2, 3].map(() => promisify(execFile)(process.execPath, [program]));
  for (const { stderr } of await Promise.all(runs)) assert.equal(stderr, '');
});

test('what is acknowledged was synced: WAL and synchronous=FULL', async () => {
  const directory = await makeTemporaryDirectory('pragmas');
  const database = openDatabase(join(directory, 'x.sqlite'));
  assert.deepEqual({ ...database.prepare('pragma journal_mode').get() }, { journal_mode: 'wal' });
  assert.deepEqual({ ...database.prepare('pragma synchronous').get() }, { synchronous: 2 });
  database.close();
});

test('a small file is left to the cache; a large one is mapped, once it has grown and whenever it is opened', async () => {
  const directory = await makeTemporaryDirectory('mapped');
  await (await openAt(directory)).close();
  const open = (): SqliteEngine =>
    createSqliteEngine(openDatabase(databaseFile(directory)), ports, 2_000_000);
  const isMapped = ({ database }: SqliteEngine): boolean =>
    database.prepare('pragma mmap_size').get()?.mmap_size !== 0;
  const first = open();
  first.database.exec('create table texts (value text)');
  const add = statement('insert into texts (value) values (?)', { keep: false });
  assert.equal(isMapped(first), false);
  for (let count = 0; count < 1000; count += 1) await first.write(() => rows(add, 'x'.repeat(2000)));
  assert.equal(isMapped(first), true);
  await first.close();
  const second = open();
  assert.equal(isMapped(second), true);
  await second.close();
});

test('a read that is asked for while the engine closes leaves nothing behind that fails later', async () => {
  const directory = await makeTemporaryDirectory('closing');
  await (await openAt(directory)).close();
  const engine = createSqliteEngine(openDatabase(databaseFile(directory)), ports, 0);
  const closing = engine.close();
  const asked = engine.read(() => rows(statement('select 1 as one', { keep: false })));
  assert.deepEqual(
    (await asked).map((row) => row.one),
    [1],
  );
  await closing;
  // What was left behind would run now, and end the process.
  await new Promise(setImmediate);
  await assert.rejects(engine.read(() => rows(statement('select 1 as one', { keep: false }))));
});

test('a backup made under load is whole: every claim and index entry has its entity', async () => {
  const directory = await makeTemporaryDirectory('backup');
  const storage = await openAt(directory);
  const target = join(directory, 'copy.sqlite');
  let done = false;
  let written = 0;
  const writing = (async () => {
    while (!done) {
      const claims = [{ property: 'name', value: `dog ${written}` }];
      await storage.entities(9).write(creation(entityOf('dog'), claims, [entry('a', `${written}`)]));
      written += 1;
    }
  })();
  while (written < 50) await new Promise(setImmediate);
  await storage.backup(target);
  done = true;
  await writing;
  await storage.close();
  const copy = new DatabaseSync(target);
  const count = (sql: string) => copy.prepare(sql).get()?.n as number;
  const entities = count('select count(*) as n from entities');
  assert.ok(entities >= 50);
  assert.equal(count('select count(*) as n from unique_values'), entities);
  assert.equal(
    count(`select count(*) as n from entity_index i
      join entities e on e.application_id = i.application_id and e.entity_id = substr(i.key, -16)`),
    entities,
  );
  copy.close();
});

test('writes that were asked for before closing are finished', async () => {
  const directory = await makeTemporaryDirectory('closing');
  await (await openAt(directory)).close();
  const storage = await openAt(directory);
  const dogs = Array.from({ length: 20 }, () => entityOf('dog'));
  const writing = Promise.all(dogs.map((dog) => storage.entities(9).write(creation(dog))));
  await storage.close();
  await writing;
  const again = await openAt(directory);
  for (const dog of dogs) assert.deepEqual(await again.entities(9).findByUuid(dog.uuid), dog);
  await again.close();
});

test('a closed store says that it is unavailable', async () => {
  const directory = await makeTemporaryDirectory('closed');
  const storage = await openAt(directory);
  await storage.close();
  await assert.rejects(storage.ping(), { code: 'store_unavailable' });
  await assert.rejects(async () => storage.entities(9).findByUuid(entityOf('dog').uuid), {
    code: 'store_unavailable',
  });
  await assert.rejects(storage.entities(9).write(creation(entityOf('dog'))), { code: 'store_unavailable' });
});

test('of writes that share a transaction only those that fail are undone, however far they had come', async () => {
  const storage = await openAt(await makeTemporaryDirectory('half-way'));
  const store = storage.entities(9);
  const claim = (value: string) => ({ property: 'name', value });
  await store.write(creation(entityOf('dog'), [claim('rex')], [entry('a', '1')]));
  const dogs = Array.from({ length: 9 }, () => entityOf('dog'));
  const outcomes = await Promise.all(
    dogs.map((dog, at) => {
      const claims = at % 3 === 1 ? [claim(`dog ${at}`), claim('rex')] : [claim(`dog ${at}`)];
      return store.write(creation(dog, claims, [entry('a', `${at}`)]));
    }),
  );
  for (const [at, { kind }] of outcomes.entries()) {
    assert.equal(kind, at % 3 === 1 ? 'duplicate' : 'written');
    const found = await store.findByUniqueValue('dog', 'name', `dog ${at}`);
    assert.deepEqual(found, kind === 'written' ? dogs[at] : undefined);
  }
  await storage.close();
});

test('an entity of a chosen uuid has no edges of the one that had it before, wherever its deletion was cut off', async () => {
  const directory = await makeTemporaryDirectory('edges');
  const storage = await openAt(directory);
  const realm = 7;
  const [source, target] = [entityOf('dog'), entityOf('pet')];
  const entities = storage.entities(realm);
  for (const entity of [source, target]) await entities.write(creation(entity));
  const edges = storage.edges(realm);
  const ends = { source: source.uuid, sourceType: source.type, target: target.uuid, targetType: target.type };
  await edges.connect({ ...ends, verb: 'likes' }, 1);
  const database = new DatabaseSync(databaseFile(directory));
  database.exec(`delete from entities where type = '${source.type}' and body like '%${source.uuid}%'`);
  database.close();
  const again = { ...source, version: 1_000 };
  assert.deepEqual(await entities.write(creation(again)), { kind: 'written' });
  assert.equal(await edges.isConnected(source.uuid, 'likes', target.uuid), false);
  await storage.close();
});
