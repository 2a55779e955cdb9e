/** Requests that arrive together, over the wire: oauth-standards.md 4. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, call } from '../support/http.ts';
import { createPlainBrowser } from '../support/plain-browser.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import {
  authorize,
  authorizeUrl,
  exchange,
  openWorld,
  type RegisteredClient,
  registerClient,
  type StandardWorld,
  send,
  signIn,
} from './world.ts';

let server: RunningServer;
let world: StandardWorld;
let client: RegisteredClient;

before(async () => {
  server = await startServer();
  world = await openWorld(server);
  client = await registerClient(world, { type: 'native' });
});
after(() => server?.stop());

const together = <Result>(count: number, act: () => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, act));
const userinfo = (bearer: string) => call(server, `GET ${world.path}/oauth2/userinfo`, { bearer });
const statuses = (answers: Answer[]) => answers.map(({ status }) => status).toSorted();

test('S076 of three redemptions at once one gets tokens at most, and they are dead', async () => {
  for (let round = 0; round < 10; round++) {
    const authorized = await authorize(world, client, { scope: 'openid offline_access' });
    const answers = await together(3, () => exchange(world, client, authorized));
    const given = answers.filter(({ status }) => status === 200);
    assert.ok(given.length <= 1, `${statuses(answers)}`);
    for (const answer of answers) assert.ok(answer.status === 200 || answer.body.error === 'invalid_grant');
    for (const { body } of given) assert.equal((await userinfo(body.access_token)).status, 401);
  }
});

test('S082 of three refreshes at once none fails on our side, and one lineage goes on', async () => {
  for (let round = 0; round < 5; round++) {
    const { tokens } = await signIn(world, client, { scope: 'openid offline_access' });
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    const answers = await together(3, () => send(world, 'token', client, form));
    for (const { status } of answers) assert.ok(status === 200 || status === 400);
    const successors = answers.filter(({ status }) => status === 200).map(({ body }) => body.refresh_token);
    assert.equal(new Set(successors).size, 1, 'the grace gives the same successor again');
  }
});

test('a consent form sent twice at once is answered once', async () => {
  const web = await registerClient(world);
  const browser = createPlainBrowser(server);
  const { username, password } = world.tenant.user;
  const page = await browser.open(authorizeUrl(world, web));
  const consent = await browser.submit(page, { username, password });
  const answers = await together(3, () => browser.submit(consent, { decision: 'allow' }));
  const sent = answers.filter(({ leavesTo }) => leavesTo?.searchParams.has('code'));
  assert.equal(sent.length, 1);
  for (const { status } of answers) assert.ok(status === 303 || status === 400);
});

test('revoking while refreshing leaves nothing usable', async () => {
  for (let round = 0; round < 5; round++) {
    const { tokens } = await signIn(world, client, { scope: 'openid offline_access' });
    const refresh = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token };
    const [refreshed, revoked] = await Promise.all([
      send(world, 'token', client, refresh),
      send(world, 'revoke', client, { token: tokens.refresh_token }),
    ]);
    assert.equal(revoked.status, 200);
    if (refreshed.status !== 200) continue;
    assert.equal((await userinfo(refreshed.body.access_token)).status, 401);
    const next = { grant_type: 'refresh_token', refresh_token: refreshed.body.refresh_token };
    assert.equal((await send(world, 'token', client, next)).body.error, 'invalid_grant');
  }
});
