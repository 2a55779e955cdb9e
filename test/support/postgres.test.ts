import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readlink, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { makeTemporaryDirectory } from './guardian.ts';
import { createTestDatabase } from './postgres.ts';
import { makeLibraryLinks } from './postgres-binaries.ts';

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

async function waitUntil(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 50) {
    if (waited > 15000) throw new Error(`waited in vain until ${what}`);
    await delay(50);
  }
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

test('a test database is PostgreSQL, empty and the test’s own', async () => {
  const [first, second] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await query(first.url, 'CREATE TABLE things (name text)');
  assert.deepEqual(await query(second.url, "SELECT to_regclass('things') AS found"), [{ found: null }]);
  await Promise.all([first.drop(), second.drop()]);
});

test('a dropped test database is gone, also while somebody is connected to it', async () => {
  const database = await createTestDatabase();
  const client = new pg.Client({ connectionString: database.url });
  const closed = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  await database.drop();
  await closed;
  await assert.rejects(query(database.url, 'SELECT 1'), /does not exist/);
});

test('library links are made once, by however many processes', async () => {
  const root = await makeTemporaryDirectory('links');
  await mkdir(join(root, 'native/lib'), { recursive: true });
  await writeFile(join(root, 'native/lib/libx.so.1.2'), '');
  const links = [{ source: 'native/lib/libx.so.1.2', target: 'native/lib/libx.so' }];
  await writeFile(join(root, 'native/pg-symlinks.json'), JSON.stringify(links));
  await Promise.all(Array.from({ length: 8 }, () => makeLibraryLinks(join(root, 'native'))));
  assert.equal(await readlink(join(root, 'native/lib/libx.so')), 'libx.so.1.2');
});

test('a server that a killed process started ends, and its directory goes', async () => {
  const directory = await makeTemporaryDirectory('killed');
  const program = join(directory, 'program.ts');
  const cluster = new URL('./postgres-cluster.ts', import.meta.url).href;
  await writeFile(
    program,
    `import { startPostgres } from '${cluster}';
     import { readdirSync, readFileSync } from 'node:fs';
     import { tmpdir } from 'node:os';
     const linesOf = (file) => {
       try {
         return readFileSync(file, 'utf8').split('\\n');
       } catch {
         return []; // Of a server that begins or ends.
       }
     };
     const { port } = new URL((await startPostgres()).url);
     // Other tests may start servers at the same time: this one's is known by its port, the fourth line.
     for (const name of readdirSync(tmpdir()).filter((name) => name.startsWith('keygrid-test-postgres-'))) {
       const path = tmpdir() + '/' + name;
       const lines = linesOf(path + '/data/postmaster.pid');
       if (lines[3] === port) console.log(JSON.stringify({ path, processId: Number(lines[0]) }));
     }
     setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line');
  const { path, processId }: { path: string; processId: number } = JSON.parse(line);
  assert.ok(isRunning(processId));
  child.kill('SIGKILL');
  await waitUntil(() => !isRunning(processId), 'the server ended');
  await waitUntil(() => !existsSync(path), 'its directory was removed');
  await rm(directory, { recursive: true });
});
