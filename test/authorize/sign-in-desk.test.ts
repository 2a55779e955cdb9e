import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createRealmAccounts } from '../../src/core/oauth/authorize/accounts.ts';
import { createSignInDesk } from '../../src/core/oauth/authorize/sign-in-desk.ts';
import { newBrowserValue } from '../../src/core/sessions/browser-value.ts';
import { createRandomSource } from '../../src/platform/index.ts';
import { openWorld, password, rejectsWith, TestBrowser, type World } from './authorization-world.ts';

let world: World;
before(async () => {
  world = await openWorld();
});
after(() => world.close());

test('S054 a password that was proved before the account was shut out opens no session afterwards', async () => {
  const { login, tokenUsers: users, tenancyCache: cache, tokens, applicationAccounts } = world.core;
  const accounts = createRealmAccounts({ login, users, cache });
  const desk = createSignInDesk({ accounts, sessions: world.sessions, tokens });
  const browser = new TestBrowser();
  const proof = await desk.prove(world.realm, { username: 'ann', password }, browser);
  const disabled = { disabled: true };
  await applicationAccounts.update(world.application, world.user, disabled, { administrator: true });
  const value = newBrowserValue(createRandomSource());
  await rejectsWith('invalid_grant', desk.start(proof, value, browser));
  const slice = { limit: 100, from: undefined };
  assert.deepEqual((await world.sessions.listOfUser(world.realm, world.user.uuid, slice)).items, []);
});
