/** Ending all tokens of somebody ends the sessions too: else a remembered consent would give new ones. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from '../../src/core/clients/client.ts';
import {
  begin,
  familiarBrowser,
  openWorld,
  password,
  returned,
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

const slice = { limit: 100, from: undefined };

test('S054 UA-76 after all tokens of a user were ended no browser gets new ones by what was allowed before', async () => {
  const browser = await familiarBrowser(world, client);
  const silent = () => begin(world, browser, client, { prompt: 'none' });
  assert.ok(returned(await silent()).code);
  await world.core.userTokens.revokeAll(world.application, world.user);
  assert.equal(returned(await silent()).error, 'login_required');
  assert.deepEqual((await world.sessions.listOfUser(world.realm, world.user.uuid, slice)).items, []);
  const grants = await world.core.grantManagement.list(world.realm, world.user.uuid, slice);
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
  assert.deepEqual((await world.sessions.listOfUser(world.realm, user.uuid, slice)).items, []);
});
