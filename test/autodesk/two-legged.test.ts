/** Tokens of a client's own, and how bodies, headers and refusals look: aps-auth.md 0.1, 1.5, 1.9, 3.2, 3.8. */
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
  headerOf,
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

const grant = { grant_type: 'client_credentials', scope: 'data:read data:write' };

test('APS-34, APS-7, APS-8, APS-9: v1 authenticate takes the credentials in the body and gives no refresh token', async () => {
  const { status, body, headers } = await call(server, 'POST /authentication/v1/authenticate', {
    form: { ...grant, ...bodyCredentials(client) },
  });
  assert.equal(status, 200);
  assert.match(String(headers['content-type']), /^application\/json/);
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(headers.pragma, 'no-cache');
  assert.equal(body.token_type, 'Bearer');
  assert.equal(body.expires_in, 3599);
  assert.equal(typeof body.access_token, 'string');
  assert.ok(!('refresh_token' in body));
});

test('APS-60, APS-62, APS-63, APS-67: v2 token takes Basic in any case and encoding, and the body', async () => {
  const { username, password } = basicOf(client);
  const encoded = Buffer.from(`${encodeURIComponent(username)}:${encodeURIComponent(password)}`);
  const raw = Buffer.from(`${username}:${password}`).toString('base64');
  for (const options of [
    { basic: basicOf(client), form: grant },
    { headers: { Authorization: `basic  ${raw}` }, form: grant },
    { headers: { Authorization: `Basic ${encoded.toString('base64')}` }, form: grant },
    { form: { ...grant, ...bodyCredentials(client) } },
  ]) {
    const { status, body, text } = await call(server, 'POST /authentication/v2/token', options);
    assert.equal(status, 200, text);
    assert.equal(body.expires_in, 3599);
    assert.ok(!('refresh_token' in body) && !('id_token' in body));
  }
});

test('APS-68: a two-legged token is an RS256 JWT with a scope array and no userid', async () => {
  const { body } = await call(server, 'POST /authentication/v2/token', {
    basic: basicOf(client),
    form: grant,
  });
  const { alg, kid } = headerOf(body.access_token);
  const { keys } = (await call(server, 'GET /authentication/v2/keys')).body;
  assert.equal(alg, 'RS256');
  assert.ok(keys.some((key: { kid: string }) => key.kid === kid));
  const claims = claimsOf(body.access_token);
  assert.deepEqual(claims.scope, ['data:read', 'data:write']);
  assert.equal(claims.client_id, client.clientId);
  assert.equal(claims.iss, server.url);
  assert.equal(claims.jti.length, 64);
  assert.equal(typeof claims.exp, 'number');
  assert.ok(!('userid' in claims));
});

test('APS-1, APS-2: doubled slashes are one, without a redirect', async () => {
  const token = await call(server, 'POST //authentication/v2/token', { basic: basicOf(client), form: grant });
  assert.equal(token.status, 200, token.text);
  for (const path of [
    '//.well-known/openid-configuration',
    '//authentication/v2/keys',
    '/authentication//v2/keys',
  ]) {
    assert.equal((await call(server, `GET ${path}`)).status, 200, path);
  }
});

test('APS-3, APS-6: bodies that nobody escaped are read, and what nobody knows is ignored', async () => {
  const { clientId, clientSecret } = client;
  const body = `grant_type=client_credentials&response_type=code&client_id=${clientId}&client_secret=${clientSecret}&scope=data:read data:write`;
  const answer = await call(server, 'POST /authentication/v1/authenticate', {
    body,
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', region: 'EMEA' },
  });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(claimsOf(answer.body.access_token).scope, ['data:read', 'data:write']);
});

test('APS-5: client ids and secrets survive clients that escape nothing', () => {
  assert.match(client.clientId, /^[A-Za-z0-9._-]+$/);
  assert.match(client.clientSecret, /^[A-Za-z0-9._-]+$/);
});

test('APS-61: Basic and a client_id in the body are one too many', async () => {
  const { status, body } = await call(server, 'POST /authentication/v2/token', {
    basic: basicOf(client),
    form: { ...grant, client_id: client.clientId },
  });
  assert.equal(status, 400);
  assert.equal(body.error, 'invalid_request');
  assert.match(body.error_description, /header.*body/i);
});

test('APS-39, APS-79, APS-10: wrong credentials are 401 in both versions, in both vocabularies', async () => {
  const wrong = { ...bodyCredentials(client), client_secret: 'wrong' };
  for (const path of ['/authentication/v1/authenticate', '/authentication/v2/token']) {
    const { status, headers, body } = await call(server, `POST ${path}`, { form: { ...grant, ...wrong } });
    assert.equal(status, 401);
    assert.match(String(headers['www-authenticate']), /^Basic/);
    assert.equal(body.error, 'invalid_client');
    assert.equal(body.errorCode, 'AUTH-003');
    assert.equal(body.developerMessage, body.error_description);
    assert.equal(body['more info'], `${server.url}/authentication/errors/AUTH-003`);
    assert.equal(body.moreInfo, body['more info']);
  }
  const page = await call(server, 'GET /authentication/errors/AUTH-003');
  assert.equal(page.status, 200);
  assert.match(page.text, /client secret/);
  assert.equal((await call(server, 'GET /authentication/errors/AUTH-999')).status, 404);
});

test('a request without credentials has a code of its own', async () => {
  const { status, body } = await call(server, 'POST /authentication/v2/token', { form: grant });
  assert.deepEqual([status, body.errorCode], [401, 'AUTH-012']);
});

test('APS-40: a JSON body is 415 in version 1 and 400 in version 2', async () => {
  const json = { ...grant, ...bodyCredentials(client) };
  const first = await call(server, 'POST /authentication/v1/authenticate', { json });
  assert.deepEqual([first.status, first.body.errorCode], [415, 'AUTH-007']);
  const second = await call(server, 'POST /authentication/v2/token', { json });
  assert.deepEqual(
    [second.status, second.body.error, second.body.errorCode],
    [400, 'invalid_request', 'AUTH-007'],
  );
});

test('APS-41: version 1 names all that is missing at once', async () => {
  const { status, body } = await call(server, 'POST /authentication/v1/gettoken', { form: { code: 'x' } });
  assert.deepEqual([status, body.errorCode], [400, 'AUTH-008']);
  for (const name of ['client_id', 'client_secret', 'grant_type', 'redirect_uri']) {
    assert.ok(body.developerMessage.includes(name), name);
  }
});

test('APS-42: an unknown grant type and one of another path differ', async () => {
  const ask = (grantType: string) =>
    call(server, 'POST /authentication/v1/authenticate', {
      form: { ...bodyCredentials(client), grant_type: grantType },
    });
  const unknown = await ask('telepathy');
  assert.deepEqual([unknown.status, unknown.body.errorCode], [400, 'AUTH-009']);
  const elsewhere = await ask('refresh_token');
  assert.deepEqual([elsewhere.status, elsewhere.body.errorCode], [400, 'AUTH-011']);
});

test('an unknown scope is refused at issue, and no scope is a token without any', async () => {
  const form = { grant_type: 'client_credentials', ...bodyCredentials(client) };
  const refused = await call(server, 'POST /authentication/v2/token', {
    form: { ...form, scope: 'data:fly' },
  });
  assert.deepEqual(
    [refused.status, refused.body.error, refused.body.errorCode],
    [400, 'invalid_scope', 'AUTH-004'],
  );
  const bare = await call(server, 'POST /authentication/v2/token', { form });
  assert.deepEqual(claimsOf(bare.body.access_token).scope, []);
});

test('aps-auth.md 7: scope as a list is refused at issue, rather than overlooked', async () => {
  const form = { grant_type: grant.grant_type, 'scope[0]': 'data:read', ...bodyCredentials(client) };
  for (const endpoint of ['v1/authenticate', 'v2/token']) {
    const { status, body } = await call(server, `POST /authentication/${endpoint}`, { form });
    assert.equal(status, 400, endpoint);
    assert.equal(body.errorCode, 'AUTH-004');
  }
});

test('aps-auth.md 3.2: version 2 has three grants, whatever other dialects know', async () => {
  for (const grant_type of ['password', 'urn:ietf:params:oauth:grant-type:device_code', 'implicit']) {
    const { status, body } = await call(server, 'POST /authentication/v2/token', {
      ...{ basic: basicOf(client), form: { grant_type } },
    });
    assert.deepEqual([status, body.error, body.errorCode], [400, 'unsupported_grant_type', 'AUTH-009']);
  }
});

test('APS-10: other methods, and paths that lead nowhere, are told in both vocabularies', async () => {
  for (const [methodAndPath, status, allow] of [
    ['GET /authentication/v2/token', 405, 'POST, OPTIONS'],
    ['GET /authentication/v1/authenticate', 405, 'POST, OPTIONS'],
    ['POST /authentication/v2/authorize', 405, 'GET, OPTIONS'],
    ['DELETE /userinfo', 405, 'GET, POST, OPTIONS'],
    ['POST /.well-known/openid-configuration', 405, 'GET, OPTIONS'],
    ['POST /authentication/errors/AUTH-001', 405, 'GET, OPTIONS'],
    ['GET /authentication/v2/nothing', 404, undefined],
    ['POST /userprofile/v1/users', 404, undefined],
  ] as const) {
    const answer = await call(server, methodAndPath);
    assert.equal(answer.status, status, methodAndPath);
    assert.equal(answer.headers.allow, allow, methodAndPath);
    assert.deepEqual([answer.body.error, answer.body.errorCode], ['invalid_request', 'ERR-002']);
    assert.equal(answer.body.developerMessage, answer.body.error_description);
  }
});

test('whoever asks an endpoint for its methods is told them, whether or not other origins may call it', async () => {
  for (const [path, allow] of [
    ['/authentication/v2/token', 'POST, OPTIONS'],
    ['/authentication/v2/authorize', 'GET, OPTIONS'],
    ['/userprofile/v1/users/@me', 'GET, OPTIONS'],
  ] as const) {
    const { status, headers } = await call(server, `OPTIONS ${path}`);
    assert.deepEqual([status, headers.allow], [204, allow], path);
  }
  const nowhere = await call(server, 'OPTIONS /authentication/v2/nothing');
  assert.equal(nowhere.headers['access-control-allow-origin'], undefined);
});

test('APS-78: a service does no code grant, and a public app none of its own', async () => {
  const service = await registerClient(server, world.tenant, { type: 'service' });
  const code = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'http://x.test/' };
  const refused = await call(server, 'POST /authentication/v2/token', {
    form: { ...code, ...bodyCredentials(service) },
  });
  assert.deepEqual([refused.status, refused.body.error], [400, 'unauthorized_client']);
  const version1 = await call(server, 'POST /authentication/v1/gettoken', {
    form: { ...code, ...bodyCredentials(service) },
  });
  assert.deepEqual([version1.status, version1.body.errorCode], [403, 'AUTH-002']);
  const native = await registerClient(server, world.tenant, { type: 'native' });
  const own = await call(server, 'POST /authentication/v2/token', {
    form: { ...grant, client_id: native.clientId },
  });
  assert.deepEqual([own.status, own.body.error], [400, 'unauthorized_client']);
});

test('APS-81, APS-82: introspection shows a client its own tokens, and nothing of any other', async () => {
  const { access_token: token } = (
    await call(server, 'POST /authentication/v2/token', { basic: basicOf(client), form: grant })
  ).body;
  const introspect = async (by: AutodeskClient, text: string) =>
    (await call(server, 'POST /authentication/v2/introspect', { basic: basicOf(by), form: { token: text } }))
      .text;
  const active = JSON.parse(await introspect(client, token));
  assert.deepEqual(active, {
    ...{ active: true, scope: 'data:read data:write', client_id: client.clientId },
    exp: claimsOf(token).exp,
  });
  const other = await registerClient(server, world.tenant);
  assert.equal(await introspect(other, token), '{"active":false}');
  assert.equal(await introspect(client, 'unknown'), '{"active":false}');
  await call(server, 'POST /authentication/v2/revoke', { basic: basicOf(client), form: { token } });
  assert.equal(await introspect(client, token), '{"active":false}');
});

test('introspection and revocation say what is missing', async () => {
  for (const path of ['introspect', 'revoke']) {
    const { status, body } = await call(server, `POST /authentication/v2/${path}`, {
      basic: basicOf(client),
      form: {},
    });
    assert.deepEqual([status, body.error], [400, 'invalid_request'], path);
  }
});

test('APS-83, APS-84: revocation needs no hint, and answers nothing as JSON, also for what is unknown', async () => {
  for (const form of [{ token: 'unknown' }, { token: 'unknown', token_type_hint: 'refresh_token' }]) {
    const answer = await call(server, 'POST /authentication/v2/revoke', { basic: basicOf(client), form });
    assert.deepEqual([answer.status, answer.text], [200, '']);
    assert.match(String(answer.headers['content-type']), /^application\/json/);
  }
});

test('APS-96: successful calls tell the limit and what is left of it', async () => {
  const fresh = await registerClient(server, world.tenant);
  const remaining = [];
  for (let count = 0; count < 2; count += 1) {
    const { headers } = await call(server, 'POST /authentication/v2/token', {
      basic: basicOf(fresh),
      form: grant,
    });
    assert.equal(headers['ratelimit-value'], '500');
    remaining.push(headers['ratelimit-remaining']);
  }
  assert.deepEqual(remaining, ['499', '498']);
});

test('APS-92, APS-45: profiles are for users: a token of the client itself is refused', async () => {
  const { access_token: bearer } = (
    await call(server, 'POST /authentication/v2/token', { basic: basicOf(client), form: grant })
  ).body;
  for (const path of ['/userinfo', '/userprofile/v1/users/@me']) {
    const { status, body, headers } = await call(server, `GET ${path}`, { bearer });
    assert.deepEqual([status, body.errorCode], [401, 'AUTH-006'], path);
    assert.match(String(headers['www-authenticate']), /invalid_token/);
  }
});

test('tokens of another dialect open no profile here, nor does nothing at all', async () => {
  for (const options of [{ bearer: world.tenant.user.token }, { bearer: world.tenant.admin.token }, {}]) {
    for (const path of ['/userinfo', '/userprofile/v1/users/@me']) {
      assert.equal((await call(server, `GET ${path}`, options)).status, 401, path);
    }
  }
});

test('APS-88, APS-89: discovery has the odd names and the standard ones, below the issuer of the tokens', async () => {
  const { body } = await call(server, 'GET /.well-known/openid-configuration');
  assert.equal(body.issuer, server.url);
  assert.equal(body.revoke_endpoint, `${server.url}/authentication/v2/revoke`);
  assert.equal(body.revocation_endpoint, body.revoke_endpoint);
  assert.equal(body.introspect_endpoint, `${server.url}/authentication/v2/introspect`);
  assert.equal(body.introspection_endpoint, body.introspect_endpoint);
  assert.equal(body.userinfo_endpoint, `${server.url}/userinfo`);
  assert.equal(body.scopes_supported.length, 16);
  assert.deepEqual(body.code_challenge_methods_supported, ['S256']);
  const other = await call(server, 'GET /.well-known/oauth-authorization-server');
  assert.deepEqual(other.body, body);
});

test('APS-87: keys have what verifiers read, and may be kept for a week', async () => {
  const { body, headers } = await call(server, 'GET /authentication/v2/keys');
  assert.match(String(headers['cache-control']), /max-age=604800/);
  for (const key of body.keys) {
    assert.deepEqual([key.kty, key.use, key.e], ['RSA', 'sig', 'AQAB']);
    assert.ok(key.kid && key.n && !('d' in key));
  }
});

test('APS-100: applications in browsers may call what is theirs to call', async () => {
  const preflight = { Origin: 'https://spa.test', 'Access-Control-Request-Method': 'POST' };
  for (const path of ['/authentication/v2/token', '/userinfo']) {
    const { status, headers } = await call(server, `OPTIONS ${path}`, { headers: preflight });
    assert.equal(status, 204, path);
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.match(String(headers['access-control-allow-headers']), /authorization/);
    assert.equal(headers['access-control-allow-credentials'], undefined);
  }
  const token = await call(server, 'POST /authentication/v2/token', {
    ...{ basic: basicOf(client), form: grant },
    headers: { Origin: 'https://spa.test' },
  });
  assert.equal(token.headers['access-control-allow-origin'], '*');
  const authorize = await call(server, 'GET /authentication/v2/authorize', { headers: preflight });
  assert.equal(authorize.headers['access-control-allow-origin'], undefined);
});
