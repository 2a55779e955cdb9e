/** A database as the release before wrote it: its schema steps, and rows put there by hand. */
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely';
import type { StoredEntity } from '../../src/core/entities/entity-store.ts';
import { encodeIndexValue } from '../../src/core/entities/index/index-key.ts';
import { uuidToOrderedBytes } from '../../src/core/uuid.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createPool, parseDatabaseUrl } from '../../src/storage/postgres/connection.ts';
import { openPostgresStorage } from '../../src/storage/postgres/index.ts';
import { postgresSchemaSteps } from '../../src/storage/postgres/migrations/index.ts';
import { runSchemaSteps, type SchemaSteps } from '../../src/storage/sql/migrations.ts';
import { type SqlValue, statement } from '../../src/storage/sql/statement.ts';
import { openDatabase } from '../../src/storage/sqlite/engine.ts';
import { databaseFile, openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import { adaptForKysely } from '../../src/storage/sqlite/migrate.ts';
import { sqliteSchemaSteps } from '../../src/storage/sqlite/migrations/index.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { silentLog } from './engines.ts';

export interface OlderDatabase {
  /** The data directory or database URL. */
  place: string;
  /** Brings it to this version's schema. */
  open(): Promise<Storage>;
  drop(): Promise<void>;
}

/** Fills in the `?` of its statement. */
type Run = (sql: string, values: SqlValue[]) => unknown;

const firstTwo = (steps: SchemaSteps): SchemaSteps => Object.fromEntries(Object.entries(steps).slice(0, 2));

/** Entities with what their index rows were: a row at `created`, and one at `color`. */
async function fill(realm: number, entities: StoredEntity[], run: Run): Promise<void> {
  for (const { uuid, type, created, modified, version, body } of entities) {
    const id = uuidToOrderedBytes(uuid);
    const index = { created: encodeIndexValue(created), color: encodeIndexValue('red') };
    await run('insert into collections values (?, ?) on conflict do nothing', [realm, type]);
    await run(`insert into entities values (?, ?, ?, ?, ?, ?, ?)`, [
      ...[realm, id, type, created, modified, version, body],
    ]);
    for (const [path, value] of Object.entries(index)) {
      await run('insert into entity_index values (?, ?, ?, ?, ?, ?)', [
        realm,
        type,
        path,
        value,
        created,
        id,
      ]);
    }
  }
}

async function onSqlite(realm: number, entities: StoredEntity[]): Promise<OlderDatabase> {
  const directory = await makeTemporaryDirectory('older');
  const database = openDatabase(databaseFile(directory));
  const dialect = new SqliteDialect({ database: adaptForKysely(database) });
  await runSchemaSteps(new Kysely<unknown>({ dialect }), firstTwo(sqliteSchemaSteps));
  database.exec('begin');
  await fill(realm, entities, (sql, values) => database.prepare(sql).run(...values));
  database.exec('commit');
  database.close();
  return {
    place: directory,
    open: () => openSqliteStorage({ directory, exclusive: false, clock: systemClock, log: silentLog }),
    drop: async () => {},
  };
}

async function onPostgres(realm: number, entities: StoredEntity[]): Promise<OlderDatabase> {
  const { url, drop } = await createTestDatabase();
  const pool = createPool(parseDatabaseUrl(url), 1);
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  await runSchemaSteps(kysely, firstTwo(postgresSchemaSteps));
  await pool.query('begin');
  await fill(realm, entities, (sql, values) => pool.query(statement(sql, { keep: false }).postgres, values));
  await pool.query('commit');
  await kysely.destroy();
  return {
    place: url,
    open: () => openPostgresStorage({ databaseUrl: url, clock: systemClock, log: silentLog }),
    drop,
  };
}

export const olderDatabases = { SQLite: onSqlite, PostgreSQL: onPostgres } as const;
