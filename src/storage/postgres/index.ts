/** The PostgreSQL engine of the storage contract: for more than one process, or more than one machine. */
import { KeygridError } from '../../core/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import { createSharedStores } from '../sql/stores.ts';
import type { Storage } from '../storage.ts';
import { openPostgresChangeFeed } from './change-feed.ts';
import { createPool, parseDatabaseUrl, withClient } from './connection.ts';
import { createPostgresEngine, run } from './engine.ts';
import { migratePostgres } from './migrate.ts';
import { createReader } from './reader.ts';
import { toStartError } from './start-sentences.ts';

export interface PostgresOptions {
  /** `postgres://USER:PASSWORD@HOST:PORT/DATABASE` */
  databaseUrl: string;
  clock: Clock;
  log: Log;
  /** Connections for writes at most, beside those for reads and the one of the change feed. */
  poolSize?: number;
}

/** @throws StoreStartError with one sentence that says what to do. */
export async function openPostgresStorage(options: PostgresOptions): Promise<Storage> {
  const address = parseDatabaseUrl(options.databaseUrl);
  await migratePostgres(address);
  const pool = createPool(address, options.poolSize ?? 10);
  const reader = createReader(address);
  const engine = createPostgresEngine(pool, reader);
  const changes = await openPostgresChangeFeed(address, engine, options.clock, options.log).catch(
    (error: unknown) => {
      throw toStartError(address, error);
    },
  );
  return {
    ...createSharedStores(engine),
    changes,
    ping: async () => {
      await withClient(pool, (client) => run(client, { text: 'select 1' }));
    },
    async backup() {
      throw new KeygridError(
        'not_implemented',
        'Keygrid does not copy a PostgreSQL database: use pg_dump, which makes a consistent copy while Keygrid runs.',
      );
    },
    async close() {
      await engine.settled();
      await changes.stop();
      await reader.close();
      await pool.end();
    },
  };
}
