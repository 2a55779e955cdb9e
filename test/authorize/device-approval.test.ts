import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Client } from '../../src/core/clients/client.ts';
import { deviceCodeGrantType } from '../../src/core/clients/client-defaults.ts';
import { openWorld, password, rejectsWith, TestBrowser, type World } from './authorization-world.ts';

let world: World;
let client: Client;
before(async () => {
  world = await openWorld();
  client = await world.register(
    { redirectUris: [], grantTypes: [deviceCodeGrantType, 'refresh_token'] },
    { type: 'native' },
  );
});
after(() => world.close());

const asClient = (form: Record<string, string>) => ({
  ...{ realm: world.realm, dialect: 'standard' as const, authorization: undefined, queryNames: [] },
  address: '203.0.113.9',
  form: Object.entries({ client_id: client.clientId, ...form }),
});

const startDevice = () => world.core.deviceAuthorizations.start(asClient({ scope: 'openid email' }));
const poll = (deviceCode: string) =>
  world.core.clientTokenEndpoint.answer(
    asClient({ grant_type: deviceCodeGrantType, device_code: deviceCode }),
  );

async function signedInBrowser(): Promise<TestBrowser> {
  const browser = new TestBrowser();
  const { formToken, cookie } = world.ownSignIn.offer(world.realm, browser);
  browser.keep(cookie);
  const form = { formToken, username: 'ann', password };
  browser.keep(await world.ownSignIn.signIn(world.realm, form, browser));
  return browser;
}

const visitorOf = async (browser: TestBrowser) => (await world.ownSignIn.find(world.realm, browser))!;

test('S136 the page shows code, client, scopes and where the device asked from; approving lets it in', async () => {
  const device = await startDevice();
  const browser = await signedInBrowser();
  const typed = device.userCode.toLowerCase().replace('-', ' ');
  const page = await world.devices.look(world.realm, await visitorOf(browser), typed, browser);
  assert.equal(page.userCode, device.userCode);
  assert.deepEqual([page.client.name, page.address, page.account.username], ['App', '203.0.113.9', 'ann']);
  assert.deepEqual(
    page.scopes.map(({ name }) => name),
    ['openid', 'email'],
  );
  const form = { formToken: page.formToken, userCode: page.userCode, approved: true };
  assert.equal((await world.devices.decide(world.realm, form, browser)).approved, true);
  world.advance(6000);
  const answer = await poll(device.deviceCode);
  assert.ok(answer.accessToken && answer.refreshToken && answer.idToken);
  assert.deepEqual(answer.scopes, ['openid', 'email']);
});

test('S136 earlier consent approves nothing', async () => {
  const device = await startDevice();
  const browser = await signedInBrowser();
  const page = await world.devices.look(world.realm, await visitorOf(browser), device.userCode, browser);
  assert.ok(page.scopes.every(({ allowed }) => allowed));
  world.advance(6000);
  await rejectsWith('authorization_pending', poll(device.deviceCode));
});

test('S136 S037 approving needs the form of the session', async () => {
  const device = await startDevice();
  const browser = await signedInBrowser();
  const other = await signedInBrowser();
  const { formToken } = await visitorOf(other);
  for (const wrong of [undefined, formToken]) {
    const form = { formToken: wrong, userCode: device.userCode, approved: true };
    await rejectsWith('form_token_mismatch', world.devices.decide(world.realm, form, browser));
  }
});

test('S050 S096 a device that is refused is told so', async () => {
  const device = await startDevice();
  const browser = await signedInBrowser();
  const { formToken } = await visitorOf(browser);
  const form = { formToken, userCode: device.userCode, approved: false };
  await world.devices.decide(world.realm, form, browser);
  world.advance(6000);
  await rejectsWith('access_denied', poll(device.deviceCode));
});

test('a device is decided once, and of two decisions at once one counts', async () => {
  const device = await startDevice();
  const browser = await signedInBrowser();
  const { formToken } = await visitorOf(browser);
  const decide = (approved: boolean) =>
    world.devices.decide(world.realm, { formToken, userCode: device.userCode, approved }, browser);
  const both = await Promise.allSettled([decide(true), decide(false)]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  await rejectsWith('expired_device_code', decide(true));
});

test('S135 a code that is over, of another realm or none is unknown', async () => {
  const device = await startDevice();
  const browser = await signedInBrowser();
  const other = await world.core.tenancy.createApplication(world.organization, 'bakery');
  const visitor = await visitorOf(browser);
  const elsewhere = world.devices.look(other.key, visitor, device.userCode, browser);
  await rejectsWith('expired_device_code', elsewhere);
  world.advance(600_000);
  for (const code of [device.userCode, '', 'x', 'BCDF-GHJK', 'é'.repeat(8), 'B'.repeat(1000)]) {
    await rejectsWith('expired_device_code', world.devices.look(world.realm, visitor, code, browser));
  }
});

test('S045 S135 guessing codes is throttled', async () => {
  await world.createUser('gina');
  const browser = new TestBrowser();
  browser.address = '198.51.100.9';
  const { formToken, cookie } = world.ownSignIn.offer(world.realm, browser);
  browser.keep(cookie);
  const form = { formToken, username: 'gina', password };
  browser.keep(await world.ownSignIn.signIn(world.realm, form, browser));
  const visitor = await visitorOf(browser);
  const guess = () => world.devices.look(world.realm, visitor, 'BCDF-GHJK', browser);
  for (let count = 0; count < 10; count++) await rejectsWith('expired_device_code', guess());
  await rejectsWith('throttled', guess());
});
