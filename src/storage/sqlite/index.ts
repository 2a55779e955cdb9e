/** The SQLite engine of the storage contract: one file, one process, no set-up. */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createSharedStores } from '../sql/stores.ts';
import { StoreStartError } from '../start-error.ts';
import type { Storage } from '../storage.ts';
import { copyDatabase } from './backup.ts';
import { createSqliteChangeFeed } from './change-feed.ts';
import { createSqliteEngine, openDatabase } from './engine.ts';
import { toStoreError } from './errors.ts';
import { migrateSqlite } from './migrate.ts';
import type { SqlitePorts } from './ports.ts';
import { inUse, isBusy, toStartError } from './start-sentences.ts';

export interface SqliteOptions extends SqlitePorts {
  /** Directory of the database file. */
  directory: string;
  /** A server owns its directory; the command line visits it while a server may be running. */
  exclusive: boolean;
}

export const databaseFile = (directory: string): string => join(directory, 'keygrid.sqlite');

/** @throws StoreStartError with one sentence that says what to do. */
export async function openSqliteStorage(options: SqliteOptions): Promise<Storage> {
  const { directory } = options;
  makeDirectory(directory);
  const lock = options.exclusive ? takeLock(directory) : undefined;
  const database = await openAndMigrate(directory).catch((error: unknown) => {
    lock?.close();
    throw error;
  });
  const engine = createSqliteEngine(database, options);
  const changes = createSqliteChangeFeed(engine, options.clock, options.log);
  return {
    ...createSharedStores(engine),
    changes,
    async ping() {
      try {
        database.prepare('select 1 from server_state limit 1').get();
      } catch (error) {
        throw toStoreError(error);
      }
    },
    backup: (targetPath) => copyDatabase(databaseFile(directory), targetPath),
    async close() {
      changes.stop();
      await engine.close();
      lock?.close();
    },
  };
}

function makeDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!statSync(directory).isDirectory()) throw new Error('not a directory');
  } catch (error) {
    throw new StoreStartError(
      `The data directory ${directory} cannot be made: choose another with --data, or make it writable.`,
      { cause: error },
    );
  }
}

/**
 * Held by the operating system for as long as the process lives, so a killed server leaves no stale lock. Closed, it is
 * free again. @throws StoreStartError
 */
export function takeLock(directory: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(directory, 'server.lock'), { timeout: 0 });
    lock.exec('pragma journal_mode = delete; begin exclusive');
    return lock;
  } catch (error) {
    lock?.close();
    throw isBusy(error) ? inUse(directory, error) : toStartError(directory, error);
  }
}

async function openAndMigrate(directory: string): Promise<DatabaseSync> {
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(databaseFile(directory));
    await migrateSqlite(database, `The data directory ${directory}`);
    return database;
  } catch (error) {
    database?.close();
    throw toStartError(directory, error);
  }
}
