import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { call } from './http.ts';
import { rememberedSecrets } from './secrets.ts';

// Echoes what arrived, byte for byte.
const echo = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const received = { method: request.method, url: request.url, raw: request.rawHeaders };
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Location', '/elsewhere');
  response.statusCode = 302;
  response.end(
    JSON.stringify({ ...received, body: Buffer.concat(chunks).toString(), access_token: 'answered-1234' }),
  );
});
const server = { url: '' };

before(async () => {
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  server.url = `http://127.0.0.1:${(echo.address() as AddressInfo).port}`;
});
after(() => echo.close());

test('a path with two question marks arrives as it was written', async () => {
  assert.equal((await call(server, 'GET /a/b?x=1?y=%2B')).body.url, '/a/b?x=1?y=%2B');
});

test('a query is appended to the one that the path has', async () => {
  const { body } = await call(server, 'GET /a?x=1', { query: { ql: "name = 'a b'" } });
  assert.equal(body.url, '/a?x=1&ql=name+%3D+%27a+b%27');
});

test('a GET carries a body', async () => {
  assert.equal((await call(server, 'GET /a', { json: {} })).body.body, '{}');
});

test('headers keep their spelling and win over the usual ones', async () => {
  const { body } = await call(server, 'POST /a', { json: { a: 1 }, headers: { 'content-type': '*/*' } });
  assert.equal(body.raw[body.raw.indexOf('content-type') + 1], '*/*');
  assert.ok(!body.raw.includes('Content-Type'));
});

test('a form is encoded as a browser would', async () => {
  const { body } = await call(server, 'POST /a', { form: { scope: 'a b' } });
  assert.equal(body.body, 'scope=a+b');
  assert.ok(body.raw.includes('application/x-www-form-urlencoded'));
});

test('bearer and basic credentials go into the header', async () => {
  const bearer = await call(server, 'GET /', { bearer: 'token-of-1234567' });
  assert.ok(bearer.body.raw.includes('Bearer token-of-1234567'));
  const basic = await call(server, 'GET /', { basic: { username: 'a', password: 'b:c' } });
  assert.ok(basic.body.raw.includes('Basic YTpiOmM='));
});

test('a redirect is not followed', async () => {
  const { status, headers } = await call(server, 'GET /');
  assert.deepEqual([status, headers.location], [302, '/elsewhere']);
});

test('secrets of the request and of the answer are remembered', async () => {
  await call(server, 'POST /a', {
    json: { password: 'sent-in-body-1' },
    query: { access_token: 'in-query-1234' },
  });
  for (const secret of ['sent-in-body-1', 'in-query-1234', 'answered-1234']) {
    assert.ok(rememberedSecrets().has(secret), secret);
  }
});
