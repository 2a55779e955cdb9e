/** The token endpoint over the wire: oauth-standards.md 3 and 4. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import {
  authorize,
  callback,
  exchange,
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
let service: RegisteredClient;

const origin = 'https://app.example';
const ownToken = { grant_type: 'client_credentials' };

before(async () => {
  server = await startServer();
  world = await openWorld(server);
  client = await registerClient(world);
  service = await registerClient(world, { type: 'service', scopes: ['data:read'] });
});
after(() => server?.stop());

const token = () => `POST ${world.path}/oauth2/token`;

test('S067 POST only, of forms only', async () => {
  const get = await call(server, `GET ${world.path}/oauth2/token`);
  assert.equal(get.status, 405);
  assert.equal(get.headers.allow, 'POST, OPTIONS');
  const { id, secret = '' } = service;
  for (const options of [
    { json: { ...ownToken, client_id: id, client_secret: secret } },
    { body: 'grant_type=client_credentials', headers: { 'content-type': 'text/plain' } },
  ]) {
    const answer = await call(server, token(), options);
    assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_request']);
  }
});

test('S068 a repeated parameter is refused, an empty one absent, an unknown one ignored, the query unread', async () => {
  const basic = { username: service.id, password: service.secret! };
  const form = [
    ['grant_type', 'client_credentials'],
    ['scope', ''],
    ['foo', 'bar'],
  ];
  assert.equal((await call(server, token(), { basic, form })).status, 200);
  const twice = await call(server, token(), { basic, form: [...form, ['foo', 'baz']] });
  assert.deepEqual([twice.status, twice.body.error], [400, 'invalid_request']);
  const inQuery = await call(server, `${token()}?grant_type=client_credentials`, {
    basic,
    form: { foo: 'x' },
  });
  assert.deepEqual([inQuery.status, inQuery.body.error], [400, 'invalid_request']);
});

test('S069 a grant type that is missing, unknown or not the client’s own', async () => {
  assert.equal((await send(world, 'token', client, {})).body.error, 'invalid_request');
  const unknown = await send(world, 'token', client, { grant_type: 'telepathy' });
  assert.equal(unknown.body.error, 'unsupported_grant_type');
  assert.equal((await send(world, 'token', client, ownToken)).body.error, 'unauthorized_client');
});

test('S070 S071 S080 tokens come as JSON with scope and lifetime, and are never kept', async () => {
  const { tokens, ...authorized } = await signIn(world, client, { scope: 'openid profile' });
  assert.equal(tokens.token_type, 'Bearer');
  assert.equal(tokens.expires_in, 3600);
  assert.equal(tokens.scope, 'openid profile');
  assert.ok(tokens.id_token);
  const refused = await exchange(world, client, authorized);
  for (const answer of [refused, await send(world, 'token', service, ownToken)]) {
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers.pragma, 'no-cache');
    assert.match(answer.headers['content-type']!, /^application\/json/);
  }
  const plain = await signIn(world, client, { scope: 'profile' });
  assert.equal(plain.tokens.id_token, undefined);
});

test('S072 errors are 400 with a code and a plain description', async () => {
  const answer = await send(world, 'token', client, { grant_type: 'refresh_token', refresh_token: 'ä"\\\n' });
  assert.equal(answer.status, 400);
  assert.deepEqual(Object.keys(answer.body), ['error', 'error_description']);
  assert.equal(answer.body.error, 'invalid_grant');
  assert.match(answer.body.error_description, /^[ !#-[\]-~]+$/);
});

test('S056 S058 S059 S060 S061 how a client may prove itself', async () => {
  const { id, secret = '' } = service;
  const post = (form: Record<string, string>, more = {}) =>
    call(server, token(), { form: { ...ownToken, ...form }, ...more });
  const basic = { username: id, password: secret };
  assert.equal((await post({ client_id: id, client_secret: secret })).status, 200);
  assert.equal((await post({ client_id: id }, { basic })).status, 200, 'the same id beside Basic');
  const both = await post({ client_id: id, client_secret: secret }, { basic });
  assert.deepEqual([both.status, both.body.error], [400, 'invalid_request']);
  const inQuery = await call(server, `${token()}?client_secret=${secret}`, {
    form: { ...ownToken, client_id: id },
  });
  assert.deepEqual([inQuery.status, inQuery.body.error], [400, 'invalid_request']);
  const wrong = await post({}, { basic: { username: id, password: 'wrong' } });
  assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_client']);
  assert.match(wrong.headers['www-authenticate']!, /^Basic /);
  const bare = await post({ client_id: id });
  assert.deepEqual([bare.status, bare.body.error], [401, 'invalid_client']);
  assert.equal(bare.headers['www-authenticate'], undefined);
});

test('S073 CORS for the registered origins of a public client, without credentials', async () => {
  const app = await registerClient(world, { type: 'native', corsOrigins: [origin] });
  const ask = (from: string, of: RegisteredClient) =>
    send(
      world,
      'token',
      of,
      { grant_type: 'refresh_token', refresh_token: 'x' },
      { headers: { origin: from } },
    );
  const own = await ask(origin, app);
  assert.equal(own.headers['access-control-allow-origin'], origin);
  assert.equal(own.headers['access-control-allow-credentials'], undefined);
  assert.match(own.headers.vary!, /Origin/);
  assert.equal((await ask('https://evil.example', app)).headers['access-control-allow-origin'], undefined);
  assert.equal((await ask(origin, client)).headers['access-control-allow-origin'], undefined);
  const preflight = (from: string) =>
    call(server, `OPTIONS ${world.path}/oauth2/token`, {
      headers: { origin: from, 'access-control-request-method': 'POST' },
    });
  assert.equal((await preflight(origin)).headers['access-control-allow-origin'], origin);
  assert.equal((await preflight('https://evil.example')).headers['access-control-allow-origin'], undefined);
});

test('S075 a code used twice is refused, and ends what came of it', async () => {
  const { code, verifier, tokens } = await signIn(world, client, { scope: 'openid offline_access' });
  const again = await exchange(world, client, { code, verifier });
  assert.deepEqual([again.status, again.body.error], [400, 'invalid_grant']);
  const userinfo = await call(server, `GET ${world.path}/oauth2/userinfo`, { bearer: tokens.access_token });
  assert.equal(userinfo.status, 401);
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
  assert.equal((await send(world, 'token', client, refresh)).body.error, 'invalid_grant');
});

test('S077 S079 wrong client, unknown code and wrong verifier get the same answer', async () => {
  const other = await registerClient(world);
  const { code, verifier } = await authorize(world, client);
  const answers = [
    await exchange(world, other, { code, verifier }),
    await exchange(world, client, { code: 'unknown', verifier }),
    await exchange(world, client, { code, verifier: 'x'.repeat(43) }),
    await send(world, 'token', client, { grant_type: 'authorization_code', code, redirect_uri: callback }),
  ];
  for (const answer of answers) {
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error, 'invalid_grant');
  }
  assert.equal(answers[0]!.text, answers[1]!.text);
});

test('S078 the redirect URI of the request has to be repeated', async () => {
  const wrong = await exchange(world, client, await authorize(world, client), {
    redirect_uri: `${callback}/`,
  });
  assert.equal(wrong.body.error, 'invalid_grant');
});

test('S081 a refresh token rotates; its reuse by a public client ends the family', async () => {
  const app = await registerClient(world, { type: 'native' });
  const { tokens } = await signIn(world, app, { scope: 'openid offline_access' });
  const refresh = (text: string) =>
    send(world, 'token', app, { grant_type: 'refresh_token', refresh_token: text });
  const second = await refresh(tokens.refresh_token);
  assert.notEqual(second.body.refresh_token, tokens.refresh_token);
  const third = await refresh(second.body.refresh_token);
  assert.equal((await refresh(tokens.refresh_token)).body.error, 'invalid_grant');
  assert.equal((await refresh(third.body.refresh_token)).body.error, 'invalid_grant');
});

test('S084 a refreshed token may be narrower, never wider', async () => {
  const { tokens } = await signIn(world, client, { scope: 'openid profile offline_access' });
  const refresh = (scope: string, text: string) =>
    send(world, 'token', client, { grant_type: 'refresh_token', refresh_token: text, scope });
  assert.equal((await refresh('openid email', tokens.refresh_token)).body.error, 'invalid_scope');
  const narrow = await refresh('openid', tokens.refresh_token);
  assert.equal(narrow.body.scope, 'openid');
});

test('S090 S091 a service gets a token for itself, without ID token and refresh token', async () => {
  const answer = await send(world, 'token', service, { ...ownToken, scope: 'data:read' });
  assert.deepEqual(Object.keys(answer.body).sort(), ['access_token', 'expires_in', 'scope', 'token_type']);
  assert.equal(
    (await send(world, 'token', service, { ...ownToken, scope: 'openid' })).body.error,
    'invalid_scope',
  );
});

test('S071 every answer of the endpoints for programs says what may be done with it', async () => {
  for (const endpoint of ['token', 'introspect', 'revoke', 'device_authorization']) {
    const answer = await send(world, endpoint, undefined, {});
    assert.ok(answer.status === 400 || answer.status === 401);
    assert.equal(answer.headers['cache-control'], 'no-store', endpoint);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.match(String(answer.headers['x-request-id']), /^[0-9a-f]+$/);
  }
});

test('S159 a code, a refresh token and a client of another application are unknown here', async () => {
  const other = await openWorld(server);
  const theirs = await registerClient(other);
  const { code, verifier } = await authorize(world, client);
  assert.equal((await exchange(other, theirs, { code, verifier })).body.error, 'invalid_grant');
  assert.equal((await exchange(other, client, { code, verifier })).body.error, 'invalid_client');
  const { tokens } = await signIn(world, client, { scope: 'openid offline_access' });
  const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
  assert.equal((await send(other, 'token', theirs, refresh)).body.error, 'invalid_grant');
  assert.equal((await send(world, 'token', client, refresh)).status, 200, 'its owner was not hurt (S083)');
  const elsewhere = await call(server, `GET ${other.path}/oauth2/userinfo`, { bearer: tokens.access_token });
  assert.equal(elsewhere.status, 401);
});
