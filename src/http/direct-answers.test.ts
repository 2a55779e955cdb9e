import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
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
    now += url === '/back' ? -7 : 7;
    const body = url === '/long' ? long : 'direct';
    const answer = { headers: ['x-way', url === '/broken' ? 'no\nheader' : 'direct'], vary: 'Origin', body };
    if (url === '/late' || url === '/broken') return Promise.resolve(answer);
    if (url === '/late-route') return Promise.resolve(undefined);
    return url === '/route' ? undefined : answer;
  });
  app.directAnswers.addTaker(({ url }) => {
    if (url === '/refused') return undefined;
    return (body) => {
      if (url === '/echo') return undefined;
      const answer = { headers: ['x-way', 'direct'], vary: undefined, body: `direct ${body.toString()}` };
      return url === '/late' ? Promise.resolve(answer) : answer;
    };
  });
  app.directAnswers.onAnswer((_method, took) => seconds.push(took));
  app.get('/route', async () => 'route');
  app.get('/late-route', async () => 'route');
  app.get('/short', async () => 'route');
  app.get('/long', async (_request, reply) => reply.header('vary', 'Origin').send(long));
  app.delete('/short', async () => 'route');
  for (const path of ['/taken', '/echo', '/refused']) app.post(path, async ({ body }) => `route ${body}`);
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

test('a clock that is put back makes no answer take less than no time', async () => {
  await ask('GET', '/back');
  assert.equal(seconds.at(-1), 0);
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

const plain = { 'content-type': 'text/plain' };

test('a body is taken whole, however it comes, and given to the route again where it is not answered', async () => {
  assert.equal((await ask('POST', '/taken', plain, 'body')).text, 'direct body');
  assert.equal((await ask('POST', '/late', plain, 'body')).text, 'direct body');
  for (const path of ['/echo', '/refused']) {
    assert.equal((await ask('POST', path, plain, 'body')).text, 'route body', path);
  }
  const [text, length] = ['é'.repeat(100), { ...plain, 'content-length': '200' }];
  for (const path of ['/taken', '/echo']) {
    const request = httpRequest({ port, method: 'POST', path, headers: length });
    const bytes = Buffer.from(text);
    const arrived = once(app.server, 'request');
    request.write(bytes.subarray(0, 101));
    await arrived;
    const answered = once(request.end(bytes.subarray(101)), 'response');
    const [response] = (await answered) as [IncomingMessage];
    const parts = await response.setEncoding('utf8').toArray();
    assert.equal(parts.join(''), `${path === '/echo' ? 'route' : 'direct'} ${text}`);
  }
});

test('bodies that are too long, of unknown length, encoded or empty are the route’s', async () => {
  const longest = 'x'.repeat(16 * 1024);
  assert.equal((await ask('POST', '/taken', plain, longest)).text, `direct ${longest}`);
  assert.equal((await ask('POST', '/taken', plain, `${longest}x`)).text, `route ${longest}x`);
  const others: [Record<string, string>, string][] = [
    [{ ...plain, 'transfer-encoding': 'chunked' }, 'body'],
    [{ ...plain, 'content-encoding': 'identity' }, 'body'],
    [{ ...plain, 'content-length': '0' }, ''],
  ];
  for (const [headers, body] of others) {
    assert.match((await ask('POST', '/taken', headers, body)).text, /^route/, JSON.stringify(headers));
  }
});

test('a client that goes away in the middle of a body harms nobody', async () => {
  const socket = connect(port);
  const arrived = once(app.server, 'request');
  socket.write('POST /taken HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nha');
  const [request] = (await arrived) as [IncomingMessage];
  // Without a listener of errors, which nobody has here.
  const closed = new Promise((resolve) => request.on('close', resolve));
  socket.resetAndDestroy();
  await closed;
  assert.equal((await ask('POST', '/taken', plain, 'body')).text, 'direct body');
});

test('a server that stops answers what is on its way, and refuses what follows over the same connections', async () => {
  const busy = [await openHalf('/taken'), await openHalf('/refused'), await openHalf('/echo')];
  const closing = app.close();
  await new Promise(setImmediate);
  for (const { socket } of busy) socket.write('lfGET /short HTTP/1.1\r\nHost: x\r\n\r\n');
  const [taken, routed, given] = await Promise.all(busy.map(({ rest }) => rest));
  await closing;
  assert.match(taken!, /^HTTP\/1.1 200 [\s\S]*direct half[\s\S]*HTTP\/1.1 503 /);
  assert.match(routed!, /^HTTP\/1.1 200 [\s\S]*route half[\s\S]*HTTP\/1.1 503 /);
  // Its route did not have it when the server was told.
  assert.match(given!, /^HTTP\/1.1 503 /);
});

/** A connection on which half of a body has arrived. */
async function openHalf(path: string): Promise<{ socket: Socket; rest: Promise<string> }> {
  const socket = connect(port).setEncoding('latin1');
  const arrived = once(app.server, 'request');
  socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nha`);
  await arrived;
  return { socket, rest: socket.toArray().then((parts) => parts.join('')) };
}
