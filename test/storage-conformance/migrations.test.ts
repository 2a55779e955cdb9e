import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely';
import { uuidToOrderedBytes } from '../../src/core/uuid.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createPool, parseDatabaseUrl } from '../../src/storage/postgres/connection.ts';
import { createPostgresEngine } from '../../src/storage/postgres/engine.ts';
import { openPostgresStorage } from '../../src/storage/postgres/index.ts';
import { migratePostgres } from '../../src/storage/postgres/migrate.ts';
import { postgresSchemaSteps } from '../../src/storage/postgres/migrations/index.ts';
import { createReader } from '../../src/storage/postgres/reader.ts';
import { runSchemaSteps, type SchemaSteps } from '../../src/storage/sql/migrations.ts';
import { type SqlEngine, type SqlValue, statement } from '../../src/storage/sql/statement.ts';
import { createSharedStores } from '../../src/storage/sql/stores.ts';
import { createSqliteEngine, openDatabase } from '../../src/storage/sqlite/engine.ts';
import { databaseFile, openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import { adaptForKysely, pendingSteps } from '../../src/storage/sqlite/migrate.ts';
import { sqliteSchemaSteps } from '../../src/storage/sqlite/migrations/index.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { codeOf, grantOf, now, tokenOf } from './authorizations.ts';
import { entityOf, entry, silentLog, uuids } from './engines.ts';

const realm = 7;
const user = entityOf('user', { username: 'ann' });
const credential = { passwordHash: '$argon2id$x', changedAt: now, history: [] };
const organization = {
  uuid: uuids.next(),
  name: 'Org',
  properties: {},
  sealedClientSecret: 'sealed',
  activated: true,
  created: now,
  modified: now,
};

const firstStep = (steps: SchemaSteps): SchemaSteps => {
  const name = '0001-first-schema';
  return { [name]: steps[name]! };
};

/** What a server of the first schema wrote. `run` fills in the `?` of its statement. */
async function fill(engine: SqlEngine, run: (sql: string, values: SqlValue[]) => unknown): Promise<void> {
  const stores = createSharedStores(engine);
  await stores.tenancy.createOrganization(organization, undefined);
  await stores.credentials(realm).set(user.uuid, credential);
  const id = uuidToOrderedBytes(user.uuid);
  const { type, created, modified, version, body } = user;
  await run('insert into collections values (?, ?)', [realm, type]);
  await run('insert into entities values (?, ?, ?, ?, ?, ?, ?)', [
    ...[realm, id, type, created, modified, version, body],
  ]);
  await run('insert into unique_values values (?, ?, ?, ?, ?)', [realm, type, 'username', 'ann', id]);
  const { path, value } = entry('username', 'ann');
  await run('insert into entity_index values (?, ?, ?, ?, ?, ?)', [realm, type, path, value, created, id]);
}

/** All that was there is there, and what is new can be used with it. */
async function assertWhole(storage: Storage): Promise<void> {
  assert.deepEqual(await storage.tenancy.findOrganization({ name: 'org' }), organization);
  assert.deepEqual(await storage.entities(realm).findByUniqueValue('user', 'username', 'ann'), user);
  assert.deepEqual(await storage.credentials(realm).find(user.uuid), credential);
  const grant = await storage.grants(realm).allow(grantOf({ user: user.uuid }));
  const [code, token] = [codeOf(grant), tokenOf(grant)];
  await storage.authorizationCodes(realm).add(code);
  await storage.authorizationCodes(realm).redeem(code.digest, token.family, token, now);
  assert.ok(await storage.refreshTokens(realm).find(token.digest));
}

describe('a database of the first schema is brought to this one, with what it holds', () => {
  test('on SQLite', async () => {
    const directory = await makeTemporaryDirectory('migration');
    const database = openDatabase(databaseFile(directory));
    const kysely = new Kysely<unknown>({
      dialect: new SqliteDialect({ database: adaptForKysely(database) }),
    });
    await runSchemaSteps(kysely, firstStep(sqliteSchemaSteps));
    const engine = createSqliteEngine(database, { clock: systemClock, log: silentLog });
    await fill(engine, (sql, values) => database.prepare(sql).run(...values));
    assert.deepEqual(pendingSteps(database, directory), Object.keys(sqliteSchemaSteps).slice(1));
    database.close();
    const storage = await openSqliteStorage({
      directory,
      exclusive: true,
      clock: systemClock,
      log: silentLog,
    });
    await assertWhole(storage);
    await storage.close();
  });

  test('on PostgreSQL', async () => {
    const { url, drop } = await createTestDatabase();
    const address = parseDatabaseUrl(url);
    const pool = createPool(address, 2);
    const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    await runSchemaSteps(kysely, firstStep(postgresSchemaSteps));
    const reader = createReader(address);
    await fill(createPostgresEngine(pool, reader), (sql, values) => {
      const { postgres } = statement(sql, { keep: false });
      return pool.query(postgres, values);
    });
    await reader.close();
    await kysely.destroy();
    assert.deepEqual(await migratePostgres(address), Object.keys(postgresSchemaSteps).slice(1));
    assert.deepEqual(await migratePostgres(address), []);
    const storage = await openPostgresStorage({ databaseUrl: url, clock: systemClock, log: silentLog });
    await assertWhole(storage);
    await storage.close();
    await drop();
  });
});

describe('every primary key and unique index of tenant data begins with the application', () => {
  /** Administration data, and what belongs to the server itself. */
  const without =
    /^(server_|changes|organizations|admin_users|memberships|applications|clients|mail_tokens|revocations|refusals|outbox|kysely_)/;

  test('on PostgreSQL', async () => {
    const { url, drop } = await createTestDatabase();
    const address = parseDatabaseUrl(url);
    await migratePostgres(address);
    const pool = createPool(address, 1);
    const { rows } = await pool.query<{ table: string; index: string; first: string }>(
      `select t.relname as table, c.relname as index, a.attname as first
       from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
         join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
       where i.indisunique and t.relnamespace = 'public'::regnamespace`,
    );
    const ofTenants = rows.filter(({ table }) => !without.test(table));
    assert.ok(ofTenants.some(({ table }) => table === 'refresh_tokens'));
    for (const { index, first } of ofTenants) assert.equal(first, 'application_id', index);
    await pool.end();
    await drop();
  });
});
