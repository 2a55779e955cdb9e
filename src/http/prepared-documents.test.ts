import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import fastify from 'fastify';
import { createDirectAnswers, type DirectAnswers } from './direct-answers.ts';
import { type PreparedDocuments, prepareDocuments } from './prepared-documents.ts';

let now = 1000;
let ids = 0;
let made = 0;
let documents: PreparedDocuments;
let directAnswers: DirectAnswers;
let url: string;
const short = '{"keys":[]}';
let document = short;

const app = fastify({
  serverFactory: (handler) =>
    createServer((request, response) => {
      if (!directAnswers.answer(request, response)) handler(request, response);
    }),
});
app.get('/document', async (_request, reply) => {
  made += 1;
  reply.header('x-request-id', 'of the route').header('content-type', 'application/json');
  documents.keep(reply, document);
  return reply.send(document);
});
const ask = (headers: Record<string, string> = {}) => fetch(`${url}/document`, { headers });

before(async () => {
  await app.listen({ port: 0 });
  url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  documents = prepareDocuments({ now: () => now });
  directAnswers = createDirectAnswers({ now: () => now }, () => `id${++ids}`);
  directAnswers.add(documents.answer);
  made = 0;
  document = short;
});
after(() => app.close());

test('it answers again for a second as the route did, under an id of its own', async () => {
  const first = await ask();
  const again = await ask();
  assert.equal(made, 1);
  for (const { headers } of [first, again]) assert.equal(headers.get('content-type'), 'application/json');
  assert.match(again.headers.get('x-request-id') ?? '', /^id\d+$/);
  assert.equal(await again.text(), short);
  now += 1000;
  await ask();
  assert.equal(made, 2);
});

test('what was forgotten is made anew, and so is another spelling of the address', async () => {
  await ask();
  documents.forget();
  await ask();
  assert.equal(made, 2);
  await fetch(`${url}/document?x=1`);
  assert.equal(made, 3);
});

/** Without the header that `fetch` always sends. */
const askPlainly = async (): Promise<IncomingMessage> => {
  const [response] = (await once(get(`${url}/document`), 'response')) as [IncomingMessage];
  return response.resume();
};

test('a long document is compressed for who takes it compressed', async () => {
  document = JSON.stringify('x'.repeat(2000));
  await ask();
  const again = await ask({ 'accept-encoding': 'gzip' });
  assert.equal(again.headers.get('content-encoding'), 'gzip');
  assert.equal(await again.text(), document);
  assert.equal((await askPlainly()).headers.vary, 'Accept-Encoding');
  assert.equal(made, 1);
});

test('what is asked for at a very long address is not kept', async () => {
  const long = () => fetch(`${url}/document?${'x'.repeat(600)}`);
  await long();
  await long();
  assert.equal(made, 2);
});

test('other methods never get it', async () => {
  await ask();
  assert.equal((await fetch(`${url}/document`, { method: 'DELETE' })).status, 404);
});
