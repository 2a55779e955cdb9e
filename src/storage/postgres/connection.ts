/** How Keygrid speaks to PostgreSQL: where it is, how values come back, and what each session is set to. */
import pg from 'pg';
import { StoreStartError } from '../start-error.ts';
import { isUnavailable, toStoreError } from './errors.ts';

export interface DatabaseAddress {
  connectionString: string;
  /** For messages: without the password. */
  label: string;
  user: string;
  database: string;
  host: string;
}

/** @throws StoreStartError; never with the text given, since that may hold a password. */
export function parseDatabaseUrl(databaseUrl: string): DatabaseAddress {
  const url = URL.canParse(databaseUrl) ? new URL(databaseUrl) : undefined;
  if (!url || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new StoreStartError(
      'The database URL cannot be read: write it as postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password percent-encoded.',
    );
  }
  const user = decode(url.username) || 'the user of this process';
  const database = decode(url.pathname.slice(1)) || user;
  const host = `${url.hostname || 'localhost'}:${url.port || 5432}`;
  return {
    connectionString: databaseUrl,
    label: `The database "${database}" at ${host}`,
    user,
    database,
    host,
  };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const int8 = 20;

/** Every int8 of ours is a count, a key or a moment in milliseconds: all exact as numbers. */
export const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 && format !== 'binary'
      ? Number
      : pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};

export const connectionOptions = (address: DatabaseAddress): pg.ClientConfig => ({
  connectionString: address.connectionString,
  application_name: 'keygrid',
  connectionTimeoutMillis: 10_000,
  // A connection whose other end is gone without a word is found out.
  query_timeout: 60_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
  types,
});

/**
 * Every statement of ours is a walk along a key, whatever the planner believes of a table that was not analyzed
 * yet or of a parameter it does not know: other plans are made dear, and the plan of a prepared statement is kept.
 * What is acknowledged is on disk, whatever the server does for others.
 */
export const sessionSettings = `
  set enable_hashjoin = off; set enable_mergejoin = off; set enable_bitmapscan = off; set enable_seqscan = off;
  set enable_sort = off; set plan_cache_mode = force_generic_plan; set jit = off;
  set idle_in_transaction_session_timeout = '60s'; set default_transaction_isolation = 'read committed';
  select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`;

export function createPool(address: DatabaseAddress, size: number): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOptions(address),
    max: size,
    onConnect: async (client) => {
      // A connection that breaks fails its query, or is left out by the pool: nothing to do beside that.
      client.on('error', () => {});
      await client.query(sessionSettings);
    },
  });
  pool.on('error', () => {});
  return pool;
}

/** @throws KeygridError `store_unavailable` when no connection can be had. */
export async function withClient<Result>(
  pool: pg.Pool,
  use: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toStoreError(error);
  });
  let broken = false;
  try {
    return await use(client);
  } catch (error) {
    broken = isUnavailable(error) || client.getTransactionStatus() !== 'I';
    throw error;
  } finally {
    client.release(broken);
  }
}
