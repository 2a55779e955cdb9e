/** What is created without the framework is what the route would create; what is refused there is refused as there. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type ApplicationAccess, outcome, requireSuccess } from '../support/application.ts';
import { onlyEntity } from '../support/data.ts';
import { type Answer, type CallOptions, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import type { Tenant } from '../support/tenant.ts';
import { type Agreement, agreementOn, comparable, countOf, isDirect, learn } from './direct-world.ts';

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

async function agreedDirectly(sent: CallOptions, address = path): Promise<Answer> {
  const answer = await agreed({ bearer, ...sent }, address);
  assert.equal(isDirect(answer), true, JSON.stringify(sent));
  return answer;
}

const jsonType = { 'content-type': 'application/json' };
const fields = (length: number): Record<string, number> =>
  Object.fromEntries(Array.from({ length }, (_, at) => [`p${at}`, at]));

describe('a creation of one entity', () => {
  test('is answered directly as by the route, once the route has created in its collection', async () => {
    const create = () => call(server, `POST ${app.path}/birds`, { bearer, json: { name: randomUUID() } });
    assert.deepEqual([await create(), await create()].map(isDirect), [false, true]);
    const sent = {
      name: 'rex',
      color: 'black',
      age: 3,
      tags: ['a', 'b'],
      location: { latitude: 1, longitude: 2 },
    };
    assert.equal(onlyEntity(await agreedDirectly({ json: sent })).name, 'rex');
  });

  test('is stored: it is read by uuid and name, and found by what it holds', async () => {
    const made = await call(server, `POST ${path}`, { bearer, json: { name: 'kept', shade: 'ochre' } });
    assert.equal(isDirect(made), true);
    const { uuid, created, modified } = onlyEntity(made);
    for (const address of [`/things/${uuid}`, '/things/kept', "/things?ql=select * where shade = 'ochre'"]) {
      const read = onlyEntity(await app.asAdmin(`GET ${address.replaceAll(' ', '%20')}`));
      assert.deepEqual(
        [read.uuid, read.shade, read.created, read.modified],
        [uuid, 'ochre', created, modified],
      );
    }
    assert.equal((await app.asAdmin(`GET /things/${uuid}`)).headers.etag, made.headers.etag);
  });

  test('takes the odd properties that the route takes, and leaves out what it leaves out', async () => {
    const bodies = [
      '{"__proto__":{"admin":true},"a":1}',
      '{"constructor":{"prototype":{"a":1}},"toString":1,"hasOwnProperty":2}',
      '{"a":1,"a":2,"A":3}',
      '{"Name":"one","name":"two"}',
      '{"a":"\\u0000\\ud800","b":"\u2028"}',
      '{"":1,"a":null,"b":""}',
      `{"uuid":"${tenant.user.uuid}","type":"user","created":1,"metadata":{"path":"x"},"password":"p"}`,
      `${'{"a":'.repeat(20)}1${'}'.repeat(20)}`,
      ' \n{"a":1} ',
      '\ufeff{"a":1}',
    ];
    for (const body of bodies) await agreedDirectly({ body, headers: jsonType });
    const invalid = Buffer.from([...Buffer.from('{"a":"'), 0xff, 0xfe, ...Buffer.from('"}')]);
    await agreedDirectly({ body: invalid, headers: jsonType });
    assert.equal(({} as { admin?: boolean }).admin, undefined);
  });

  test('comes compressed where it is long, to those who take that', async () => {
    const json = { text: 'long '.repeat(500) };
    const plain = await agreedDirectly({ json });
    assert.equal(plain.headers.vary, 'Origin, Accept-Encoding');
    const headers = { authorization: `Bearer ${bearer}`, ...jsonType, 'accept-encoding': 'gzip' };
    for (const address of [path, `${path}?`]) {
      const sent = { method: 'POST', headers, body: JSON.stringify(json) };
      const packed = await fetch(`${server.url}${address}`, sent);
      const names = ['content-encoding', 'content-type', 'vary'].map((name) => packed.headers.get(name));
      assert.deepEqual(names, ['gzip', 'application/json', 'Origin, Accept-Encoding']);
      const { entities } = (await packed.json()) as { entities: (typeof json)[] };
      assert.equal(entities[0]?.text, json.text);
    }
    await agreedDirectly({ json, headers: { 'accept-encoding': 'gzip;q=0' } });
  });

  test('names origins, methods and types as the route does', async () => {
    const asked = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'a, b' };
    await agreedDirectly({ json: { a: 1 }, headers: { referer: 'https://app.example/page', ...asked } });
    for (const type of [
      'application/json; charset=utf-8',
      'application/json; charset=utf-16',
      'application/json;;',
      'application/jsonp',
    ]) {
      await agreedDirectly({ body: '{"a":1}', headers: { 'content-type': type } });
    }
  });

  test('is the user’s, the client’s, the administrator’s and, where guests may create, the guest’s', async () => {
    await agreedDirectly({ bearer: tenant.admin.token, json: { a: 1 } });
    const { id: username, secret: password } = tenant.applicationClient;
    assert.equal((await agreed({ basic: { username, password }, json: { a: 1 } })).status, 200);
    const sandbox = `/${tenant.organization}/${tenant.sandbox}/things`;
    const guest = () => call(server, `POST ${sandbox}`, { json: { a: 1 } });
    assert.deepEqual([await guest(), await guest()].map(isDirect), [false, true]);
    assert.deepEqual(
      comparable(await guest()),
      comparable(await call(server, `POST ${sandbox}?`, { json: { a: 1 } })),
    );
    assert.equal((await call(server, `GET ${sandbox}`)).body.entities.length, 4);
  });
});

describe('what is refused', () => {
  test('is refused in the words of the route', async () => {
    const refused: [CallOptions, string][] = [
      [{ body: '{"a":1', headers: jsonType }, '400 json_parse'],
      [{ body: '{"a":1}}', headers: jsonType }, '400 json_parse'],
      [{ body: 'null', headers: jsonType }, '400 json_parse'],
      [{ body: `${'{"a":'.repeat(200)}1${'}'.repeat(200)}`, headers: jsonType }, '400 json_parse'],
      [{ json: { ['n'.repeat(5000)]: 1 } }, '400 json_parse'],
      [{ json: { name: {} } }, '400 illegal_argument'],

      [{ json: { a: Array.from({ length: 1001 }, (_, at) => at) } }, '400 illegal_argument'],
      [{ json: fields(1200) }, '400 illegal_argument'],
      [{ json: { location: { latitude: 91, longitude: 2 } } }, '400 illegal_argument'],
    ];
    for (const [sent, expected] of refused) {
      const answer = await agreed({ bearer, ...sent });
      assert.equal(outcome(answer), expected, JSON.stringify(sent).slice(0, 200));
    }
  });

  test('is refused as taken, and made once, of however many that come at once', async () => {
    const sent = { bearer, json: { name: 'taken' } };
    requireSuccess(await call(server, `POST ${path}`, sent));
    assert.equal(outcome(await agreed(sent)), '400 duplicate_unique_property_exists');
    assert.equal(await countOf(app, 'taken'), 1);
    const many = await Promise.all(
      Array.from({ length: 20 }, () => call(server, `POST ${path}`, { bearer, json: { name: 'wanted' } })),
    );
    assert.equal(many.filter(({ status }) => status === 200).length, 1);
    assert.equal(await countOf(app, 'wanted'), 1);
    assert.deepEqual(new Set(many.map(outcome)), new Set(['200', '400 duplicate_unique_property_exists']));
  });
});

test('what has rules of its own is never learnt, and what is not offered stays so', async () => {
  const ruled: [string, object][] = [
    ['users', { username: 'newcomer', email: 'newcomer@example.test', password: 'a-long-passphrase' }],
    ['groups', { path: 'friends' }],
    ['roles', { name: 'keepers', title: 'Keepers' }],
    ['activities', { actor: { displayName: 'x' }, verb: 'post', content: 'hi' }],
    ['assets', { owner: tenant.user.uuid, path: '/a' }],
    ['folders', { owner: tenant.user.uuid, path: '/b' }],
  ];
  for (const [collection, json] of ruled) {
    for (const spelling of [collection, collection.slice(0, -1), collection.toUpperCase()]) {
      for (const _ of ['before', 'after']) {
        const answer = await agreed({ bearer: tenant.admin.token, json }, `${app.path}/${spelling}`);
        assert.equal(isDirect(answer), false, spelling);
      }
    }
  }
  for (const collection of ['devices', 'receipts', 'events', 'notifications', 'queues', 'counters']) {
    for (const _ of ['before', 'after'])
      await agreed({ bearer, json: { name: 'own' } }, `${app.path}/${collection}`);
  }
});
