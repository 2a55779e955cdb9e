import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { systemClock } from '../../src/platform/clock.ts';
import { openPostgresStorage } from '../../src/storage/postgres/index.ts';
import { StoreStartError } from '../../src/storage/start-error.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { creation, entityOf, entry, freshRealm, silentLog, uuids } from './engines.ts';

let database: TestDatabase;
let operator: pg.Client;
before(async () => {
  database = await createTestDatabase();
  operator = new pg.Client({ connectionString: database.url });
  await operator.connect();
});
after(async () => {
  await operator.end();
  await database.drop();
});

const openAt = (databaseUrl: string): Promise<Storage> =>
  openPostgresStorage({ databaseUrl, clock: systemClock, log: silentLog });

/** The URL of the test database with other parts. */
function urlWith(
  parts: Partial<Record<'username' | 'password' | 'port' | 'hostname' | 'pathname', string>>,
): string {
  return Object.assign(new URL(database.url), parts).href;
}

/** One sentence, without the password. */
const startError = (url: string, said: RegExp) => (error: unknown) => {
  assert.ok(error instanceof StoreStartError, String(error));
  assert.match(error.message, said);
  assert.equal(error.message.split('\n').length, 1);
  const password = URL.canParse(url) ? new URL(url).password : 'secret';
  assert.ok(!`${error.stack}${JSON.stringify(error)}${String(error.cause)}`.includes(password));
  return true;
};

async function waitUntil(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 15_000) throw new Error(`waited in vain until ${what}`);
    await delay(20);
  }
}

const endConnections = () =>
  operator.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'keygrid' and datname = current_database()`,
  );

test('a URL that is none is told of, without what it says', async () => {
  for (const url of ['nonsense secret', 'mysql://bob:secret@host/db', 'postgres://bob:sec/ret@[host/db']) {
    await assert.rejects(openAt(url), startError(url, /cannot be read.*postgres:\/\/USER:PASSWORD@HOST/));
  }
});

test('a server that refuses the connection is told of', async () => {
  const server: Server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  const url = urlWith({ port: String(typeof address === 'object' && address?.port) });
  await assert.rejects(
    openAt(url),
    startError(url, /No PostgreSQL answers at 127\.0\.0\.1:\d+: start the server/),
  );
});

test('a host that is not known is told of', async () => {
  const url = urlWith({ hostname: 'no-such-host.invalid' });
  await assert.rejects(
    openAt(url),
    startError(url, /no-such-host\.invalid:\d+ (is not known|cannot be looked up)/),
  );
});

test('a wrong password and an unknown user are told of', async () => {
  const url = urlWith({ password: 'wrong-password' });
  await assert.rejects(openAt(url), startError(url, /does not accept the password of keygrid/));
  const other = urlWith({ username: 'nobody_here' });
  await assert.rejects(openAt(other), startError(other, /does not accept the password of nobody_here/));
});

test('a database that is missing is told of', async () => {
  const url = urlWith({ pathname: '/no_such_database' });
  await assert.rejects(
    openAt(url),
    startError(url, /no database "no_such_database".*createdb no_such_database/),
  );
});

test('missing rights are told of, before and after the tables are there', async () => {
  const own = await createTestDatabase();
  const role = `keygrid_limited_${randomBytes(4).toString('hex')}`;
  await operator.query(`create role ${role} login password 'limited-password'`);
  const url = Object.assign(new URL(own.url), { username: role, password: 'limited-password' }).href;
  await assert.rejects(
    openAt(url),
    startError(url, new RegExp(`does not let ${role} make tables: grant it`)),
  );
  await (await openAt(own.url)).close();
  await assert.rejects(openAt(url), startError(url, new RegExp(`does not let ${role}`)));
  const owner = new pg.Client({ connectionString: own.url });
  await owner.connect();
  await owner.query(`grant select on all tables in schema public to ${role}`);
  await assert.rejects(
    openAt(url),
    startError(url, new RegExp(`does not let ${role} read and write its tables`)),
  );
  await owner.query(`grant select, insert, update, delete on all tables in schema public to ${role}`);
  const storage = await openAt(url);
  await storage.entities(1).write(creation(entityOf('dog')));
  await storage.close();
  await owner.end();
  await own.drop();
  await operator.query(`drop role ${role}`);
});

test('a database of a newer version is left alone', async () => {
  const own = await createTestDatabase();
  await (await openAt(own.url)).close();
  const owner = new pg.Client({ connectionString: own.url });
  await owner.connect();
  await owner.query(`insert into kysely_migration (name, timestamp) values ('0099-of-the-future', 'x')`);
  await owner.end();
  await assert.rejects(openAt(own.url), startError(own.url, /newer version of Keygrid.*0099-of-the-future/));
  await own.drop();
});

test('processes that open a new database at once find one schema', async () => {
  const own = await createTestDatabase();
  const stores = await Promise.all([1, 2, 3, 4].map(() => openAt(own.url)));
  for (const storage of stores) await storage.ping();
  for (const storage of stores) await storage.close();
  await own.drop();
});

test('a backup is left to pg_dump', async () => {
  const storage = await openAt(database.url);
  await assert.rejects(storage.backup('somewhere'), { code: 'not_implemented', message: /use pg_dump/ });
  await storage.close();
});

test('text that PostgreSQL cannot keep, and keys that are too long, are refused as invalid', async () => {
  const storage = await openAt(database.url);
  const entities = storage.entities(freshRealm());
  await entities.declareCollection('dog');
  const nul = [{ property: 'name', value: 'a\u0000b' }];
  await assert.rejects(entities.write(creation(entityOf('dog'), nul)), { code: 'invalid_argument' });
  await assert.rejects(entities.findByUniqueValue('dog', 'name', 'a\u0000b'), { code: 'invalid_argument' });
  const long = { path: 'name', value: randomBytes(9000) };
  const dogs = [creation(entityOf('dog')), creation(entityOf('dog'), [], [long]), creation(entityOf('dog'))];
  const results = await Promise.allSettled(dogs.map((dog) => entities.write(dog)));
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  await storage.close();
});

test('connections that break under load lose nothing that was acknowledged, and the store goes on', async () => {
  const storage = await openAt(database.url);
  const entities = storage.entities(freshRealm());
  await entities.declareCollection('dog');
  const acknowledged: string[] = [];
  let broken = 0;
  let running = true;
  const writers = Array.from({ length: 16 }, async () => {
    while (running) {
      const dog = entityOf('dog');
      try {
        const outcome = await entities.write(
          creation(dog, [{ property: 'name', value: dog.uuid }], [entry('a', 'b')]),
        );
        if (outcome.kind === 'written') acknowledged.push(dog.uuid);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'store_unavailable');
        broken += 1;
      }
    }
  });
  for (let round = 0; round < 5; round++) {
    const before = acknowledged.length;
    await waitUntil(() => acknowledged.length > before + 20, 'some were written');
    await endConnections();
  }
  const before = acknowledged.length;
  await waitUntil(() => acknowledged.length > before + 20, 'the store went on');
  running = false;
  await Promise.all(writers);
  assert.ok(broken > 0, 'no write was hit');
  for (const uuid of acknowledged) assert.ok(await entities.findByUuid(uuid), uuid);
  await storage.close();
});

test('what was announced while the feed was cut off is heard of once it is back', async () => {
  const [writer, reader] = await Promise.all([openAt(database.url), openAt(database.url)]);
  const realms = new Set<number>();
  reader.changes.subscribe(({ realm }) => realms.add(realm));
  for (let round = 0; round < 3; round++) {
    await endConnections();
    const realm = freshRealm();
    const add = () => writer.permissions(realm).add(uuids.next(), 'get:/**');
    await add().catch(add);
    await waitUntil(() => realms.has(realm), 'the change was heard of');
  }
  await waitUntil(() => reader.changes.ageMilliseconds() < 1500, 'the feed is young again');
  await Promise.all([writer.close(), reader.close()]);
});

test('a change whose transaction ends late is heard of although later ones were heard of before', async () => {
  const reader = await openAt(database.url);
  const heard = new Set<number>();
  reader.changes.subscribe(({ realm }) => heard.add(realm));
  const [early, late] = [freshRealm(), freshRealm()];
  const slow = new pg.Client({ connectionString: database.url });
  await slow.connect();
  // As one that is told of nothing: only the table can bring it.
  const announce = `insert into changes (topic, realm) values ('permissions', $1)`;
  await slow.query('begin');
  await slow.query(announce, [early]);
  await operator.query(announce, [late]);
  await waitUntil(() => heard.has(late), 'the later change was heard of');
  assert.equal(heard.has(early), false);
  await slow.query('commit');
  await waitUntil(() => heard.has(early), 'the earlier change was heard of');
  await slow.end();
  await reader.close();
});

test('writes that were asked for before closing are finished', async () => {
  const storage = await openAt(database.url);
  const realm = freshRealm();
  const entities = storage.entities(realm);
  await entities.declareCollection('dog');
  const dogs = Array.from({ length: 200 }, () => entityOf('dog'));
  const writing = Promise.all(dogs.map((dog) => entities.write(creation(dog))));
  await storage.close();
  assert.ok((await writing).every(({ kind }) => kind === 'written'));
  await assert.rejects(storage.ping(), { code: 'store_unavailable' });
});

test('reads that were asked for before closing are answered', async () => {
  const storage = await openAt(database.url);
  const reading = Promise.all(Array.from({ length: 8 }, () => storage.revocations.listLive(0, undefined)));
  const [read] = await Promise.all([reading, storage.close()]);
  for (const { revocations } of read) assert.ok(Array.isArray(revocations));
});
