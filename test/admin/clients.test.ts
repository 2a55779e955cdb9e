/** `/api/v1/organizations/{organization}/clients` and `/api/v1/clients/{id}`. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, type CallOptions, call } from '../support/http.ts';
import { createAdminUser, createOwnedOrganization } from '../support/organization.ts';
import { superuserOf } from '../support/outbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let path: string;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  path = `/api/v1/organizations/${tenant.organization}/clients`;
});
after(async () => {
  await server?.stop();
});

const web = { name: 'Photos', type: 'web', redirectUris: ['https://photos.test/cb'] };
const byOwner = () => ({ bearer: tenant.admin.token });

async function register(json: object = {}, by: CallOptions = byOwner()): Promise<Answer['body']> {
  const answer = await call(server, `POST ${path}`, { ...by, json: { ...web, ...json } });
  assert.equal(answer.status, 201, answer.text);
  return answer.body;
}

const statusOfToken = async (clientId: string, secret: string): Promise<number> =>
  (
    await call(server, 'POST /authentication/v2/token', {
      basic: { username: clientId, password: secret },
      form: { grant_type: 'client_credentials' },
    })
  ).status;

test('a member registers a client; its secret is shown once and never again', async () => {
  const made = await register({ application: tenant.application });
  assert.match(made.clientId, /^[A-Za-z0-9]{32}$/);
  assert.equal(made.clientSecret.length, 64);
  assert.deepEqual([made.organization, made.application], [tenant.organization, tenant.application]);
  assert.deepEqual([made.dialect, made.consent, made.logoUri], ['standard', 'ask', null]);
  assert.equal(made.lifetimes.accessToken, 3600);
  const { body, text } = await call(server, `GET /api/v1/clients/${made.clientId}`, byOwner());
  const { clientSecret, ...shown } = made;
  assert.deepEqual(body, shown);
  assert.ok(!text.includes(clientSecret) && !text.includes('sealed'));
  const bySuperuser = await call(server, `GET /api/v1/clients/${made.clientId}`, {
    basic: superuserOf(server),
  });
  assert.deepEqual(bySuperuser.body, body);
});

test('a public client has no secret, and none is made', async () => {
  const { clientId, clientSecret, secrets } = await register({ type: 'native' });
  assert.deepEqual([clientSecret, secrets], [undefined, []]);
  const answer = await call(server, `POST /api/v1/clients/${clientId}/secrets`, { ...byOwner(), json: {} });
  assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_client_metadata']);
});

test('pages of clients follow each other without a gap', async () => {
  const made = new Set<string>();
  for (let count = 0; count < 3; count += 1) made.add((await register()).clientId);
  const found: string[] = [];
  let cursor: string | null = null;
  do {
    const query: Record<string, string | number> = cursor === null ? { limit: 2 } : { limit: 2, cursor };
    const { body } = await call(server, `GET ${path}`, { ...byOwner(), query });
    found.push(...body.clients.map(({ clientId }: { clientId: string }) => clientId));
    cursor = body.cursor;
  } while (cursor !== null);
  assert.equal(new Set(found).size, found.length);
  for (const clientId of made) assert.ok(found.includes(clientId));
  for (const limit of ['0', 'x', '1e3', '1001']) {
    assert.equal((await call(server, `GET ${path}`, { ...byOwner(), query: { limit } })).status, 400, limit);
  }
});

test('what is named is changed, and nothing else; null takes a link away', async () => {
  const made = await register({ logoUri: 'https://photos.test/logo.png' });
  const change = (json: object) =>
    call(server, `PATCH /api/v1/clients/${made.clientId}`, { ...byOwner(), json });
  const changed = await change({ name: 'Pictures', scopes: ['openid'], lifetimes: { accessToken: 60 } });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual(
    [changed.body.name, changed.body.scopes, changed.body.lifetimes.accessToken, changed.body.logoUri],
    ['Pictures', ['openid'], 60, 'https://photos.test/logo.png'],
  );
  assert.deepEqual(changed.body.redirectUris, web.redirectUris);
  assert.equal((await change({ logoUri: null })).body.logoUri, null);
  assert.equal((await change({ disabled: true })).body.disabled, true);
  assert.equal((await change({ disabled: false })).body.disabled, false);
});

test('bodies are checked by their schema, and every problem of a client is told', async () => {
  const refuse = async (json: unknown, pattern: RegExp) => {
    const answer = await call(server, `POST ${path}`, { ...byOwner(), json });
    assert.equal(answer.status, 400, answer.text);
    assert.match(answer.body.error_description, pattern);
  };
  await refuse([], /body/);
  await refuse({}, /name.*type|type.*name/);
  await refuse({ ...web, type: 'desktop' }, /type/);
  await refuse({ ...web, clientId: 'chosen' }, /clientId/);
  await refuse({ ...web, redirectUris: 'https://a.test/' }, /redirectUris/);
  await refuse({ ...web, lifetimes: { accessToken: '60' } }, /lifetimes.accessToken/);
  await refuse({ ...web, redirectUris: ['javascript:alert(1)'] }, /redirect/i);
  await refuse({ ...web, redirectUris: [], scopes: ['a b'] }, /redirectUris.*scopes/);
  await refuse({ name: 'x', type: 'service', redirectUris: ['https://a.test/'] }, /service/);
  const broken = await call(server, `POST ${path}`, {
    ...byOwner(),
    ...{ body: '{', headers: { 'Content-Type': 'application/json' } },
  });
  assert.equal(broken.status, 400);
});

test('a new secret works beside the old one, until the old one is ended', async () => {
  const made = await register({ dialect: 'autodesk' });
  const rotated = await call(server, `POST /api/v1/clients/${made.clientId}/secrets`, {
    ...byOwner(),
    json: { oldSecretSeconds: 600 },
  });
  const { clientSecret } = rotated.body;
  assert.equal(rotated.body.secrets.length, 2);
  assert.equal(await statusOfToken(made.clientId, made.clientSecret), 200);
  assert.equal(await statusOfToken(made.clientId, clientSecret), 200);
  const ended = await call(server, `DELETE /api/v1/clients/${made.clientId}/secrets`, byOwner());
  assert.equal(ended.body.secrets.length, 1);
  assert.equal(await statusOfToken(made.clientId, made.clientSecret), 401);
  assert.equal(await statusOfToken(made.clientId, clientSecret), 200);
});

test('a deleted client is gone, with all that it could do', async () => {
  const made = await register({ dialect: 'autodesk' });
  const deleted = await call(server, `DELETE /api/v1/clients/${made.clientId}`, byOwner());
  assert.deepEqual([deleted.status, deleted.text], [204, '']);
  assert.equal((await call(server, `GET /api/v1/clients/${made.clientId}`, byOwner())).status, 404);
  assert.equal(await statusOfToken(made.clientId, made.clientSecret), 401);
});

test('to all but members and the superuser a client is as unknown as one that never was', async () => {
  const { clientId } = await register();
  const stranger = await createAdminUser(server);
  const other = await createOwnedOrganization(server);
  for (const bearer of [stranger.token, other.admin.token, tenant.user.token]) {
    const known = await call(server, `GET /api/v1/clients/${clientId}`, { bearer });
    const unknown = await call(server, 'GET /api/v1/clients/nobody', { bearer });
    assert.equal(known.status, 404);
    assert.equal(known.body.error_description, unknown.body.error_description);
    for (const call_ of ['PATCH', 'DELETE']) {
      const { status } = await call(server, `${call_} /api/v1/clients/${clientId}`, { bearer, json: {} });
      assert.equal(status, 404);
    }
    assert.equal((await call(server, `GET ${path}`, { bearer })).status, 403);
    assert.equal((await call(server, `POST ${path}`, { bearer, json: web })).status, 403);
  }
  for (const options of [
    {},
    { bearer: 'garbage' },
    { basic: { username: 'superuser', password: 'guess' } },
  ]) {
    assert.equal((await call(server, `GET /api/v1/clients/${clientId}`, options)).status, 401);
    assert.equal((await call(server, `POST ${path}`, { ...options, json: web })).status, 401);
  }
});

test('a token that was given to a client administers nothing', async () => {
  const service = await register({ type: 'service', redirectUris: undefined });
  const basic = { username: service.clientId, password: service.clientSecret };
  const token = await call(server, 'POST /management/oauth2/token', {
    basic,
    form: { grant_type: 'client_credentials' },
  });
  assert.equal(token.status, 200, token.text);
  const answer = await call(server, `GET ${path}`, { bearer: token.body.access_token });
  assert.deepEqual([answer.status, answer.body.error], [401, 'insufficient_scope']);
});

test('only the superuser makes a client trusted by the admin users of every organization', async () => {
  const trusted = { consent: 'trusted' };
  const refused = await call(server, `POST ${path}`, { ...byOwner(), json: { ...web, ...trusted } });
  assert.deepEqual([refused.status, refused.body.error], [403, 'forbidden']);
  const { clientId } = await register();
  const changed = await call(server, `PATCH /api/v1/clients/${clientId}`, { ...byOwner(), json: trusted });
  assert.equal(changed.status, 403);
  const made = await register(trusted, { basic: superuserOf(server) });
  assert.equal(made.consent, 'trusted');
  const elsewhere = { redirectUris: ['https://evil.test/cb'] };
  const changes = (json: object) =>
    call(server, `PATCH /api/v1/clients/${made.clientId}`, { ...byOwner(), json });
  assert.equal((await changes(elsewhere)).status, 403);
  assert.equal((await changes({ ...elsewhere, consent: 'ask' })).status, 200);
  assert.equal((await register({ ...trusted, application: tenant.application })).consent, 'trusted');
});

test('an application of another organization is none to register for', async () => {
  const other = await createTenant(server);
  const answer = await call(server, `POST ${path}`, {
    ...byOwner(),
    json: { ...web, application: other.application },
  });
  assert.equal(answer.status, 404, answer.text);
});
