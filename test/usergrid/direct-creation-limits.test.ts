/** Of creations, what is left to the route: other bodies, headers and spellings of the path. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { ApplicationAccess } from '../support/application.ts';
import { onlyEntity } from '../support/data.ts';
import { type CallOptions, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import type { Tenant } from '../support/tenant.ts';
import { type Agreement, agreementOn, countOf, isDirect, learn } from './direct-world.ts';

let server: RunningServer;
let tenant: Tenant;
let app: ApplicationAccess;
let agreed: Agreement;
let bearer: string;
/** Of a collection whose path the server has learnt. */
let path: string;

before(async () => {
  server = await startServer();
  ({ tenant, app, bearer, path } = await learn(server));
  agreed = agreementOn(server, app);
});
after(async () => {
  await server?.stop();
});

const jsonType = { 'content-type': 'application/json' };

describe('what only the route takes', () => {
  const special: CallOptions[] = [
    { json: [{ a: 1 }] },
    { json: [] },
    { json: {} },
    { body: '', headers: jsonType },
    { body: ' ', headers: jsonType },
    { json: { text: 'x'.repeat(20_000) } },
    { json: { a: 1 }, headers: { origin: 'https://app.example' } },
    { json: { a: 1 }, headers: { 'if-match': '*' } },
    { json: { a: 1 }, headers: { 'if-none-match': '*' } },
    { body: gzipSync('{"a":1}'), headers: { ...jsonType, 'content-encoding': 'gzip' } },
    { body: '{"a":1}', headers: { ...jsonType, 'content-encoding': 'identity' } },
    { json: { a: 1 }, headers: { 'transfer-encoding': 'chunked' } },
    ...['text/plain', 'Application/JSON', '*/*', 'json'].map((type) => ({
      body: '{"a":1}',
      headers: { 'content-type': type },
    })),
    { form: { a: '1' } },
    { body: '{"a":1}' },
  ];
  test('is answered by it: other bodies, types, encodings, conditions and origins', async () => {
    for (const sent of special) {
      const answer = await agreed({ bearer, ...sent });
      assert.deepEqual([answer.status, isDirect(answer)], [200, false], JSON.stringify(sent).slice(0, 200));
    }
  });

  test('is made once, where it has an Idempotency-Key', async () => {
    const sent = { bearer, json: { name: 'once' }, headers: { 'idempotency-key': randomUUID() } };
    const first = await call(server, `POST ${path}`, sent);
    const again = await call(server, `POST ${path}`, sent);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.equal(onlyEntity(again).uuid, onlyEntity(first).uuid);
    assert.equal(await countOf(app, 'once'), 1);
  });

  test('are paths that are spelled otherwise, until they are learnt themselves', async () => {
    const { organization, application, organizationUuid, applicationUuid } = tenant;
    const spellings = [
      'thing',
      'Things',
      'THINGS',
      'things/',
      '/things',
      'thing%73',
      'things;a=b',
      'cats',
      '__proto__',
      'entities',
      'all',
      'x'.repeat(101),
    ].map((spelling) => `${app.path}/${spelling}`);
    const others = [
      `${app.path.toUpperCase()}/things`,
      `/${organization}//${application}/things`,
      `/${organizationUuid}/${applicationUuid}/things`,
      `/${organizationUuid}/${application}/things`,
      `/${organization}/${applicationUuid}/things`,
      `/${applicationUuid}/things`,
      `/orgs/${organization}/apps/${application}/things`,
      `/${organization}/nowhere/things`,
    ];
    for (const address of [...spellings, ...others]) {
      for (const _ of ['before', 'after']) await agreed({ bearer, json: { a: 1 } }, address);
    }
  });
});
