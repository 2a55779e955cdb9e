import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createHttpServer, type HttpServer } from './server.ts';

const silent = { info() {}, warn() {}, error() {}, debug() {}, trace() {}, fatal() {}, level: 'silent' };
let app: HttpServer;
let port: number;
let now = 0;
const seconds: number[] = [];
const long = 'x'.repeat(2000);

before(async () => {
  app = createHttpServer({
    log: Object.assign(silent, { child: () => silent }) as never,
    clock: { now: () => now },
    random: { bytes: (length) => Buffer.alloc(length) },
    trustProxy: [],
  });
  app.directAnswers.add(({ url = '' }) => {
    now += 7;
    const body = url === '/long' ? long : 'direct';
    const answer = { headers: ['x-way', url === '/broken' ? 'no\nheader' : 'direct'], vary: 'Origin', body };
    if (url === '/late' || url === '/broken') return Promise.resolve(answer);
    if (url === '/late-route') return Promise.resolve(undefined);
    return url === '/route' ? undefined : answer;
  });
  app.directAnswers.onAnswer((_method, took) => seconds.push(took));
  app.get('/route', async () => 'route');
  app.get('/late-route', async () => 'route');
  app.get('/short', async () => 'route');
  app.get('/long', async (_request, reply) => reply.header('vary', 'Origin').send(long));
  app.delete('/short', async () => 'route');
  app.post('/short', async () => 'route');
  await app.listen({ port: 0 });
  port = (app.server.address() as AddressInfo).port;
});
after(() => app.close());

interface Answered {
  response: IncomingMessage;
  text: string;
}

async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answered> {
  const request = httpRequest({ port, method, path, headers }).end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response.setEncoding('latin1')) text += part;
  return { response, text };
}

test('what is answered directly has its length, its id and its time; what is not goes to the route', async () => {
  const { response, text } = await ask('GET', '/short');
  assert.equal(text, 'direct');
  const { 'x-way': way, vary, 'content-length': length, 'x-request-id': id } = response.headers;
  assert.deepEqual([way, vary, length], ['direct', 'Origin', '6']);
  assert.match(String(id), /^[0-9a-f]{24}$/);
  assert.deepEqual(seconds, [0.007]);
  assert.equal((await ask('GET', '/route')).text, 'route');
  assert.equal((await ask('DELETE', '/short')).text, 'route');
  assert.equal(seconds.length, 1);
});

test('a request with a body, or with word of one, goes to the route, which may refuse it', async () => {
  const bodies: [Record<string, string>, string?][] = [
    [{ 'content-length': '2' }, 'hi'],
    [{ 'transfer-encoding': 'chunked' }, 'hi'],
    [{ 'content-encoding': 'br' }],
  ];
  for (const [headers, body] of bodies) {
    assert.equal((await ask('GET', '/short', headers, body)).text, 'route', JSON.stringify(headers));
  }
});

test('what is known later is answered then, or by the route; one that cannot be sent ends its own connection', async () => {
  const { response, text } = await ask('GET', '/late');
  assert.deepEqual([response.headers['x-way'], text], ['direct', 'direct']);
  assert.equal((await ask('GET', '/late-route')).text, 'route');
  await assert.rejects(ask('GET', '/broken'), { code: 'ECONNRESET' });
  assert.equal((await ask('GET', '/late')).text, 'direct');
});

test('HEAD has the headers of GET and no body', async () => {
  const { response, text } = await ask('HEAD', '/short');
  assert.deepEqual(
    [response.headers['x-way'], response.headers['content-length'], text],
    ['direct', '6', ''],
  );
});

test('what may be compressed says so, and is compressed for those who take that', async () => {
  const plain = await ask('GET', '/long');
  assert.deepEqual(
    [plain.response.headers['x-way'], plain.response.headers.vary],
    ['direct', 'Origin, Accept-Encoding'],
  );
  assert.equal(plain.text, long);
  const compressed = await ask('GET', '/long', { 'accept-encoding': 'gzip' });
  assert.deepEqual(
    [compressed.response.headers['x-way'], compressed.response.headers['content-encoding']],
    ['direct', 'gzip'],
  );
  assert.equal(compressed.response.headers.vary, 'Origin, Accept-Encoding');
  assert.equal(gunzipSync(Buffer.from(compressed.text, 'latin1')).toString(), long);
});

test('a server that stops refuses what comes over connections that are still busy', async () => {
  const socket = connect(port);
  let received = '';
  socket.setEncoding('latin1').on('data', (part) => {
    received += part;
  });
  const closed = once(socket, 'close');
  const arrived = once(app.server, 'request');
  socket.write('POST /short HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nha');
  await arrived;
  const closing = app.close();
  await new Promise(setImmediate);
  socket.write('lfGET /short HTTP/1.1\r\nHost: x\r\n\r\n');
  await Promise.all([closing, closed]);
  assert.match(received, /^HTTP\/1.1 200 [\s\S]*HTTP\/1.1 503 /);
});
