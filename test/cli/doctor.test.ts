/** `keygrid doctor`: finds what is wrong, says what to do, and changes nothing. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFile, chmod, cp, mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { before, test } from 'node:test';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { type CommandOptions, runForJson, runKeygrid } from './support.ts';

interface Finding {
  check: string;
  state: string;
  text: string;
  advice?: string;
}

const selectIndexState = "select value from server_state where name = 'entity_index'";
let sound: string;

before(async () => {
  sound = join(await makeTemporaryDirectory('doctor'), 'data');
  await runForJson('superuser reset-password', await migrated({ dataDirectory: sound }));
});

/** A copy that the test may damage. */
async function installation(): Promise<string> {
  const dataDirectory = join(await makeTemporaryDirectory('doctor'), 'data');
  await cp(sound, dataDirectory, { recursive: true });
  await chmod(dataDirectory, 0o700);
  return dataDirectory;
}

async function migrated(options: CommandOptions): Promise<CommandOptions> {
  await runForJson('migrate', options);
  return options;
}

async function examine(options: CommandOptions, ...flags: string[]) {
  const { exitCode, stdout, stderr } = await runKeygrid(['doctor', '--json', ...flags], options);
  assert.equal(stderr, '');
  const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: Finding[] };
  assert.equal(exitCode, healthy ? 0 : 1);
  for (const { state, advice, check } of findings) assert.equal(advice !== undefined, state !== 'ok', check);
  const states = (check: string) => findings.filter((each) => each.check === check).map(({ state }) => state);
  return { healthy, findings, states };
}

test('an installation that is in order', async () => {
  const dataDirectory = await installation();
  const { healthy, findings } = await examine({ dataDirectory }, '--port', '0');
  assert.equal(healthy, true);
  assert.deepEqual(
    findings.filter(({ state }) => state !== 'ok'),
    [],
  );
  const { stdout } = await runKeygrid(['doctor'], { dataDirectory });
  assert.match(stdout, /^CHECK +STATE +FINDING\n/);
});

test('before the first start there is nothing to look at, and nothing is made', async () => {
  const parent = await makeTemporaryDirectory('doctor-empty');
  const { healthy, states } = await examine({ dataDirectory: join(parent, 'data') });
  assert.equal(healthy, true);
  assert.deepEqual(states('data directory'), ['warning']);
  assert.deepEqual(states('database'), ['warning']);
  assert.deepEqual(await readdir(parent), []);
});

test('settings that are wrong are all named', async () => {
  const environment = { KEYGRID_PORT: 'eighty', KEYGRID_SMTP: 'smtp://x' };
  const { healthy, findings } = await examine({ environment });
  assert.equal(healthy, false);
  assert.equal(findings.filter(({ check, state }) => check === 'settings' && state === 'problem').length, 2);
});

test('a directory and a server key that others can read', async () => {
  const dataDirectory = await installation();
  await chmod(dataDirectory, 0o755);
  await chmod(join(dataDirectory, 'server.key'), 0o644);
  const { healthy, states, findings } = await examine({ dataDirectory });
  assert.equal(healthy, false);
  assert.equal(states('data directory')[0], 'warning');
  assert.ok(findings.some(({ advice }) => advice?.startsWith('chmod 600')));
});

test('a data directory that is a file, or cannot be written', async () => {
  const parent = await makeTemporaryDirectory('doctor-file');
  await writeFile(join(parent, 'file'), '');
  assert.deepEqual((await examine({ dataDirectory: join(parent, 'file') })).states('data directory'), [
    'problem',
  ]);
  assert.deepEqual((await examine({ dataDirectory: '/proc' })).states('data directory'), ['problem']);
});

test('a server key that is missing, damaged, or of another installation', async () => {
  const dataDirectory = await installation();
  const key = join(dataDirectory, 'server.key');
  await writeFile(key, Buffer.alloc(32, 9).toString('base64url'));
  assert.deepEqual((await examine({ dataDirectory })).states('server key'), ['ok', 'problem']);
  await writeFile(key, 'short');
  assert.ok((await examine({ dataDirectory })).states('server key').includes('problem'));
  await rm(key);
  assert.ok((await examine({ dataDirectory })).states('server key').includes('problem'));
  await assert.rejects(stat(key));
});

test('a database that is damaged', async () => {
  const dataDirectory = await installation();
  const path = join(dataDirectory, 'keygrid.sqlite');
  const file = await open(path, 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(4096, 0xff), 0, 4096, size - 8192);
  await file.close();
  assert.deepEqual((await examine({ dataDirectory })).states('database'), ['problem']);
  await rm(path);
  await appendFile(path, 'not a database, but long enough to be read '.repeat(100));
  assert.deepEqual((await examine({ dataDirectory })).states('database'), ['problem']);
});

test('an index that is current, older, newer, or being made, and none of it is touched', async () => {
  const dataDirectory = await installation();
  const database = new DatabaseSync(join(dataDirectory, 'keygrid.sqlite'));
  const stored = String(database.prepare(selectIndexState).get()?.value);
  const standing = async (change: object) => {
    const changed = JSON.stringify({ ...JSON.parse(stored), ...change });
    database.prepare("update server_state set value = ? where name = 'entity_index'").run(changed);
    const { findings } = await examine({ dataDirectory });
    assert.equal(database.prepare(selectIndexState).get()?.value, changed);
    return findings.filter(({ check }) => check === 'index').map(({ state, text }) => [state, text]);
  };
  assert.deepEqual(await standing({}), [['ok', 'It is whole, and made as this version makes it']]);
  assert.deepEqual(await standing({ version: 1 }), [['warning', 'It was made by an older version']]);
  assert.deepEqual(await standing({ version: 999 }), [['problem', 'It was made by a newer version']]);
  const unfinished = 'It is being made anew, 12 entities are done';
  assert.deepEqual(await standing({ isWhole: false, entities: 12 }), [['warning', unfinished]]);
  const { stdout } = await runKeygrid(['doctor'], { dataDirectory });
  assert.match(stdout, /^index +warning +It is being made anew, 12 entities are done/m);
  assert.match(stdout, /^ {2}index: Wait for the server that makes it/m);
  database.close();
});

test('a superuser that cannot sign in, and a clock that is behind the database', async () => {
  const dataDirectory = await installation();
  const database = new DatabaseSync(join(dataDirectory, 'keygrid.sqlite'));
  database.prepare('update admin_users set activated = 0').run();
  const disabled = await examine({ dataDirectory });
  assert.deepEqual(disabled.states('superuser'), ['problem']);
  database.prepare('update admin_users set activated = 1, modified = ?').run(Date.UTC(2199, 0, 1));
  database.close();
  assert.deepEqual((await examine({ dataDirectory })).states('clock'), ['problem']);
});

test('a mail server that does not answer, and a public URL that nobody knows', async () => {
  const dataDirectory = await installation();
  const environment = {
    KEYGRID_SMTP_URL: 'smtp://me:not-for-the-screen@127.0.0.1:9',
    KEYGRID_PUBLIC_URL: 'https://keygrid.invalid',
  };
  const { findings, states } = await examine({ dataDirectory, environment });
  assert.deepEqual(states('mail'), ['problem']);
  assert.deepEqual(states('public URL'), ['warning']);
  assert.ok(!JSON.stringify(findings).includes('not-for-the-screen'));
});

test('a port that somebody else has', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { states } = await examine({ dataDirectory: await installation() }, '--port', String(port));
  other.close();
  assert.deepEqual(states('port'), ['warning']);
});

test('on PostgreSQL: a database in order, one without a schema, and one that does not answer', async () => {
  const { url: databaseUrl, drop } = await createTestDatabase();
  const dataDirectory = join(await makeTemporaryDirectory('doctor-postgres'), 'data');
  await mkdir(dataDirectory, { mode: 0o700 });
  try {
    const before = await examine({ dataDirectory, databaseUrl });
    assert.deepEqual(before.states('database'), ['warning']);
    await runForJson('superuser reset-password', await migrated({ dataDirectory, databaseUrl }));
    const after = await examine({ dataDirectory, databaseUrl });
    assert.equal(after.healthy, true, JSON.stringify(after.findings));
    assert.deepEqual(after.states('database'), ['ok']);
    assert.deepEqual(after.states('superuser'), ['ok']);
    assert.deepEqual(after.states('index'), ['ok']);
  } finally {
    await drop();
  }
  const nowhere = await examine({ dataDirectory, databaseUrl: 'postgres://me@127.0.0.1:9/keygrid' });
  assert.deepEqual(nowhere.states('database'), ['problem']);
});
