import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../errors.ts';
import type { Principal } from '../identity/principal.ts';
import { createMessageKey } from '../keys/message-key.ts';
import type { Log } from '../ports.ts';
import type { Change, Revocation } from './revocation-store.ts';
import { createTokenAuthority, type DelegatedTokenRequest } from './token-authority.ts';

const user: Principal = { kind: 'application_user', realm: 5, uuid: '00000000-0000-1000-8000-000000000001' };
const grant = '00000000-0000-1000-8000-00000000000a';
const family = '00000000-0000-1000-8000-00000000000b';
const hour = 3_600_000;
const request: DelegatedTokenRequest = {
  ...{ principal: user, clientId: 'client-1', grant, family, scopes: ['openid', 'data:read'] },
  ...{ lifetime: hour, format: 'opaque' },
};

/** Two authorities over one table of revocations, as two processes are; `tell` is the change feed. */
async function createWorld() {
  const world = { now: Date.UTC(2026, 0, 1), rows: [] as Revocation[], reads: 0, failing: false };
  const errors: string[] = [];
  const log: Log = { debug() {}, info() {}, warn() {}, error: (_, message) => void errors.push(message) };
  const listeners: ((change: Change) => void)[] = [];
  const key = { id: 1, key: createMessageKey(Buffer.alloc(32, 1)) };
  const authority = () =>
    createTokenAuthority({
      keys: { current: () => key, find: () => key.key, refresh: async () => {} },
      revocations: {
        add: async (added) => void world.rows.push(...added),
        async listLive(_now, since = 0) {
          world.reads += 1;
          if (world.failing) throw new Error('the store is away');
          await turn();
          return { revocations: world.rows.slice(since), position: world.rows.length };
        },
        deleteExpired: async () => 0,
      },
      changes: {
        subscribe(listener) {
          listeners.push(listener);
          return () => {};
        },
        ageMilliseconds: () => 0,
      },
      clock: { now: () => world.now },
      log,
      trustWithoutFeed: 15_000,
    });
  const announce = (): void => {
    for (const listener of listeners) listener({ topic: 'revocations', realm: 0 });
  };
  const tell = async (): Promise<void> => {
    announce();
    for (let turns = 0; turns < 5; turns++) await turn();
  };
  return { world, here: await authority(), there: await authority(), announce, tell, errors };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    return error instanceof KeygridError ? error.code : String(error);
  }
};

test('a delegated token says whose client it is, of which grant and for what', async () => {
  const { here, there } = await createWorld();
  const issued = await here.issueDelegated(request, here.moment());
  const token = await there.check(issued.text);
  assert.deepEqual(token, issued);
  assert.deepEqual(token.delegation, { clientId: 'client-1', grant, family, scopes: request.scopes });
  assert.deepEqual(token.principal, user);
});

test('a delegated token lives a week at most, whatever is asked', async () => {
  const { world, here } = await createWorld();
  const token = await here.issueDelegated({ ...request, lifetime: Number.POSITIVE_INFINITY }, here.moment());
  assert.equal(token.expiresAt, world.now + 7 * 24 * hour);
});

for (const [what, end] of [
  ['S075 S081 its family', 'family'],
  ['S051 its grant', 'grant'],
  ['its client', 'client'],
  ['its user', 'user'],
] as const) {
  test(`ending ${what} ends the token here at once and elsewhere with the feed`, async () => {
    const { here, there, tell } = await createWorld();
    const token = await here.issueDelegated(request, here.moment());
    const before = here.moment();
    if (end === 'family') await here.revokeFamily(5, family);
    if (end === 'grant') await here.revokeGrant(5, grant);
    if (end === 'client') await here.revokeClient('client-1');
    if (end === 'user') await here.revokePrincipal(user, 'revoked', hour);
    assert.equal(await codeOf(() => here.check(token.text)), 'token_revoked');
    await tell();
    assert.equal(await codeOf(() => there.check(token.text)), 'token_revoked');
    assert.equal(await codeOf(() => here.issueDelegated(request, before)), 'invalid_grant');
  });
}

test('S051 what ends tokens is stored by the write of what ends with them, where there is one', async () => {
  const { world, here, there, tell } = await createWorld();
  const token = await here.issueDelegated(request, here.moment());
  const stored: Revocation[] = [];
  const store = async (revocations: readonly Revocation[]) => void stored.push(...revocations);
  await here.revokeGrant(5, grant, store);
  await here.revokeFamily(5, family, store);
  await here.revokeClient('client-1', store);
  await here.revokePrincipal(user, 'revoked', hour, undefined, store);
  assert.equal(world.rows.length, 0);
  assert.equal(await codeOf(() => here.check(token.text)), 'token_revoked');
  world.rows.push(stored[0]!);
  await tell();
  assert.equal(await codeOf(() => there.check(token.text)), 'token_revoked');
  assert.deepEqual(
    stored.map(({ kind }) => kind),
    ['grant', 'family', 'client', 'principal'],
  );
});

test('S081 a token that was being issued while its family ended is dead, even with a clock that is ahead', async () => {
  const { world, here, there, tell } = await createWorld();
  const before = there.moment();
  await here.revokeFamily(5, family);
  const token = await there.issueDelegated(request, { ...before, time: world.now + 5000 });
  await tell();
  assert.equal(await codeOf(() => there.check(token.text)), 'token_revoked');
});

test('a client whose tokens were ended gets new ones, in the same millisecond', async () => {
  const { here, there, tell } = await createWorld();
  await here.revokeClient('client-1');
  const token = await here.issueDelegated(request, here.moment());
  await tell();
  assert.equal(await codeOf(() => here.check(token.text)), 'accepted');
  assert.equal(await codeOf(() => there.check(token.text)), 'accepted');
});

test('S159 ending a grant or family of one realm leaves its namesake of another alone', async () => {
  const { here } = await createWorld();
  const token = await here.issueDelegated(request, here.moment());
  await here.revokeGrant(6, grant);
  await here.revokeFamily(6, family);
  assert.equal(await codeOf(() => here.check(token.text)), 'accepted');
});

test('ending a client leaves the tokens that users have of themselves alone', async () => {
  const { here } = await createWorld();
  const own = here.issue(user, hour, here.moment());
  await here.revokeClient('client-1');
  assert.equal(await codeOf(() => here.check(own.text)), 'accepted');
});

test('many revocations at once are read in a few readings, and only what is new is read', async () => {
  const { world, here, announce, tell } = await createWorld();
  for (let at = 0; at < 500; at++) {
    world.rows.push(...revocationOf(`id-${at}`));
    announce();
  }
  world.reads = 0;
  await tell();
  assert.ok(world.reads <= 4, `${world.reads} readings by two processes`);
  const token = await here.issueDelegated(request, here.moment());
  world.rows.push(...revocationOf(token.id));
  await tell();
  assert.equal(await codeOf(() => here.check(token.text)), 'token_revoked');
});

test('what could not be read is read later; until then tokens are accepted for a bounded time only', async () => {
  const { world, here, tell, errors } = await createWorld();
  const [token, other] = [
    await here.issueDelegated(request, here.moment()),
    await here.issueDelegated({ ...request, family: undefined, grant: undefined }, here.moment()),
  ];
  world.rows.push(...revocationOf(token.id));
  world.failing = true;
  await tell();
  assert.ok(errors.length > 0);
  assert.equal(await codeOf(() => here.check(other.text)), 'accepted');
  world.now += 15_001;
  assert.equal(await codeOf(() => here.check(other.text)), 'store_unavailable');
  await turn();
  world.failing = false;
  world.now += 1_000;
  await codeOf(() => here.check(other.text));
  for (let turns = 0; turns < 5; turns++) await turn();
  assert.equal(await codeOf(() => here.check(other.text)), 'accepted');
  assert.equal(await codeOf(() => here.check(token.text)), 'token_revoked');
});

test('S103 a mail token is not an access token', async () => {
  const { here } = await createWorld();
  assert.equal(await codeOf(() => here.check(`ZW0t${'A'.repeat(48)}`)), 'token_invalid');
  assert.equal(await here.find(`ZW0t${'A'.repeat(59)}`), undefined);
});

const revocationOf = (subject: string): Revocation[] => [
  { kind: 'token', subject, issuedBefore: 0, reason: 'revoked', expiresAt: Number.POSITIVE_INFINITY },
];
