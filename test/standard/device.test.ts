/** Devices over the wire: oauth-standards.md 4e and 12. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createPlainBrowser, formOf } from '../support/plain-browser.ts';
import { rememberSecretsIn } from '../support/secrets.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import {
  goThrough,
  openWorld,
  type RegisteredClient,
  registerClient,
  type StandardWorld,
  send,
} from './world.ts';

let server: RunningServer;
let world: StandardWorld;
let client: RegisteredClient;

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';

before(async () => {
  server = await startServer();
  world = await openWorld(server);
  client = await registerClient(world, {
    ...{ name: 'Television', type: 'native', grantTypes: ['authorization_code', 'refresh_token', grantType] },
  });
});
after(() => server?.stop());

async function start() {
  const answer = await send(world, 'device_authorization', client, { scope: 'openid profile' });
  assert.equal(answer.status, 200, answer.text);
  rememberSecretsIn(answer.body);
  return answer;
}

const poll = (deviceCode: string, of = client) =>
  send(world, 'token', of, { grant_type: grantType, device_code: deviceCode });

test('S134 a device gets its codes, where to go and how long it has', async () => {
  const { body, headers } = await start();
  assert.equal(headers['cache-control'], 'no-store');
  assert.equal(body.verification_uri, `${world.issuer}/oauth2/device`);
  assert.equal(new URL(body.verification_uri_complete).searchParams.get('user_code'), body.user_code);
  assert.match(body.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/, 'S135');
  assert.deepEqual([body.expires_in, body.interval], [600, 5]);
});

test('S096 S097 a device waits, is slowed down, and its code is good for nobody else', async () => {
  const { body } = await start();
  const other = await registerClient(world, {
    type: 'native',
    grantTypes: ['authorization_code', grantType],
  });
  assert.equal((await poll(body.device_code, other)).body.error, 'invalid_grant');
  const answers = [await poll(body.device_code), await poll(body.device_code)];
  for (const answer of answers) assert.equal(answer.status, 400);
  assert.deepEqual(
    answers.map(({ body }) => body.error),
    ['authorization_pending', 'slow_down'],
  );
});

test('S136 the page shows code, client, scopes and origin, also when the code came in the link', async () => {
  const { body } = await start();
  const browser = createPlainBrowser(server);
  const signIn = await browser.open(body.verification_uri_complete);
  const { username, password } = world.tenant.user;
  const page = await browser.submit(signIn, { username, password });
  for (const part of [body.user_code, 'Television', 'Know who you are', '127.0.0.1']) {
    assert.ok(page.text.includes(part), part);
  }
  assert.equal(page.headers['x-frame-options'], 'DENY');
  assert.match((await browser.submit(page, { decision: 'allow' })).text, /Device connected/);
  const again = await start();
  const second = await browser.open(again.body.verification_uri_complete);
  assert.match(second.text, /name="decision" value="allow"/, 'earlier consent approves nothing');
});

test('S037 S136 without the form’s token nothing is approved', async () => {
  const { body } = await start();
  const browser = createPlainBrowser(server);
  const { username, password } = world.tenant.user;
  const page = await browser.submit(await browser.open(body.verification_uri_complete), {
    username,
    password,
  });
  const forged = await browser.submit(page, { decision: 'allow', form_token: 'forged' });
  assert.equal(forged.status, 403);
  const stranger = await createPlainBrowser(server).submit(page, { decision: 'allow' });
  assert.equal(stranger.status, 403);
  const late = await browser.submit(page, { decision: 'refuse' });
  assert.match(late.text, /Device refused/);
});

test('S135 the code is typed without its dash in any case; a wrong one may be tried again', async () => {
  const { body } = await start();
  const browser = createPlainBrowser(server);
  const { username, password } = world.tenant.user;
  const entry = await browser.submit(await browser.open(body.verification_uri), { username, password });
  assert.match(entry.text, /Connect a device/);
  const wrong = await browser.submit(entry, { user_code: 'BBBB-BBBB' });
  assert.equal(wrong.status, 400);
  assert.ok(formOf(wrong).fields.length > 0);
  const typed = body.user_code.toLowerCase().replace('-', ' ');
  const page = await browser.submit(wrong, { user_code: typed });
  assert.ok(page.text.includes(body.user_code));
  const done = await goThrough(browser, world.tenant.user, page);
  assert.match(done.text, /Device connected/);
});

test('S160 an address that nobody trusted has put into a header is not the device’s', async () => {
  const headers = {
    'x-forwarded-for': '203.0.113.9',
    forwarded: 'for=203.0.113.9',
    'x-real-ip': '203.0.113.9',
  };
  const started = await send(world, 'device_authorization', client, { scope: 'openid' }, { headers });
  rememberSecretsIn(started.body);
  const browser = createPlainBrowser(server);
  const { username, password } = world.tenant.user;
  const signIn = await browser.open(started.body.verification_uri_complete);
  const page = await browser.submit(signIn, { username, password });
  assert.ok(page.text.includes('127.0.0.1'));
  assert.ok(!page.text.includes('203.0.113.9'));
});
