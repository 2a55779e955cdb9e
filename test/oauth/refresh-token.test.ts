import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { claimsOf, openTokenWorld, outcomeOf, refusal, type TokenWorld } from './token-world.ts';

let world: TokenWorld;
before(async () => {
  world = await openTokenWorld();
});
after(() => world.close());

const autodesk = { dialect: 'autodesk_v2', realm: undefined } as const;
const day = 86_400_000;

test('S081 APS-72 each refresh gives a new refresh token and a new access token', async () => {
  const { credentials, refreshToken, answer, user } = await world.signIn();
  const second = await world.refresh(credentials, refreshToken);
  assert.notEqual(second.refreshToken, refreshToken);
  assert.notEqual(second.accessToken.text, answer.accessToken.text);
  assert.equal(second.accessToken.principal.uuid, user);
  assert.equal(second.accessToken.delegation?.family, answer.accessToken.delegation?.family);
  const third = await world.refresh(credentials, second.refreshToken!);
  assert.notEqual(third.refreshToken, second.refreshToken);
});

test('S081 APS-73 within the grace the immediate predecessor is answered with the same successor', async () => {
  const { credentials, refreshToken } = await world.signIn();
  const first = await world.refresh(credentials, refreshToken);
  world.clock.time += 9_000;
  const again = await world.refresh(credentials, refreshToken);
  assert.equal(again.refreshToken, first.refreshToken);
  await world.tokens.check(again.accessToken.text);
  await world.refresh(credentials, first.refreshToken!);
});

test('S081 APS-74 reuse after the grace ends the family, access tokens too', async () => {
  const { credentials, refreshToken } = await world.signIn();
  const first = await world.refresh(credentials, refreshToken);
  world.clock.time += 10_000;
  await assert.rejects(world.refresh(credentials, refreshToken), refusal('invalid_grant'));
  await assert.rejects(world.refresh(credentials, first.refreshToken!), refusal('invalid_grant'));
  await assert.rejects(async () => world.tokens.check(first.accessToken.text), refusal('token_revoked'));
  assert.ok(world.warnings.includes('a refresh token was used twice'));
});

test('S081 the grace is for the immediate predecessor only', async () => {
  const { credentials, refreshToken } = await world.signIn();
  const first = await world.refresh(credentials, refreshToken);
  const second = await world.refresh(credentials, first.refreshToken!);
  await assert.rejects(world.refresh(credentials, refreshToken), refusal('invalid_grant'));
  await assert.rejects(world.refresh(credentials, second.refreshToken!), refusal('invalid_grant'));
});

test('S081 within the grace too a token that comes over and over ends its family', async () => {
  const { credentials, refreshToken } = await world.signIn();
  const first = await world.refresh(credentials, refreshToken);
  for (let tab = 0; tab < 20; tab++) await world.refresh(credentials, refreshToken);
  await assert.rejects(world.refresh(credentials, refreshToken), refusal('invalid_grant'));
  await assert.rejects(world.refresh(credentials, first.refreshToken!), refusal('invalid_grant'));
  await assert.rejects(async () => world.tokens.check(first.accessToken.text), refusal('token_revoked'));
});

test('S083 S159 another client’s or realm’s token is refused, and its family lives on', async () => {
  const { credentials, refreshToken } = await world.signIn();
  const thief = await world.registered();
  await assert.rejects(world.refresh(thief.credentials, refreshToken), refusal('invalid_grant'));
  const first = await world.refresh(credentials, refreshToken);
  world.clock.time += 60_000;
  // A spent one in the hands of another client is no reuse by its own.
  await assert.rejects(world.refresh(thief.credentials, refreshToken), refusal('invalid_grant'));
  const elsewhere = await world.registered({ realm: 1 });
  const fields = {
    grant_type: 'refresh_token',
    refresh_token: first.refreshToken!,
    ...elsewhere.credentials,
  };
  await assert.rejects(world.post(fields, { realm: 1 }), refusal('invalid_grant'));
  await world.refresh(credentials, first.refreshToken!);
});

test('S084 APS-38 APS-75 narrowing concerns the access token only', async () => {
  const scopes = ['data:read', 'data:create', 'viewables:read'];
  const { credentials, refreshToken } = await signInAutodesk(scopes);
  const narrow = await refreshAutodesk(credentials, refreshToken, 'viewables:read');
  assert.deepEqual(narrow.scopes, ['viewables:read']);
  assert.deepEqual(narrow.accessToken.delegation?.scopes, ['viewables:read']);
  const wide = await refreshAutodesk(credentials, narrow.refreshToken!, 'data:read data:create');
  assert.deepEqual(wide.scopes, ['data:read', 'data:create']);
});

test('S033 a refresh gives no scope that was taken from the client since', async () => {
  const scopes = ['openid', 'profile', 'data:read'];
  const { client, credentials, refreshToken } = await world.signIn({}, { scopes });
  await world.clients.update(client.clientId, { scopes: ['openid', 'profile'] });
  const { accessToken, refreshToken: next } = await world.refresh(credentials, refreshToken);
  assert.deepEqual(accessToken.delegation?.scopes, ['openid', 'profile']);
  const asked = world.refresh(credentials, next!, { scope: 'data:read' });
  await assert.rejects(asked, refusal('invalid_scope'));
  assert.deepEqual(
    (await world.introspection.introspect(world.request({ token: next!, ...credentials })))?.scopes,
    ['openid', 'profile'],
  );
});

async function signInAutodesk(scopes: string[], dialect: 'autodesk_v1' | 'autodesk_v2' = 'autodesk_v2') {
  const { client, credentials } = await world.registered({ dialect: 'autodesk' });
  const request = { dialect, codeChallenge: undefined, codeChallengeMethod: undefined };
  const { code, user } = await world.authorize(client, { scopes, request });
  const redirect_uri = client.redirectUris[0]!;
  const fields = { grant_type: 'authorization_code', code, redirect_uri, ...credentials };
  const answer = await world.post(fields, { ...autodesk, dialect });
  return { client, credentials, user, answer, refreshToken: answer.refreshToken! };
}

const refreshAutodesk = (credentials: Record<string, string>, refresh_token: string, scope = '') =>
  world.post({ grant_type: 'refresh_token', refresh_token, scope, ...credentials }, autodesk);

test('S084 a wider scope is refused and costs the token nothing', async () => {
  const { credentials, refreshToken } = await world.signIn();
  const wider = world.refresh(credentials, refreshToken, { scope: 'openid email' });
  await assert.rejects(wider, refusal('invalid_scope'));
  const answer = await world.refresh(credentials, refreshToken);
  assert.deepEqual(answer.scopes, ['openid', 'profile']);
});

test('APS-76 viewables:read is got by refresh from data:read', async () => {
  const { credentials, refreshToken } = await signInAutodesk(['data:read']);
  const answer = await refreshAutodesk(credentials, refreshToken, 'viewables:read');
  assert.deepEqual(answer.scopes, ['viewables:read']);
});

test('APS-70 a refresh of the autodesk dialect has no ID token, one of the standard dialect has', async () => {
  const ofAutodesk = await signInAutodesk(['openid', 'data:read']);
  assert.ok(ofAutodesk.answer.idToken);
  const refreshed = await refreshAutodesk(ofAutodesk.credentials, ofAutodesk.refreshToken);
  assert.equal(refreshed.idToken, undefined);
});

test('S088 a refreshed ID token keeps subject, audience, auth_time and nonce', async () => {
  const asked = { request: { nonce: 'n' } };
  const { credentials, refreshToken, answer } = await world.signIn({}, asked);
  world.clock.time += 100_000;
  const refreshed = await world.refresh(credentials, refreshToken);
  const before = claimsOf(answer.idToken!);
  const { iss, sub, aud, auth_time, nonce, sid, iat } = claimsOf(refreshed.idToken!);
  assert.deepEqual(
    [iss, sub, aud, auth_time, nonce, sid],
    [before.iss, before.sub, before.aud, before.auth_time, before.nonce, before.sid],
  );
  assert.equal(iat, Number(before.iat) + 100);
});

test('S086 the idle lifetime starts anew at each rotation, the absolute one does not', async () => {
  const lifetimes = { refreshTokenIdle: 100, refreshTokenAbsolute: 250 };
  const { client, credentials } = await world.registered({}, { lifetimes });
  const { code } = await world.authorize(client);
  let current = (await world.exchange(credentials, code)).refreshToken!;
  for (let turn = 0; turn < 2; turn++) {
    world.clock.time += 99_000;
    current = (await world.refresh(credentials, current)).refreshToken!;
  }
  world.clock.time += 52_000;
  await assert.rejects(world.refresh(credentials, current), refusal('invalid_grant'));
  const other = await world.authorize(client);
  const idle = (await world.exchange(credentials, other.code)).refreshToken!;
  world.clock.time += 100_000;
  await assert.rejects(world.refresh(credentials, idle), refusal('invalid_grant'));
});

test('APS-77 an autodesk refresh token lives 15 days, one that v1 issued 14', async () => {
  const ofTwo = await signInAutodesk(['data:read'], 'autodesk_v2');
  const ofOne = await signInAutodesk(['data:read'], 'autodesk_v1');
  world.clock.time += 14 * day;
  await assert.rejects(refreshAutodesk(ofOne.credentials, ofOne.refreshToken), refusal('invalid_grant'));
  const second = await refreshAutodesk(ofTwo.credentials, ofTwo.refreshToken);
  world.clock.time += 15 * day;
  await assert.rejects(refreshAutodesk(ofTwo.credentials, second.refreshToken!), refusal('invalid_grant'));
});

test('S087 S051 S054 a refresh ends with its user, its grant, its client and its organization', async () => {
  const users = world.entities.of(world.application);
  const user = await world.createUser();
  const disabled = await world.signIn({}, { user: user.uuid });
  await users.update('user', user, { disabled: true });
  assert.equal(await outcomeOf(world.refresh(disabled.credentials, disabled.refreshToken)), 'invalid_grant');

  const withdrawn = await world.signIn();
  await world.grantManagement.end(withdrawn.client.realm, withdrawn.user, withdrawn.grant);
  assert.equal(
    await outcomeOf(world.refresh(withdrawn.credentials, withdrawn.refreshToken)),
    'invalid_grant',
  );
  const check = async () => world.tokens.check(withdrawn.answer.accessToken.text);
  await assert.rejects(check, refusal('token_revoked'));

  const everywhere = await world.signIn();
  await world.storage.grants(everywhere.client.realm).revokeAllOfUser(everywhere.user, []);
  assert.equal(
    await outcomeOf(world.refresh(everywhere.credentials, everywhere.refreshToken)),
    'invalid_grant',
  );

  const suspended = await world.signIn();
  await world.clients.setDisabled(suspended.client.clientId, true);
  assert.equal(
    await outcomeOf(world.refresh(suspended.credentials, suspended.refreshToken)),
    'invalid_grant',
  );
});

test('S051 a user sees what was allowed to whom, and ends only what is their own', async () => {
  const { client, user, grant } = await world.signIn();
  const stranger = await world.signIn();
  const { items } = await world.grantManagement.list(client.realm, user, { limit: 10, from: undefined });
  const [listed] = items;
  assert.deepEqual([listed?.grant.id, listed?.client?.clientId], [grant, client.clientId]);
  assert.deepEqual(listed?.grant.scopes, ['openid', 'profile']);
  const foreign = world.grantManagement.end(client.realm, user, stranger.grant);
  await assert.rejects(foreign, refusal('grant_not_found'));
  await world.refresh(stranger.credentials, stranger.refreshToken);
});

test('a grant tells when it was last used', async () => {
  const { client, user, credentials, refreshToken } = await world.signIn();
  world.clock.time += 3_600_000;
  await world.refresh(credentials, refreshToken);
  const { items } = await world.grantManagement.list(client.realm, user, { limit: 10, from: undefined });
  const [listed] = items;
  assert.equal(listed?.grant.lastUsedAt, world.clock.now());
});

test('S061 S069 a client no longer registered for refreshing gets none', async () => {
  const { client, credentials, refreshToken } = await world.signIn();
  await world.clients.update(client.clientId, { grantTypes: ['authorization_code'] });
  await assert.rejects(world.refresh(credentials, refreshToken), refusal('unauthorized_client'));
});
