/** RP-initiated logout over the wire: oauth-standards.md 14 and 18e. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPlainBrowser, type PlainBrowser } from '../support/plain-browser.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import {
  answerOf,
  authorizeUrl,
  openWorld,
  type RegisteredClient,
  registerClient,
  type StandardWorld,
  signIn,
} from './world.ts';

let server: RunningServer;
let world: StandardWorld;
let client: RegisteredClient;

const goodbye = 'https://photos.example/goodbye';

before(async () => {
  server = await startServer();
  world = await openWorld(server);
  client = await registerClient(world, { postLogoutRedirectUris: [goodbye] });
});
after(() => server?.stop());

interface Session {
  browser: PlainBrowser;
  hint: string;
}

async function session(): Promise<Session> {
  const { browser, tokens } = await signIn(world, client, { scope: 'openid' });
  return { browser, hint: tokens.id_token };
}

const logout = ({ browser }: Session, parameters: Record<string, string>) =>
  browser.open(`${world.issuer}/oauth2/logout?${new URLSearchParams(parameters)}`);

async function isSignedIn({ browser }: Session): Promise<boolean> {
  const answer = answerOf(
    await browser.open(authorizeUrl(world, client, { prompt: 'none', scope: 'openid' })),
  );
  return answer.get('error') !== 'login_required';
}

test('S141 S143 with a hint the browser goes to the registered URI, and nobody is signed in', async () => {
  const one = await session();
  const page = await logout(one, {
    ...{ id_token_hint: one.hint, post_logout_redirect_uri: goodbye, state: 'a b' },
  });
  assert.equal(page.leavesTo?.href, `${goodbye}?state=a%20b`);
  assert.equal(await isSignedIn(one), false);
});

test('S141 no state is invented, and POST works', async () => {
  const one = await session();
  const form = { id_token_hint: one.hint, post_logout_redirect_uri: goodbye };
  const page = await one.browser.post(`${world.issuer}/oauth2/logout`, form);
  assert.equal(page.leavesTo?.href, goodbye);
  assert.equal(page.status, 303);
});

test('S141 an unregistered target, or one with a query added, is never gone to', async () => {
  for (const target of ['https://evil.example/', `${goodbye}?foo=bar`, `${goodbye}/`]) {
    const one = await session();
    const page = await logout(one, { id_token_hint: one.hint, post_logout_redirect_uri: target });
    assert.equal(page.leavesTo, undefined, target);
  }
});

test('S142 an altered, unsigned or foreign hint never leads anywhere', async () => {
  const one = await session();
  const [, payload, signature] = one.hint.split('.') as [string, string, string];
  const none = Buffer.from('{"alg":"none","typ":"JWT","kid":"x"}').toString('base64url');
  const other = await openWorld(server);
  const theirs = await signIn(other, await registerClient(other), { scope: 'openid' });
  for (const hint of [`${none}.${payload}.`, `${none}.${payload}.${signature}`, theirs.tokens.id_token]) {
    const page = await logout(one, { id_token_hint: hint, post_logout_redirect_uri: goodbye });
    assert.equal(page.leavesTo, undefined);
    assert.equal(await isSignedIn(one), true, 'and ends nothing before the user confirms');
  }
  const wrongClient = await registerClient(world);
  const page = await logout(one, { id_token_hint: one.hint, client_id: wrongClient.id });
  assert.equal(page.status, 400);
});

test('S143 without a hint the user is asked, by a form with a token', async () => {
  const one = await session();
  const asked = await logout(one, { post_logout_redirect_uri: goodbye, client_id: client.id, state: 's' });
  assert.equal(asked.status, 200);
  assert.equal(await isSignedIn(one), true);
  const forged = await one.browser.submit(asked, { form_token: 'forged' });
  assert.equal(forged.status, 403);
  assert.equal(await isSignedIn(one), true);
  const gone = await one.browser.submit(asked, {});
  assert.equal(gone.leavesTo?.href, `${goodbye}?state=s`);
  assert.equal(await isSignedIn(one), false);
});

test('S141 without parameters the user confirms, and sees our own page', async () => {
  const one = await session();
  const page = await one.browser.submit(await logout(one, {}), {});
  assert.match(page.text, /Signed out/);
  assert.equal(one.browser.cookies.size, 0);
  assert.equal(await isSignedIn(one), false);
});

test('S042 the record is gone, not only the cookie', async () => {
  const one = await session();
  const kept = new Map(one.browser.cookies);
  await logout(one, { id_token_hint: one.hint });
  const thief = createPlainBrowser(server);
  for (const [name, value] of kept) thief.cookies.set(name, value);
  assert.equal(await isSignedIn({ browser: thief, hint: one.hint }), false);
});
