import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Grant, RefreshToken } from '../../src/core/oauth/authorization.ts';
import type { Revocation } from '../../src/core/oauth/revocation-store.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { codeOf, deviceOf, grantOf, now, revocationOf, tokenOf, whole } from './authorizations.ts';
import { freshRealm, onEachEngine, uuids } from './engines.ts';

/** A code of the grant, redeemed. */
async function redeemed(storage: Storage, realm: number, grant: Grant): Promise<RefreshToken> {
  const code = codeOf(grant);
  const token = tokenOf(grant);
  await storage.authorizationCodes(realm).add(code);
  await storage.authorizationCodes(realm).redeem(code.digest, token.family, token, now);
  return token;
}

onEachEngine('grants', ({ storage }) => {
  test('a grant is found by its id and by user and client', async () => {
    const grants = storage().grants(freshRealm());
    const grant = grantOf({ clientId: 'Client.A' });
    assert.deepEqual(await grants.allow(grant), grant);
    assert.deepEqual(await grants.find(grant.id), grant);
    assert.deepEqual(await grants.findOf(grant.user, 'Client.A'), grant);
    assert.equal(await grants.findOf(grant.user, 'client.a'), undefined);
    assert.equal(await grants.findOf(uuids.next(), 'Client.A'), undefined);
    assert.equal(await grants.find(uuids.next()), undefined);
  });

  test('a second permission widens the first grant', async () => {
    const grants = storage().grants(freshRealm());
    const first = grantOf({ scopes: ['b', 'a'] });
    await grants.allow(first);
    const more = grantOf({ user: first.user, scopes: ['a', 'c'], createdAt: now + 5, lastUsedAt: now + 5 });
    const widened = { ...first, scopes: ['b', 'a', 'c'], lastUsedAt: now + 5 };
    assert.deepEqual(await grants.allow(more), widened);
    assert.deepEqual(await grants.find(first.id), widened);
    assert.equal(await grants.find(more.id), undefined);
  });

  test('grants of a user are listed, last used first', async () => {
    const grants = storage().grants(freshRealm());
    const user = uuids.next();
    for (const clientId of ['a', 'b', 'c']) await grants.allow(grantOf({ user, clientId }));
    await grants.allow(grantOf());
    await grants.touch((await grants.findOf(user, 'b'))!.id, now + 9);
    await grants.touch((await grants.findOf(user, 'c'))!.id, now + 5);
    await grants.touch((await grants.findOf(user, 'b'))!.id, now + 1);
    const listed = await grants.listOfUser(user, whole);
    assert.deepEqual(
      listed.map(({ clientId, lastUsedAt }) => [clientId, lastUsedAt - now]),
      [
        ['b', 9],
        ['c', 5],
        ['a', 0],
      ],
    );
  });

  test('grants of a user are read a part at a time, in both directions, also those of one moment', async () => {
    const grants = storage().grants(freshRealm());
    const user = uuids.next();
    const made: Grant[] = [];
    for (const at of [1, 2, 2, 2, 3]) {
      made.unshift(await grants.allow(grantOf({ user, clientId: `${made.length}`, lastUsedAt: now + at })));
      await grants.allow(grantOf({ clientId: `${made.length}`, lastUsedAt: now + at }));
    }
    const placeOf = (index: number) => ({ at: made[index]!.lastUsedAt, id: made[index]!.id });
    const read = (direction: 'after' | 'before', index: number) =>
      grants.listOfUser(user, { limit: 2, from: { direction, place: placeOf(index) } });
    assert.deepEqual(await grants.listOfUser(user, { limit: 2, from: undefined }), made.slice(0, 2));
    assert.deepEqual(await read('after', 1), made.slice(2, 4));
    assert.deepEqual(await read('after', 3), made.slice(4));
    assert.deepEqual(await read('after', 4), []);
    assert.deepEqual(await read('before', 4), made.slice(2, 4));
    assert.deepEqual(await read('before', 1), made.slice(0, 1));
    assert.deepEqual(await read('before', 0), []);
  });

  test('S051 a revoked grant takes its codes and refresh tokens with it, and no others', async () => {
    const realm = freshRealm();
    const { grants, authorizationCodes, refreshTokens } = handles(realm);
    const [grant, other] = [grantOf(), grantOf()];
    await grants.allow(grant);
    await grants.allow(other);
    const [token, kept] = [await redeemed(storage(), realm, grant), await redeemed(storage(), realm, other)];
    const code = codeOf(grant);
    await authorizationCodes.add(code);
    assert.equal(await grants.revoke(grant.id, []), true);
    assert.equal(await authorizationCodes.find(code.digest), undefined);
    assert.deepEqual(await authorizationCodes.redeem(code.digest, uuids.next(), tokenOf(grant), now), {
      kind: 'unknown',
    });
    assert.equal(await refreshTokens.find(token.digest), undefined);
    assert.equal((await refreshTokens.rotate(token.digest, tokenOf(grant), 's', now, 0, [])).kind, 'unknown');
    assert.equal(await refreshTokens.revokeFamily(token.family, []), false);
    assert.ok(await refreshTokens.find(kept.digest));
    assert.equal(await grants.revoke(grant.id, []), false);
  });

  test('a code of a grant that was given again after its revocation stays dead', async () => {
    const realm = freshRealm();
    const { grants, authorizationCodes } = handles(realm);
    const grant = grantOf();
    await grants.allow(grant);
    const code = codeOf(grant);
    await authorizationCodes.add(code);
    await grants.revoke(grant.id, []);
    await grants.allow({ ...grant, id: uuids.next() });
    assert.equal(
      (await authorizationCodes.redeem(code.digest, uuids.next(), undefined, now)).kind,
      'unknown',
    );
  });

  test('S054 all grants of a user end together, and all of a client', async () => {
    const realm = freshRealm();
    const { grants, refreshTokens } = handles(realm);
    const [ann, bob] = [uuids.next(), uuids.next()];
    const made: Grant[] = [];
    for (const user of [ann, bob])
      for (const clientId of ['a', 'b']) made.push(await grants.allow(grantOf({ user, clientId })));
    const tokens: RefreshToken[] = [];
    for (const grant of made) tokens.push(await redeemed(storage(), realm, grant));
    const alive = async () =>
      (await Promise.all(tokens.map((token) => refreshTokens.find(token.digest)))).map((one) => !!one);
    const ids = made.map(({ id }) => id);
    assert.deepEqual((await grants.revokeAllOfUser(ann, [])).toSorted(), ids.slice(0, 2).toSorted());
    assert.deepEqual(await alive(), [false, false, true, true]);
    assert.deepEqual(await grants.revokeAllOfClient('b', []), [ids[3]]);
    assert.deepEqual(await alive(), [false, false, true, false]);
    assert.deepEqual(await grants.revokeAllOfUser(ann, []), []);
    assert.deepEqual(await grants.listOfUser(bob, whole), [made[2]]);
  });

  test('S051 S054 what ends access tokens is written with what ends their grant or family, or neither is', async () => {
    const realm = freshRealm();
    const { grants, refreshTokens } = handles(realm);
    const grant = grantOf();
    await grants.allow(grant);
    const token = await redeemed(storage(), realm, grant);
    const endings: ((revocations: Revocation[]) => Promise<unknown>)[] = [
      (revocations) => refreshTokens.revokeFamily(token.family, revocations),
      (revocations) => grants.revoke(grant.id, revocations),
      (revocations) => grants.revokeAllOfUser(grant.user, revocations),
      (revocations) => grants.revokeAllOfClient(grant.clientId, revocations),
    ];
    for (const end of endings) {
      await assert.rejects(end([{ ...revocationOf('grant', realm), reason: null as never }]));
      assert.ok(await grants.find(grant.id));
      assert.ok(await refreshTokens.find(token.digest));
    }
    for (const end of endings) {
      const revocation = revocationOf('grant', realm);
      let announced = 0;
      const forget = storage().changes.subscribe(({ topic }) => {
        if (topic === 'revocations') announced += 1;
      });
      await end([revocation]);
      forget();
      assert.ok(announced > 0);
      const { revocations } = await storage().revocations.listLive(now);
      assert.deepEqual(
        revocations.find(({ subject }) => subject === revocation.subject),
        revocation,
      );
    }
    assert.equal(await grants.find(grant.id), undefined);
  });

  test('the refresh tokens of a user end without the grants, by one write with what ends access tokens', async () => {
    const realm = freshRealm();
    const { grants, refreshTokens } = handles(realm);
    const ann = uuids.next();
    const made: Grant[] = [];
    for (const clientId of ['a', 'b']) made.push(await grants.allow(grantOf({ user: ann, clientId })));
    const bobs = await grants.allow(grantOf({ clientId: 'a' }));
    const tokens: RefreshToken[] = [];
    for (const grant of [...made, bobs]) tokens.push(await redeemed(storage(), realm, grant));
    const alive = async () =>
      (await Promise.all(tokens.map((token) => refreshTokens.find(token.digest)))).map((one) => !!one);
    const revocation = revocationOf('grant', realm);
    await assert.rejects(grants.endTokensOfUser(ann, [{ ...revocation, reason: null as never }], uuids.next));
    assert.deepEqual(await alive(), [true, true, true]);
    await grants.endTokensOfUser(ann, [revocation], uuids.next);
    assert.deepEqual(await alive(), [false, false, true]);
    const { revocations } = await storage().revocations.listLive(now);
    assert.ok(revocations.some(({ subject }) => subject === revocation.subject));
    for (const grant of made) {
      const kept = await grants.findOf(ann, grant.clientId);
      assert.notEqual(kept?.id, grant.id);
      assert.deepEqual({ ...kept, id: grant.id }, grant);
    }
    assert.deepEqual(await grants.findOf(bobs.user, 'a'), bobs);
  });

  test('codes and approved devices of a user end with the tokens, and new ones are made for the grant that stays', async () => {
    const realm = freshRealm();
    const { grants } = handles(realm);
    const [codes, devices] = [storage().authorizationCodes(realm), storage().deviceAuthorizations(realm)];
    const grant = await grants.allow(grantOf());
    const code = codeOf(grant);
    await codes.add(code);
    const device = deviceOf();
    await devices.add(device);
    const { user, id } = grant;
    const approval = { status: 'approved', grant: id, user, session: undefined, authenticatedAt: 1 } as const;
    assert.ok(await devices.decide(device.userCode, approval));
    await grants.endTokensOfUser(grant.user, [], uuids.next);
    assert.equal(await codes.find(code.digest), undefined);
    assert.equal((await codes.redeem(code.digest, uuids.next(), undefined, now)).kind, 'unknown');
    assert.equal(await devices.redeem(device.deviceCodeDigest, undefined, now), undefined);
    const next = codeOf((await grants.findOf(grant.user, grant.clientId))!);
    await codes.add(next);
    assert.equal((await codes.redeem(next.digest, uuids.next(), undefined, now)).kind, 'redeemed');
  });

  test('a grant of one realm is nothing in another, even where user and client have the same names', async () => {
    const [own, foreign] = [handles(freshRealm()), handles(freshRealm())];
    const grant = grantOf();
    await own.grants.allow(grant);
    assert.equal(await foreign.grants.find(grant.id), undefined);
    assert.equal(await foreign.grants.findOf(grant.user, grant.clientId), undefined);
    assert.deepEqual(await foreign.grants.listOfUser(grant.user, whole), []);
    await foreign.grants.touch(grant.id, now + 1);
    assert.equal(await foreign.grants.revoke(grant.id, []), false);
    assert.deepEqual(await foreign.grants.revokeAllOfUser(grant.user, []), []);
    assert.deepEqual(await foreign.grants.revokeAllOfClient(grant.clientId, []), []);
    assert.deepEqual(await own.grants.find(grant.id), grant);
  });

  const handles = (realm: number) => ({
    grants: storage().grants(realm),
    authorizationCodes: storage().authorizationCodes(realm),
    refreshTokens: storage().refreshTokens(realm),
  });
});
