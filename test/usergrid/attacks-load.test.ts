/** One small request that would keep the server busy for seconds: refused before the work is done. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ApplicationAccess, accessTo, outcome, requireSuccess } from '../support/application.ts';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';

const tooMuch = '400 json_parse';
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

let server: RunningServer;
let app: ApplicationAccess;

before(async () => {
  server = await startServer();
  app = accessTo(server, await createTenant(server));
});
after(async () => {
  await server?.stop();
});

const repeated = (count: number, text: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => text(at)).join(',');

test('a form of over a thousand fields is refused', async () => {
  const fields = (count: number) => repeated(count, (at) => `f${at}=1`).replaceAll(',', '&');
  const send = async (count: number) =>
    outcome(await call(server, 'POST /management/token', { body: fields(count), headers: form }));
  assert.equal(await send(1001), tooMuch);
  assert.equal(await send(1000), '400 invalid_grant');
});

test('an object of over five thousand names is refused, whoever sends it and wherever', async () => {
  const body = `{${repeated(5001, (at) => `"p${at}":1`)}}`;
  assert.equal(outcome(await call(server, 'POST /management/token', { body })), tooMuch);
  assert.equal(outcome(await app.asGuest('POST /users', { body })), tooMuch);
  assert.equal(outcome(await app.asAdmin('POST /things', { body })), tooMuch);
  assert.equal(outcome(await app.asAdmin('POST /things', { body: `{"a":[${body}]}` })), tooMuch);
});

test('names spread over many objects, and objects without names, count together', async () => {
  const names = (object: number) => repeated(100, (at) => `"p${object * 100 + at}":1`);
  const named = `[${repeated(1001, (object) => `{${names(object)}}`)}]`;
  assert.equal(outcome(await app.asAdmin('POST /things', { body: named })), tooMuch);
  assert.equal(
    outcome(await app.asAdmin('POST /things', { body: `[${repeated(100_001, () => '{}')}]` })),
    tooMuch,
  );
});

test('colons and brackets in texts, and long arrays of numbers, count for nothing', async () => {
  const body = JSON.stringify({ text: ':{["\\'.repeat(120_000), numbers: Array(120_000).fill(1) });
  const { entities } = requireSuccess(await app.asAdmin('POST /things', { body })).body;
  assert.equal(entities[0].text.length, 600_000);
  assert.equal(entities[0].numbers.length, 120_000);
});

test('the most entities of one batch, with ten properties each, are not too much', async () => {
  const body = `[${repeated(9900, (at) => `{${repeated(10, (property) => `"p${property}":${at}`)}}`)}]`;
  assert.equal(requireSuccess(await app.asAdmin('POST /bulk', { body })).body.entities.length, 9900);
});

test('an update of many entities with a large body is refused before any of them is written', async () => {
  const items = Array.from({ length: 200 }, (_, at) => ({ name: `wide-${at}` }));
  requireSuccess(await app.asAdmin('POST /wides', { json: items }));
  const update = (length: number) =>
    app.asAdmin('PUT /wides', { query: { ql: 'select *' }, json: { text: 'x'.repeat(length) } });
  assert.equal(outcome(await update(200_000)), '400 query_too_broad');
  assert.equal((await app.asAdmin('GET /wides/wide-0')).body.entities[0].text, undefined);
  assert.equal(requireSuccess(await update(1000)).body.entities.length, 200);
});

test('many conditions on much text are refused, and others do not wait for the work', async () => {
  const text = 'ab c'.repeat(1_200_000);
  for (const name of ['one', 'two']) {
    requireSuccess(await app.asAdmin('POST /texts', { body: JSON.stringify({ name, text }) }));
  }
  const conditions = (count: number, condition: (at: number) => string) =>
    app.asAdmin('GET /texts', {
      query: { ql: Array.from({ length: count }, (_, at) => condition(at)).join(' or ') },
    });
  assert.equal(outcome(await conditions(100, (at) => `text='*z${at}*'`)), '400 query_too_broad');
  assert.equal(outcome(await conditions(100, (at) => `text contains 'z${at}*'`)), '400 query_too_broad');
  const nearMiss = 'ab c'.repeat(400);
  assert.deepEqual(
    requireSuccess(await conditions(1, () => `text='*${nearMiss}x${nearMiss}*'`)).body.entities,
    [],
  );
  assert.equal(requireSuccess(await conditions(2, (at) => `text contains 'ab${at || ''}'`)).body.count, 2);
});

test('the metrics are not for a page of another site in a browser of this machine', async () => {
  assert.equal((await call(server, 'GET /metrics')).status, 200);
  for (const headers of [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
    assert.equal((await call(server, 'GET /metrics', { headers })).status, 401);
  }
});
