/** Guessing passwords past the throttle: all at once, under every name of the account, and by Basic. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ApplicationAccess, accessTo, outcome, requireSuccess } from '../support/application.ts';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';

const wrong = '400 invalid_grant';
const throttled = '429 too_many_requests';

let server: RunningServer;
let app: ApplicationAccess;

before(async () => {
  server = await startServer();
  app = accessTo(server, await createTenant(server));
});
after(async () => {
  await server?.stop();
});

const guess = async (username: string, at: number): Promise<string> =>
  outcome(
    await app.asGuest('POST /token', { json: { grant_type: 'password', username, password: `guess-${at}` } }),
  );

/** How often each outcome came. */
function countsOf(outcomes: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of outcomes) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}

test('of a hundred guesses at the same moment ten are looked at', async () => {
  const victim = await app.newUser();
  const outcomes = await Promise.all(Array.from({ length: 100 }, (_, at) => guess(victim.username, at)));
  assert.deepEqual(countsOf(outcomes), { [wrong]: 10, [throttled]: 90 });
});

test('of many guesses at the same moment from one address, at accounts that exist and others, a hundred are looked at', async () => {
  const flooded = await startServer();
  const access = accessTo(flooded, await createTenant(flooded));
  const victims = ['ann', 'bob'];
  for (const username of victims) {
    const account = { username, email: `${username}@example.test`, password: 'never signs in here' };
    requireSuccess(await access.asAdmin('POST /users', { json: account }));
  }
  const names = Array.from({ length: 160 }, (_, at) => victims[at % 80] ?? `nobody-${at}`);
  const outcomes = await Promise.all(
    names.map(async (username) => {
      const json = { grant_type: 'password', username, password: 'a guess' };
      return outcome(await access.asGuest('POST /token', { json }));
    }),
  );
  const { [wrong]: looked = 0, [throttled]: heldBack = 0 } = countsOf(outcomes);
  assert.equal(looked + heldBack, 160);
  // One more is allowed every six seconds.
  assert.ok(looked >= 100 && looked < 110, `${looked}`);
  await flooded.stop();
});

test('username, email and uuid of one account share its ten guesses', async () => {
  const victim = await app.newUser();
  const names = [victim.username, victim.email, victim.uuid, victim.username.toUpperCase()];
  const outcomes: string[] = [];
  for (let at = 0; at < 20; at++) outcomes.push(await guess(names[at % names.length] ?? '', at));
  assert.deepEqual(countsOf(outcomes), { [wrong]: 10, [throttled]: 10 });
});

test('changing the password is no second way to guess', async () => {
  const victim = await app.newUser();
  for (let at = 0; at < 10; at++) await guess(victim.username, at);
  const answer = await app.asGuest(`PUT /users/${victim.username}/password`, {
    json: { oldpassword: 'guess-11', newpassword: 'taken over' },
  });
  assert.equal(outcome(answer), throttled);
});

test('the superuser by Basic: while guesses are held back, the right one is held back too', async () => {
  const organizations = async (password: string) =>
    outcome(
      await call(server, 'GET /management/organizations', { basic: { username: 'superuser', password } }),
    );
  assert.equal(await organizations(server.superuserPassword), '200');
  const outcomes: string[] = [];
  for (let at = 0; at < 12; at++) outcomes.push(await organizations(`guess-${at}`));
  assert.deepEqual(countsOf(outcomes), { '401 unauthorized': 10, [throttled]: 2 });
  assert.equal(await organizations(server.superuserPassword), throttled);
});
