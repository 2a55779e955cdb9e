/** What happens to users' tokens and roles after a while. usergrid-auth.md 6.1 and 7.7. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type ApplicationAccess,
  type ApplicationUser,
  accessTo,
  outcome,
  requireSuccess,
} from '../support/application.ts';
import { call } from '../support/http.ts';
import { type ServerWithClock, startServerWithClock } from '../support/server-with-clock.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

const refused = '401 unauthorized';
const second = 1000;
const day = 86_400 * second;

let server: ServerWithClock;

before(async () => {
  server = await startServerWithClock();
});
after(async () => {
  await server?.stop();
});

async function newApplication(): Promise<{ tenant: Tenant; app: ApplicationAccess }> {
  const tenant = await createTenant(server);
  return { tenant, app: accessTo(server, tenant) };
}

const expiresIn = async (app: ApplicationAccess, { username, password }: ApplicationUser, ttl?: number) =>
  app.asGuest('POST /token', { json: { grant_type: 'password', username, password, ttl } });

test('UA-72 UA-73 accesstokenttl decides how long later tokens of users last, and no others', async () => {
  const { tenant, app } = await newApplication();
  const user = await app.newUser();
  const put = await app.asAdmin('PUT /', { json: { accesstokenttl: '31536000000' } });
  assert.equal(requireSuccess(put).body.entities[0].accesstokenttl, 31536000000);
  const { body } = requireSuccess(await expiresIn(app, user));
  assert.equal(body.expires_in, 31536000);
  const { id, secret } = tenant.applicationClient;
  const json = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
  assert.equal((await app.asGuest('POST /token', { json })).body.expires_in, 3600);
  await server.advance(3600 * second);
  assert.equal(outcome(await user.call('GET /users/me')), '401 expired_token');
  requireSuccess(await app.as(body.access_token)('GET /users/me'));
  await server.advance(364 * day);
  requireSuccess(await app.as(body.access_token)('GET /users/me'));
  await server.advance(day);
  assert.equal(outcome(await app.as(body.access_token)('GET /users/me')), '401 expired_token');
});

test('UA-74 with accesstokenttl 0 tokens never expire, and are revoked all the same', async () => {
  const { app } = await newApplication();
  requireSuccess(await app.asAdmin('PUT /', { json: { accesstokenttl: 0 } }));
  const user = await app.newUser();
  await server.advance(20 * 365 * day);
  requireSuccess(await user.call('GET /users/me'));
  requireSuccess(await user.call('PUT /users/me/revoketokens'));
  assert.equal(outcome(await user.call('GET /users/me')), '401 auth_invalid');
});

test('UA-75 more than accesstokenttl is refused with the maximum', async () => {
  const { app } = await newApplication();
  requireSuccess(await app.asAdmin('PUT /', { json: { accesstokenttl: 60_000 } }));
  const user = await app.newUser();
  const answer = await expiresIn(app, user, 60_001);
  assert.equal(outcome(answer), '400 illegal_argument');
  assert.match(answer.body.error_description, /maximum age of 60000 milliseconds/);
  assert.equal((await expiresIn(app, user, 60_000)).body.expires_in, 60);
  const asAdmin = await app.asAdmin(`GET /users/${user.uuid}/token?ttl=60001`);
  assert.equal(outcome(asAdmin), '400 illegal_argument');
});

test('UA-103 a role counts no more for a token that was idle for longer than the role allows', async () => {
  const { app } = await newApplication();
  requireSuccess(await app.asAdmin('DELETE /roles/default'));
  requireSuccess(await app.asAdmin('POST /roles', { json: { name: 'briefly', inactivity: 2 * second } }));
  requireSuccess(await app.asAdmin('POST /roles', { json: { name: 'lasting' } }));
  for (const [role, permission] of [
    ['briefly', 'get:/brief/**'],
    ['lasting', 'get:/lasting/**'],
  ]) {
    requireSuccess(await app.asAdmin(`POST /roles/${role}/permissions`, { json: { permission } }));
  }
  const user = await app.newUser();
  for (const role of ['briefly', 'lasting'])
    requireSuccess(await app.asAdmin(`POST /users/${user.uuid}/roles/${role}`));

  requireSuccess(await user.call('GET /brief'));
  await server.advance(1.5 * second);
  requireSuccess(await user.call('GET /brief'));
  await server.advance(1.5 * second);
  requireSuccess(await user.call('GET /brief'));
  await server.advance(2.5 * second);
  assert.equal(outcome(await user.call('GET /brief')), refused);
  assert.equal(outcome(await user.call('GET /brief')), refused);
  requireSuccess(await user.call('GET /lasting'));
  const fresh = await app.signIn(user);
  requireSuccess(await app.as(fresh)('GET /brief'));
  assert.equal(outcome(await user.call('GET /brief')), refused);
});

test('an idle token is found idle whatever it was used for in between', async () => {
  const { app } = await newApplication();
  requireSuccess(await app.asAdmin('DELETE /roles/default'));
  requireSuccess(await app.asAdmin('POST /roles', { json: { name: 'briefly', inactivity: 2 * second } }));
  requireSuccess(
    await app.asAdmin('POST /roles/briefly/permissions', { json: { permission: 'get:/brief/**' } }),
  );
  const user = await app.newUser();
  requireSuccess(await app.asAdmin(`POST /users/${user.uuid}/roles/briefly`));
  requireSuccess(await user.call('GET /users/me'));
  await server.advance(5 * second);
  requireSuccess(await user.call('GET /users/me'));
  assert.equal(outcome(await user.call('GET /brief')), refused);
  assert.equal((await call(server, 'GET /status')).status, 200);
});
