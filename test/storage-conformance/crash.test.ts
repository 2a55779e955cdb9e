import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { systemClock } from '../../src/platform/clock.ts';
import { openPostgresStorage } from '../../src/storage/postgres/index.ts';
import { databaseFile, openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { guardProcess, makeTemporaryDirectory, releaseProcess } from '../support/guardian.ts';
import { type PostgresCluster, startPostgres } from '../support/postgres.ts';
import { silentLog } from './engines.ts';

const rounds = 20;
const writer = fileURLToPath(new URL('./crash-writer.ts', import.meta.url));

/** What the killed process was told is durable. */
interface Acknowledged {
  versions: Map<string, number>;
  deleted: Set<string>;
  /** Asked for at least: may be gone or not. */
  deleting: Set<string>;
}

/** Lets it write until `lines` were acknowledged and `kill` came back, then kills it. */
async function writeUntilKilled(
  engine: string,
  place: string,
  lines: number,
  kill?: () => Promise<void>,
): Promise<Acknowledged> {
  const child = spawn(process.execPath, [writer, engine, place], { stdio: ['ignore', 'pipe', 'inherit'] });
  guardProcess(child.pid!, 'SIGKILL');
  const closed = once(child, 'close');
  let output = '';
  let count = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    count += text.split('\n').length - 1;
  });
  for (let waited = 0; count < lines && child.exitCode === null; waited += 1) {
    if (waited > 20_000) throw new Error(`only ${count} writes were acknowledged`);
    await delay(1);
  }
  await kill?.();
  child.kill('SIGKILL');
  await closed;
  releaseProcess(child.pid!);
  return readAcknowledged(output);
}

function readAcknowledged(output: string): Acknowledged {
  const said: Acknowledged = { versions: new Map(), deleted: new Set(), deleting: new Set() };
  for (const line of output.slice(0, output.lastIndexOf('\n')).split('\n')) {
    const [word, uuid, version] = line.split(' ') as [string, string, string];
    if (word === 'written') said.versions.set(uuid, Number(version));
    if (word === 'deleting') said.deleting.add(uuid);
    if (word === 'deleted') said.deleted.add(uuid);
  }
  return said;
}

async function assertKept(storage: Storage, { versions, deleted, deleting }: Acknowledged): Promise<void> {
  const entities = storage.entities(100);
  assert.ok(versions.size > 0);
  for (const [uuid, version] of versions) {
    const found = await entities.findByUuid(uuid);
    if (deleted.has(uuid)) assert.equal(found, undefined, `${uuid} was deleted`);
    else if (!deleting.has(uuid))
      assert.ok(found && found.version >= version, `${uuid} ${version} was written`);
  }
}

/** How an engine takes the bytes of an index key apart. */
interface KeyParts {
  entity: string;
  path: string;
  valueAsText: string;
}

/** Rows that do not fit together; each must be none. */
const misfits = ({ entity, path, valueAsText }: KeyParts): string[] => [
  `select count(*) as n from unique_values u left join entities e using (application_id, entity_id) where e.body is null`,
  `select count(*) as n from entities e left join unique_values u using (application_id, entity_id) where u.value is null`,
  `select count(*) as n from entity_index i left join entities e
     on e.application_id = i.application_id and e.entity_id = ${entity} where e.body is null`,
  `select count(*) as n from entities e where 3 <> (select count(*) from entity_index i
     where i.application_id = e.application_id and e.entity_id = ${entity})`,
  `select count(*) as n from entity_index i
     join entities e on e.application_id = i.application_id and e.entity_id = ${entity}
     join index_paths p on p.application_id = i.application_id and ${path}
     where p.path = 'version' and ${valueAsText} <> cast(e.version as text)`,
];

const partsOnSqlite: KeyParts = {
  entity: 'substr(i.key, -16)',
  path: `substr(i.key, 1, 4) = unhex(printf('%08x', p.path_id))`,
  valueAsText: 'cast(substr(i.key, 5, length(i.key) - 27) as text)',
};
const partsOnPostgres: KeyParts = {
  entity: 'substr(i.key, octet_length(i.key) - 15)',
  path: 'substr(i.key, 1, 4) = int4send(p.path_id)',
  valueAsText: `convert_from(substr(i.key, 5, octet_length(i.key) - 27), 'UTF8')`,
};

const randomLines = (): number => 1 + Math.floor(Math.random() * 300);

describe('a killed process loses nothing that was acknowledged', () => {
  test(`on SQLite, ${rounds} times`, async () => {
    const directory = await makeTemporaryDirectory('crash');
    for (let round = 0; round < rounds; round++) {
      const said = await writeUntilKilled('SQLite', directory, randomLines());
      const storage = await openSqliteStorage({
        directory,
        exclusive: true,
        clock: systemClock,
        log: silentLog,
      });
      await assertKept(storage, said);
      // Who looks at the index has it made whole: see index-arrivals.ts.
      await storage.entities(100).collections();
      await storage.close();
      const database = new DatabaseSync(databaseFile(directory));
      assert.deepEqual({ ...database.prepare('pragma integrity_check').get() }, { integrity_check: 'ok' });
      for (const sql of misfits(partsOnSqlite)) assert.equal(database.prepare(sql).get()?.n, 0, sql);
      database.close();
    }
  });

  describe('on PostgreSQL', () => {
    let cluster: PostgresCluster;
    before(async () => {
      cluster = await startPostgres({ durable: true });
    });
    after(() => cluster.stop());

    test(`${rounds} times, every fourth time the server with it`, async () => {
      for (let round = 0; round < rounds; round++) {
        const kill = round % 4 === 3 ? () => cluster.killAndRestart() : undefined;
        const said = await writeUntilKilled('PostgreSQL', cluster.url, randomLines(), kill);
        const storage = await openPostgresStorage({
          databaseUrl: cluster.url,
          clock: systemClock,
          log: silentLog,
        });
        await assertKept(storage, said);
        await storage.close();
        const client = new pg.Client({ connectionString: cluster.url });
        await client.connect();
        for (const sql of misfits(partsOnPostgres)) {
          assert.deepEqual((await client.query(sql)).rows, [{ n: '0' }], sql);
        }
        await client.end();
      }
    });
  });
});
