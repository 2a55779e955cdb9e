import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RefreshToken } from '../../src/core/oauth/authorization.ts';
import type { Revocation } from '../../src/core/oauth/revocation-store.ts';
import {
  codeOf,
  digest,
  grantOf,
  minute,
  now,
  revocationOf,
  successorOf,
  tokenOf,
} from './authorizations.ts';
import { freshRealm, onEachEngine, uuids } from './engines.ts';

const grace = 30_000;

onEachEngine('refresh tokens', ({ storage }) => {
  /** The first token of a family. */
  async function issued(realm: number, parts: Partial<RefreshToken> = {}): Promise<RefreshToken> {
    const grant = await storage().grants(realm).allow(grantOf());
    const code = codeOf(grant);
    const token = tokenOf(grant, parts);
    await storage().authorizationCodes(realm).add(code);
    await storage().authorizationCodes(realm).redeem(code.digest, token.family, token, now);
    return token;
  }
  const rotate = (realm: number, token: RefreshToken, successor: RefreshToken, at = now, within = grace) =>
    storage()
      .refreshTokens(realm)
      .rotate(token.digest, successor, `sealed ${successor.digest}`, at, within, []);
  const find = (realm: number, token: RefreshToken) => storage().refreshTokens(realm).find(token.digest);

  test('S081 a rotation spends the token and stores its successor', async () => {
    const realm = freshRealm();
    const token = await issued(realm, { session: uuids.next() });
    const successor = successorOf(token, now + 5);
    assert.deepEqual(await rotate(realm, token, successor, now + 5), { kind: 'rotated', token });
    assert.deepEqual(await find(realm, token), { ...token, spent: true });
    assert.deepEqual(await find(realm, successor), { ...successor, spent: false });
    assert.equal(await storage().refreshTokens(realm).find(digest()), undefined);
  });

  test('S084 S086 what belongs to the family no rotation changes', async () => {
    const realm = freshRealm();
    const token = await issued(realm);
    const successor = successorOf(token);
    const greedy = {
      ...successor,
      scopes: ['all'],
      familyExpiresAt: now * 2,
      user: uuids.next(),
      family: uuids.next(),
    };
    await rotate(realm, token, greedy);
    assert.deepEqual(await find(realm, successor), { ...successor, spent: false });
  });

  test('S081 the immediate predecessor within the grace is answered with what the first use gave', async () => {
    const realm = freshRealm();
    const token = await issued(realm);
    const successor = successorOf(token);
    await rotate(realm, token, successor);
    for (const at of [now, now + grace - 1]) {
      assert.deepEqual(await rotate(realm, token, successorOf(token), at), {
        kind: 'grace',
        token,
        sealedSuccessor: `sealed ${successor.digest}`,
      });
    }
    assert.deepEqual(await find(realm, successor), { ...successor, spent: false });
  });

  test('S081 the predecessor after the grace ends the family', async () => {
    const realm = freshRealm();
    const token = await issued(realm);
    const successor = successorOf(token);
    await rotate(realm, token, successor);
    assert.deepEqual(await rotate(realm, token, successorOf(token), now + grace), { kind: 'reused', token });
    assert.equal(await find(realm, successor), undefined);
    assert.equal(await find(realm, token), undefined);
    assert.equal((await rotate(realm, successor, successorOf(token))).kind, 'unknown');
    assert.equal((await rotate(realm, token, successorOf(token))).kind, 'unknown');
  });

  test('S081 without a grace every second use ends the family', async () => {
    const realm = freshRealm();
    const token = await issued(realm);
    const successor = successorOf(token);
    await rotate(realm, token, successor, now, 0);
    assert.equal((await rotate(realm, token, successorOf(token), now, 0)).kind, 'reused');
    assert.equal(await find(realm, successor), undefined);
  });

  test('S081 an older one than the immediate predecessor ends the family, however soon it comes', async () => {
    const realm = freshRealm();
    const first = await issued(realm);
    const [second, third] = [successorOf(first), successorOf(first)];
    await rotate(realm, first, second);
    await rotate(realm, second, third);
    assert.deepEqual(await rotate(realm, first, successorOf(first)), { kind: 'reused', token: first });
    for (const token of [first, second, third]) assert.equal(await find(realm, token), undefined);
  });

  test('S081 a reuse ends family and access tokens by one write, or neither; a rotation ends nothing', async () => {
    const realm = freshRealm();
    const first = await issued(realm);
    const [second, third] = [successorOf(first), successorOf(first)];
    const revocation = revocationOf('family', realm);
    const rotateWith = (token: RefreshToken, successor: RefreshToken, ifReused: Revocation[]) =>
      storage().refreshTokens(realm).rotate(token.digest, successor, 'sealed', now, grace, ifReused);
    const isStored = async () => {
      const { revocations } = await storage().revocations.listLive(now);
      return revocations.some(({ subject }) => subject === revocation.subject);
    };
    await rotateWith(first, second, [revocation]);
    await rotateWith(second, third, [revocation]);
    assert.equal(await isStored(), false);
    await assert.rejects(rotateWith(first, successorOf(first), [{ ...revocation, reason: null as never }]));
    assert.ok(await find(realm, third));
    await rotateWith(first, successorOf(first), [revocation]);
    assert.equal(await find(realm, third), undefined);
    assert.equal(await isStored(), true);
  });

  test('S086 a token ends with its idle time, and with that of its family', async () => {
    const realm = freshRealm();
    const idle = await issued(realm, { expiresAt: now + minute });
    assert.equal((await rotate(realm, idle, successorOf(idle), now + minute)).kind, 'unknown');
    assert.equal((await rotate(realm, idle, successorOf(idle), now + minute - 1)).kind, 'rotated');
    const old = await issued(realm, { expiresAt: now + 9 * minute, familyExpiresAt: now + minute });
    assert.equal((await rotate(realm, old, successorOf(old), now + minute)).kind, 'unknown');
    assert.equal((await rotate(realm, old, successorOf(old), now + minute - 1)).kind, 'rotated');
  });

  test('a family is ended once, with all its tokens, and no other family is', async () => {
    const realm = freshRealm();
    const [token, other] = [await issued(realm), await issued(realm)];
    const successor = successorOf(token);
    await rotate(realm, token, successor);
    const refreshTokens = storage().refreshTokens(realm);
    assert.equal(await refreshTokens.revokeFamily(token.family, []), true);
    assert.equal(await refreshTokens.revokeFamily(token.family, []), false);
    assert.equal(await find(realm, token), undefined);
    assert.equal(await find(realm, successor), undefined);
    assert.ok(await find(realm, other));
  });

  test('S083 a token of another realm is unknown, and its owner’s family lives on', async () => {
    const [realm, foreign] = [freshRealm(), freshRealm()];
    const token = await issued(realm);
    const successor = successorOf(token);
    await rotate(realm, token, successor, now, 0);
    assert.equal(await find(foreign, token), undefined);
    assert.equal((await rotate(foreign, token, successorOf(token), now, 0)).kind, 'unknown');
    assert.equal(await storage().refreshTokens(foreign).revokeFamily(token.family, []), false);
    assert.deepEqual(await find(realm, successor), { ...successor, spent: false });
  });

  test('S083 a look at a spent token, as any client may cause it, ends nothing', async () => {
    const realm = freshRealm();
    const token = await issued(realm);
    const successor = successorOf(token);
    await rotate(realm, token, successor);
    assert.equal((await find(realm, token))?.spent, true);
    assert.ok(await find(realm, successor));
  });
});
