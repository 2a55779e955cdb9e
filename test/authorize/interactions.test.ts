import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from '../../src/core/clients/client.ts';
import {
  allow,
  begin,
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

const typed = { username: 'ann', password };

test('S043 an interaction that another browser opens is unknown there', async () => {
  const browser = new TestBrowser();
  const { interaction, formToken } = pageOf(await begin(world, browser, client), 'sign_in');
  const stranger = new TestBrowser();
  await rejectsWith('interaction_not_found', world.authorize.resume(interaction!, stranger));
  await begin(world, stranger, client);
  await rejectsWith('interaction_not_found', world.authorize.resume(interaction!, stranger));
  const form = { formToken, ...typed };
  await rejectsWith('interaction_not_found', world.authorize.signIn(interaction!, form, stranger));
  pageOf(await world.authorize.resume(interaction!, browser), 'sign_in');
});

test('S043 two tabs with two interactions do not mix, and both go on after a sign-in in one', async () => {
  const browser = new TestBrowser();
  const one = await begin(world, browser, client, { state: 'one', scope: 'openid' });
  const two = await begin(world, browser, client, { state: 'two', scope: 'openid email' });
  const first = await signIn(world, browser, one);
  const resumed = await world.authorize.resume(pageOf(two, 'sign_in').interaction!, browser);
  const second = pageOf(resumed, 'consent');
  assert.equal(second.scopes.length, 2);
  assert.equal(returned(await allow(world, browser, first)).state, 'one');
  assert.equal(returned(await allow(world, browser, resumed)).state, 'two');
});

test('S043 the sign-in form of a second tab still counts after the first', async () => {
  const browser = new TestBrowser();
  const fresh = await world.register();
  const [one, two] = [await begin(world, browser, fresh), await begin(world, browser, fresh)];
  await signIn(world, browser, one);
  pageOf(await signIn(world, browser, two), 'consent');
});

test('S037 the sign-in itself needs the form of this browser', async () => {
  const browser = new TestBrowser();
  const { interaction } = pageOf(await begin(world, browser, client), 'sign_in');
  for (const formToken of [undefined, 'x']) {
    const forged = world.authorize.signIn(interaction!, { formToken, ...typed }, browser);
    await rejectsWith('form_token_mismatch', forged);
  }
});

test('an interaction is over after half an hour', async () => {
  const browser = new TestBrowser();
  const page = await begin(world, browser, client);
  world.advance(30 * 60_000);
  await rejectsWith('interaction_not_found', signIn(world, browser, page));
});

test('an interaction that cannot be is not found', async () => {
  const browser = new TestBrowser();
  const { interaction } = pageOf(await begin(world, browser, client), 'sign_in');
  const [, id] = interaction!.split('.');
  for (const text of [
    '',
    'x',
    id!,
    `0.${id}`,
    `-1.${id}`,
    `99999999999999999.${id}`,
    `1.${id}`,
    `${interaction}\u0000`,
  ]) {
    await rejectsWith('interaction_not_found', world.authorize.resume(text, browser));
  }
});

test('S042 the session is another after the sign-in; what the browser held before opens nothing', async () => {
  const browser = new TestBrowser();
  const page = await begin(world, browser, client);
  const before = browser.valueFor(world.realm)!;
  await signIn(world, browser, page);
  const first = browser.valueFor(world.realm)!;
  assert.notEqual(first, before);
  const planted = new TestBrowser();
  planted.cookies.set(world.realm, before);
  pageOf(await begin(world, planted, client), 'sign_in');
  await signIn(world, browser, await begin(world, browser, client, { prompt: 'login' }));
  planted.cookies.set(world.realm, first);
  pageOf(await begin(world, planted, client), 'sign_in');
});

test('S159 a session of one realm is none in another', async () => {
  const browser = new TestBrowser();
  await signIn(world, browser, await begin(world, browser, client));
  const other = await world.core.tenancy.createApplication(world.organization, 'bakery');
  const foreign = await world.register({}, { realm: other.key });
  browser.cookies.set(other.key, browser.valueFor(world.realm)!);
  const page = await begin(world, browser, foreign);
  pageOf(page, 'sign_in');
  await rejectsWith('invalid_grant', signIn(world, browser, page));
  const { interaction } = pageOf(await begin(world, browser, client, { prompt: 'login' }), 'sign_in');
  const elsewhere = `${other.key}.${interaction!.split('.')[1]}`;
  await rejectsWith('interaction_not_found', world.authorize.resume(elsewhere, browser));
});

test('what a browser made up is treated as none', async () => {
  const browser = new TestBrowser();
  browser.cookies.set(world.realm, 'made-up; value\u0000');
  const page = await begin(world, browser, client);
  assert.match(browser.valueFor(world.realm)!, /^[A-Za-z0-9_-]{43}$/);
  pageOf(page, 'sign_in');
});
