/** S038 to S040: no page of ours can be framed, kept, sniffed, read by another site or made to tell where it was. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Answer } from '../support/http.ts';
import { type Visited, Visitor } from '../support/visitor.ts';
import {
  type AttackedClient,
  type AttackedServer,
  authorize,
  authorizePath,
  finish,
  redirectUri,
  requestOf,
  startAttackedServer,
} from './attacked-server.ts';

let server: AttackedServer;
let client: AttackedClient;
let usergrid: AttackedClient;
let autodesk: AttackedClient;

before(async () => {
  server = await startAttackedServer();
  client = await server.acme.register();
  usergrid = await server.acme.register({ dialect: 'usergrid' });
  autodesk = await server.acme.register({ dialect: 'autodesk' });
});
after(async () => {
  await server?.stop();
});

/** As a script of another site would ask, if it were let. */
const headers = { origin: 'https://evil.example' };

function assertGuarded(what: string, { status, headers: got, text }: Answer): void {
  // usergrid-auth.md 12.1: the portal shows this page in a frame, and it holds nothing of who is signed in.
  const mayBeFramed = what.endsWith('/resetpw');
  const told = `${what} ${status} ${JSON.stringify(got)} ${text.slice(0, 200)}`;
  assert.ok(status < 500, told);
  const policy = `${got['content-security-policy']}`;
  assert.equal(/frame-ancestors 'none'/.test(policy), !mayBeFramed, told);
  assert.match(policy, /default-src 'none'/, told);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|\*/, told);
  assert.equal(got['x-frame-options'], mayBeFramed ? undefined : 'DENY', told);
  assert.match(`${got['cache-control']}`, /no-store/, told);
  assert.match(`${got['referrer-policy']}`, /^(no-referrer|same-origin)$/, told);
  assert.equal(got['access-control-allow-origin'], undefined, told);
  assert.equal(got['access-control-allow-credentials'], undefined, told);
  if (!/text\/html/.test(got['content-type'] ?? '')) return;
  assert.match(`${got['content-type']}`, /charset=utf-8/i, told);
  assert.equal(got['x-content-type-options'], 'nosniff', told);
  assert.doesNotMatch(text, /<script(?![^>]* src="\/)|<style| on[a-z]+="| style="|javascript:/i, told);
}

const get = (visitor: Visitor, path: string, query: Record<string, string> = {}): Promise<Visited> =>
  visitor.get(path, { query, headers });

test('S038 S039 S040 every page that is asked for', async () => {
  const { path } = server.acme;
  const addresses: [string, Record<string, string>?][] = [
    [authorizePath(client), requestOf(client)],
    [authorizePath(client), {}],
    [authorizePath(client), requestOf(client, { redirect_uri: 'https://evil.example/cb' })],
    [authorizePath(client), requestOf(client, { prompt: 'none' })],
    ['/authentication/v1/authorize', requestOf(autodesk)],
    ['/authentication/v2/authorize', requestOf(autodesk)],
    ['/authentication/v2/authorize', { client_id: 'nobody' }],
    ['/authentication/v2/logout', {}],
    [`${path}/authorize`, requestOf(usergrid)],
    [`${path}/authorize`, {}],
    ['/management/authorize', { response_type: 'token', client_id: server.acme.organizationClient.id }],
    [`${path}/oauth2/device`, {}],
    [`${path}/oauth2/device`, { user_code: 'WDJB-MJHT' }],
    [`${path}/oauth2/logout`, {}],
    [`${path}/oauth2/logout`, { post_logout_redirect_uri: 'https://evil.example' }],
    [`/account${path}`, {}],
    ['/account/management', {}],
    [`/account${path}/signed-out`, {}],
    ['/account/nobody/nothing', {}],
    ['/account/interaction/1.x', {}],
    [`${path}/users/resetpw`, {}],
    ['/management/users/resetpw', {}],
  ];
  for (const [address, query] of addresses) {
    assertGuarded(address, await get(new Visitor(server), address, query ?? {}));
  }
});

test('S038 S039 S040 every step from the sign-in to the client', async () => {
  for (const each of [client, usergrid, autodesk]) {
    const visitor = new Visitor(server);
    const redirect = await get(visitor, authorizePath(each), requestOf(each));
    assertGuarded('authorize', redirect);
    const signIn = await visitor.follow(redirect);
    const wrong = await visitor.submit(signIn, { username: 'nobody', password: 'wrong password' });
    assertGuarded('wrong password', wrong);
    const { username, password } = server.acme.user;
    const signedIn = await visitor.submit(signIn, { username, password });
    assertGuarded('signed in', signedIn);
    const consent = await visitor.follow(signedIn);
    assertGuarded('consent', consent);
    const answer = await visitor.submit(consent, { decision: 'allow' });
    assertGuarded('answer', answer);
    assert.equal(answer.status, 303);
    assertGuarded('form replayed', await visitor.submit(consent, { decision: 'allow' }));
  }
});

test('pages of who is signed in', async () => {
  const visitor = new Visitor(server);
  await authorize(visitor, client, server.acme.user);
  const { path } = server.acme;
  for (const address of [`/account${path}`, `${path}/oauth2/device`, `${path}/oauth2/logout`]) {
    assertGuarded(address, await get(visitor, address));
  }
  const choose = requestOf(client, { prompt: 'select_account' });
  const chosen = await visitor.follow(await get(visitor, authorizePath(client), choose));
  assertGuarded('choose', chosen);
  const silent = await get(visitor, authorizePath(client), requestOf(client, { prompt: 'none' }));
  assertGuarded('silent', silent);
  assert.ok(silent.headers.location?.startsWith(redirectUri));
  const form = await get(visitor, authorizePath(client), requestOf(client, { response_mode: 'form_post' }));
  assertGuarded('form_post', form);
  assert.match(`${form.headers['content-security-policy']}`, /form-action 'self' https:/);
});

test('the token that the usergrid page shows', async () => {
  const { username, password } = server.acme.admin;
  const form = { response_type: 'token', client_id: server.acme.organizationClient.id, username, password };
  const visitor = new Visitor(server);
  const answer = await visitor.post('/management/authorize', { form });
  const shown = await finish(visitor, await visitor.follow(answer), server.acme.admin);
  assertGuarded('shown token', shown);
});
