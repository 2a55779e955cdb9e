/** The SQLite engine of the storage contract: one file, one process, no set-up. */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { KeygridError } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { createSharedStores } from '../sql/stores.ts';
import { StoreStartError } from '../start-error.ts';
import type { Storage } from '../storage.ts';
import { createSqliteChangeFeed } from './change-feed.ts';
import { createSqliteEngine, openDatabase } from './engine.ts';
import { migrateSqlite } from './migrate.ts';

export interface SqliteOptions {
  /** Directory of the database file. */
  directory: string;
  /** A server owns its directory; the command line visits it while a server may be running. */
  exclusive: boolean;
  clock: Clock;
  log: Log;
}

export const databaseFile = (directory: string): string => join(directory, 'keygrid.sqlite');

/** @throws StoreStartError with one sentence that says what to do. */
export async function openSqliteStorage(options: SqliteOptions): Promise<Storage> {
  makeDirectory(options.directory);
  const lock = options.exclusive ? takeLock(options.directory) : undefined;
  const database = open(options.directory);
  try {
    await migrateSqlite(database, `The data directory ${options.directory}`);
  } catch (error) {
    database.close();
    lock?.close();
    throw error;
  }
  const engine = createSqliteEngine(database);
  const changes = createSqliteChangeFeed(engine, options.clock, options.log);
  return {
    ...createSharedStores(engine),
    changes,
    async ping() {
      try {
        database.prepare('select 1 from server_state limit 1').get();
      } catch (error) {
        throw new KeygridError('store_unavailable', 'The database does not answer', { cause: error });
      }
    },
    async backup(targetPath) {
      await backup(database, targetPath);
    },
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

/** Held by the operating system for as long as the process lives, so a killed server leaves no stale lock. */
function takeLock(directory: string): DatabaseSync {
  try {
    const lock = new DatabaseSync(join(directory, 'server.lock'), { timeout: 0 });
    lock.exec('pragma journal_mode = delete; begin exclusive');
    return lock;
  } catch (error) {
    if (isBusy(error)) {
      throw new StoreStartError(
        `The data directory ${directory} is in use by another Keygrid server: stop that one, or choose another with --data.`,
        { cause: error },
      );
    }
    throw unwritable(directory, error);
  }
}

function open(directory: string): DatabaseSync {
  try {
    return openDatabase(databaseFile(directory));
  } catch (error) {
    throw unwritable(directory, error);
  }
}

const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (error.errcode === 5 || error.errcode === 6);

const unwritable = (directory: string, cause: unknown): StoreStartError =>
  new StoreStartError(
    `The database in the data directory ${directory} cannot be opened for writing (${cause instanceof Error ? cause.message : 'unknown reason'}): ` +
      'give this user the right to write there, or choose another with --data.',
    { cause },
  );
