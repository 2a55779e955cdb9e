import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceAuthorization, Grant } from '../../src/core/oauth/authorization.ts';
import { codeOf, deviceOf, digest, grantOf, minute, now, requestOf, tokenOf } from './authorizations.ts';
import { freshRealm, onEachEngine, uuids } from './engines.ts';

onEachEngine('authorization codes and device authorizations', ({ storage }) => {
  const granted = (realm: number): Promise<Grant> => storage().grants(realm).allow(grantOf());

  test('a code is looked at without being used, with every text of the request as it was sent', async () => {
    const realm = freshRealm();
    const codes = storage().authorizationCodes(realm);
    const grant = await granted(realm);
    const whole = codeOf(grant);
    const bare = codeOf(grant, {
      session: undefined,
      request: requestOf(realm, {
        state: '',
        nonce: undefined,
        codeChallenge: undefined,
        redirectUri: undefined,
      }),
    });
    for (const code of [whole, bare]) {
      await codes.add(code);
      assert.deepEqual(await codes.find(code.digest), code);
    }
    assert.equal((await codes.redeem(whole.digest, uuids.next(), undefined, now)).kind, 'redeemed');
    assert.deepEqual(await codes.find(whole.digest), whole);
    assert.equal(await codes.find(digest()), undefined);
  });

  test('S074 the use of a code stores the first refresh token with it', async () => {
    const realm = freshRealm();
    const grant = await granted(realm);
    const code = codeOf(grant);
    const token = tokenOf(grant);
    await storage().authorizationCodes(realm).add(code);
    const redemption = await storage()
      .authorizationCodes(realm)
      .redeem(code.digest, token.family, token, now);
    assert.deepEqual(redemption, { kind: 'redeemed' });
    assert.deepEqual(await storage().refreshTokens(realm).find(token.digest), { ...token, spent: false });
  });

  test('S074 a use whose refresh token cannot be stored leaves the code unused', async () => {
    const realm = freshRealm();
    const codes = storage().authorizationCodes(realm);
    const grant = await granted(realm);
    const code = codeOf(grant);
    await codes.add(code);
    const broken = { ...tokenOf(grant), issuedAt: undefined } as unknown as ReturnType<typeof tokenOf>;
    await assert.rejects(codes.redeem(code.digest, broken.family, broken, now));
    assert.equal(await storage().refreshTokens(realm).revokeFamily(broken.family, []), false);
    assert.equal((await codes.redeem(code.digest, uuids.next(), undefined, now)).kind, 'redeemed');
  });

  test('S075 every further use is told as a replay, with the family of the first', async () => {
    const realm = freshRealm();
    const codes = storage().authorizationCodes(realm);
    const grant = await granted(realm);
    const code = codeOf(grant);
    const [first, second] = [tokenOf(grant), tokenOf(grant)];
    await codes.add(code);
    await codes.redeem(code.digest, first.family, first, now);
    for (let use = 0; use < 2; use++) {
      assert.deepEqual(await codes.redeem(code.digest, second.family, second, now + 1), {
        kind: 'replayed',
        family: first.family,
      });
    }
    assert.equal(await storage().refreshTokens(realm).find(second.digest), undefined);
    assert.equal(await storage().refreshTokens(realm).revokeFamily(first.family, []), true);
  });

  test('an expired code is unknown, used before or not', async () => {
    const realm = freshRealm();
    const codes = storage().authorizationCodes(realm);
    const code = codeOf(await granted(realm), { expiresAt: now + 5 });
    await codes.add(code);
    const redeem = (at: number) => codes.redeem(code.digest, uuids.next(), undefined, at);
    assert.equal((await redeem(now + 5)).kind, 'unknown');
    assert.equal((await redeem(now + 4)).kind, 'redeemed');
    assert.equal((await redeem(now + 5)).kind, 'unknown');
  });

  test('a code dies at the third failure', async () => {
    const realm = freshRealm();
    const codes = storage().authorizationCodes(realm);
    const code = codeOf(await granted(realm));
    await codes.add(code);
    await codes.countFailure(code.digest);
    await codes.countFailure(code.digest);
    assert.ok(await codes.find(code.digest));
    await codes.countFailure(code.digest);
    assert.equal(await codes.find(code.digest), undefined);
    assert.equal((await codes.redeem(code.digest, uuids.next(), undefined, now)).kind, 'unknown');
    await codes.countFailure(digest());
  });

  test('S075 failures after its use do not make a code forget it', async () => {
    const realm = freshRealm();
    const codes = storage().authorizationCodes(realm);
    const code = codeOf(await granted(realm));
    await codes.add(code);
    const redeem = () => codes.redeem(code.digest, uuids.next(), undefined, now);
    await redeem();
    for (let failure = 0; failure < 5; failure++) await codes.countFailure(code.digest);
    assert.equal((await redeem()).kind, 'replayed');
  });

  test('a code of one realm is unknown in another', async () => {
    const [realm, foreign] = [freshRealm(), freshRealm()];
    const grant = await granted(realm);
    await storage().grants(foreign).allow(grant);
    const code = codeOf(grant);
    await storage().authorizationCodes(realm).add(code);
    const codes = storage().authorizationCodes(foreign);
    assert.equal(await codes.find(code.digest), undefined);
    assert.equal((await codes.redeem(code.digest, uuids.next(), undefined, now)).kind, 'unknown');
    for (let failure = 0; failure < 3; failure++) await codes.countFailure(code.digest);
    assert.deepEqual(await storage().authorizationCodes(realm).find(code.digest), code);
  });

  const approvalOf = (grant: Grant) => ({
    status: 'approved' as const,
    grant: grant.id,
    user: grant.user,
    session: uuids.next(),
    authenticatedAt: now / 1000,
  });
  const denial = {
    status: 'denied' as const,
    grant: undefined,
    user: undefined,
    session: undefined,
    authenticatedAt: undefined,
  };

  async function pending(realm: number, parts: Partial<DeviceAuthorization> = {}) {
    const device = deviceOf(parts);
    assert.equal(await storage().deviceAuthorizations(realm).add(device), true);
    return device;
  }

  test('a device authorization is found by user code and by device code', async () => {
    const realm = freshRealm();
    const devices = storage().deviceAuthorizations(realm);
    const device = await pending(realm);
    assert.deepEqual(await devices.findByUserCode(device.userCode), device);
    assert.deepEqual(await devices.findByDeviceCode(device.deviceCodeDigest), device);
    assert.equal(await devices.findByUserCode('NONE'), undefined);
    assert.equal(await devices.findByUserCode('\u0000'), undefined);
    assert.equal(await devices.decide('\u0000', denial), false);
  });

  test('a user code is one device’s at a time in its realm', async () => {
    const realm = freshRealm();
    const device = await pending(realm);
    const other = deviceOf({ userCode: device.userCode });
    assert.equal(await storage().deviceAuthorizations(realm).add(other), false);
    assert.equal(await storage().deviceAuthorizations(freshRealm()).add(other), true);
  });

  test('a device is decided once', async () => {
    const realm = freshRealm();
    const devices = storage().deviceAuthorizations(realm);
    const device = await pending(realm);
    const approval = approvalOf(await granted(realm));
    assert.equal(await devices.decide(device.userCode, approval), true);
    assert.equal(await devices.decide(device.userCode, denial), false);
    assert.deepEqual(await devices.findByDeviceCode(device.deviceCodeDigest), { ...device, ...approval });
  });

  test('a poll that comes too early makes every later wait five seconds longer', async () => {
    const realm = freshRealm();
    const devices = storage().deviceAuthorizations(realm);
    const { deviceCodeDigest } = await pending(realm, { interval: 5, lastPolledAt: now });
    const poll = (seconds: number) => devices.poll(deviceCodeDigest, now + seconds * 1000);
    assert.deepEqual(await poll(5), { tooEarly: false, interval: 5 });
    assert.deepEqual(await poll(9), { tooEarly: true, interval: 10 });
    assert.deepEqual(await poll(18), { tooEarly: true, interval: 15 });
    assert.deepEqual(await poll(33), { tooEarly: false, interval: 15 });
    assert.equal(await devices.poll(digest(), now), undefined);
  });

  test('S074 an approved device is redeemed once, its refresh token stored with it', async () => {
    const realm = freshRealm();
    const devices = storage().deviceAuthorizations(realm);
    const grant = await granted(realm);
    const device = await pending(realm);
    const token = tokenOf(grant);
    const redeem = () => devices.redeem(device.deviceCodeDigest, token, now);
    assert.equal(await redeem(), undefined);
    const approval = approvalOf(grant);
    await devices.decide(device.userCode, approval);
    assert.deepEqual(await redeem(), { ...device, ...approval });
    assert.equal(await redeem(), undefined);
    assert.equal(await devices.findByUserCode(device.userCode), undefined);
    assert.deepEqual(await storage().refreshTokens(realm).find(token.digest), { ...token, spent: false });
  });

  test('a device that was denied, has expired or lost its grant is not redeemed', async () => {
    const realm = freshRealm();
    const devices = storage().deviceAuthorizations(realm);
    const grant = await granted(realm);
    const [denied, expired, orphaned] = [
      await pending(realm),
      await pending(realm, { expiresAt: now }),
      await pending(realm),
    ];
    await devices.decide(denied.userCode, denial);
    await devices.decide(expired.userCode, approvalOf(grant));
    const lost = await granted(realm);
    await devices.decide(orphaned.userCode, approvalOf(lost));
    await storage().grants(realm).revoke(lost.id, []);
    for (const { deviceCodeDigest } of [denied, expired, orphaned])
      assert.equal(await devices.redeem(deviceCodeDigest, tokenOf(grant), now), undefined);
    assert.equal((await devices.findByDeviceCode(denied.deviceCodeDigest))?.status, 'denied');
  });

  test('a device authorization of one realm is nothing in another', async () => {
    const [realm, foreign] = [freshRealm(), freshRealm()];
    const device = await pending(realm);
    const grant = await granted(realm);
    await storage().grants(foreign).allow(grant);
    await storage().deviceAuthorizations(realm).decide(device.userCode, approvalOf(grant));
    const devices = storage().deviceAuthorizations(foreign);
    assert.equal(await devices.findByUserCode(device.userCode), undefined);
    assert.equal(await devices.findByDeviceCode(device.deviceCodeDigest), undefined);
    assert.equal(await devices.decide(device.userCode, denial), false);
    assert.equal(await devices.poll(device.deviceCodeDigest, now), undefined);
    assert.equal(await devices.redeem(device.deviceCodeDigest, undefined, now), undefined);
    assert.ok(
      await storage()
        .deviceAuthorizations(realm)
        .redeem(device.deviceCodeDigest, undefined, now + minute),
    );
  });
});
