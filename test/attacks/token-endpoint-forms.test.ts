/** S067: the endpoints that programs call take a POST with a form, and answer everything else with a refusal. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, type CallOptions, call } from '../support/http.ts';
import { type AttackedClient, type AttackedServer, startAttackedServer } from './attacked-server.ts';

let server: AttackedServer;
let standard: AttackedClient;
let autodesk: AttackedClient;

before(async () => {
  server = await startAttackedServer();
  const grantTypes = ['client_credentials', 'authorization_code', 'refresh_token'];
  standard = await server.acme.register({ grantTypes });
  autodesk = await server.acme.register({ dialect: 'autodesk' });
});
after(async () => {
  await server?.stop();
});

const endpoints = (): [path: string, client: AttackedClient][] => [
  ...['token', 'introspect', 'revoke', 'device_authorization'].map((name): [string, AttackedClient] => [
    `${standard.realmPath}/oauth2/${name}`,
    standard,
  ]),
  ...['v1/authenticate', 'v1/gettoken', 'v1/refreshtoken', 'v2/token', 'v2/introspect', 'v2/revoke'].map(
    (name): [string, AttackedClient] => [`/authentication/${name}`, autodesk],
  ),
];

const fieldsOf = ({ id, secret }: AttackedClient): Record<string, string> => ({
  client_id: id,
  client_secret: secret ?? '',
  grant_type: 'client_credentials',
  scope: 'data:read',
  token: 'x',
});

const formType = 'application/x-www-form-urlencoded';

function assertRefused(what: string, answer: Answer): void {
  const told = `${what}: ${answer.status} ${answer.text.slice(0, 300)}`;
  assert.ok(answer.status >= 400 && answer.status < 500, told);
  assert.doesNotMatch(answer.text, /"access_token"|"active":true/, told);
  assert.equal(answer.headers.location, undefined, told);
}

test('no other method gets a token', async () => {
  for (const [path, client] of endpoints()) {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      assertRefused(
        `${method} ${path}`,
        await call(server, `${method} ${path}`, { query: fieldsOf(client) }),
      );
      const form = fieldsOf(client);
      if (method !== 'GET')
        assertRefused(`${method} ${path}`, await call(server, `${method} ${path}`, { form }));
    }
    const options = await call(server, `OPTIONS ${path}`, { headers: { origin: 'https://evil.example' } });
    assert.ok(options.status < 500, path);
    assert.equal(options.headers['access-control-allow-credentials'], undefined, path);
  }
});

test('no other type of body does', async () => {
  for (const [path, client] of endpoints()) {
    const body = new URLSearchParams(fieldsOf(client)).toString();
    const others: CallOptions[] = [
      { json: fieldsOf(client) },
      { body },
      { body, headers: { 'content-type': 'text/plain' } },
      { body, headers: { 'content-type': 'multipart/form-data; boundary=x' } },
      { body, headers: { 'content-type': 'application/x-www-form-urlencodedx' } },
      { body, headers: { 'content-type': `text/plain; ${formType}` } },
      { body: '\u0000\u0001', headers: { 'content-type': formType } },
      { body: '', headers: { 'content-type': formType } },
      { body: '%', headers: { 'content-type': formType } },
      { body: '&'.repeat(10_000), headers: { 'content-type': formType } },
      { body: 'a=b&'.repeat(100_000), headers: { 'content-type': formType } },
      { headers: {} },
    ];
    for (const options of others) {
      const what = `${path} ${JSON.stringify(options).slice(0, 120)}`;
      assertRefused(what, await call(server, `POST ${path}`, options));
    }
  }
});

test('nothing counts that stands in the address', async () => {
  for (const [path, client] of endpoints()) {
    assertRefused(path, await call(server, `POST ${path}`, { query: fieldsOf(client), form: {} }));
    const { client_id, client_secret, ...others } = fieldsOf(client);
    const query = { client_id: client_id ?? '', client_secret: client_secret ?? '' };
    assertRefused(path, await call(server, `POST ${path}`, { query, form: others }));
  }
});

test('a field that comes twice is refused', async () => {
  for (const [path, client] of endpoints()) {
    for (const name of ['client_id', 'client_secret', 'grant_type', 'token']) {
      const fields = Object.entries(fieldsOf(client));
      const twice = [...fields, [name, fieldsOf(client)[name] ?? '']];
      const answer = await call(server, `POST ${path}`, { form: twice });
      assert.ok(answer.status < 500, `${path} ${name}`);
      if (client.dialect === 'standard') assertRefused(`${path} ${name}`, answer);
    }
  }
});

test('two proofs at once are refused', async () => {
  for (const [path, client] of endpoints()) {
    if (client.dialect !== 'standard') continue;
    const basic = { username: client.id, password: client.secret ?? '' };
    assertRefused(path, await call(server, `POST ${path}`, { basic, form: fieldsOf(client) }));
  }
});
