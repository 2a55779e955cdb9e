/** How the bodies of direct creations may arrive: in pieces, one behind another, slowly, and never. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type ApplicationAccess, requireSuccess } from '../support/application.ts';
import { call } from '../support/http.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { startServerWithClock } from '../support/server-with-clock.ts';
import { countOf, isDirect, learn, middleOf, openConnection, postOf } from './direct-world.ts';

let server: RunningServer;
let app: ApplicationAccess;
let bearer: string;
let path: string;

before(async () => {
  server = await startServer();
  ({ app, bearer, path } = await learn(server));
});
after(async () => {
  await server?.stop();
});

const post = (json: object): Buffer => postOf(path, { bearer, body: JSON.stringify(json) });
const isAlive = async (): Promise<void> => void requireSuccess(await call(server, 'GET /health/live'));

describe('a body', () => {
  test('may come in pieces, parted in the middle of a character', async () => {
    const text = 'é😀€'.repeat(20);
    const bytes = post({ name: 'pieces', text });
    const connection = openConnection(server.url);
    for (let at = 0; at < bytes.length; at += 1) {
      connection.send(bytes.subarray(at, at + 1));
      if (at % 50 === 0) await new Promise(setImmediate);
    }
    const answer = await connection.answer();
    assert.deepEqual([answer.status, isDirect(answer)], [200, true]);
    assert.equal(answer.body.entities[0].text, text);
    assert.equal((await app.asAdmin('GET /things/pieces')).body.entities[0].text, text);
    const middle = bytes.indexOf('😀') + 2;
    connection.send(bytes.subarray(0, middle));
    await isAlive();
    connection.send(bytes.subarray(middle));
    assert.equal((await connection.answer()).body.error, 'duplicate_unique_property_exists');
    connection.destroy();
  });

  test('may be followed by other requests at once, each of which gets its own answer in order', async () => {
    const connection = openConnection(server.url);
    const get = Buffer.from(
      `GET ${path}/first HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${bearer}\r\n\r\n`,
    );
    const posts = [
      { name: 'first' },
      { name: 'second' },
      { name: 'first' },
      [{ name: 'third' }],
      { name: 'last' },
    ];
    connection.send(Buffer.concat(posts.map(post)));
    const named: unknown[] = [];
    for (const _ of posts) {
      const { body } = await connection.answer();
      named.push(body.error ?? body.entities[0].name);
    }
    assert.deepEqual(named, ['first', 'second', 'duplicate_unique_property_exists', 'third', 'last']);
    connection.send(Buffer.concat([post({ name: 'again' }), get]));
    assert.equal((await connection.answer()).body.entities[0].name, 'again');
    assert.equal((await connection.answer()).body.action, 'get');
    connection.destroy();
  });

  test('is as long as it says: what follows is another request, and two lengths are none', async () => {
    const connection = openConnection(server.url);
    connection.send(Buffer.concat([post({ name: 'exact' }), Buffer.from('{"name":"smuggled"}\r\n\r\n')]));
    assert.match(await connection.rest(), /HTTP\/1\.1 400 /);
    const chunked = `13\r\n{"name":"smuggled"}\r\n0\r\n\r\n`;
    const lengths: Record<string, string>[] = [
      { 'transfer-encoding': 'chunked' },
      { 'transfer-encoding': 'identity' },
      { 'Content-Length': '3' },
      { 'content-length': '+19' },
      { 'content-length': '0x13' },
      { 'content-length': '19, 19' },
    ];
    for (const headers of lengths) {
      const refused = openConnection(server.url);
      refused.send(postOf(path, { bearer, body: chunked, headers }));
      assert.match(await refused.rest(), /^HTTP\/1\.1 400 /, JSON.stringify(headers));
    }
    assert.equal(await countOf(app, 'smuggled'), 0);
  });

  test('that is announced is called for, and created by the route', async () => {
    const bytes = postOf(path, {
      ...{ bearer, body: '{"name":"announced"}' },
      headers: { expect: '100-continue', connection: 'close' },
    });
    const connection = openConnection(server.url);
    const body = bytes.indexOf('\r\n\r\n') + 4;
    connection.send(bytes.subarray(0, body));
    await isAlive();
    connection.send(bytes.subarray(body));
    assert.match(
      await connection.rest(),
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\nx-request-id/,
    );
    assert.equal(await countOf(app, 'announced'), 1);
  });

  test('that never comes whole creates nothing, and keeps nobody else waiting', async () => {
    const bytes = post({ name: 'half' });
    for (let at = 0; at < 20; at += 1) {
      const connection = openConnection(server.url);
      connection.send(bytes.subarray(0, middleOf(bytes)));
      await isAlive();
      connection.destroy();
    }
    assert.equal(await countOf(app, 'half'), 0);
    assert.equal(
      isDirect(requireSuccess(await app.as(bearer)('POST /things', { json: { name: 'half' } }))),
      true,
    );
  });
});

test('a direct creation is counted among the answers', async () => {
  const count = async (): Promise<number> => {
    const { text } = await call(server, 'GET /metrics');
    return Number(/_seconds_count\{method="POST",status="2xx"\} (\d+)/.exec(text)?.[1]);
  };
  const before = await count();
  for (let at = 0; at < 5; at += 1) {
    assert.equal(isDirect(await app.as(bearer)('POST /things', { json: { at } })), true);
  }
  assert.equal(await count(), before + 5);
});

test('a server that is told to stop while a body is on its way answers it, or refuses it, and keeps what it answered', async () => {
  const passing = await startServer();
  const there = await learn(passing);
  const sent = { bearer: there.bearer, body: '{"name":"last"}' };
  const bytes = postOf(there.path, sent);
  const connection = openConnection(passing.url);
  connection.send(postOf(there.path, { ...sent, body: '{"name":"before"}' }));
  assert.equal((await connection.answer()).status, 200);
  connection.send(bytes.subarray(0, middleOf(bytes)));
  requireSuccess(await call(passing, 'GET /health/live'));
  const stopped = passing.stop();
  while (await isListening(passing.url)) await new Promise(setImmediate);
  connection.send(bytes.subarray(middleOf(bytes)));
  const { status } = await connection.answer();
  assert.ok([200, 503].includes(status), String(status));
  assert.equal(await connection.rest(), '');
  assert.equal(await stopped, 0);
  const again = await startServer({ dataDirectory: passing.dataDirectory });
  const found = await call(again, `GET ${there.path}/last`, { bearer: there.bearer });
  assert.equal(found.status, status === 200 ? 200 : 404);
  await again.stop();
});

test('a server that is told to stop waits no longer than it may for a body that never comes whole', async () => {
  const passing = await startServer({ environment: { KEYGRID_SHUTDOWN_SECONDS: '0' } });
  const there = await learn(passing);
  const bytes = postOf(there.path, { bearer: there.bearer, body: '{"name":"never"}' });
  const connection = openConnection(passing.url);
  connection.send(bytes.subarray(0, middleOf(bytes)));
  requireSuccess(await call(passing, 'GET /health/live'));
  assert.equal(await passing.stop(), 0);
  await assert.rejects(connection.answer());
});

async function isListening(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

test('a clock that is put back while a body is on its way makes no answer take less than no time', async (context) => {
  const withClock = await startServerWithClock();
  context.after(() => withClock.stop());
  const there = await learn(withClock);
  const bytes = postOf(there.path, { bearer: there.bearer, body: '{"name":"back"}' });
  const connection = openConnection(withClock.url);
  connection.send(bytes.subarray(0, middleOf(bytes)));
  requireSuccess(await call(withClock, 'GET /health/live'));
  await withClock.advance(-1000);
  connection.send(bytes.subarray(middleOf(bytes)));
  const answer = await connection.answer();
  assert.deepEqual([answer.status, isDirect(answer), answer.body.duration], [200, true, 0]);
  connection.destroy();
});

test('on PostgreSQL too many come at once, and each is created once', async () => {
  const onPostgres = await startServer({ databaseUrl: (await createTestDatabase()).url });
  const there = await learn(onPostgres);
  const create = there.app.as(there.bearer);
  const names = Array.from({ length: 40 }, (_, at) => `one-${at % 20}`);
  const answers = await Promise.all(names.map((name) => create('POST /things', { json: { name } })));
  const made = answers.filter(({ status }) => status === 200);
  assert.equal(new Set(made.map(({ body }) => body.entities[0].name)).size, 20);
  assert.equal(made.length, 20);
  assert.ok(made.every(isDirect));
  const listed = requireSuccess(await create('GET /things', { query: { limit: 100 } })).body.entities;
  assert.equal(listed.length, 21);
  await onPostgres.stop();
});
