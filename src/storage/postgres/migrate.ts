/** Brings a PostgreSQL database to this version's schema, and says in words why a database cannot be used. */
import pg from 'pg';
import { compareSchema, runSchemaSteps } from '../sql/migrations.ts';
import { StoreStartError } from '../start-error.ts';
import { connectionOptions, type DatabaseAddress } from './connection.ts';
import { postgresSchemaSteps } from './migrations/index.ts';
import { toStartError } from './start-sentences.ts';

/** Any number, as long as every version of Keygrid takes the same. */
const migrationLock = 7_241_855_309;
const oldestVersion = 130_000;

/** Names of the steps that were run. @throws StoreStartError with one sentence that says what to do. */
export async function migratePostgres(address: DatabaseAddress): Promise<string[]> {
  const client = new pg.Client(connectionOptions(address));
  client.on('error', () => {});
  try {
    await client.connect();
    await checkServer(client, address);
    if ((await pendingSteps(client, address)).length === 0) {
      await checkRights(client, address);
      return [];
    }
    return await migrateUnderLock(client, address);
  } catch (error) {
    throw toStartError(address, error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function checkServer(client: pg.Client, address: DatabaseAddress): Promise<void> {
  const { rows } = await client.query<{ version: string; encoding: string; standby: boolean }>(
    `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding,
       pg_is_in_recovery() as standby`,
  );
  const { version, encoding, standby } = rows[0]!;
  if (Number(version) < oldestVersion) {
    throw new StoreStartError(`${address.label} is older than PostgreSQL 13: upgrade the server.`);
  }
  if (encoding !== 'UTF8') {
    throw new StoreStartError(
      `${address.label} has the encoding ${encoding}: make one with "create database ... encoding 'UTF8' template template0".`,
    );
  }
  if (standby) {
    throw new StoreStartError(
      `${address.label} is a stand-by that cannot be written: name the primary server.`,
    );
  }
}

async function pendingSteps(client: pg.Client, address: DatabaseAddress): Promise<string[]> {
  const table = await client.query<{ found: string | null }>(
    `select to_regclass('kysely_migration')::text as found`,
  );
  if (!table.rows[0]?.found) return compareSchema(postgresSchemaSteps, [], address.label).pending;
  const { rows } = await client.query<{ name: string }>('select name from kysely_migration');
  return compareSchema(
    postgresSchemaSteps,
    rows.map((row) => row.name),
    address.label,
  ).pending;
}

/** Of processes that start together one migrates; the others wait for it and find nothing left to do. */
async function migrateUnderLock(client: pg.Client, address: DatabaseAddress): Promise<string[]> {
  await client.query({ text: 'select pg_advisory_lock($1)', values: [migrationLock] });
  if ((await pendingSteps(client, address)).length === 0) return [];
  const { Kysely, PostgresDialect } = await import('kysely');
  const pool = new pg.Pool({ ...connectionOptions(address), max: 1 });
  pool.on('error', () => {});
  const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
  try {
    return await runSchemaSteps(kysely, postgresSchemaSteps);
  } finally {
    await kysely.destroy();
  }
}

async function checkRights(client: pg.Client, address: DatabaseAddress): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select c.relname as name from pg_class c
     where c.oid in (to_regclass('entities'), to_regclass('entity_index'), to_regclass('changes'), to_regclass('organizations'))
       and not (has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
         and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))`,
  );
  if (rows.length > 0) {
    throw new StoreStartError(
      `${address.label} does not let ${address.user} read and write its tables: grant select, insert, update and delete on all of them, or name their owner.`,
    );
  }
}
