/** The authorization endpoint over the wire: oauth-standards.md 1 and 2. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { createPlainBrowser, formOf } from '../support/plain-browser.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import {
  answerOf,
  authorizeUrl,
  callback,
  goThrough,
  openWorld,
  type RegisteredClient,
  registerClient,
  type StandardWorld,
} from './world.ts';

let server: RunningServer;
let world: StandardWorld;
let client: RegisteredClient;

before(async () => {
  server = await startServer();
  world = await openWorld(server);
  client = await registerClient(world, { grantTypes: ['authorization_code', 'refresh_token', 'implicit'] });
});
after(() => server?.stop());

const pathOf = (url: string): string => url.slice(server.url.length);
const get = (url: string, headers: Record<string, string> = {}) =>
  call(server, `GET ${pathOf(url)}`, { headers });
const ask = (parameters: Record<string, string | undefined> = {}) =>
  get(authorizeUrl(world, client, parameters));

/** Through every page, in a new browser. */
async function travel(parameters: Record<string, string | undefined> = {}, of = client) {
  const browser = createPlainBrowser(server);
  const first = await browser.open(authorizeUrl(world, of, parameters));
  return { browser, page: await goThrough(browser, world.tenant.user, first) };
}

test('S013 S014 a code comes back with the very state and the issuer', async () => {
  const state = 'a b+c%26&=ü"<>';
  const { page } = await travel({ state });
  assert.ok(page.leavesTo?.href.startsWith(`${callback}?code=`));
  const answer = answerOf(page);
  assert.equal(answer.get('state'), state);
  assert.equal(answer.get('iss'), world.issuer);
  assert.ok(!(await travel({ state: undefined })).page.leavesTo?.searchParams.has('state'));
});

test('S001 a POST is taken like a GET, with and without the cookie', async () => {
  const { browser } = await travel();
  const url = new URL(authorizeUrl(world, client));
  const fields = [...url.searchParams].map(([name, value]) => [name, value]);
  const withCookie = await browser.post(url.pathname, fields);
  assert.equal(withCookie.status, 303);
  assert.ok(answerOf(withCookie).get('code'));
  const stranger = createPlainBrowser(server);
  const form = await stranger.post(url.pathname, fields);
  assert.ok(answerOf(await goThrough(stranger, world.tenant.user, form)).get('code'));
});

test('a form that another site sends, without our cookie, does not end the session', async () => {
  const { browser } = await travel();
  const url = new URL(authorizeUrl(world, client));
  const form = Object.fromEntries(url.searchParams);
  const crossSite = await call(server, `POST ${url.pathname}`, { form });
  assert.equal(crossSite.status, 303);
  assert.equal(crossSite.headers['set-cookie'], undefined);
  assert.ok(answerOf(await browser.open(crossSite.headers.location!)).get('code'));
});

test('S002 an unknown client, or one of another realm, ends on a page of our own', async () => {
  const elsewhere = await registerClient(world, { application: undefined });
  for (const id of [undefined, 'nobody', elsewhere.id]) {
    const answer = await ask({ client_id: id });
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.location, undefined);
    assert.match(answer.headers['content-type']!, /^text\/html/);
  }
});

test('S003 S005 S007 a redirect URI that differs in anything ends on a page of our own', async () => {
  const differing = [
    `${callback}/`,
    `${callback}?x=1`,
    `${callback}#f`,
    'https://photos.example/Callback',
    'https://PHOTOS.example/callback',
    'https://photos.example:443/callback',
    'https://photos.example/x/../callback',
    'https://photos.example\\@evil.example/callback',
    'https://user@photos.example/callback',
    'https:photos.example/callback',
    'https://photos.example/call%62ack',
    'https://photos.example/callback\t',
    'http://photos.example/callback',
  ];
  for (const redirectUri of differing) {
    for (const prompt of [undefined, 'none']) {
      const answer = await ask({ redirect_uri: redirectUri, prompt });
      assert.equal(answer.status, 400, redirectUri);
      assert.equal(answer.headers.location, undefined);
    }
  }
});

test('S009 a repeated parameter is an error; of client and redirect URI on a page of our own', async () => {
  for (const again of [`&client_id=${client.id}`, `&redirect_uri=${encodeURIComponent(callback)}`]) {
    const answer = await get(authorizeUrl(world, client) + again);
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.location, undefined);
  }
  const answer = await get(`${authorizeUrl(world, client, { prompt: 'none' })}&scope=email`);
  assert.match(answer.headers.location!, /\?error=invalid_request&/);
});

test('S010 S030 unknown and empty parameters, and hints about the page, change nothing', async () => {
  const { page } = await travel({
    ...{ foo: 'bar', nonce: '', display: 'popup', ui_locales: 'xx de', claims_locales: 'fr' },
    ...{ acr_values: 'urn:x', login_hint: 'somebody' },
  });
  assert.ok(answerOf(page).get('code'));
});

test('S011 S016 S017 S024 what is wrong otherwise is told to the client, once the user signed in (S025)', async () => {
  const cases: [Record<string, string | undefined>, string][] = [
    [{ response_type: undefined }, 'invalid_request'],
    [{ response_type: 'code token' }, 'unsupported_response_type'],
    [{ response_type: 'fantasy' }, 'unsupported_response_type'],
    [{ code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: 'too short' }, 'invalid_request'],
  ];
  for (const [parameters, error] of cases) {
    assert.equal((await ask(parameters)).status, 200, 'first the sign-in page');
    const answer = answerOf((await travel(parameters)).page);
    assert.equal(answer.get('error'), error);
    assert.equal(answer.get('state'), 'the state');
    assert.equal(answer.get('iss'), world.issuer);
    assert.match(answer.get('error_description')!, /^[ !#-[\]-~]+$/, 'S035');
  }
});

test('S019 S020 tokens come in the fragment, never in the query, and without a refresh token', async () => {
  const { page } = await travel({
    response_type: 'id_token token',
    nonce: 'n-1',
    scope: 'openid offline_access',
  });
  assert.equal(page.leavesTo?.search, '');
  const answer = answerOf(page);
  assert.ok(answer.get('access_token') && answer.get('id_token'));
  assert.equal(answer.get('refresh_token'), null);
  const noNonce = await travel({ response_type: 'id_token', nonce: undefined });
  assert.match(noNonce.page.leavesTo!.hash, /error=invalid_request/);
  const inQuery = await travel({ response_type: 'token', response_mode: 'query' });
  assert.equal(answerOf(inQuery.page).get('access_token'), null);
});

test('S021 form_post is a page that posts escaped fields to the very redirect URI, with a button', async () => {
  const { page } = await travel({ response_mode: 'form_post', state: '"><script>alert(1)</script>' });
  assert.equal(page.status, 200);
  assert.match(page.headers['cache-control']!, /no-store/);
  const { action, fields } = formOf(page);
  assert.equal(action, callback);
  assert.equal(Object.fromEntries(fields).state, '"><script>alert(1)</script>');
  assert.match(page.text, /<button type="submit">/);
  assert.ok(!page.text.includes('<script>alert'));
});

test('S022 what answers a form with a password is a 303', async () => {
  const browser = createPlainBrowser(server);
  const form = formOf(await browser.open(authorizeUrl(world, client)));
  const { username, password } = world.tenant.user;
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const answer = await call(server, `POST ${form.action}`, {
    form: [...form.fields, ['username', username], ['password', password]],
    headers: { cookie },
  });
  assert.equal(answer.status, 303);
});

test('S023 no other origin may read anything here', async () => {
  const headers = { origin: 'https://evil.example', 'access-control-request-method': 'GET' };
  const path = pathOf(authorizeUrl(world, client));
  for (const method of ['GET', 'OPTIONS', 'POST']) {
    const answer = await call(server, `${method} ${path}`, { headers });
    for (const name of Object.keys(answer.headers)) assert.doesNotMatch(name, /^access-control/);
  }
});

test('S026 prompt=none never shows a page', async () => {
  const silent = await ask({ prompt: 'none' });
  assert.equal(silent.status, 302);
  assert.equal(new URL(silent.headers.location!).searchParams.get('error'), 'login_required');
  const { browser } = await travel({ scope: 'openid' });
  const known = await browser.open(authorizeUrl(world, client, { prompt: 'none', scope: 'openid' }));
  assert.ok(answerOf(known).get('code'));
  const other = await registerClient(world);
  const unknown = await browser.open(authorizeUrl(world, other, { prompt: 'none' }));
  assert.equal(answerOf(unknown).get('error'), 'consent_required');
  const both = await browser.open(authorizeUrl(world, client, { prompt: 'none login' }));
  assert.equal(answerOf(both).get('error'), 'invalid_request');
});

test('S027 prompt=login asks for the password again, whoever is signed in', async () => {
  const { browser } = await travel();
  const page = await browser.open(authorizeUrl(world, client, { prompt: 'login' }));
  assert.match(page.text, /name="password"/);
  const reference = formOf(page).fields.find(([name]) => name === 'interaction')![1];
  const reloaded = await browser.open(`/account/interaction/${reference}`);
  assert.match(reloaded.text, /name="password"/, 'the address of the interaction cannot skip it');
});

test('prompt=select_account shows who is signed in, and lets another sign in', async () => {
  const { browser } = await travel();
  const page = await browser.open(authorizeUrl(world, client, { prompt: 'select_account' }));
  assert.match(page.text, /Choose an account/);
  const other = /href="(\/account\/interaction\/[^"]*\/switch)"/.exec(page.text)![1]!;
  assert.match((await browser.open(other)).text, /name="password"/);
  assert.ok(answerOf(await browser.submit(page, { decision: 'allow' })).get('code'));
});

test('S032 request objects are refused in so many words', async () => {
  assert.equal(answerOf((await travel({ request: 'eyJ' })).page).get('error'), 'request_not_supported');
  const byReference = await travel({ request_uri: 'https://photos.example/r' });
  assert.equal(answerOf(byReference.page).get('error'), 'request_uri_not_supported');
});

test('S036 what is far too large gets a clean 4xx', async () => {
  assert.equal((await ask({ state: 's'.repeat(5000) })).status, 400);
  const url = new URL(authorizeUrl(world, client));
  const form = { ...Object.fromEntries(url.searchParams), state: 's'.repeat(20_000) };
  assert.equal((await call(server, `POST ${url.pathname}`, { form })).status, 400);
  const body = `state=${'s'.repeat(100_000)}`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  assert.equal((await call(server, `POST ${url.pathname}`, { body, headers })).status, 413);
});

test('S037 a form without the token of its browser is a 403, and nothing happens', async () => {
  const browser = createPlainBrowser(server);
  const page = await browser.open(authorizeUrl(world, client));
  const { username, password } = world.tenant.user;
  assert.equal((await browser.submit(page, { username, password, form_token: 'forged' })).status, 403);
  const { action, fields } = formOf(page);
  const without = fields.filter(([name]) => name !== 'form_token');
  const typed = [...without, ['username', username], ['password', password]];
  assert.equal((await browser.post(action, typed)).status, 403);
  assert.ok(answerOf(await goThrough(browser, world.tenant.user, page)).get('code'));
});

test('S038 S039 S040 every page refuses frames, script from elsewhere, referrers and caches', async () => {
  const pages = [
    await ask(),
    await ask({ client_id: 'nobody' }),
    await get(`${server.url}/account/interaction/x`),
  ];
  for (const { headers } of pages) {
    assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe-inline/);
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.match(headers['cache-control']!, /no-store/);
  }
  const redirect = await ask({ prompt: 'none' });
  assert.match(redirect.headers['cache-control']!, /no-store/);
});

test('S041 the cookie is opaque, for us alone, and another one in each realm', async () => {
  const [cookie = ''] = (await ask()).headers['set-cookie'] ?? [];
  assert.match(cookie, /^keygrid-\d+=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  const managed = await registerClient(world, { application: undefined });
  const management = { ...world, issuer: `${server.url}/management` };
  const [other = ''] = (await get(authorizeUrl(management, managed))).headers['set-cookie'] ?? [];
  assert.notEqual(other.split('=')[0], cookie.split('=')[0]);
});

test('S042 the value of before the sign-in is dead afterwards', async () => {
  const browser = createPlainBrowser(server);
  const page = await browser.open(authorizeUrl(world, client));
  const [[name, fixed]] = [...browser.cookies] as [[string, string]];
  await goThrough(browser, world.tenant.user, page);
  assert.notEqual(browser.cookies.get(name), fixed);
  const thief = createPlainBrowser(server);
  thief.cookies.set(name, fixed);
  const answer = await thief.open(authorizeUrl(world, client, { prompt: 'none' }));
  assert.equal(answerOf(answer).get('error'), 'login_required');
});

test('S043 an interaction is refused in another browser, and two tabs do not mix', async () => {
  const browser = createPlainBrowser(server);
  const [one, two] = [
    await browser.open(authorizeUrl(world, client, { state: 'one' })),
    await browser.open(authorizeUrl(world, client, { state: 'two' })),
  ];
  const { username, password } = world.tenant.user;
  const stolen = await createPlainBrowser(server).submit(one, { username, password });
  assert.equal(stolen.status, 400);
  assert.equal(stolen.leavesTo, undefined);
  const second = await goThrough(browser, world.tenant.user, two);
  const first = await goThrough(browser, world.tenant.user, one);
  assert.deepEqual([answerOf(first).get('state'), answerOf(second).get('state')], ['one', 'two']);
});

test('S044 the consent form adds nothing to what was asked', async () => {
  const browser = createPlainBrowser(server);
  const fresh = await registerClient(world);
  const { username, password } = world.tenant.user;
  const url = authorizeUrl(world, fresh, { response_type: 'code', scope: 'openid' });
  const consent = await browser.submit(await browser.open(url), { username, password });
  const { action, fields } = formOf(consent);
  const greedy = [
    ['scopes_chosen', '1'],
    ['scope', 'openid'],
    ['scope', 'email'],
    ['decision', 'allow'],
  ];
  assert.ok(answerOf(await browser.post(action, [...fields, ...greedy])).get('code'));
  const silent = { prompt: 'none', scope: 'openid email' };
  const more = await browser.open(authorizeUrl(world, fresh, silent));
  assert.equal(answerOf(more).get('error'), 'consent_required');
});

test('S045 S046 S161 wrong names and wrong passwords look alike; guessing ends in 429 with Retry-After', async () => {
  const browser = createPlainBrowser(server);
  const page = await browser.open(authorizeUrl(world, client));
  const wrong = await browser.submit(page, { username: world.tenant.admin.username, password: 'wrong' });
  const unknown = await browser.submit(page, { username: 'nobody-at-all', password: 'wrong' });
  assert.deepEqual([wrong.status, unknown.status], [400, 400]);
  const plain = (text: string) => text.replaceAll(/value="[^"]*"/g, '');
  assert.equal(plain(wrong.text), plain(unknown.text));
  let last = unknown;
  for (let tries = 0; tries < 15 && last.status === 400; tries++) {
    last = await browser.submit(page, { username: 'nobody-at-all', password: 'wrong' });
  }
  assert.equal(last.status, 429);
  assert.match(last.headers['retry-after']!, /^\d+$/);
});

test('S050 refusing is told as access_denied, from the sign-in page as well', async () => {
  const browser = createPlainBrowser(server);
  const page = await browser.open(authorizeUrl(world, client));
  const answer = answerOf(await browser.submit(page, { decision: 'refuse' }));
  assert.equal(answer.get('error'), 'access_denied');
  assert.equal(answer.get('state'), 'the state');
  assert.equal(answer.get('iss'), world.issuer);
});

test('S052 no parameter of ours takes a browser anywhere', async () => {
  const targets = ['next', 'return_to', 'redirect', 'continue', 'url', 'rd'].map(
    (name) => `${name}=https://evil.example`,
  );
  const browser = createPlainBrowser(server);
  const paths = ['/account/interaction/x', `${world.path}/oauth2/device`, `${world.path}/oauth2/logout`];
  for (const path of paths) {
    const page = await browser.open(`${path}?${targets.join('&')}`);
    assert.equal(page.leavesTo, undefined);
    assert.ok(!page.text.includes('action="https://evil'));
  }
});

test('S159 a session of one application is nobody in another', async () => {
  const { browser } = await travel();
  const other = await openWorld(server);
  const theirs = await registerClient(other);
  const answer = await browser.open(authorizeUrl(other, theirs, { prompt: 'none' }));
  assert.equal(answerOf(answer).get('error'), 'login_required');
});

test('the sign-in page leads to the page for a forgotten password', async () => {
  const page = await ask();
  const path = `${world.path}/users/resetpw`;
  assert.ok(page.text.includes(`href="${path}"`));
  assert.equal((await call(server, `GET ${path}`)).status, 200);
});

test('an application’s theme is on its pages', async () => {
  const bearer = world.tenant.admin.token;
  const theme = { name: 'Photo <Club>', color: '#0a7f3f' };
  assert.equal((await call(server, `PUT ${world.path}`, { bearer, json: { theme } })).status, 200);
  const page = await ask();
  assert.match(page.text, /Photo &lt;Club&gt;/);
  const [, stylesheet = ''] = /href="(\/static\/theme\/[^"]+)"/.exec(page.text) ?? [];
  assert.equal((await call(server, `GET ${stylesheet}`)).status, 200);
});

test('methods other than GET and POST are refused, and an unknown realm is a 404', async () => {
  const path = pathOf(authorizeUrl(world, client));
  for (const [method, status] of Object.entries({ PUT: 405, PATCH: 405, DELETE: 405, OPTIONS: 204 })) {
    const answer = await call(server, `${method} ${path}`);
    assert.deepEqual([answer.status, answer.headers.allow], [status, 'GET, POST, OPTIONS'], method);
  }
  assert.equal(
    (await call(server, `GET /${world.tenant.organization}/nothing/oauth2/authorize`)).status,
    404,
  );
});
