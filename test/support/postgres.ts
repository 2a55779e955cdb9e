/**
 * Databases for tests, on a real PostgreSQL: the one that KEYGRID_TEST_DATABASE_URL names (the runner sets it), or
 * else a server of this process's own, which ends with it.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type PostgresCluster, startPostgres } from './postgres-cluster.ts';

export { type PostgresCluster, startPostgres } from './postgres-cluster.ts';

export interface TestDatabase {
  url: string;
  /** Removes the database, closing what is still connected to it. */
  drop(): Promise<void>;
}

let ownCluster: Promise<PostgresCluster> | undefined;

async function serverUrl(): Promise<string> {
  const given = process.env.KEYGRID_TEST_DATABASE_URL;
  if (given) return given;
  ownCluster ??= startPostgres();
  return (await ownCluster).url;
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A fresh, empty database of the caller's own. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await serverUrl();
  const name = `keygrid_test_${randomBytes(6).toString('hex')}`;
  await execute(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => execute(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}
