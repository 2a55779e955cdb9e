/** Tokens for users: codes, refreshing, profiles, both versions. aps-auth.md 1.6 to 1.8, 3.2 to 3.7. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import {
  type AutodeskClient,
  type AutodeskWorld,
  basicOf,
  bodyCredentials,
  claimsOf,
  codeForm,
  codeIn,
  newVerifier,
  openAutodeskWorld,
  registerClient,
} from './autodesk-world.ts';

let server: RunningServer;
let world: AutodeskWorld;
let client: AutodeskClient;

before(async () => {
  server = await startServer();
  world = await openAutodeskWorld(server);
  client = world.client;
});
after(async () => {
  await server?.stop();
});

const exchange = (code: string, fields: Record<string, string> = {}, by = client) =>
  call(server, 'POST /authentication/v2/token', { form: { ...codeForm(by, code), ...fields } });
const refresh = (refreshToken: string, fields: Record<string, string> = {}, version = 'v2') =>
  call(server, `POST /authentication/${version === 'v1' ? 'v1/refreshtoken' : 'v2/token'}`, {
    form: {
      ...{ grant_type: 'refresh_token', refresh_token: refreshToken },
      ...bodyCredentials(client),
      ...fields,
    },
  });
const newCode = async (query: Record<string, string> = {}, by = client) =>
  codeIn(await world.authorize(by, { scope: 'data:read', ...query }, { version: 'v2' }));
const isActive = async (token: string) =>
  (await call(server, 'POST /authentication/v2/introspect', { basic: basicOf(client), form: { token } })).body
    .active;

test('APS-35, APS-5: gettoken gives access and refresh tokens that survive clients that escape nothing', async () => {
  const code = codeIn(await world.authorize(client, { scope: 'data:read' }));
  const { status, body, text } = await call(server, 'POST /authentication/v1/gettoken', {
    form: codeForm(client, code),
  });
  assert.equal(status, 200, text);
  for (const value of [code, body.refresh_token, body.access_token]) assert.match(value, /^[A-Za-z0-9._-]+$/);
  assert.equal(body.expires_in, 3599);
});

test('APS-68, APS-89: a three-legged token names its user and the issuer of discovery', async () => {
  const { access_token: token } = await world.threeLegged(client);
  const claims = claimsOf(token);
  assert.equal(claims.userid, world.tenant.user.uuid);
  assert.deepEqual(claims.scope, ['data:read']);
  const { issuer } = (await call(server, 'GET /.well-known/openid-configuration')).body;
  assert.equal(claims.iss, issuer);
});

test('APS-36: gettoken wants the very redirect_uri of the authorize request', async () => {
  const code = codeIn(await world.authorize(client, { redirect_uri: `${client.redirectUri}?foo=bar` }));
  const { status, body } = await call(server, 'POST /authentication/v1/gettoken', {
    form: codeForm(client, code),
  });
  assert.deepEqual([status, body.errorCode], [400, 'AUTH-004']);
});

test('APS-37: a code works once; the second use ends what the first one gave', async () => {
  const code = await newCode();
  const { access_token: token } = (await exchange(code)).body;
  assert.equal(await isActive(token), true);
  const again = await exchange(code);
  assert.deepEqual([again.status, again.body.error], [400, 'invalid_grant']);
  assert.equal(await isActive(token), false);
});

test('APS-38: refreshtoken keeps the scopes, narrows them, and never widens them', async () => {
  const first = await world.threeLegged(client, { scope: 'data:read data:write', version: 'v1' });
  const same = await refresh(first.refresh_token, {}, 'v1');
  assert.deepEqual(claimsOf(same.body.access_token).scope, ['data:read', 'data:write']);
  const narrowed = await refresh(same.body.refresh_token, { scope: 'data:read' }, 'v1');
  assert.deepEqual(claimsOf(narrowed.body.access_token).scope, ['data:read']);
  const widened = await refresh(narrowed.body.refresh_token, { scope: 'data:read bucket:create' }, 'v1');
  assert.equal(widened.status, 400);
});

test('APS-75, APS-76: a narrowed refresh leaves the next one all scopes, and data:read holds viewables:read', async () => {
  const first = await world.threeLegged(client, { scope: 'data:read data:create' });
  const viewer = await refresh(first.refresh_token, { scope: 'viewables:read' });
  assert.equal(viewer.status, 200, viewer.text);
  assert.deepEqual(claimsOf(viewer.body.access_token).scope, ['viewables:read']);
  const whole = await refresh(viewer.body.refresh_token, { scope: 'data:read data:create' });
  assert.equal(whole.status, 200, whole.text);
});

test('APS-73: two refreshes at once both succeed and share one successor', async () => {
  const { refresh_token: token } = await world.threeLegged(client);
  const [one, other] = await Promise.all([refresh(token), refresh(token)]);
  assert.deepEqual([one.status, other.status], [200, 200]);
  assert.equal(one.body.refresh_token, other.body.refresh_token);
  assert.notEqual(one.body.refresh_token, token);
});

test('APS-51: a confidential app with Basic and PKCE succeeds', async () => {
  const { verifier, challenge } = newVerifier();
  const code = await newCode(challenge);
  const answer = await call(server, 'POST /authentication/v2/token', {
    basic: basicOf(client),
    form: {
      ...{ grant_type: 'authorization_code', code, redirect_uri: client.redirectUri },
      code_verifier: verifier,
    },
  });
  assert.equal(answer.status, 200, answer.text);
});

test('APS-64, APS-65: a public app proves itself by the verifier: none is a missing parameter, a wrong one no grant', async () => {
  const native = await registerClient(server, world.tenant, { type: 'native' });
  const { verifier, challenge } = newVerifier();
  const missing = await exchange(await newCode(challenge, native), {}, native);
  assert.deepEqual([missing.status, missing.body.error], [400, 'invalid_request']);
  const wrong = await exchange(
    await newCode(challenge, native),
    { code_verifier: newVerifier().verifier },
    native,
  );
  assert.deepEqual([wrong.status, wrong.body.error], [400, 'invalid_grant']);
  const right = await exchange(await newCode(challenge, native), { code_verifier: verifier }, native);
  assert.equal(right.status, 200, right.text);
  const refreshed = await call(server, 'POST /authentication/v2/token', {
    form: {
      ...{ grant_type: 'refresh_token', refresh_token: right.body.refresh_token },
      client_id: native.clientId,
    },
  });
  assert.equal(refreshed.status, 200, refreshed.text);
});

test('APS-66: another client cannot use the code', async () => {
  const other = await registerClient(server, world.tenant);
  const answer = await exchange(await newCode(), {}, other);
  assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_grant']);
});

test('APS-54, APS-70, APS-71: openid gives an ID token without a nonce, and a refresh gives none', async () => {
  const answer = await exchange(await newCode({ scope: 'openid data:read' }));
  const claims = claimsOf(answer.body.id_token);
  const { user } = world.tenant;
  assert.deepEqual(
    [claims.iss, claims.aud, claims.userid, claims.sub, claims.user_email],
    [server.url, client.clientId, user.uuid, user.uuid, user.email],
  );
  assert.ok(claims.exp > claims.iat && !('nonce' in claims));
  assert.ok(!('id_token' in (await refresh(answer.body.refresh_token)).body));
  assert.ok(!('id_token' in (await exchange(await newCode())).body));
  const withNonce = await exchange(await newCode({ scope: 'openid', nonce: 'n-1' }));
  assert.equal(claimsOf(withNonce.body.id_token).nonce, 'n-1');
});

test('APS-81: introspection of a three-legged token names the user, also for its refresh token', async () => {
  const tokens = await world.threeLegged(client);
  for (const token of [tokens.access_token, tokens.refresh_token]) {
    const { body } = await call(server, 'POST /authentication/v2/introspect', {
      form: { ...bodyCredentials(client), token },
    });
    assert.equal(body.active, true);
    assert.equal(body.userid, world.tenant.user.uuid);
    assert.equal(body.scope, 'data:read');
    assert.equal(typeof body.exp, 'number');
  }
});

test('APS-44, APS-46: users/@me tells who the user is, whatever the client would accept', async () => {
  const { access_token: bearer } = await world.threeLegged(client);
  const { status, body, text } = await call(server, 'GET /userprofile/v1/users/@me', {
    bearer,
    headers: { Accept: 'application/vnd.api+json,application/json', 'Content-Type': 'application/json' },
  });
  assert.equal(status, 200, text);
  const { user } = world.tenant;
  assert.deepEqual([body.userId, body.userName, body.emailId], [user.uuid, user.username, user.email]);
  assert.deepEqual([body.firstName, body.lastName], ['Name of', user.username]);
  assert.equal(typeof body.emailVerified, 'boolean');
  assert.equal(body['2FaEnabled'], false);
  assert.equal(typeof body.profileImages, 'object');
});

test('APS-90, APS-91, APS-93: userinfo takes the bare token and asks for no openid', async () => {
  const { access_token: token } = await world.threeLegged(client);
  for (const authorization of [token, `Bearer ${token}`, `bearer   ${token}`]) {
    const { status, body } = await call(server, 'GET /userinfo', {
      headers: { Authorization: authorization },
    });
    assert.equal(status, 200);
    assert.equal(body.sub, world.tenant.user.uuid);
    assert.equal(body.email, world.tenant.user.email);
    for (const name of ['thumbnails', 'user_thumbnails', 'is_2fa_enabled', 'is_twofa_enabled']) {
      assert.ok(name in body, name);
    }
  }
  const posted = await call(server, 'POST /userinfo', { bearer: token });
  assert.deepEqual([posted.status, posted.body.sub], [200, world.tenant.user.uuid]);
});

test('APS-85: a revoked access token is refused at once', async () => {
  const { access_token: token } = await world.threeLegged(client);
  await call(server, 'POST /authentication/v2/revoke', { basic: basicOf(client), form: { token } });
  assert.equal((await call(server, 'GET /userinfo', { bearer: token })).status, 401);
  assert.equal(await isActive(token), false);
});

test('APS-86: naming its client is enough to end an access token, and not for a refresh token', async () => {
  const tokens = await world.threeLegged(client);
  const revoke = (token: string) =>
    call(server, 'POST /authentication/v2/revoke', { form: { client_id: client.clientId, token } });
  assert.equal((await revoke(tokens.access_token)).status, 200);
  assert.equal(await isActive(tokens.access_token), false);
  assert.equal((await revoke(tokens.refresh_token)).status, 401);
  assert.equal((await refresh(tokens.refresh_token)).status, 200);
});

test('revoking a refresh token ends its access tokens', async () => {
  const tokens = await world.threeLegged(client);
  const form = { token: tokens.refresh_token, token_type_hint: 'refresh_token' };
  await call(server, 'POST /authentication/v2/revoke', { basic: basicOf(client), form });
  assert.equal(await isActive(tokens.access_token), false);
  assert.equal((await refresh(tokens.refresh_token)).status, 400);
});
