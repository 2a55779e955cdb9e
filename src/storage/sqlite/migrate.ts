/** Brings a SQLite database to this version's schema. */
import type { DatabaseSync } from 'node:sqlite';
import { compareSchema, runSchemaSteps } from '../sql/migrations.ts';
import { sqliteSchemaSteps } from './migrations/index.ts';

function appliedSteps(database: DatabaseSync): string[] {
  const table = database
    .prepare(`select 1 from sqlite_master where type = 'table' and name = 'kysely_migration'`)
    .get();
  if (!table) return [];
  return database
    .prepare('select name from kysely_migration')
    .all()
    .map((row) => row.name as string);
}

/** Names of the steps that were run, all or none. @throws StoreStartError when the database is newer. */
export async function migrateSqlite(database: DatabaseSync, place: string): Promise<string[]> {
  if (pendingSteps(database, place).length === 0) return [];
  // Kysely uses no transaction on SQLite. Ours keeps a step whole, and another process that starts now waiting.
  database.exec('begin immediate');
  try {
    const run = pendingSteps(database, place).length === 0 ? [] : await migrate(database);
    database.exec('commit');
    return run;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

/** Names of the steps still to run. @throws StoreStartError when the database is newer than this version. */
export const pendingSteps = (database: DatabaseSync, place: string): string[] =>
  compareSchema(sqliteSchemaSteps, appliedSteps(database), place).pending;

async function migrate(database: DatabaseSync): Promise<string[]> {
  const { Kysely, SqliteDialect } = await import('kysely');
  const kysely = new Kysely<unknown>({ dialect: new SqliteDialect({ database: adaptForKysely(database) }) });
  return runSchemaSteps(kysely, sqliteSchemaSteps);
}

/** Kysely's SQLite dialect expects better-sqlite3's shape; closing stays with the owner of the database. */
export function adaptForKysely(database: DatabaseSync) {
  return {
    close: () => {},
    prepare(text: string) {
      const statement = database.prepare(text);
      type Parameters = Parameters_<typeof statement.all>;
      return {
        reader: statement.columns().length > 0,
        all: (parameters: readonly unknown[]) => statement.all(...(parameters as Parameters)) as unknown[],
        iterate: (parameters: readonly unknown[]) =>
          statement.iterate(...(parameters as Parameters)) as IterableIterator<unknown>,
        run(parameters: readonly unknown[]) {
          const { changes, lastInsertRowid } = statement.run(...(parameters as Parameters));
          return { changes, lastInsertRowid };
        },
      };
    },
  };
}

type Parameters_<Method extends (...values: never[]) => unknown> = Method extends (
  ...values: infer Values
) => unknown
  ? Values
  : never;
