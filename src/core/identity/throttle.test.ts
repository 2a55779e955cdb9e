import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KeygridError } from '../errors.ts';
import { createLoginThrottle, createMailLimit, type LoginKeys, type LoginThrottle } from './throttle.ts';

const minute = 60_000;
let now = 0;
let throttle: LoginThrottle;
const clock = { now: () => now };

beforeEach(() => {
  now = 1_700_000_000_000;
  throttle = createLoginThrottle({ clock });
});

const owner: LoginKeys = { realm: 7, identifier: 'ann', address: '192.0.2.1', tenant: 'acme' };
const attacker: LoginKeys = { ...owner, address: '198.51.100.9' };

const fail = (keys: LoginKeys) => throttle.attempt(keys, async () => undefined);
const succeed = (keys: LoginKeys) => throttle.attempt(keys, async () => 'signed in');
const isThrottled = (attempt: Promise<unknown>): Promise<boolean> =>
  attempt.then(
    () => false,
    (error: unknown) => error instanceof KeygridError && error.code === 'throttled',
  );

async function failOften(times: number, keys: (time: number) => LoginKeys): Promise<void> {
  for (let time = 0; time < times; time++) await fail(keys(time)).catch(() => {});
}

test('ten mistakes are free, the next attempt has to wait, and the proof does not run', async () => {
  await failOften(10, () => owner);
  let ran = false;
  const attempt = throttle.attempt(owner, async () => {
    ran = true;
  });
  await assert.rejects(attempt, { code: 'throttled', retryAfterSeconds: 1 });
  assert.equal(ran, false);
  now += 1000;
  assert.equal(await succeed(owner), 'signed in');
});

test('attackers share one delay over all their addresses and spellings', async () => {
  await failOften(10, (time) => ({ ...attacker, address: `198.51.100.${time}`, identifier: 'ANN' }));
  assert.equal(await isThrottled(fail({ ...attacker, address: '203.0.113.1' })), true);
});

test('an attack does not hold the owner back where the owner signed in before', async () => {
  await succeed(owner);
  for (let round = 0; round < 30; round++) {
    now += 15 * minute;
    await failOften(10, () => attacker);
  }
  assert.equal(await isThrottled(fail(attacker)), true);
  assert.equal(await succeed(owner), 'signed in');
});

test('the owner is held back by own mistakes for at most a minute', async () => {
  await succeed(owner);
  for (let time = 0; time < 30; time++) {
    await fail(owner).catch(() => {});
    now += minute;
  }
  assert.equal(await succeed(owner), 'signed in');
});

test('an attacker gets fewer than two hundred tries a day at one account', async () => {
  let tries = 0;
  for (let second = 0; second < 24 * 3600; second += 10) {
    now += 10_000;
    if (!(await isThrottled(fail({ ...attacker, address: `2001:db8:${second.toString(16)}::1` }))))
      tries += 1;
  }
  assert.ok(tries < 200, `${tries}`);
});

test('an address that fails a hundred times waits, whatever the accounts and realms', async () => {
  await failOften(100, (time) => ({
    ...attacker,
    realm: time,
    identifier: `user-${time}`,
    tenant: `${time}`,
  }));
  assert.equal(await isThrottled(fail({ ...attacker, identifier: 'another' })), true);
  assert.equal(await isThrottled(fail({ ...owner, identifier: 'another' })), false);
  now += 10 * minute;
  assert.equal(await isThrottled(fail({ ...attacker, identifier: 'another' })), false);
});

test('addresses of one IPv6 network count as one', async () => {
  await failOften(100, (time) => ({
    ...attacker,
    identifier: `user-${time}`,
    address: `2001:db8::${time.toString(16)}`,
  }));
  assert.equal(await isThrottled(fail({ ...attacker, address: '2001:db8::ffff:1' })), true);
});

test('a tenant under attack is slowed for strangers, and for nobody else', async () => {
  await succeed(owner);
  await failOften(1000, (time) => ({
    ...attacker,
    identifier: `user-${time}`,
    address: `203.0.113.${time % 250}`,
  }));
  const stranger = { ...owner, address: '192.0.2.50' };
  assert.equal(await isThrottled(succeed(stranger)), true);
  assert.equal(await isThrottled(succeed({ ...stranger, tenant: 'other', identifier: 'zoe' })), false);
  assert.equal(await succeed(owner), 'signed in');
  now += 1000;
  assert.equal(await succeed(stranger), 'signed in');
});

test('a proof that throws does not count', async () => {
  for (let time = 0; time < 50; time++) {
    const attempt = throttle.attempt(owner, () => Promise.reject(new KeygridError('overloaded', 'full')));
    await assert.rejects(attempt, { code: 'overloaded' });
  }
  assert.equal(await isThrottled(fail(owner)), false);
});

test('many right sign-ins at the same moment all go through', async () => {
  const attempts = Array.from({ length: 200 }, () => succeed(owner));
  assert.equal((await Promise.all(attempts)).length, 200);
});

test('of hundreds of guesses at the same moment from one address, whoever they are about, a hundred run', async () => {
  let guesses = 0;
  const guess = (at: number) =>
    throttle.attempt({ ...attacker, realm: at % 3, identifier: `user-${at}` }, async () => {
      guesses += 1;
      await Promise.resolve();
      return undefined;
    });
  const outcomes = await Promise.all(Array.from({ length: 300 }, (_, at) => isThrottled(guess(at))));
  assert.equal(guesses, 100);
  assert.equal(outcomes.filter((throttled) => throttled).length, 200);
  now += minute;
  await Promise.all(Array.from({ length: 300 }, (_, at) => isThrottled(guess(at))));
  assert.equal(guesses, 110);
});

test('an address from which many mistake their password at the same moment holds nobody back who signed in from it', async () => {
  await succeed(attacker);
  const waiting: (() => void)[] = [];
  const strangers = Array.from({ length: 150 }, (_, at) =>
    isThrottled(
      throttle.attempt(
        { ...attacker, identifier: `user-${at}` },
        () => new Promise<undefined>((resolve) => waiting.push(() => resolve(undefined))),
      ),
    ),
  );
  assert.equal(await succeed(attacker), 'signed in');
  assert.equal(waiting.length, 100);
  for (const resolve of waiting) resolve();
  assert.equal((await Promise.all(strangers)).filter((throttled) => throttled).length, 50);
});

test('many right sign-ins from one address at the same moment, of many accounts, all go through', async () => {
  const attempts = Array.from({ length: 500 }, (_, at) => succeed({ ...owner, identifier: `user-${at}` }));
  assert.equal((await Promise.all(attempts)).length, 500);
});

test('mail about one account, named in any case, is asked for five times an hour', () => {
  const limit = createMailLimit({ clock });
  for (let time = 0; time < 5; time++) limit.take({ realm: 1, reference: 'ann', address: `192.0.2.${time}` });
  const sixth = { realm: 1, reference: 'ANN', address: '192.0.2.99' };
  assert.throws(() => limit.take(sixth), { code: 'throttled', retryAfterSeconds: 720 });
  limit.take({ ...sixth, realm: 2 });
});

test('one address asks for mail thirty times an hour', () => {
  const limit = createMailLimit({ clock });
  for (let time = 0; time < 30; time++)
    limit.take({ realm: 1, reference: `user-${time}`, address: '192.0.2.1' });
  const next = { realm: 1, reference: 'another', address: '192.0.2.1' };
  assert.throws(() => limit.take(next), { code: 'throttled' });
});

test('of hundreds of guesses at the same moment, ten run', async () => {
  let guesses = 0;
  const guess = () =>
    throttle.attempt(attacker, async () => {
      guesses += 1;
      await Promise.resolve();
      return undefined;
    });
  const outcomes = await Promise.all(Array.from({ length: 300 }, () => isThrottled(guess())));
  assert.equal(guesses, 10);
  assert.equal(outcomes.filter((wasThrottled) => wasThrottled).length, 290);
});
