/** What follows a sign-in at the page of clients. usergrid-auth.md 5, and 12.1: the flaws of the original. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';
import { Visitor } from '../support/visitor.ts';
import {
  asAdmin,
  assertSignInPage,
  asUser,
  codeIn,
  createAuthorizeTenant,
  leadsTo,
  managementPath,
  mismatch,
  parametersIn,
  pathOf,
  post,
  redirectUri,
} from './authorize-world.ts';

let server: RunningServer;
let tenant: Tenant;

before(async () => {
  server = await startServer();
  tenant = await createAuthorizeTenant(server);
});
after(async () => {
  await server?.stop();
});

describe('a sign-in', () => {
  test('UA-67 goes back with 303, the code and the very state; a query that was there is kept', async () => {
    for (const state of ['plain', 'a b&c=d#e?f+g', '\u{1F511} <">', '%2F%zz']) {
      for (const [path, form] of [
        [managementPath, asAdmin(tenant, { state })],
        [pathOf(tenant), asUser(tenant, { state })],
      ] as const) {
        const answer = await post(server, path, form);
        const target = leadsTo(answer);
        assert.ok(answer.headers.location?.startsWith(`${redirectUri}&code=`), answer.headers.location);
        assert.equal(target.searchParams.get('state'), state);
        assert.equal(target.hash, '');
      }
    }
  });

  test('FLAW 307: a password is never sent on, as 303 makes a GET of it', async () => {
    const answer = await post(server, managementPath, asAdmin(tenant));
    assert.equal(answer.status, 303);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['referrer-policy'], 'no-referrer');
    assert.ok(!String(answer.headers.location).includes(tenant.admin.password));
  });

  test('UA-66 FLAW open redirect: to an unregistered URI nobody is ever sent', async () => {
    for (const uri of unregisteredUris) {
      for (const response_type of ['code', 'token']) {
        const answer = await post(
          server,
          managementPath,
          asAdmin(tenant, { redirect_uri: uri, response_type }),
        );
        assert.equal(answer.headers.location, undefined, uri);
        assert.equal(answer.status, 400, uri);
        assert.match(String(answer.headers['content-type']), /^text\/html/);
        assert.doesNotMatch(answer.text, /YWMt|http-equiv="refresh"|<a [^>]*evil/);
      }
    }
  });

  test('UA-70 FLAW redirect to state: nothing ever redirects to the value of state', async () => {
    const state = 'https://evil.example/';
    for (const changes of [{}, { redirect_uri: '' }, { redirect_uri: state }, { response_type: 'token' }]) {
      const answer = await post(server, managementPath, asAdmin(tenant, { state, ...changes }));
      const { location } = answer.headers;
      assert.ok(location === undefined || location.startsWith('https://app.example/callback'), location);
    }
  });

  test('UA-69 FLAW response_type ignored: token puts the token into the fragment', async () => {
    const answer = await post(
      server,
      managementPath,
      asAdmin(tenant, { response_type: 'token', state: 's' }),
    );
    const target = leadsTo(answer);
    assert.equal(target.search, '?from=keygrid');
    const told = parametersIn(target.hash);
    assert.match(String(told.get('access_token')), /^YWMt/);
    assert.equal(told.get('token_type'), 'Bearer');
    assert.equal(told.get('expires_in'), '3600');
    assert.equal(told.get('state'), 's');
    assert.equal(told.get('code'), null);
  });

  test('with another response type tells the client, and gives it nothing', async () => {
    for (const [response_type, error] of [
      ['nonsense', 'unsupported_response_type'],
      ['', 'invalid_request'],
    ] as const) {
      const target = leadsTo(await post(server, managementPath, asAdmin(tenant, { response_type })));
      assert.equal(target.searchParams.get('error'), error);
      assert.equal(target.searchParams.get('code'), null);
    }
  });

  test('FLAW client_id never checked: a client that is unknown here is never redirected to', async () => {
    const other = await createAuthorizeTenant(server);
    const strangers = ['X', '', 'b3U6', other.applicationClient.id, tenant.applicationClient.id];
    for (const client_id of strangers) {
      const answer = await post(server, managementPath, asAdmin(tenant, { client_id }));
      assert.equal(answer.status, 400, client_id);
      assert.equal(answer.headers.location, undefined);
    }
    const elsewhere = asUser(tenant, { client_id: other.applicationClient.id });
    assert.equal((await post(server, pathOf(tenant), elsewhere)).status, 400);
    const ofTheirs = asUser(tenant, { client_id: other.applicationClient.id });
    assertSignInPage(await post(server, pathOf(other), ofTheirs), mismatch);
  });

  test("of somebody outside the client's organization asks before it allows anything", async () => {
    const stranger = await createTenant(server);
    const visitor = new Visitor(server);
    const { username, password } = stranger.admin;
    const asked = await visitor.post(managementPath, { form: asAdmin(tenant, { username, password }) });
    assert.equal(asked.status, 303);
    assert.match(String(asked.headers.location), /^\/account\/interaction\//);
    const consent = await visitor.follow(asked);
    assert.equal(consent.status, 200);
    const answer = await visitor.submit(consent, { decision: 'allow' });
    assert.ok(codeIn(answer));
  });

  test('without redirect URI shows a member the token on the page', async () => {
    const form = asAdmin(tenant, { response_type: 'token', redirect_uri: '' });
    const page = await post(server, managementPath, form);
    assert.equal(page.status, 200);
    const [token] = /YWMt[\w-]+/.exec(page.text) ?? [];
    assert.ok(token);
    assert.equal(page.headers['cache-control'], 'no-store');
    const { organization, application } = tenant;
    const users = await call(server, `GET /${organization}/${application}/users`, { bearer: token });
    assert.equal(users.status, 200);
  });

  test('without redirect URI shows nobody else anything, in neutral words', async () => {
    const stranger = await createTenant(server);
    const { username, password } = stranger.admin;
    const token = { response_type: 'token', redirect_uri: '' };
    for (const [path, form] of [
      [managementPath, asAdmin(tenant, { ...token, username, password })],
      [managementPath, asAdmin(tenant, { redirect_uri: '' })],
      [pathOf(tenant), asUser(tenant, token)],
    ] as const) {
      const page = await post(server, path, form);
      assert.equal(page.status, 200);
      assertSignInPage(page, 'There is nowhere to go on to: redirect_uri is missing');
      assert.doesNotMatch(page.text, /YWMt/);
    }
  });

  test('FLAW exception in the error page: errors have fixed texts', async () => {
    const answer = await post(
      server,
      managementPath,
      asAdmin(tenant, { redirect_uri: 'https://evil.example' }),
    );
    assert.doesNotMatch(answer.text, /Exception|Error:|\bat \w+ \(|\.ts\b|node:/);
  });

  test('bodies that are no form get an error page', async () => {
    for (const body of ['[1,2]', '[]', '[{"username":"x"}]']) {
      const answer = await call(server, `POST ${managementPath}`, { body });
      assert.equal(answer.status, 400);
      assert.match(String(answer.headers['content-type']), /^text\/html/);
    }
    for (const json of [
      { username: { a: 1 }, password: ['x'] },
      { __proto__: null, client_id: 5 },
    ]) {
      const answer = await call(server, `POST ${managementPath}`, { json });
      assert.equal(answer.status, 200);
      assert.match(answer.text, /do not match/);
    }
  });
});

/** Each is unlike the registered one in some way that a lenient comparison would overlook. */
const unregisteredUris = [
  'https://evil.example/',
  'https://app.example/callback',
  'https://app.example/callback?from=keygrid&x=1',
  'https://app.example/callback?from=keygrid#x',
  'https://app.example/callback/?from=keygrid',
  'https://app.example/Callback?from=keygrid',
  'http://app.example/callback?from=keygrid',
  'https://app.example:444/callback?from=keygrid',
  'https://app.example.evil.example/callback?from=keygrid',
  'https://evil.example/?https://app.example/callback?from=keygrid',
  'https://app.example@evil.example/callback?from=keygrid',
  'https://app.example/callback/../open?from=keygrid',
  'https://app.example/callback%3Ffrom=keygrid',
  '//app.example/callback?from=keygrid',
  'javascript:alert(1)',
  'data:text/html,x',
  ' https://app.example/callback?from=keygrid',
  'https://app.example/callback?from=keygrid\r\nSet-Cookie: a=b',
];
