import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from '../../src/core/clients/client.ts';
import type { LogoutInput, LogoutOutcome } from '../../src/core/oauth/authorize/logout.ts';
import {
  begin,
  familiarBrowser,
  openWorld,
  password,
  rejectsWith,
  returned,
  TestBrowser,
  type World,
} from './authorization-world.ts';

const target = 'https://app.example/bye';
const idTokenRequest = { response_type: 'id_token', nonce: 'n' };

let world: World;
let client: Client;
before(async () => {
  world = await openWorld();
  await world.createUser('bob');
  client = await world.register({
    grantTypes: ['authorization_code', 'implicit'],
    postLogoutRedirectUris: [target],
  });
});
after(() => world.close());

type Fields = Record<string, string>;

const inputFor = (
  browser: TestBrowser,
  fields: Fields,
  dialect: LogoutInput['dialect'] = 'standard',
): LogoutInput => ({
  parameters: Object.entries(fields),
  dialect,
  realm: dialect === 'standard' ? world.realm : undefined,
  browser,
});

/** A browser where ann is signed in, and an ID token that the client got there. */
async function signedIn(): Promise<{ browser: TestBrowser; hint: string }> {
  const browser = await familiarBrowser(world, client, idTokenRequest);
  const { id_token } = returned(await begin(world, browser, client, idTokenRequest));
  return { browser, hint: id_token! };
}

async function logOut(browser: TestBrowser, fields: Fields): Promise<LogoutOutcome> {
  const outcome = await world.logout.request(inputFor(browser, fields));
  if (outcome.kind !== 'confirm') browser.keep(...outcome.cookies);
  return outcome;
}

async function confirm(browser: TestBrowser, fields: Fields): Promise<LogoutOutcome> {
  const asked = await world.logout.request(inputFor(browser, fields));
  assert.equal(asked.kind, 'confirm');
  if (asked.kind !== 'confirm') throw new Error('unreachable');
  return world.logout.confirm(inputFor(browser, fields), { formToken: asked.formToken });
}

const isSignedIn = async (browser: TestBrowser) =>
  (await world.ownSignIn.find(world.realm, browser)) !== undefined;
const silently = async (browser: TestBrowser) =>
  returned(await begin(world, browser, client, { prompt: 'none' })).error;

test('S141 S143 with a hint and a registered target the user is out and back at the client', async () => {
  const { browser, hint } = await signedIn();
  const stolen = new TestBrowser();
  stolen.cookies.set(world.realm, browser.valueFor(world.realm)!);
  const fields = { id_token_hint: hint, post_logout_redirect_uri: target, state: 'a b' };
  const outcome = await logOut(browser, fields);
  assert.equal(outcome.kind === 'redirect' && outcome.location, `${target}?state=a%20b`);
  assert.equal(browser.cookies.size, 0);
  assert.equal(await silently(browser), 'login_required');
  assert.ok(!(await isSignedIn(stolen)), 'S042 the record is gone, not only the cookie');
});

test('S141 no state in, none out', async () => {
  const { browser, hint } = await signedIn();
  const outcome = await logOut(browser, { id_token_hint: hint, post_logout_redirect_uri: target });
  assert.equal(outcome.kind === 'redirect' && outcome.location, target);
});

test('S142 an expired hint is accepted', async () => {
  const { hint } = await signedIn();
  world.advance(40 * 60_000);
  const { browser } = await signedIn();
  const outcome = await logOut(browser, { id_token_hint: hint, post_logout_redirect_uri: target });
  assert.equal(outcome.kind, 'redirect');
});

test('S141 a target that is not registered, or registered and changed, is never gone to', async () => {
  for (const uri of ['https://evil.example/', `${target}?foo=bar`, `${target}/`, '']) {
    const { browser, hint } = await signedIn();
    const outcome = await logOut(browser, { id_token_hint: hint, post_logout_redirect_uri: uri });
    assert.equal(outcome.kind, 'signed_out');
    assert.ok(!(await isSignedIn(browser)));
  }
});

test('S142 a hint that was altered, or that somebody else signed, never redirects, even when confirmed', async () => {
  const { browser, hint } = await signedIn();
  const [header, payload, signature] = hint.split('.');
  const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
  const forged = [`${none}.${payload}.`, `${none}.${payload}.${signature}`, `${header}.${payload}.AAAA`, 'x'];
  for (const id_token_hint of forged) {
    const fields = { id_token_hint, post_logout_redirect_uri: target, client_id: client.clientId };
    const outcome = await world.logout.request(inputFor(browser, fields));
    assert.equal(outcome.kind, 'confirm');
  }
  assert.ok(await isSignedIn(browser));
  const fields = { id_token_hint: 'x', post_logout_redirect_uri: target, client_id: client.clientId };
  assert.equal((await confirm(browser, fields)).kind, 'signed_out');
});

test('S142 client_id must agree with the hint', async () => {
  const { browser, hint } = await signedIn();
  const other = await world.register();
  const fields = { id_token_hint: hint, client_id: other.clientId };
  await rejectsWith('invalid_request', world.logout.request(inputFor(browser, fields)));
  assert.ok(await isSignedIn(browser));
});

test('S143 without a hint the user is asked, and then is out', async () => {
  const { browser } = await signedIn();
  const fields = { client_id: client.clientId, post_logout_redirect_uri: target, state: 's' };
  const asked = await world.logout.request(inputFor(browser, fields));
  assert.equal(asked.kind === 'confirm' && asked.client?.name, 'App');
  assert.ok(await isSignedIn(browser));
  const outcome = await confirm(browser, fields);
  assert.equal(outcome.kind === 'redirect' && outcome.location, `${target}?state=s`);
  assert.ok(!(await isSignedIn(browser)));
});

test('S143 a hint at another user than the one signed in asks too', async () => {
  const { hint } = await signedIn();
  const bob = new TestBrowser();
  const { formToken, cookie } = world.ownSignIn.offer(world.realm, bob);
  bob.keep(cookie);
  bob.keep(await world.ownSignIn.signIn(world.realm, { formToken, username: 'bob', password }, bob));
  const outcome = await world.logout.request(inputFor(bob, { id_token_hint: hint }));
  assert.equal(outcome.kind, 'confirm');
  assert.ok(await isSignedIn(bob));
});

test('S143 S037 another site cannot confirm', async () => {
  const { browser } = await signedIn();
  for (const formToken of [undefined, 'x']) {
    const forged = world.logout.confirm(inputFor(browser, {}), { formToken });
    await rejectsWith('form_token_mismatch', forged);
  }
  assert.ok(await isSignedIn(browser));
});

test('S141 without parameters who is signed in confirms, and who is not sees our own page', async () => {
  const { browser } = await signedIn();
  assert.equal((await confirm(browser, {})).kind, 'signed_out');
  assert.equal((await logOut(new TestBrowser(), {})).kind, 'signed_out');
  assert.equal((await logOut(new TestBrowser(), { state: 'only' })).kind, 'signed_out');
  const stranger = { client_id: client.clientId, post_logout_redirect_uri: target };
  assert.equal((await logOut(new TestBrowser(), stranger)).kind, 'signed_out');
});

test('APS-94 autodesk ends the session and goes to a listed URI; others are an error; none is the sign-in page', async () => {
  const autodesk = await world.register(
    { scopes: ['data:read'], postLogoutRedirectUris: [target] },
    { dialect: 'autodesk' },
  );
  const signInThere = () => familiarBrowser(world, autodesk, { scope: 'data:read' });
  const leave = (browser: TestBrowser, fields: Fields) =>
    world.logout.request(inputFor(browser, fields, 'autodesk_v2'));

  const unnamed = await signInThere();
  const outcome = await leave(unnamed, { post_logout_redirect_uri: target });
  assert.equal(outcome.kind === 'redirect' && outcome.location, target);
  assert.ok(!(await isSignedIn(unnamed)));

  const named = { client_id: autodesk.clientId, post_logout_redirect_uri: target };
  assert.equal((await leave(await signInThere(), named)).kind, 'redirect');
  assert.equal((await leave(await signInThere(), {})).kind, 'signed_out');
  const unlisted = { post_logout_redirect_uri: 'https://evil.example/' };
  await rejectsWith('invalid_redirect_uri', leave(await signInThere(), unlisted));
});
