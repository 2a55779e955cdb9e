import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RefreshToken } from '../../src/core/oauth/authorization.ts';
import {
  codeOf,
  deviceOf,
  digest,
  grantOf,
  minute,
  now,
  requestOf,
  sessionOf,
  successorOf,
  tokenOf,
} from './authorizations.ts';
import { freshRealm, onEachEngine } from './engines.ts';

onEachEngine('the sweep of authorizations', ({ storage }) => {
  const sweep = (at: number) => storage().authorizationSweep.deleteExpired(at);
  const session = (realm: number, expiresAt: number) =>
    storage().sessions(realm).create(sessionOf({ expiresAt }));

  async function issued(realm: number): Promise<RefreshToken> {
    const grant = await storage().grants(realm).allow(grantOf());
    const [code, token] = [codeOf(grant), tokenOf(grant)];
    await storage().authorizationCodes(realm).add(code);
    await storage().authorizationCodes(realm).redeem(code.digest, token.family, token, now);
    return token;
  }

  test('takes what has expired, of every kind and in every realm, and nothing else', async () => {
    const interaction = () => ({
      id: digest(),
      browserDigest: digest(),
      request: requestOf(7),
      responseMode: 'query' as const,
      authenticatedAt: undefined,
      createdAt: now,
      expiresAt: now + minute,
    });
    const [realm, other] = [freshRealm(), freshRealm()];
    for (const key of [realm, other]) {
      await session(key, now + minute);
      await session(key, now + minute + 1);
      await storage().interactions(key).create(interaction());
      await storage()
        .deviceAuthorizations(key)
        .add(deviceOf({ expiresAt: now + minute }));
      await issued(key);
    }
    assert.equal(await sweep(now + minute - 1), 0);
    assert.equal(await sweep(now + minute), 8, 'session, interaction, device and code of two realms');
    assert.equal(await sweep(now + minute + 1), 2, 'the other session of two realms');
    assert.equal(await sweep(now + 10 * minute), 2, 'the refresh token of two realms');
    assert.equal(await sweep(now * 2), 0);
  });

  test('ends a family with the newest of its tokens', async () => {
    const realm = freshRealm();
    const token = await issued(realm);
    const successor = successorOf(token, now + 5 * minute);
    const tokens = storage().refreshTokens(realm);
    await tokens.rotate(token.digest, successor, 'sealed', now + 5 * minute, 0, []);
    await sweep(now + 10 * minute);
    assert.equal(await tokens.find(token.digest), undefined);
    assert.deepEqual(await tokens.find(successor.digest), { ...successor, spent: false });
    await sweep(now + 15 * minute);
    assert.equal(await tokens.revokeFamily(token.family, []), false);
  });

  test('takes any number, by and by', async () => {
    const realm = freshRealm();
    await Promise.all(Array.from({ length: 1200 }, (_, at) => session(realm, now + (at % 2))));
    assert.equal(await sweep(now), 600);
    assert.equal(await sweep(now + 1), 600);
  });
});
