import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../errors.ts';
import type { Principal } from '../identity/principal.ts';
import { createMessageKey } from '../keys/message-key.ts';
import type { Log } from '../ports.ts';
import type { Change, Revocation } from './revocation-store.ts';
import { createTokenAuthority } from './token-authority.ts';

const principal: Principal = {
  kind: 'application_user',
  realm: 5,
  uuid: '00000000-0000-1000-8000-000000000001',
};
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const hour = 3_600_000;

/** Two authorities over one table of revocations, as two processes are; `tell` is the change feed. */
async function createWorld() {
  const world = { now: Date.UTC(2026, 0, 1), feedAge: 0, rows: [] as Revocation[] };
  const listeners: ((change: Change) => void)[] = [];
  const key = { id: 1, key: createMessageKey(Buffer.alloc(32, 1)) };
  const keys = { current: () => key, find: () => key.key, refresh: async () => {} };
  const authority = () =>
    createTokenAuthority({
      keys,
      revocations: {
        add: async (added) => void world.rows.push(...added),
        listLive: async (_now, since = 0) => ({
          revocations: world.rows.slice(since),
          position: world.rows.length,
        }),
        deleteExpired: async () => 0,
      },
      changes: {
        subscribe(listener) {
          listeners.push(listener);
          return () => {};
        },
        ageMilliseconds: () => world.feedAge,
      },
      clock: { now: () => world.now },
      log: silent,
      trustWithoutFeed: 15_000,
    });
  const tell = async (): Promise<void> => {
    for (const listener of listeners) listener({ topic: 'revocations', realm: 0 });
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { world, here: await authority(), there: await authority(), tell };
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'accepted';
  } catch (error) {
    return error instanceof KeygridError ? error.code : String(error);
  }
};

test('a token lives until its time is over', async () => {
  const { world, here } = await createWorld();
  const token = here.issue(principal, hour, here.moment());
  assert.equal(
    codeOf(() => here.check(token.text)),
    'accepted',
  );
  world.now += hour - 1;
  assert.equal(
    codeOf(() => here.check(token.text)),
    'accepted',
  );
  world.now += 1;
  assert.equal(
    codeOf(() => here.check(token.text)),
    'token_expired',
  );
});

test('revoking a token ends that one here at once, and elsewhere with the feed', async () => {
  const { here, there, tell } = await createWorld();
  const [one, two] = [here.issue(principal, hour, here.moment()), here.issue(principal, hour, here.moment())];
  await here.revokeToken(one);
  assert.equal(
    codeOf(() => here.check(one.text)),
    'token_revoked',
  );
  assert.equal(
    codeOf(() => here.check(two.text)),
    'accepted',
  );
  await tell();
  assert.equal(
    codeOf(() => there.check(one.text)),
    'token_revoked',
  );
  assert.equal(
    codeOf(() => there.check(two.text)),
    'accepted',
  );
});

test('revoking a principal ends all tokens but the one kept, until the next revocation', async () => {
  const { world, here, there, tell } = await createWorld();
  const [one, kept] = [
    here.issue(principal, hour, here.moment()),
    here.issue(principal, hour, here.moment()),
  ];
  await here.revokePrincipal(principal, 'revoked', hour, kept);
  await tell();
  for (const process of [here, there]) {
    assert.equal(
      codeOf(() => process.check(one.text)),
      'token_revoked',
    );
    assert.equal(
      codeOf(() => process.check(kept.text)),
      'accepted',
    );
  }
  world.now += 1;
  await here.revokePrincipal(principal, 'account_disabled', hour);
  assert.equal(
    codeOf(() => here.check(kept.text)),
    'token_revoked',
  );
});

test('a token issued right after a revocation, in the same millisecond, lives', async () => {
  const { here, there, tell } = await createWorld();
  await here.revokePrincipal(principal, 'revoked', hour);
  const token = here.issue(principal, hour, here.moment());
  await tell();
  assert.equal(
    codeOf(() => here.check(token.text)),
    'accepted',
  );
  assert.equal(
    codeOf(() => there.check(token.text)),
    'accepted',
  );
});

test('what was proved before a revocation gets no token after it', async () => {
  const { here } = await createWorld();
  const before = here.moment();
  await here.revokePrincipal(principal, 'account_disabled', hour);
  assert.equal(
    codeOf(() => here.issue(principal, hour, before)),
    'invalid_grant',
  );
});

test('what another process proved before a revocation and issued after it is dead', async () => {
  const { world, here, there, tell } = await createWorld();
  const before = there.moment();
  world.now += 50;
  await here.revokePrincipal(principal, 'account_disabled', hour);
  world.now += 50;
  const token = there.issue(principal, hour, before);
  await tell();
  assert.equal(
    codeOf(() => there.check(token.text)),
    'token_revoked',
  );
  assert.equal(
    codeOf(() => here.check(token.text)),
    'token_revoked',
  );
});

test('time spent on the proof does not shorten the token', async () => {
  const { world, here } = await createWorld();
  const since = here.moment();
  world.now += 500;
  assert.equal(here.issue(principal, 2000, since).expiresAt, world.now + 2000);
});

test('a process that has lost the feed refuses tokens after a bounded time', async () => {
  const { world, here } = await createWorld();
  const token = here.issue(principal, hour, here.moment());
  world.feedAge = 15_001;
  assert.equal(
    codeOf(() => here.check(token.text)),
    'store_unavailable',
  );
  assert.equal(
    codeOf(() => here.find(token.text)),
    'store_unavailable',
  );
});

test('a revocation of one principal leaves its namesake of another realm alone', async () => {
  const { here } = await createWorld();
  const namesake = { ...principal, realm: 6 };
  const token = here.issue(namesake, hour, here.moment());
  await here.revokePrincipal(principal, 'principal_gone', hour);
  assert.equal(
    codeOf(() => here.check(token.text)),
    'accepted',
  );
});
