/** What happens after a while: codes, refresh tokens and limits. aps-auth.md 3.1, 3.2, 5. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { type ServerWithClock, startServerWithClock } from '../support/server-with-clock.ts';
import {
  type AutodeskClient,
  type AutodeskWorld,
  bodyCredentials,
  codeForm,
  codeIn,
  openAutodeskWorld,
  registerClient,
} from './autodesk-world.ts';

let server: ServerWithClock;
let world: AutodeskWorld;
let client: AutodeskClient;
let busy: AutodeskClient;
let victim: AutodeskClient;

const second = 1000;
const day = 86_400 * second;

before(async () => {
  server = await startServerWithClock();
  world = await openAutodeskWorld(server);
  client = world.client;
  // Later the owner's own token has expired.
  busy = await registerClient(server, world.tenant);
  victim = await registerClient(server, world.tenant);
});
after(async () => {
  await server?.stop();
});

const refresh = (token: string, version: 'v1' | 'v2' = 'v2', by = client) =>
  call(server, `POST /authentication/${version === 'v1' ? 'v1/refreshtoken' : 'v2/token'}`, {
    form: { grant_type: 'refresh_token', refresh_token: token, ...bodyCredentials(by) },
  });

test('APS-57: a code older than five minutes is no grant', async () => {
  const late = codeIn(await world.authorize(client, { scope: 'data:read' }, { version: 'v2' }));
  const inTime = codeIn(await world.authorize(client, { scope: 'data:read' }, { version: 'v2' }));
  const exchange = (code: string) =>
    call(server, 'POST /authentication/v2/token', { form: codeForm(client, code) });
  await server.advance(299 * second);
  assert.equal((await exchange(inTime)).status, 200);
  await server.advance(2 * second);
  const answer = await exchange(late);
  assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_grant']);
});

test('APS-72, APS-74: a spent refresh token fails after the grace, and its use ends the family', async () => {
  const first = await world.threeLegged(client);
  const next = await refresh(first.refresh_token);
  assert.notEqual(next.body.refresh_token, first.refresh_token);
  await server.advance(11 * second);
  const reused = await refresh(first.refresh_token);
  assert.deepEqual([reused.status, reused.body.error], [400, 'invalid_grant']);
  assert.equal((await refresh(next.body.refresh_token)).status, 400);
  assert.deepEqual(await world.introspect(client, next.body.access_token), { active: false });
});

test('APS-77: refresh tokens last fifteen days, and those of version 1 fourteen', async () => {
  const ofTwo = await world.threeLegged(client);
  const ofOne = await world.threeLegged(client, { version: 'v1' });
  const ofOneInTime = await world.threeLegged(client, { version: 'v1' });
  await server.advance(14 * day - 60 * second);
  assert.equal((await refresh(ofOneInTime.refresh_token, 'v1')).status, 200);
  await server.advance(120 * second);
  assert.equal((await refresh(ofOne.refresh_token, 'v1')).status, 400);
  const renewed = await refresh(ofTwo.refresh_token);
  assert.equal(renewed.status, 200, renewed.text);
  await server.advance(15 * day + second);
  assert.equal((await refresh(renewed.body.refresh_token)).status, 400);
});

test('APS-45: an expired token opens no profile', async () => {
  const { access_token: bearer } = await world.threeLegged(client);
  await server.advance(3600 * second);
  for (const path of ['/userprofile/v1/users/@me', '/userinfo']) {
    const { status, body } = await call(server, `GET ${path}`, { bearer });
    assert.deepEqual([status, body.errorCode], [401, 'AUTH-006']);
  }
});

test('APS-47, APS-95, APS-97: refresh 101 of a minute is refused, and refusals do not extend the minute', async () => {
  for (let calls = 0; calls < 100; calls += 1) {
    const { status } = await refresh('unknown', 'v1', busy);
    if (status !== 400) assert.fail(`call ${calls + 1}: ${status}`);
  }
  await server.advance(59 * second);
  for (let calls = 0; calls < 6; calls += 1) {
    const { status, headers, body } = await refresh('unknown', 'v1', busy);
    assert.deepEqual([status, headers['retry-after']], [429, '1']);
    assert.equal(body.developerMessage, 'Quota limit exceeded.');
  }
  await server.advance(second);
  assert.equal((await refresh('unknown', 'v1', busy)).status, 400);
});

test('who calls in the name of a client without its secret uses up nothing of its allowance', async () => {
  const form = { grant_type: 'client_credentials', client_id: victim.clientId };
  for (let calls = 0; calls < 5; calls += 1) {
    await call(server, 'POST /authentication/v2/token', { form: { ...form, client_secret: 'guess' } });
  }
  const { headers } = await call(server, 'POST /authentication/v2/token', {
    form: { ...form, ...bodyCredentials(victim) },
  });
  assert.equal(headers['ratelimit-remaining'], '499');
});
