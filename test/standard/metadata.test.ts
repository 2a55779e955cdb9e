/** Metadata and key sets over the wire: oauth-standards.md 10 and 11. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { openWorld, registerClient, type StandardWorld, signIn } from './world.ts';

let server: RunningServer;
let world: StandardWorld;

before(async () => {
  server = await startServer();
  world = await openWorld(server);
});
after(() => server?.stop());

const metadataOf = async (path: string) => call(server, `GET ${path}/.well-known/openid-configuration`);

test('S130 S131 every issuer has its metadata in both places, and says the URL that it was asked under', async () => {
  for (const path of ['/management', world.path]) {
    const own = await metadataOf(path);
    const root = await call(server, `GET /.well-known/oauth-authorization-server${path}`);
    for (const answer of [own, root]) {
      assert.equal(answer.status, 200);
      assert.match(answer.headers['content-type']!, /^application\/json/);
      assert.equal(answer.body.issuer, `${server.url}${path}`);
    }
    assert.equal(own.text, root.text);
  }
});

test('S130 S131 an unknown realm, or another spelling of one, is a 404', async () => {
  const { organization, application, applicationUuid } = world.tenant;
  const paths = [
    `/${organization}/nothing`,
    `/nobody/${application}`,
    `/${organization.toUpperCase()}/${application}`,
    `/orgs/${organization}/apps/${application}`,
    `/${applicationUuid}`,
    `${world.path}/`,
  ];
  for (const path of paths) assert.equal((await metadataOf(path)).status, 404, path);
});

test('S131 the issuer is not made of the Host header', async () => {
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
  const answer = await call(server, `GET ${world.path}/.well-known/openid-configuration`, { headers });
  assert.equal(answer.body.issuer, world.issuer);
});

test('S132 S133 metadata names what is there, and every endpoint answers', async () => {
  const { body } = await metadataOf(world.path);
  assert.ok(body.id_token_signing_alg_values_supported.includes('RS256'));
  assert.deepEqual(body.code_challenge_methods_supported, ['S256']);
  assert.equal(body.authorization_response_iss_parameter_supported, true);
  assert.ok(body.scopes_supported.includes('openid'));
  const endpoints = Object.entries(body).filter(
    ([name]) => name.endsWith('_endpoint') || name === 'jwks_uri',
  );
  assert.equal(endpoints.length, 8);
  for (const [name, url] of endpoints as [string, string][]) {
    assert.ok(url.startsWith(`${world.issuer}/oauth2/`), name);
    assert.notEqual((await call(server, `GET ${url.slice(server.url.length)}`)).status, 404, name);
  }
});

test('S093 S133 the legacy grants are told of while a client of the realm has them', async () => {
  const own = await openWorld(server);
  const told = async () => {
    const { body } = await metadataOf(own.path);
    return [body.response_types_supported, body.grant_types_supported.slice(4)];
  };
  const usual = [['code'], []];
  assert.deepEqual(await told(), usual, 'the client that the application was born with does not count');
  const client = await registerClient(own, { grantTypes: ['authorization_code', 'implicit'] });
  assert.deepEqual(await told(), [['code', 'token', 'id_token', 'id_token token'], ['implicit']]);
  const first = { grantTypes: ['authorization_code', 'password'], consent: 'trusted' };
  await registerClient(own, first);
  await call(server, `PATCH /api/v1/clients/${client.id}`, {
    ...{ bearer: own.tenant.admin.token, json: { disabled: true } },
  });
  assert.deepEqual(await told(), [['code'], ['password']]);
  assert.deepEqual((await metadataOf(world.path)).body.response_types_supported, ['code']);
});

test('S127 S129 a realm has keys of its own, and shows only their public part', async () => {
  const mine = await call(server, `GET ${world.path}/oauth2/jwks`);
  const theirs = await call(server, 'GET /management/oauth2/jwks');
  const kids = new Set<string>();
  for (const key of [...mine.body.keys, ...theirs.body.keys]) {
    assert.deepEqual(Object.keys(key).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use']);
    assert.ok(Buffer.from(key.n, 'base64url').length >= 256, '2048 bits');
    assert.ok(!kids.has(key.kid));
    kids.add(key.kid);
  }
});

test('S108 an ID token says which published key signed it, with RS256', async () => {
  const { tokens } = await signIn(world, await registerClient(world), { scope: 'openid' });
  const header = JSON.parse(Buffer.from(tokens.id_token.split('.')[0], 'base64url').toString());
  assert.equal(header.alg, 'RS256');
  const { body } = await call(server, `GET ${world.path}/oauth2/jwks`);
  assert.ok(body.keys.some((key: { kid: string }) => key.kid === header.kid));
});

test('metadata and keys may be read by every page, and kept for a short while', async () => {
  for (const path of [`${world.path}/.well-known/openid-configuration`, `${world.path}/oauth2/jwks`]) {
    const answer = await call(server, `GET ${path}`, { headers: { origin: 'https://any.example' } });
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    assert.equal(answer.headers['cache-control'], 'public, max-age=300');
  }
});

test('paths of this dialect that lead nowhere are never taken for data', async () => {
  for (const path of ['oauth2/nothing', '.well-known/nothing']) {
    const answer = await call(server, `GET ${world.path}/${path}`, { bearer: world.tenant.admin.token });
    assert.deepEqual([answer.status, answer.body.error], [404, 'not_found']);
  }
});
