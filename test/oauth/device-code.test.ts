import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { ClientFoundation } from '../../src/core/clients/client-service.ts';
import { KeygridError } from '../../src/core/errors.ts';
import { normaliseUserCode, showUserCode } from '../../src/core/oauth/user-code.ts';
import { digestOf } from '../../src/core/random-text.ts';
import { type Fields, openTokenWorld, outcomeOf, refusal, type TokenWorld } from './token-world.ts';

let world: TokenWorld;
before(async () => {
  world = await openTokenWorld();
});
after(() => world.close());

const grantType = 'urn:ietf:params:oauth:grant-type:device_code';

async function startDevice(foundation: Partial<ClientFoundation> = { type: 'native' }) {
  const { client, credentials } = await world.registered(foundation, {
    grantTypes: [grantType, 'refresh_token'],
    redirectUris: [],
  });
  const started = await world.deviceAuthorizations.start(
    world.request({ scope: 'openid email', ...credentials }),
  );
  const poll = (deviceCode = started.deviceCode, with_: Fields = credentials) =>
    world.post({ grant_type: grantType, device_code: deviceCode, ...with_ });
  return { client, credentials, ...started, poll };
}

/** As the device page does when its user allows it. */
async function decide(clientId: string, userCode: string, status: 'approved' | 'denied') {
  const client = await world.clients.require(clientId);
  const { uuid: user } = await world.createUser();
  const grant = await world.allow(client, user, ['openid', 'email']);
  const authenticatedAt = Math.floor(world.clock.now() / 1000);
  const decision = { status, grant: grant.id, user, session: world.uuids.next(), authenticatedAt };
  const devices = world.storage.deviceAuthorizations(client.realm);
  assert.ok(await devices.decide(normaliseUserCode(userCode)!, decision));
  return user;
}

test('S134 a device gets a code of its own and one for its user', async () => {
  const { client, deviceCode, userCode, expiresInSeconds, intervalSeconds } = await startDevice();
  assert.match(userCode, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  assert.deepEqual([expiresInSeconds, intervalSeconds], [600, 5]);
  const devices = world.storage.deviceAuthorizations(client.realm);
  const kept = await devices.findByUserCode(normaliseUserCode(userCode)!);
  assert.deepEqual([kept?.clientId, kept?.scopes], [client.clientId, ['openid', 'email']]);
  assert.equal(kept?.deviceCodeDigest, digestOf(deviceCode));
});

test('S134 only a client that is registered for devices starts one, for scopes it may have', async () => {
  const { credentials } = await world.registered();
  const start = (fields: Fields) => world.deviceAuthorizations.start(world.request(fields));
  await assert.rejects(start(credentials), refusal('unauthorized_client'));
  const device = await startDevice();
  await assert.rejects(start({ scope: 'data:read', ...device.credentials }), refusal('invalid_scope'));
  await assert.rejects(start({ client_id: 'unknown' }), refusal('invalid_client'));
});

test('S135 case and punctuation of a user code mean nothing', () => {
  assert.equal(normaliseUserCode(' wdjb.mjht '), 'WDJBMJHT');
  for (const typed of ['', 'WDJB-MJH', 'WDJB-MJHTT', 'AEIO-UAEI', 'WDJB-MJH1', 'x'.repeat(101)]) {
    assert.equal(normaliseUserCode(typed), undefined, typed);
  }
  const letters = fc.string({ unit: fc.constantFrom(...'BCDFGHJKLMNPQRSTVWXZ'), minLength: 8, maxLength: 8 });
  fc.assert(fc.property(letters, (code) => normaliseUserCode(showUserCode(code).toLowerCase()) === code));
});

test('S096 pending, then tokens once, then invalid_grant', async () => {
  const { client, credentials, userCode, poll } = await startDevice();
  world.clock.time += 5_000;
  await assert.rejects(poll(), refusal('authorization_pending'));
  const user = await decide(client.clientId, userCode, 'approved');
  const answer = await poll();
  assert.equal(answer.accessToken.principal.uuid, user);
  assert.deepEqual(answer.scopes, ['openid', 'email']);
  assert.ok(answer.idToken);
  await world.refresh(credentials, answer.refreshToken!);
  await assert.rejects(poll(), refusal('invalid_grant'));
});

test('S033 a device gets no scope that was taken from its client since', async () => {
  const { client, userCode, poll } = await startDevice();
  await decide(client.clientId, userCode, 'approved');
  await world.clients.update(client.clientId, { scopes: ['openid'] });
  assert.deepEqual((await poll()).scopes, ['openid']);
});

test('S096 a refusal is access_denied, the end of its time expired_token', async () => {
  const denied = await startDevice();
  await decide(denied.client.clientId, denied.userCode, 'denied');
  await assert.rejects(denied.poll(), refusal('access_denied'));
  const expired = await startDevice();
  await decide(expired.client.clientId, expired.userCode, 'approved');
  world.clock.time += 600_000;
  await assert.rejects(expired.poll(), refusal('expired_device_code'));
});

test('S097 polling too fast is slow_down, and every later wait is five seconds longer', async () => {
  const { poll } = await startDevice();
  const intervals: unknown[] = [];
  const pollOnce = async () => {
    await assert.rejects(poll(), (error) => {
      assert.ok(error instanceof KeygridError);
      intervals.push(error.code, error.subject.interval);
      return true;
    });
  };
  await pollOnce();
  assert.deepEqual(intervals.splice(0), ['authorization_pending', 5], 'the first has none before it');
  await pollOnce();
  world.clock.time += 5_000;
  await pollOnce();
  world.clock.time += 15_000;
  await pollOnce();
  assert.deepEqual(intervals, ['slow_down', 10, 'slow_down', 15, 'authorization_pending', 15]);
});

test('S097 S077 a device code is bound to its client', async () => {
  const { client, userCode, deviceCode, poll } = await startDevice();
  const other = await startDevice();
  await decide(client.clientId, userCode, 'approved');
  assert.equal(await outcomeOf(poll(deviceCode, other.credentials)), 'invalid_grant');
  assert.equal(await outcomeOf(poll('unknown')), 'invalid_grant');
  await poll();
});

test('S087 a device gets nothing once its user withdrew', async () => {
  const { client, userCode, poll } = await startDevice();
  const user = await decide(client.clientId, userCode, 'approved');
  await world.storage.grants(client.realm).revokeAllOfUser(user, []);
  await assert.rejects(poll(), refusal('invalid_grant'));
});
