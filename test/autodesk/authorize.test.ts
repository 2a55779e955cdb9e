/** Where users are sent: both versions of authorize, and logout. Seed 004; aps-auth.md 1.1 to 1.4, 3.1, 3.6. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import {
  type AutodeskClient,
  type AutodeskWorld,
  authorizePath,
  basicOf,
  callback,
  claimsOf,
  codeForm,
  codeIn,
  isConsentPage,
  isSignInPage,
  newVerifier,
  openAutodeskWorld,
  PlainBrowser,
  type Query,
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

const html = { Accept: 'text/html' };
const get = (query: Query, version: 'v1' | 'v2' = 'v1', by = client) =>
  call(server, `GET ${authorizePath(by, query, version)}`, { headers: html });
/** What the client is told of a faulty request, once the user has signed in: before, nobody is sent anywhere (S005). */
const errorOf = async (query: Query, version: 'v1' | 'v2' = 'v1', by = client) => {
  const { searchParams, hash } = new URL(await world.authorize(by, query, { version }));
  return searchParams.get('error') ?? new URLSearchParams(hash.slice(1)).get('error');
};

test('APS-11, APS-12: seed 004, example 1: the code comes behind the query that was there', async () => {
  const path = `/authentication/v1/authorize?response_type=code&client_id=${client.clientId}&redirect_uri=http%3A%2F%2Fsampleapp.test%2Foauth%2Fcallback%3Ffoo%3Dbar&scope=data:read`;
  const location = await world.complete(new PlainBrowser(server), path);
  assert.match(location, /^http:\/\/sampleapp\.test\/oauth\/callback\?foo=bar&code=[A-Za-z0-9_-]+$/);
  const form = { ...codeForm(client, codeIn(location)), redirect_uri: `${callback}?foo=bar` };
  const answer = await call(server, 'POST /authentication/v1/gettoken', { form });
  assert.equal(answer.status, 200, answer.text);
});

test('APS-13, APS-16: seed 004, example 2: the token comes as a query parameter, and no refresh token with it', async () => {
  const path = `/authentication/v1/authorize?response_type=token&client_id=${client.clientId}&redirect_uri=http%3A%2F%2Fsampleapp.test%2Foauth%2Fcallback&scope=data:read`;
  const location = await world.complete(new PlainBrowser(server), path);
  assert.match(location, /^http:\/\/sampleapp\.test\/oauth\/callback\?access_token=/);
  const { searchParams } = new URL(location);
  assert.deepEqual([...searchParams.keys()], ['access_token', 'token_type', 'expires_in']);
  const token = searchParams.get('access_token') ?? '';
  assert.deepEqual(claimsOf(token).scope, ['data:read']);
  assert.equal((await call(server, 'GET /userprofile/v1/users/@me', { bearer: token })).status, 200);
});

test('APS-12: the query of the callback is untouched, byte for byte', async () => {
  const sent = `${callback}?b=%7e+x&a=%2F;c&b`;
  const location = await world.authorize(client, { redirect_uri: sent });
  assert.ok(location.startsWith(`${sent}&code=`), location);
});

test('APS-14: where the client asks for the fragment, access_token is its first pair', async () => {
  const single = await registerClient(server, world.tenant, { implicitReturn: 'fragment' });
  const location = await world.authorize(single, {
    response_type: 'token',
    scope: 'data:read',
    state: 's 1',
  });
  const { hash, search } = new URL(location);
  assert.equal(search, '');
  assert.match(hash, /^#access_token=[^&]+&token_type=Bearer&expires_in=3599/);
  assert.equal(new URLSearchParams(hash.slice(1)).get('state'), 's 1');
  assert.ok(!hash.includes('refresh_token'));
});

test('APS-15: with both, the same token stands in query and fragment, and survives the swap of # for ?', async () => {
  const both = await registerClient(server, world.tenant, { implicitReturn: 'both' });
  const location = await world.authorize(both, { response_type: 'token', scope: 'data:read', state: 'x' });
  const { hash, searchParams } = new URL(location);
  const token = searchParams.get('access_token');
  assert.equal(new URLSearchParams(hash.slice(1)).get('access_token'), token);
  assert.equal(searchParams.get('state'), 'x');
  const swapped = new URL(location.replace('#', '?'));
  assert.equal(swapped.searchParams.get('access_token'), token);
});

test('APS-17, APS-59: other response types are refused on the callback', async () => {
  for (const type of ['id_token', 'none']) {
    assert.equal(await errorOf({ response_type: type }), 'unsupported_response_type');
  }
  assert.equal(await errorOf({ response_type: 'token' }, 'v2'), 'unsupported_response_type');
});

test('APS-18: without redirect_uri nobody is sent anywhere, and the answer names what is missing', async () => {
  const path = `/authentication/v1/authorize?response_type=code&client_id=${client.clientId}`;
  const json = await call(server, `GET ${path}`);
  assert.deepEqual([json.status, json.body.errorCode, json.headers.location], [400, 'AUTH-008', undefined]);
  assert.match(json.body.developerMessage, /redirect_uri/);
  const page = await call(server, `GET ${path}`, { headers: html });
  assert.equal(page.status, 400);
  assert.match(String(page.headers['content-type']), /^text\/html/);
  assert.match(page.text, /redirect_uri/);
});

test('APS-19: an unknown client is 403 AUTH-001, page or JSON, no redirect', async () => {
  const stranger = { ...client, clientId: 'obQDn8P0GanGFQha4ngKKVWcxwyvFAGE' };
  const page = await get({}, 'v1', stranger);
  assert.deepEqual([page.status, page.headers.location], [403, undefined]);
  assert.match(page.text, /AUTH-001/);
  const json = await call(server, `GET ${authorizePath(stranger)}`);
  assert.deepEqual([json.status, json.body.errorCode], [403, 'AUTH-001']);
});

test('APS-20, APS-32, APS-33: a callback that is not registered gets nothing; the page says what was sent', async () => {
  for (const redirectUri of [
    'http://sampleapp.test/',
    'http://sampleapp.test/oauth/callback/more',
    'https://sampleapp.test/oauth/callback',
    `${callback}#x`,
    'http://evil.test/oauth/callback',
  ]) {
    for (const version of ['v1', 'v2'] as const) {
      const { status, headers, text } = await get({ redirect_uri: redirectUri }, version);
      assert.deepEqual([status, headers.location], [400, undefined], redirectUri);
      assert.ok(text.includes(redirectUri), text);
    }
  }
});

test('APS-21: state comes back as it was, in the query', async () => {
  for (const state of ['undefined', 'a&b=c#d?e/f%20 +ü"<', '{"a":[1]}']) {
    const location = await world.authorize(client, { state });
    assert.equal(new URL(location).searchParams.get('state'), state);
  }
});

test('APS-22: no state in, none out; empty in, empty out', async () => {
  assert.ok(!(await world.authorize(client)).includes('state'));
  assert.match(await world.authorize(client, { state: '' }), /[?&]state=(&|$)/);
});

test('APS-23: prompt=login shows the sign-in form although there is a session', async () => {
  const browser = new PlainBrowser(server);
  await world.authorize(client, { scope: 'data:read' }, { browser });
  const known = await browser.visit(`GET ${authorizePath(client, { scope: 'data:read' })}`);
  assert.match(known.headers.location ?? '', /code=/);
  const asked = await browser.visit(`GET ${authorizePath(client, { scope: 'data:read', prompt: 'login' })}`);
  assert.ok(isSignInPage(asked), asked.text);
});

test('APS-24: version 1 knows no other prompt', async () => {
  for (const prompt of ['none', 'consent', 'create', 'x']) {
    assert.equal(await errorOf({ prompt }), 'invalid_request', prompt);
  }
});

test('APS-25: scopes are separated by %20 and by +', async () => {
  for (const space of ['%20', '+']) {
    const path = `${authorizePath(client, { response_type: 'token' })}&scope=data:create${space}data:read${space}data:write`;
    const location = await world.complete(new PlainBrowser(server), path);
    const token = new URL(location).searchParams.get('access_token') ?? '';
    assert.deepEqual(claimsOf(token).scope.toSorted(), ['data:create', 'data:read', 'data:write']);
  }
});

test('a scope that is unknown, or sent as a list, is refused where it can be seen', async () => {
  assert.equal(await errorOf({ scope: 'data:fly' }), 'invalid_scope');
  assert.equal(await errorOf({ 'scope[0]': 'data:read' }), 'invalid_scope');
});

test('APS-26: whoever refuses sends the client access_denied, with its state', async () => {
  const browser = new PlainBrowser(server);
  const form = await browser.visit(`GET ${authorizePath(client, { scope: 'bucket:read', state: 's' })}`);
  const consent = await browser.signIn(form, world.tenant.user);
  assert.ok(isConsentPage(consent), consent.text);
  const { headers } = await browser.refuse(consent);
  const { searchParams } = new URL(headers.location ?? '');
  assert.deepEqual([searchParams.get('error'), searchParams.get('state')], ['access_denied', 's']);
});

test('APS-28, APS-29: a pattern holds what is below it, and no trick leads out of it', async () => {
  const pattern = await registerClient(server, world.tenant, { redirectUris: ['https://a.test/cb/*'] });
  const ask = (redirectUri: string) => get({ redirect_uri: redirectUri }, 'v1', pattern);
  assert.notEqual((await ask('https://a.test/cb/x?y=1')).status, 400);
  for (const trick of [
    'https://a.test.evil/cb/x',
    'https://a.test@evil/cb/x',
    'https://a.test/cb/../x',
    'https://a.test/cb/%2e%2e/x',
    'https://a.test/cb/..%2fx',
    'https://a.test\\@evil/cb/x',
    'http://a.test/cb/x',
    'https://a.test:444/cb/x',
  ]) {
    const { status, headers } = await ask(trick);
    assert.deepEqual([status, headers.location], [400, undefined], trick);
  }
});

test('APS-30: a wildcard before the path is refused at registration', async () => {
  for (const uri of ['https://*.a.test/cb', 'https://a.test:*/cb', '*://a.test/cb', 'https://a*/cb']) {
    const { status } = await call(server, `POST /api/v1/organizations/${world.tenant.organization}/clients`, {
      bearer: world.tenant.admin.token,
      json: { name: 'x', type: 'web', dialect: 'autodesk', redirectUris: [uri] },
    });
    assert.equal(status, 400, uri);
  }
});

test('APS-31: a callback may come with a query of its own in version 1, and not in version 2', async () => {
  const redirectUri = `${callback}?foo=bar`;
  assert.notEqual((await get({ redirect_uri: redirectUri })).status, 400);
  assert.equal((await get({ redirect_uri: redirectUri }, 'v2')).status, 400);
});

test('a URL that nobody escaped, as two old libraries build it, is understood', async () => {
  const path = `/authentication/v1/authorize?response_type=code&client_id=${client.clientId}&redirect_uri=${callback}?foo=bar&scope=data:read%20data:write&state=undefined`;
  const location = await world.complete(new PlainBrowser(server), path);
  assert.match(location, /\?foo=bar&code=.*&state=undefined$/);
});

test('APS-49: the only code challenge method is that of SHA-256', async () => {
  const challenge = { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' };
  assert.equal(await errorOf(challenge, 'v2'), 'invalid_request');
});

test('APS-50: a public app without a challenge is told at authorize', async () => {
  const native = await registerClient(server, world.tenant, { type: 'native' });
  assert.equal(await errorOf({}, 'v2', native), 'invalid_request');
});

test('APS-52, APS-53: form_post brings code and state, and an ID token only with nonce and form_post', async () => {
  const signIn = async (query: Query) => {
    const browser = new PlainBrowser(server);
    const form = await browser.visit(`GET ${authorizePath(client, query, 'v2')}`);
    let page = await browser.signIn(form, world.tenant.user);
    if (isConsentPage(page)) page = await browser.allow(page);
    return page.text;
  };
  const code = await signIn({ scope: 'data:read', response_mode: 'form_post', state: 's-1' });
  assert.match(code, /action="http:\/\/sampleapp\.test\/oauth\/callback" method="post"/);
  assert.match(code, /name="code"/);
  assert.match(code, /name="state" value="s-1"/);
  const idToken = { response_type: 'id_token', scope: 'openid', nonce: 'n', response_mode: 'form_post' };
  const sent = /name="id_token" value="([^"]+)"/.exec(await signIn(idToken))?.[1] ?? '';
  assert.deepEqual([claimsOf(sent).nonce, claimsOf(sent).aud], ['n', client.clientId]);
  const { nonce: _nonce, ...withoutNonce } = idToken;
  assert.match(await signIn(withoutNonce), /name="error" value="invalid_request"/);
  assert.equal(await errorOf({ ...idToken, response_mode: 'query' }, 'v2'), 'invalid_request');
});

test('APS-55: prompt=none shows nothing and says login_required; prompt=create is served', async () => {
  const silent = await get({ prompt: 'none' }, 'v2');
  assert.match(silent.headers.location ?? silent.text, /[?&]error=login_required/);
  const page = await new PlainBrowser(server).visit(
    `GET ${authorizePath(client, { prompt: 'create' }, 'v2')}`,
  );
  assert.equal(page.status, 200);
});

test('APS-56: more than fifty scopes, or three thousand characters, are too many', async () => {
  const many = Array.from({ length: 51 }, (_, index) => `data:read:urn:adsk.${index}`).join(' ');
  assert.equal(await errorOf({ scope: many }, 'v2'), 'invalid_scope');
  assert.equal(await errorOf({ scope: `data:read:${'x'.repeat(3000)}` }, 'v2'), 'invalid_scope');
});

test('APS-58: authoptions that nobody can read do not stand in the way', async () => {
  const location = await world.authorize(client, { authoptions: '{"a":' }, { version: 'v2' });
  assert.match(location, /code=/);
});

test('APS-94: logout ends the session and goes where the app is registered to go', async () => {
  const home = 'http://sampleapp.test/bye';
  const leaving = await registerClient(server, world.tenant, { postLogoutRedirectUris: [home] });
  const browser = new PlainBrowser(server);
  const isSignedIn = async () =>
    !isSignInPage(await browser.visit(`GET ${authorizePath(leaving, { scope: 'data:read' }, 'v2')}`));
  const logout = (query: Query) => browser.go(`GET /authentication/v2/logout?${new URLSearchParams(query)}`);

  await world.authorize(leaving, { scope: 'data:read' }, { version: 'v2', browser });
  assert.equal(await isSignedIn(), true);
  const away = await logout({ post_logout_redirect_uri: home });
  assert.deepEqual([away.status, away.headers.location], [302, home]);
  assert.equal(await isSignedIn(), false);

  const unlisted = await logout({ post_logout_redirect_uri: 'http://evil.test/' });
  assert.deepEqual([unlisted.status, unlisted.headers.location], [400, undefined]);
  const nowhere = await new PlainBrowser(server).go('GET /authentication/v2/logout');
  assert.equal(nowhere.status, 200);
  await world.authorize(leaving, { scope: 'data:read' }, { version: 'v2', browser });
  const plain = await browser.visit('GET /authentication/v2/logout');
  assert.ok(isSignInPage(plain), plain.text);
});

test('a signed-out session leaves the tokens of its clients alone', async () => {
  const browser = new PlainBrowser(server);
  const location = await world.authorize(client, { scope: 'data:read' }, { version: 'v2', browser });
  const { body } = await call(server, 'POST /authentication/v2/token', {
    form: codeForm(client, codeIn(location)),
  });
  await browser.go('GET /authentication/v2/logout');
  const form = { token: body.access_token };
  const { text } = await call(server, 'POST /authentication/v2/introspect', { basic: basicOf(client), form });
  assert.match(text, /"active":true/);
});

test('APS-50, APS-51: a public app with a challenge goes through', async () => {
  const native = await registerClient(server, world.tenant, { type: 'native' });
  const { challenge } = newVerifier();
  const location = await world.authorize(native, { ...challenge, scope: 'data:read' }, { version: 'v2' });
  assert.match(location, /code=/);
});

test('APS-27, APS-95: call 501 of a minute on v1 authorize is refused, with the time to wait and no redirect', async () => {
  const busy = await registerClient(server, world.tenant);
  const path = authorizePath(busy, { response_type: 'none' });
  for (let calls = 0; calls < 500; calls += 1) {
    const { status } = await call(server, `GET ${path}`);
    if (status !== 200) assert.fail(`call ${calls + 1}: ${status}`);
  }
  const { status, headers, body } = await call(server, `GET ${path}`);
  assert.deepEqual([status, headers.location], [429, undefined]);
  assert.ok(Number(headers['retry-after']) > 0);
  assert.match(String(headers['content-type']), /^application\/json/);
  assert.deepEqual(
    [body.developerMessage, body.errorCode, body.error],
    ['Quota limit exceeded.', 'ERR-001', 'temporarily_unavailable'],
  );
  assert.equal((await get({ response_type: 'none' })).status, 200);
});
