/** Backups made beside a busy server, verified, and restored with care. */
import assert from 'node:assert/strict';
import { appendFile, copyFile, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { runForJson, runForProblem, runKeygrid } from './support.ts';

let place: string;
let server: RunningServer;
let directory: { dataDirectory: string };
let user: { username: string; password: string };

before(async () => {
  place = await makeTemporaryDirectory('backup');
  server = await startServer();
  directory = { dataDirectory: server.dataDirectory };
  await runForJson('organization create kept', directory);
  ({ user } = await runForJson('user create bob --application kept/sandbox', directory));
  await mkdir(join(server.dataDirectory, 'assets', 'one'), { recursive: true });
  await writeFile(join(server.dataDirectory, 'assets', 'one', 'file'), 'of somebody');
});

after(() => server.stop());

/** Writes entities one after the other until it is told to stop; answers how many. */
async function writeUntil(stopped: () => boolean): Promise<number> {
  let written = 0;
  while (!stopped()) {
    const { status } = await call(server, 'POST /kept/sandbox/notes', {
      json: { name: `note-${written}`, text: 'x'.repeat(2000) },
    });
    assert.equal(status, 200);
    written += 1;
  }
  return written;
}

test('backup copies one moment while the server writes, and its restore serves what was there', async () => {
  let done = false;
  const writing = writeUntil(() => done);
  const target = join(place, 'busy');
  const { backup } = await runForJson(`backup ${target}`, directory);
  done = true;
  const written = await writing;
  assert.equal(backup.verified, true);
  assert.equal(backup.counts.organizations, 1);
  assert.ok(written > 0);

  const dataDirectory = join(place, 'restored');
  const { restored } = await runForJson(`restore ${target}`, { dataDirectory });
  assert.deepEqual(restored.counts, backup.counts);
  assert.equal(await readFile(join(dataDirectory, 'assets', 'one', 'file'), 'utf8'), 'of somebody');
  const second = await startServer({ dataDirectory });
  try {
    const { username, password } = user;
    const token = await call(second, 'POST /kept/sandbox/token', {
      json: { grant_type: 'password', username, password },
    });
    assert.equal(token.status, 200, token.text);
  } finally {
    assert.equal(await second.stop(), 0);
  }
});

test('a backup is for its owner alone, and says what it holds', async () => {
  const target = join(place, 'owned');
  await runForJson(`backup ${target}`, directory);
  assert.deepEqual((await readdir(target)).toSorted(), [
    'assets',
    'keygrid.sqlite',
    'manifest.json',
    'server.key',
  ]);
  for (const path of [target, join(target, 'keygrid.sqlite'), join(target, 'server.key')]) {
    assert.equal((await stat(path)).mode & 0o077, 0, path);
  }
  const manifest = JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8'));
  assert.ok(manifest.schemaSteps.length > 0);
  assert.deepEqual(
    manifest.files.map(({ path }: { path: string }) => path),
    ['keygrid.sqlite', 'assets/one/file', 'server.key'],
  );
  for (const { sha256 } of manifest.files) assert.match(sha256, /^[0-9a-f]{64}$/);
});

test('backup refuses a target that is not empty, that is in the data directory, or that cannot be made', async () => {
  const full = join(place, 'full');
  await mkdir(full);
  await writeFile(join(full, 'something'), '');
  assert.match(await runForProblem(`backup ${full}`, directory), /is not empty/);
  const inside = join(server.dataDirectory, 'backup');
  assert.match(await runForProblem(`backup ${inside}`, directory), /is in the data directory/);
  for (const target of [
    '/proc/backup',
    join(full, 'something', 'backup'),
    join(place, 'nowhere', 'backup'),
  ]) {
    assert.match(await runForProblem(`backup ${target}`, directory), /cannot be written/, target);
  }
  assert.deepEqual(await readdir(full), ['something']);
});

test('a backup that would not be readable is no backup: another server key is found out', async () => {
  const dataDirectory = join(place, 'foreign-key');
  await runForJson(`backup ${join(place, 'fine')}`, directory);
  await runForJson(`restore ${join(place, 'fine')}`, { dataDirectory });
  await writeFile(join(dataDirectory, 'server.key'), `${Buffer.alloc(32, 7).toString('base64url')}\n`);
  const target = join(place, 'unreadable');
  assert.match(await runForProblem(`backup ${target}`, { dataDirectory }), /not the one of the database/);
  assert.deepEqual(
    (await readdir(place)).filter((name) => name.startsWith('unreadable')),
    [],
  );
});

describe('restore', () => {
  let source: string;

  before(async () => {
    source = join(place, 'source');
    await runForJson(`backup ${source}`, directory);
  });

  test('refuses a directory in use, even by force', async () => {
    assert.match(await runForProblem(`restore ${source}`, directory), /in use by another Keygrid server/);
    assert.match(await runForProblem(`restore ${source} --force`, directory), /in use/);
  });

  test('refuses a directory that is not empty; by force it keeps what was there in a folder', async () => {
    const dataDirectory = join(place, 'occupied');
    await runForJson('migrate', { dataDirectory });
    const key = await readFile(join(dataDirectory, 'server.key'), 'utf8');
    assert.match(await runForProblem(`restore ${source}`, { dataDirectory }), /is not empty/);
    const { restored } = await runForJson(`restore ${source} --force`, { dataDirectory });
    assert.equal(await readFile(join(restored.displaced, 'server.key'), 'utf8'), key);
    const { organizations } = await runForJson('organization list', { dataDirectory });
    assert.deepEqual(
      organizations.map(({ name }: { name: string }) => name),
      ['kept'],
    );
  });

  const damages: [what: string, damage: (backup: string) => Promise<void>, sentence: RegExp][] = [
    ['a file that was changed', (backup) => appendFile(join(backup, 'keygrid.sqlite'), 'x'), /is damaged/],
    ['a file that is missing', (backup) => rm(join(backup, 'server.key')), /server\.key is missing/],
    ['no manifest', (backup) => rm(join(backup, 'manifest.json')), /is no backup/],
    [
      'a manifest of another format',
      (backup) => writeFile(join(backup, 'manifest.json'), '{"format":2}'),
      /not of a kind/,
    ],
    ['a manifest that leads elsewhere', misleadManifest, /not of a kind/],
    ['a file in the place of a directory', replaceByFile, /is no backup/],
  ];
  for (const [what, damage, sentence] of damages) {
    test(`refuses a backup with ${what}, and leaves the data directory as it was`, async () => {
      const backup = join(await makeTemporaryDirectory('damaged'), 'backup');
      await cp(source, backup, { recursive: true });
      await damage(backup);
      const dataDirectory = join(backup, '..', 'data');
      assert.match(await runForProblem(`restore ${backup}`, { dataDirectory }), sentence);
      await assert.rejects(stat(join(dataDirectory, 'keygrid.sqlite')));
    });
  }

  async function misleadManifest(backup: string): Promise<void> {
    const path = join(backup, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    manifest.files[0].path = '../keygrid.sqlite';
    await copyFile(join(backup, 'keygrid.sqlite'), join(backup, '..', 'keygrid.sqlite'));
    await writeFile(path, JSON.stringify(manifest));
  }

  async function replaceByFile(backup: string): Promise<void> {
    await rm(backup, { recursive: true });
    await writeFile(backup, 'not a directory');
  }
});

test('on PostgreSQL both name the tools to use, without the password of the database', async () => {
  const postgres = { ...directory, databaseUrl: 'postgres://me:not-for-the-screen@db.example.test/keygrid' };
  for (const [commandLine, tool] of [
    ['backup x', /pg_dump --format=custom .*"postgres:\/\/me@db\.example\.test\/keygrid"/],
    ['restore x', /pg_restore --clean .*--dbname="postgres:\/\/me@db\.example\.test\/keygrid"/],
  ] as const) {
    const { exitCode, stderr } = await runKeygrid(commandLine.split(' '), postgres);
    assert.equal(exitCode, 1);
    assert.match(stderr, tool);
    assert.match(stderr, /server\.key/);
    assert.ok(!stderr.includes('not-for-the-screen'));
  }
});
