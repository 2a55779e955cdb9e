/** What may be learned about tokens and users, and how tokens end: oauth-standards.md 5, 7, 8 and 9. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type CallOptions, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import {
  openWorld,
  type RegisteredClient,
  registerClient,
  type StandardWorld,
  send,
  signIn,
} from './world.ts';

let server: RunningServer;
let world: StandardWorld;
let client: RegisteredClient;

before(async () => {
  server = await startServer();
  world = await openWorld(server);
  client = await registerClient(world);
});
after(() => server?.stop());

const signedIn = async (scope = 'openid profile offline_access') =>
  (await signIn(world, client, { scope })).tokens;
const userinfo = (options: CallOptions, method = 'GET', query = '') =>
  call(server, `${method} ${world.path}/oauth2/userinfo${query}`, options);

test('S113 who does not authenticate learns nothing, not even that a token is dead', async () => {
  const { access_token: token } = await signedIn();
  for (const sender of [undefined, { id: client.id, secret: 'wrong' }]) {
    const answer = await send(world, 'introspect', sender, { token });
    assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client']);
  }
  const app = await registerClient(world, { type: 'native' });
  assert.equal((await send(world, 'introspect', app, { token })).status, 401);
  assert.equal((await call(server, `GET ${world.path}/oauth2/introspect`)).status, 405);
});

test('S114 S116 whatever is not for the caller to see is {"active":false}', async () => {
  const { access_token: token } = await signedIn();
  const other = await registerClient(world);
  const elsewhere = await openWorld(server);
  const theirs = await registerClient(elsewhere, { type: 'service' });
  const dead = ['unknown', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.'];
  const answers = [
    ...(await Promise.all(dead.map((text) => send(world, 'introspect', client, { token: text })))),
    await send(world, 'introspect', other, { token }),
    await send(elsewhere, 'introspect', theirs, { token }),
  ];
  for (const answer of answers) {
    assert.equal(answer.status, 200);
    assert.equal(answer.text, '{"active":false}');
    assert.equal(answer.headers['cache-control'], 'no-store');
  }
});

test('S117 S118 a living token is described, whatever the hint says', async () => {
  const tokens = await signedIn();
  const access = await send(world, 'introspect', client, {
    ...{ token: tokens.access_token, token_type_hint: 'refresh_token' },
  });
  const { active, iss, aud, sub, client_id: clientId, scope, token_type: type } = access.body;
  assert.deepEqual(
    [active, iss, aud, clientId, type],
    [true, world.issuer, world.issuer, client.id, 'Bearer'],
  );
  assert.deepEqual([sub, scope], [world.tenant.user.uuid, 'openid profile offline_access']);
  for (const name of ['exp', 'iat']) assert.equal(typeof access.body[name], 'number');
  assert.equal(typeof access.body.jti, 'string');
  const refresh = await send(world, 'introspect', client, {
    ...{ token: tokens.refresh_token, token_type_hint: 'access_token' },
  });
  assert.equal(refresh.body.active, true);
});

test('a service of the realm sees the tokens that clients bring to it', async () => {
  const service = await registerClient(world, { type: 'service', scopes: ['data:read'] });
  const { access_token: token } = await signedIn();
  assert.equal((await send(world, 'introspect', service, { token })).body.client_id, client.id);
});

test('S119 revocation needs the client’s own proof', async () => {
  const { access_token: token } = await signedIn();
  const answer = await send(world, 'revoke', { id: client.id, secret: 'wrong' }, { token });
  assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client']);
  assert.equal((await userinfo({ bearer: token })).status, 200);
});

test('S120 S122 revoking is effective at once; an unknown token is no error', async () => {
  const tokens = await signedIn();
  const hint = { token_type_hint: 'access_token' };
  const answer = await send(world, 'revoke', client, { token: tokens.refresh_token, ...hint });
  assert.deepEqual([answer.status, answer.text], [200, '']);
  assert.equal((await userinfo({ bearer: tokens.access_token })).status, 401);
  for (const token of [tokens.refresh_token, tokens.access_token, 'unknown']) {
    assert.equal((await send(world, 'revoke', client, { token })).status, 200);
  }
});

test('S121 another client’s token is not revoked', async () => {
  const other = await registerClient(world);
  const { access_token: token } = await signedIn();
  assert.equal((await send(world, 'revoke', other, { token })).status, 400);
  assert.equal((await userinfo({ bearer: token })).status, 200);
});

test('S123 revocation has CORS as the token endpoint, and no JSONP', async () => {
  const origin = 'https://app.example';
  const app = await registerClient(world, { type: 'native', corsOrigins: [origin] });
  const revoke = (from: string) => send(world, 'revoke', app, { token: 'x' }, { headers: { origin: from } });
  assert.equal((await revoke(origin)).headers['access-control-allow-origin'], origin);
  assert.equal((await revoke('https://evil.example')).headers['access-control-allow-origin'], undefined);
  const form = { token: 'x', client_id: app.id };
  const called = await call(server, `POST ${world.path}/oauth2/revoke?callback=steal`, { form });
  assert.deepEqual([called.status, called.text], [200, '']);
});

test('S104 S124 S126 userinfo takes the token in the header or a form, never in the URL or twice', async () => {
  const { access_token: token } = await signedIn();
  for (const answer of [
    await userinfo({ bearer: token }),
    await userinfo({ headers: { authorization: `bEaReR ${token}` } }, 'POST'),
    await userinfo({ form: { access_token: token } }, 'POST'),
    await userinfo({ bearer: token, json: {} }, 'POST'),
  ]) {
    assert.equal(answer.status, 200);
    assert.equal(answer.body.sub, world.tenant.user.uuid);
    assert.match(answer.headers['content-type']!, /^application\/json/);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
  }
  for (const answer of [
    await userinfo({}, 'GET', `?access_token=${token}`),
    await userinfo({ bearer: token, form: { access_token: token } }, 'POST'),
  ]) {
    assert.equal(answer.status, 400);
    assert.match(answer.headers['www-authenticate']!, /^Bearer error="invalid_request"/, 'S105');
  }
});

test('S105 S125 what is missing in a request is told in the challenge', async () => {
  const none = await userinfo({});
  assert.equal(none.status, 401);
  assert.equal(none.headers['www-authenticate'], 'Bearer realm="Keygrid"');
  assert.equal((await userinfo({ json: { access_token: 'x' } }, 'POST')).status, 401, 'no form, no token');
  const bad = await userinfo({ bearer: 'nonsense' });
  assert.equal(bad.status, 401);
  assert.match(bad.headers['www-authenticate']!, /^Bearer error="invalid_token"/);
  const { access_token: token } = await signedIn('profile');
  const narrow = await userinfo({ bearer: token });
  assert.equal(narrow.status, 403);
  assert.match(narrow.headers['www-authenticate']!, /error="insufficient_scope".*scope="openid"/);
});

test('S103 an ID token is no access token', async () => {
  const { id_token: idToken } = await signedIn();
  assert.equal((await userinfo({ bearer: idToken })).status, 401);
  assert.equal((await send(world, 'introspect', client, { token: idToken })).text, '{"active":false}');
});

test('S051 S106 the end of a JWT access token is seen at once, too', async () => {
  const modern = await registerClient(world, { accessTokenFormat: 'jwt' });
  const { tokens } = await signIn(world, modern, { scope: 'openid' });
  assert.equal((await userinfo({ bearer: tokens.access_token })).status, 200);
  assert.equal((await send(world, 'revoke', modern, { token: tokens.access_token })).status, 200);
  assert.equal((await userinfo({ bearer: tokens.access_token })).status, 401);
});
