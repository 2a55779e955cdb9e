/** Starting and stopping: what stands in the way is said in a sentence; secrets are shown once; nothing is cut off. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { call } from '../support/http.ts';
import { rememberSecret } from '../support/secrets.ts';
import { startServer } from '../support/server.ts';
import { type CommandOptions, runForJson, runForProblem, runKeygrid, until } from './support.ts';

const anyPort = { KEYGRID_PORT: '0' };

async function freshDirectory(): Promise<string> {
  return join(await makeTemporaryDirectory('start'), 'data');
}

const startProblem = (options: CommandOptions, flags = ''): Promise<string> =>
  runForProblem(`start${flags}`, { environment: anyPort, ...options });

describe('a start fails with one sentence', () => {
  const isOneSentence = (text: string): void => assert.doesNotMatch(text, /\n/);

  test('on a data directory of a newer version', async () => {
    const dataDirectory = await freshDirectory();
    await runForJson('migrate', { dataDirectory });
    const database = new DatabaseSync(join(dataDirectory, 'keygrid.sqlite'));
    database.exec(`insert into kysely_migration (name, timestamp) values ('9999-of-the-future', '2099')`);
    database.close();
    for (const commandLine of ['start', 'migrate', 'organization list', 'doctor --json']) {
      const options = { dataDirectory, environment: anyPort };
      const { exitCode, stdout, stderr } = await runKeygrid(commandLine.split(' '), options);
      assert.equal(exitCode, 1, commandLine);
      assert.match(`${stdout}${stderr}`, /newer version of Keygrid.*9999-of-the-future/, commandLine);
    }
    isOneSentence(await startProblem({ dataDirectory }));
  });

  test('on a data directory that another server has', async () => {
    const server = await startServer();
    const sentence = await startProblem({ dataDirectory: server.dataDirectory });
    assert.match(sentence, /in use by another Keygrid server/);
    isOneSentence(sentence);
    assert.equal(await server.stop(), 0);
  });

  test('on a data directory that cannot be written', async () => {
    const parent = await makeTemporaryDirectory('unwritable');
    await writeFile(join(parent, 'file'), '');
    for (const dataDirectory of ['/proc/keygrid', join(parent, 'file'), join(parent, 'file', 'data')]) {
      const sentence = await startProblem({ dataDirectory });
      assert.match(sentence, /cannot be/, dataDirectory);
      isOneSentence(sentence);
    }
  });

  test('on a database that is none, and on a server key that is none', async () => {
    const dataDirectory = await freshDirectory();
    await mkdir(dataDirectory);
    await writeFile(
      join(dataDirectory, 'keygrid.sqlite'),
      'not a database, but long enough to be read '.repeat(50),
    );
    isOneSentence(await startProblem({ dataDirectory }));
    await writeFile(join(dataDirectory, 'server.key'), 'short');
    assert.match(await startProblem({ dataDirectory }), /server key .* is not one/);
  });

  test('on the server key of another installation', async () => {
    const dataDirectory = await freshDirectory();
    await runForJson('migrate', { dataDirectory });
    await writeFile(join(dataDirectory, 'server.key'), Buffer.alloc(32, 5).toString('base64url'));
    const sentence = await startProblem({ dataDirectory });
    assert.match(sentence, /not the one this database was set up with/);
    isOneSentence(sentence);
  });

  test('on a database URL where nothing answers, without its password', async () => {
    const databaseUrl = 'postgres://me:not-for-the-screen@127.0.0.1:9/keygrid';
    const sentence = await startProblem({ dataDirectory: await freshDirectory(), databaseUrl });
    assert.match(sentence, /No PostgreSQL answers at 127\.0\.0\.1:9/);
    assert.ok(!sentence.includes('not-for-the-screen'));
    isOneSentence(sentence);
  });

  test('on an address that is not of this machine', async () => {
    const dataDirectory = await freshDirectory();
    const { exitCode, stderr } = await runKeygrid(['start', '--host', '203.0.113.1'], { dataDirectory });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^keygrid: The address 203\.0\.113\.1 is not one of this machine: .*\n$/);
  });

  test('on settings that are wrong or unknown, all of them named', async () => {
    const environment = { KEYGRID_PORT: 'eighty', KEYGRID_SIGNUPS: 'open', KEYGRID_LOG_LEVEL: 'loud' };
    const text = await runForProblem('start', { environment });
    for (const part of [
      'KEYGRID_PORT',
      'KEYGRID_SIGNUPS',
      'Did you mean KEYGRID_SIGNUP?',
      'KEYGRID_LOG_LEVEL',
    ]) {
      assert.ok(text.includes(part), part);
    }
  });
});

/** The first start's secrets, from its output. */
const passwordIn = (output: string): string => {
  const [, password = ''] =
    /superuser: name superuser, password (\S+) \(shown this once\)/.exec(output) ?? [];
  assert.ok(password.length >= 16, output);
  return password;
};

const generated = { KEYGRID_SUPERUSER_PASSWORD: undefined };
const signIn = (server: { url: string }, password: string) =>
  call(server, 'POST /management/token', {
    json: { grant_type: 'password', username: 'superuser', password },
  });

test('a start without --demo prints the generated superuser password once, and it works', async () => {
  const dataDirectory = await freshDirectory();
  const first = await startServer({ dataDirectory, environment: generated, printsSecrets: true });
  const password = passwordIn(first.output());
  assert.equal((await signIn(first, password)).status, 200);
  assert.equal(await first.stop(), 0);
  rememberSecret(password);

  const second = await startServer({ dataDirectory, environment: generated });
  assert.doesNotMatch(second.output(), /superuser/);
  assert.equal((await signIn(second, password)).status, 200);
  assert.equal(await second.stop(), 0);
});

test('a password that was set is not printed', async () => {
  const server = await startServer();
  assert.doesNotMatch(server.output(), /superuser:/);
  assert.equal((await signIn(server, server.superuserPassword)).status, 200);
  assert.equal(await server.stop(), 0);
});

test('a busy port is said in a sentence, and the password that was generated is not lost', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const dataDirectory = await freshDirectory();
  const outcome = await runKeygrid(['start', '--port', String(port)], { dataDirectory });
  other.close();
  assert.equal(outcome.exitCode, 1);
  assert.match(outcome.stderr, new RegExp(`^keygrid: Port ${port} on 127\\.0\\.0\\.1 is in use: .*\n$`));

  const server = await startServer({ dataDirectory, environment: generated });
  assert.equal((await signIn(server, passwordIn(outcome.stdout))).status, 200);
  assert.equal(await server.stop(), 0);
});

test('start --json prints where it listens, and what was generated, as one line of JSON', async () => {
  const dataDirectory = await freshDirectory();
  const busy = createServer().listen(0, '127.0.0.1');
  await once(busy, 'listening');
  const address = busy.address();
  const port = String(typeof address === 'object' ? address?.port : 0);
  const { stdout, stderr } = await runKeygrid(['start', '--demo', '--json', '--port', port], {
    dataDirectory,
  });
  busy.close();
  const [first = ''] = stdout.split('\n');
  const { superuser, demonstration } = JSON.parse(first);
  assert.ok(superuser.password && demonstration.applicationUser.password);
  assert.match(JSON.parse(stderr).error.message, /is in use/);
});

describe('--demo', () => {
  const asCurl = { 'content-type': 'application/x-www-form-urlencoded' };
  const demo = { flags: ['--demo'], environment: generated, printsSecrets: true };

  test('prints commands that work as they stand; a second start shows no secret again', async () => {
    const dataDirectory = await freshDirectory();
    const first = await startServer({ ...demo, dataDirectory });
    const [, body = ''] = /curl -s \S+\/my-org\/my-app\/token -d '([^']+)'/.exec(first.output()) ?? [];
    const token = await call(first, 'POST /my-org/my-app/token', { body, headers: asCurl });
    assert.equal(token.status, 200, token.text);
    const bearer = token.body.access_token;
    const stored = await call(first, 'POST /my-org/my-app/books', { bearer, json: { name: 'emma' } });
    assert.equal(stored.status, 200, stored.text);
    assert.equal(await first.stop(), 0);
    rememberSecret(JSON.parse(body).password);

    const second = await startServer({ ...demo, dataDirectory, printsSecrets: false });
    assert.match(second.output(), /set up at an earlier start/);
    assert.equal((await call(second, 'GET /my-org/my-app/books/emma', { bearer })).status, 200);
    assert.equal(await second.stop(), 0);
  });

  test('is refused elsewhere than on loopback, and makes nothing', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.test']) {
      const dataDirectory = await freshDirectory();
      assert.match(
        await startProblem({ dataDirectory }, ` --demo --host ${host}`),
        /only listens on this machine/,
        host,
      );
      assert.match(
        await runForProblem('organization list', { dataDirectory }),
        /There is no Keygrid database/,
      );
    }
  });
});

test('SIGTERM finishes a request in flight, takes no other, and ends with exit code 0', async () => {
  const server = await startServer();
  const { hostname, port } = new URL(server.url);
  const body = JSON.stringify({
    grant_type: 'password',
    username: 'superuser',
    password: server.superuserPassword,
  });
  const socket = connect(Number(port), hostname);
  const answer = readToEnd(socket);
  const head = `POST /management/token HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`;
  socket.write(head);
  // The server has the request in its hands once it asks for the body.
  await until('the server asks for the body', async () => answer.sofar().includes('100 Continue'), 10_000);

  const stopped = server.stop('SIGTERM');
  await until('the server is stopping', async () => server.output().includes('stopping'), 10_000);
  await assert.rejects(call(server, 'GET /status'));
  socket.write(body);

  assert.equal(await stopped, 0);
  assert.match(await answer.whole, /HTTP\/1\.1 200 OK.*"access_token"/s);
});

function readToEnd(socket: ReturnType<typeof connect>): { sofar(): string; whole: Promise<string> } {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return { sofar: () => text, whole: once(socket, 'close').then(() => text) };
}
