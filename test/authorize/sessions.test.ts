import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from '../../src/core/clients/client.ts';
import {
  begin,
  familiarBrowser,
  openWorld,
  pageOf,
  password,
  rejectsWith,
  returned,
  signIn,
  TestBrowser,
  type World,
} from './authorization-world.ts';

let world: World;
let client: Client;
before(async () => {
  world = await openWorld();
  client = await world.register();
});
after(() => world.close());

const hour = 3_600_000;

const sessionsOf = async (user = world.user.uuid) =>
  (await world.sessions.listOfUser(world.realm, user, { limit: 100, from: undefined })).items;
const isSignedIn = async (browser: TestBrowser) =>
  (await world.ownSignIn.find(world.realm, browser)) !== undefined;

/** Signs in to our own page, as /account does. */
async function signInToAccount(browser: TestBrowser, username = 'ann', typed = password): Promise<void> {
  const { formToken, cookie } = world.ownSignIn.offer(world.realm, browser);
  browser.keep(cookie);
  browser.keep(await world.ownSignIn.signIn(world.realm, { formToken, username, password: typed }, browser));
}

test('a session is listed with what its user can tell it by', async () => {
  await world.createUser('lena');
  const browser = new TestBrowser();
  await signInToAccount(browser, 'lena');
  const visitor = await world.ownSignIn.find(world.realm, browser);
  const [session, ...others] = await sessionsOf(visitor!.session.user);
  assert.deepEqual(others, []);
  assert.deepEqual([session?.userAgent, session?.address], ['Firefox on Linux', '192.0.2.1']);
  assert.equal(visitor?.account.username, 'lena');
});

test('S041 what the browser holds is stored as a digest only', async () => {
  const browser = new TestBrowser();
  await signInToAccount(browser);
  const stored = JSON.stringify(await sessionsOf());
  for (const part of browser.valueFor(world.realm)!.split('.')) assert.ok(!stored.includes(part));
});

test('a session lies idle for twelve hours at most', async () => {
  const browser = new TestBrowser();
  await signInToAccount(browser);
  world.advance(12 * hour - 1);
  assert.ok(await isSignedIn(browser));
  world.advance(12 * hour - 1);
  assert.ok(await isSignedIn(browser));
  world.advance(12 * hour);
  assert.ok(!(await isSignedIn(browser)));
});

test('a session lasts seven days at most, however it is used', async () => {
  const browser = new TestBrowser();
  await signInToAccount(browser);
  for (let passed = 0; passed < 7 * 24; passed += 6) {
    assert.ok(await isSignedIn(browser));
    world.advance(6 * hour);
  }
  assert.ok(!(await isSignedIn(browser)));
});

test('a session is noted as seen once a minute at most', async () => {
  const browser = new TestBrowser();
  await signInToAccount(browser);
  const seenAt = async () => (await world.ownSignIn.find(world.realm, browser))?.session.lastSeenAt;
  const first = await seenAt();
  world.advance(59_000);
  assert.equal(await seenAt(), first);
  assert.equal(await seenAt(), first);
  world.advance(1_000);
  await seenAt();
  assert.equal(await seenAt(), first! + 60_000);
});

test('sid stays when the same user signs in again, and is another for another user', async () => {
  await world.createUser('kim');
  const browser = new TestBrowser();
  await signInToAccount(browser);
  const idOf = async () => (await world.ownSignIn.find(world.realm, browser))?.session.id;
  const first = await idOf();
  await signInToAccount(browser);
  assert.equal(await idOf(), first);
  await signInToAccount(browser, 'kim');
  assert.notEqual(await idOf(), first);
  assert.ok(!(await sessionsOf()).some(({ id }) => id === first));
});

test('one session is ended, or all but one', async () => {
  await world.createUser('max');
  const browsers = [new TestBrowser(), new TestBrowser(), new TestBrowser()];
  for (const browser of browsers) await signInToAccount(browser, 'max');
  const [first, second, third] = browsers;
  const { session } = (await world.ownSignIn.find(world.realm, second!))!;
  await world.sessions.end(world.realm, session.id);
  assert.deepEqual(await Promise.all(browsers.map(isSignedIn)), [true, false, true]);
  const kept = (await world.ownSignIn.find(world.realm, third!))!.session;
  await world.sessions.endAllOfUser(world.realm, kept.user, kept.id);
  assert.deepEqual(await Promise.all(browsers.map(isSignedIn)), [false, false, true]);
  assert.ok(first);
});

test('S037 forms of our own need the token of their session', async () => {
  const browser = new TestBrowser();
  await signInToAccount(browser);
  const { formToken } = (await world.ownSignIn.find(world.realm, browser))!;
  assert.ok(await world.ownSignIn.require(world.realm, { formToken }, browser));
  const { formToken: beforeSignIn } = world.ownSignIn.offer(world.realm, browser);
  for (const wrong of [undefined, beforeSignIn, 'x']) {
    await rejectsWith(
      'form_token_mismatch',
      world.ownSignIn.require(world.realm, { formToken: wrong }, browser),
    );
  }
  await signInToAccount(browser);
  await rejectsWith('form_token_mismatch', world.ownSignIn.require(world.realm, { formToken }, browser));
});

test('S037 the sign-in to our own pages needs a form of this browser', async () => {
  const { formToken } = world.ownSignIn.offer(world.realm, new TestBrowser());
  const form = { formToken, username: 'ann', password };
  await rejectsWith('form_token_mismatch', world.ownSignIn.signIn(world.realm, form, new TestBrowser()));
});

test('S054 a new password ends every session and every grant', async () => {
  await world.createUser('nora');
  const browser = new TestBrowser();
  const page = pageOf(await signIn(world, browser, await begin(world, browser, client), 'nora'), 'consent');
  await world.authorize.consent(page.interaction, { formToken: page.formToken, scopes: undefined }, browser);
  const { session } = (await world.ownSignIn.find(world.realm, browser))!;
  const request = { newPassword: 'another good horse', oldPassword: password };
  const options = { privileged: false, keep: undefined, address: '192.0.2.1' };
  await world.core.applicationAccounts.changePassword(world.application, 'nora', request, options);
  assert.ok(!(await isSignedIn(browser)));
  const slice = { limit: 1, from: undefined };
  assert.deepEqual((await world.core.grantManagement.list(world.realm, session.user, slice)).items, []);
});

test('S054 an account that is shut out is signed in nowhere, and signs in nowhere', async () => {
  const user = await world.createUser('omar');
  const browser = new TestBrowser();
  await signInToAccount(browser, 'omar');
  const disabled = { disabled: true };
  await world.core.applicationAccounts.update(world.application, user, disabled, { administrator: true });
  assert.ok(!(await isSignedIn(browser)));
  await rejectsWith('account_disabled', signInToAccount(browser, 'omar'));
});

test('S054 an account that is deleted leaves no session', async () => {
  const user = await world.createUser('petra');
  const browser = new TestBrowser();
  await signInToAccount(browser, 'petra');
  await world.core.applicationAccounts.delete(world.application, user);
  assert.ok(!(await isSignedIn(browser)));
});

test('S054 a sign-in that a new password overtakes leaves no session behind', async () => {
  const user = await world.createUser('quinn');
  const browser = new TestBrowser();
  const { formToken, cookie } = world.ownSignIn.offer(world.realm, browser);
  browser.keep(cookie);
  const form = { formToken, username: 'quinn', password };
  const signingIn = world.ownSignIn.signIn(world.realm, form, browser);
  const shutOut = world.core.applicationAccounts.update(
    world.application,
    user,
    { disabled: true },
    { administrator: true },
  );
  const [signedIn] = await Promise.allSettled([signingIn, shutOut]);
  if (signedIn.status === 'fulfilled') browser.keep(signedIn.value);
  assert.ok(!(await isSignedIn(browser)));
  assert.deepEqual(await sessionsOf(user.uuid), []);
});

test('S045 guesses are throttled, and the right password waits like a wrong one', async () => {
  await world.createUser('ruth');
  const browser = new TestBrowser();
  browser.address = '198.51.100.7';
  const page = await begin(world, browser, client);
  for (let guess = 0; guess < 10; guess++) {
    await rejectsWith('invalid_grant', signIn(world, browser, page, 'ruth', `guess ${guess}`));
  }
  await rejectsWith('throttled', signIn(world, browser, page, 'ruth'));
  world.advance(60_000);
  await signIn(world, browser, page, 'ruth');
});

test('a session and a remembered consent cost no page and no new session', async () => {
  const browser = await familiarBrowser(world, client);
  const before = browser.valueFor(world.realm);
  assert.ok(returned(await begin(world, browser, client)).code);
  assert.equal(browser.valueFor(world.realm), before);
});

test('S054 UA-76 after all tokens of a user were ended no browser gets new ones by what was allowed before', async () => {
  const browser = await familiarBrowser(world, client);
  const silent = () => begin(world, browser, client, { prompt: 'none' });
  assert.ok(returned(await silent()).code);
  await world.core.userTokens.revokeAll(world.application, world.user);
  assert.equal(returned(await silent()).error, 'login_required');
  assert.deepEqual(await sessionsOf(), []);
  const grants = await world.core.grantManagement.list(world.realm, world.user.uuid, {
    limit: 100,
    from: undefined,
  });
  assert.equal(grants.items.length, 1);
});

test('S054 a sign-in that the end of all tokens overtakes leaves no session behind', async () => {
  const user = await world.createUser('rosa');
  const browser = new TestBrowser();
  const { formToken, cookie } = world.ownSignIn.offer(world.realm, browser);
  browser.keep(cookie);
  const form = { formToken, username: 'rosa', password };
  const signingIn = world.ownSignIn.signIn(world.realm, form, browser);
  const ending = world.core.userTokens.revokeAll(world.application, user);
  await Promise.allSettled([signingIn, ending]);
  assert.deepEqual(await sessionsOf(user.uuid), []);
});
