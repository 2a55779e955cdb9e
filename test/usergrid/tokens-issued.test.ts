/** The four access types, at every endpoint and in every encoding: what succeeds. usergrid-auth.md 2. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let application: string;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server, { organization: `Mixed-${Date.now().toString(36)}` });
  application = `/${tenant.organization}/${tenant.application}`;
});
after(async () => {
  await server?.stop();
});

const passwordGrant = (account: { username: string; password: string }) => ({
  grant_type: 'password',
  username: account.username,
  password: account.password,
});
const clientGrant = (client: { id: string; secret: string }) => ({
  grant_type: 'client_credentials',
  client_id: client.id,
  client_secret: client.secret,
});

function assertToken(answer: Answer): void {
  assert.equal(answer.status, 200, answer.text);
  assert.match(answer.body.access_token, /^YWMt[A-Za-z0-9_-]{59}$/);
  assert.equal(answer.body.expires_in, 3600);
}

test('UA-1 a user gets a token by JSON with the username', async () => {
  const answer = await call(server, `POST ${application}/token`, { json: passwordGrant(tenant.user) });
  assertToken(answer);
  assert.equal(answer.body.user.username, tenant.user.username);
  assert.equal(answer.body.user.metadata, undefined);
});

test('UA-2 the email address serves as username', async () => {
  const json = { ...passwordGrant(tenant.user), username: tenant.user.email };
  assertToken(await call(server, `POST ${application}/token`, { json }));
});

test('UA-3 an upper-case username serves too', async () => {
  const json = { ...passwordGrant(tenant.user), username: tenant.user.username.toUpperCase() };
  assertToken(await call(server, `POST ${application}/token`, { json }));
});

test('UA-4 JSON is read under a form content type', async () => {
  const answer = await call(server, `POST ${application}/token`, {
    body: JSON.stringify(passwordGrant(tenant.user)),
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
  });
  assertToken(answer);
});

test('UA-5 a form body serves', async () => {
  assertToken(await call(server, `POST ${application}/token`, { form: passwordGrant(tenant.user) }));
});

test('UA-6 a GET with query parameters serves', async () => {
  assertToken(await call(server, `GET ${application}/token`, { query: passwordGrant(tenant.user) }));
});

test('UA-7 an application client gets a token that names its application', async () => {
  const answer = await call(server, `POST ${application}/token`, {
    json: clientGrant(tenant.applicationClient),
  });
  assertToken(answer);
  assert.equal(answer.body.application, tenant.applicationUuid);
});

test('UA-8 an organization client gets a token at its application, and it lists users', async () => {
  const answer = await call(server, `POST ${application}/token`, {
    json: clientGrant(tenant.organizationClient),
  });
  assertToken(answer);
  const users = await call(server, `GET ${application}/users`, { bearer: answer.body.access_token });
  assert.equal(users.status, 200, users.text);
});

test('UA-9 an organization client gets a token that names its organization', async () => {
  const answer = await call(server, 'POST /management/token', {
    json: clientGrant(tenant.organizationClient),
  });
  assertToken(answer);
  assert.equal(answer.body.organization.name, tenant.organization);
});

test('UA-10 an application client gets a token at the management endpoint', async () => {
  assertToken(await call(server, 'POST /management/token', { json: clientGrant(tenant.applicationClient) }));
});

test('UA-11 Basic stands for the organization client in a client_credentials request', async () => {
  const answer = await call(server, 'POST /management/token', {
    json: { grant_type: 'client_credentials' },
    basic: { username: tenant.organizationClient.id, password: tenant.organizationClient.secret },
  });
  assertToken(answer);
  assert.equal(answer.body.organization.uuid, tenant.organizationUuid);
});

test('UA-12 Basic stands for the application client at its application', async () => {
  const answer = await call(server, `POST ${application}/token`, {
    json: { grant_type: 'client_credentials' },
    basic: { username: tenant.applicationClient.id, password: tenant.applicationClient.secret },
  });
  assertToken(answer);
});

test('UA-13 an admin user gets a token with passwordChanged and organizations', async () => {
  const answer = await call(server, 'POST /management/token', { json: passwordGrant(tenant.admin) });
  assertToken(answer);
  assert.equal(typeof answer.body.passwordChanged, 'number');
  assert.ok(answer.body.user.organizations[tenant.organization.toLowerCase()]);
});

test('UA-14 UA-15 the root endpoint serves admin users and organizations alike', async () => {
  const admin = await call(server, 'POST /token', { json: passwordGrant(tenant.admin) });
  assertToken(admin);
  assert.equal(admin.body.user.username, tenant.admin.username);
  const organization = await call(server, 'POST /token', { json: clientGrant(tenant.organizationClient) });
  assertToken(organization);
  assert.equal(organization.body.organization.uuid, tenant.organizationUuid);
});

test('UA-16 an admin user signs in by GET', async () => {
  assertToken(await call(server, 'GET /management/token', { query: passwordGrant(tenant.admin) }));
});

test('UA-17 /management/me takes a sign-in as JSON and as form', async () => {
  assertToken(await call(server, 'POST /management/me', { json: passwordGrant(tenant.admin) }));
  assertToken(await call(server, 'POST /management/me', { form: passwordGrant(tenant.admin) }));
});

test('UA-18 /management/me echoes the token it was sent, with what remains of it', async () => {
  const answer = await call(server, 'GET /management/me', { bearer: tenant.admin.token });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.access_token, tenant.admin.token);
  assert.ok(answer.body.expires_in > 3000 && answer.body.expires_in <= 3600);
  assert.equal(typeof answer.body.passwordChanged, 'number');
  assert.deepEqual(answer.body.user.properties, {});
  assert.deepEqual(answer.body.user.organizations[tenant.organization.toLowerCase()].properties, {});
});

test("UA-19 /management/token with a token tells the organization's properties and mints nothing", async () => {
  const properties = { securityLevel: 5 };
  const path = `/management/organizations/${tenant.organization}`;
  const put = await call(server, `PUT ${path}`, { bearer: tenant.admin.token, json: { properties } });
  assert.equal(put.status, 200, put.text);
  const answer = await call(server, 'GET /management/token', { query: { access_token: tenant.admin.token } });
  assert.equal(answer.body.access_token, tenant.admin.token);
  assert.equal(answer.body.user.organizations[tenant.organization.toLowerCase()].properties.securityLevel, 5);
});

test('UA-20 UA-21 tokens have 63 characters, and two sign-ins give two that both work', async () => {
  const sign = () => call(server, `POST ${application}/token`, { json: passwordGrant(tenant.user) });
  const [one, two] = await Promise.all([sign(), sign()]);
  assert.notEqual(one.body.access_token, two.body.access_token);
  for (const { body } of [one, two]) {
    assert.equal(body.access_token.length, 63);
    const me = await call(server, `GET ${application}/users/me`, { bearer: body.access_token });
    assert.equal(me.status, 200, me.text);
  }
});

test('UA-23 no token answer holds the password or a token_type', async () => {
  for (const [path, json] of [
    [`${application}/token`, passwordGrant(tenant.user)],
    ['/token', passwordGrant(tenant.admin)],
  ] as const) {
    const answer = await call(server, `POST ${path}`, { json });
    assert.ok(!answer.text.includes(json.password));
    assert.ok(!answer.text.includes('token_type'));
    assert.ok(!answer.text.includes('argon2'));
  }
});

test('UA-24 UA-25 organizations are keyed in lower case, applications by org/app', async () => {
  const answer = await call(server, 'POST /management/token', { json: passwordGrant(tenant.admin) });
  const [key] = Object.keys(answer.body.user.organizations);
  assert.equal(key, tenant.organization.toLowerCase());
  const { name, applications } = answer.body.user.organizations[key as string];
  assert.equal(name, tenant.organization);
  assert.deepEqual(
    Object.keys(applications).sort(),
    [`${key}/${tenant.application}`, `${key}/sandbox`].sort(),
  );
});

test('tokens last an hour unless asked otherwise, as the seeds show, and a week at most', async () => {
  const json = { ...passwordGrant(tenant.user), ttl: 604_800_000 };
  const answer = await call(server, `POST ${application}/token`, { json });
  assert.equal(answer.body.expires_in, 604_800);
});

test('a token answer is never cached', async () => {
  const answer = await call(server, `POST ${application}/token`, { json: passwordGrant(tenant.user) });
  assert.equal(answer.headers['cache-control'], 'no-store');
});

test('UA-71 ttl=2000 gives two seconds, and UA-47 the token then gets expired_token', async () => {
  const json = { ...passwordGrant(tenant.user), ttl: 2000 };
  const answer = await call(server, `POST ${application}/token`, { json });
  assert.equal(answer.body.expires_in, 2);
  const use = () => call(server, `GET ${application}/users/me`, { bearer: answer.body.access_token });
  assert.equal((await use()).status, 200);
  const deadline = Date.now() + 10_000;
  let later = await use();
  while (later.status === 200 && Date.now() < deadline) later = await use();
  assert.equal(later.status, 401);
  assert.equal(later.body.error, 'expired_token');
  assert.equal(later.body.error_description, 'Unable to authenticate due to expired access token');
});
