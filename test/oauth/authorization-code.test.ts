import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { KeygridError } from '../../src/core/errors.ts';
import { PrivateReason } from '../../src/core/private-reason.ts';
import { digestOf } from '../../src/core/random-text.ts';
import { redirectUri } from './oauth-world.ts';
import { claimsOf, openTokenWorld, outcomeOf, refusal, type TokenWorld, verifier } from './token-world.ts';

let world: TokenWorld;
before(async () => {
  world = await openTokenWorld();
});
after(() => world.close());

test('S070 S080 a code becomes an access token, a refresh token and an ID token', async () => {
  const { client, credentials } = await world.registered();
  const { code, user, grant } = await world.authorize(client, { request: { nonce: 'n-1' } });
  const answer = await world.exchange(credentials, code);
  assert.equal(answer.expiresInSeconds, 3600);
  assert.deepEqual(answer.scopes, ['openid', 'profile']);
  const token = await world.tokens.check(answer.accessToken.text);
  assert.deepEqual(token.principal, { kind: 'application_user', realm: client.realm, uuid: user });
  assert.deepEqual([token.delegation?.clientId, token.delegation?.grant], [client.clientId, grant]);
  const { nonce, sub, aud } = claimsOf(answer.idToken!);
  assert.deepEqual([nonce, sub, aud], ['n-1', user, client.clientId]);
  assert.match(answer.refreshToken!, /^[A-Za-z0-9_-]{43}$/);
});

test('S015 S089 codes and refresh tokens have 256 bits and are stored as digests only', async () => {
  const { client, credentials } = await world.registered();
  const { code } = await world.authorize(client);
  assert.equal(Buffer.from(code, 'base64url').length, 32);
  const codes = world.storage.authorizationCodes(client.realm);
  assert.equal(await codes.find(code), undefined);
  const stored = await codes.find(digestOf(code));
  assert.ok(stored && !JSON.stringify(stored).includes(code));
  const { refreshToken } = await world.exchange(credentials, code);
  assert.equal(await world.storage.refreshTokens(client.realm).find(refreshToken!), undefined);
});

test('S080 no ID token without openid, no refresh token for a client that may not refresh', async () => {
  const { client, credentials } = await world.registered({}, { grantTypes: ['authorization_code'] });
  const { code } = await world.authorize(client, { scopes: ['data:read'] });
  const answer = await world.exchange(credentials, code);
  assert.deepEqual([answer.idToken, answer.refreshToken], [undefined, undefined]);
});

test('S033 a code gives no scope that was taken from the client since', async () => {
  const { client, credentials } = await world.registered();
  const { code } = await world.authorize(client, { scopes: ['openid', 'data:read'] });
  await world.clients.update(client.clientId, { scopes: ['openid'] });
  assert.deepEqual((await world.exchange(credentials, code)).scopes, ['openid']);
});

test('S075 APS-37 a second use fails and ends every token that came of the first', async () => {
  const { client, credentials } = await world.registered();
  const { code } = await world.authorize(client);
  const first = await world.exchange(credentials, code);
  await assert.rejects(world.exchange(credentials, code), refusal('invalid_grant'));
  await assert.rejects(async () => world.tokens.check(first.accessToken.text), refusal('token_revoked'));
  await assert.rejects(world.refresh(credentials, first.refreshToken!), refusal('invalid_grant'));
  assert.ok(world.warnings.includes('an authorization code was used twice'));
});

test('S075 a second use with a wrong verifier ends nothing', async () => {
  const { client, credentials } = await world.registered();
  const { code } = await world.authorize(client);
  const first = await world.exchange(credentials, code);
  const replay = world.exchange(credentials, code, { code_verifier: 'x'.repeat(43) });
  await assert.rejects(replay, refusal('invalid_grant'));
  await world.tokens.check(first.accessToken.text);
});

test('S075 the end of one authorization leaves the user’s others with the same client alone', async () => {
  const { client, credentials } = await world.registered();
  const mine = await world.authorize(client);
  const other = await world.authorize(client, { user: mine.user });
  const kept = await world.exchange(credentials, other.code);
  await world.exchange(credentials, mine.code);
  await assert.rejects(world.exchange(credentials, mine.code), refusal('invalid_grant'));
  await world.tokens.check(kept.accessToken.text);
});

test('S077 S159 APS-66 wrong client, other realm, expired and unknown are one and the same refusal', async () => {
  const owner = await world.registered();
  const thief = await world.registered();
  const elsewhere = await world.registered({ realm: 1 });
  const { code } = await world.authorize(owner.client);
  const expired = await world.authorize(owner.client);
  const told = new Set<string>();
  const fail = (attempt: Promise<unknown>) =>
    assert.rejects(attempt, (error) => {
      assert.ok(error instanceof KeygridError);
      told.add(JSON.stringify([error.code, error.message, error.subject]));
      return true;
    });
  await fail(world.exchange(thief.credentials, code));
  await fail(
    world.post(
      { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...elsewhere.credentials },
      { realm: 1 },
    ),
  );
  await fail(world.exchange(owner.credentials, 'unknown'));
  await world.exchange(owner.credentials, code);
  world.clock.time += 60_000;
  await fail(world.exchange(owner.credentials, expired.code));
  assert.deepEqual([...told].length, 1);
});

test('APS-57 a code of the autodesk dialect lives five minutes', async () => {
  const { client, credentials } = await world.registered({ dialect: 'autodesk' });
  const autodesk = { dialect: 'autodesk_v2', realm: undefined } as const;
  const fields = {
    grant_type: 'authorization_code',
    redirect_uri: redirectUri,
    code_verifier: verifier,
  };
  const good = await world.authorize(client, { request: { dialect: 'autodesk_v2' } });
  const late = await world.authorize(client, { request: { dialect: 'autodesk_v2' } });
  world.clock.time += 299_000;
  await world.post({ ...fields, ...credentials, code: good.code }, autodesk);
  world.clock.time += 1_000;
  const attempt = world.post({ ...fields, ...credentials, code: late.code }, autodesk);
  await assert.rejects(attempt, refusal('invalid_grant'));
});

test('S078 APS-36 the redirect URI is repeated identically', async () => {
  const { client, credentials } = await world.registered({}, { pkce: 'exempt' });
  const request = { codeChallenge: undefined, codeChallengeMethod: undefined };
  const { code } = await world.authorize(client, { request });
  const fields = { grant_type: 'authorization_code', code, ...credentials };
  await assert.rejects(world.post(fields), refusal('invalid_request'));
  const changed = world.post({ ...fields, redirect_uri: `${redirectUri}/` });
  await assert.rejects(changed, refusal('invalid_grant'));
  await world.post({ ...fields, redirect_uri: redirectUri });
});

test('S078 with PKCE it may be left out, and a wrong one is still refused', async () => {
  const { client, credentials } = await world.registered();
  const fields = { grant_type: 'authorization_code', code_verifier: verifier, ...credentials };
  const wrong = await world.authorize(client);
  const attempt = world.post({ ...fields, code: wrong.code, redirect_uri: 'https://evil.example/' });
  await assert.rejects(attempt, refusal('invalid_grant'));
  const { code } = await world.authorize(client);
  await world.post({ ...fields, code });
});

test('S078 one that the request left out need not be sent', async () => {
  const { client, credentials } = await world.registered({}, { pkce: 'exempt' });
  const request = { codeChallenge: undefined, codeChallengeMethod: undefined, redirectUriWasSent: false };
  const { code } = await world.authorize(client, { request });
  await world.post({ grant_type: 'authorization_code', code, ...credentials });
});

test('S079 a verifier that is missing, malformed, wrong or uncalled-for is refused', async () => {
  const { client, credentials } = await world.registered({}, { pkce: 'exempt' });
  for (const sent of ['', 'short', 'x'.repeat(43), `${verifier}=`]) {
    const { code } = await world.authorize(client);
    const attempt = world.exchange(credentials, code, { code_verifier: sent });
    await assert.rejects(attempt, refusal('invalid_grant'), sent);
  }
  const request = { codeChallenge: undefined, codeChallengeMethod: undefined };
  const { code } = await world.authorize(client, { request });
  await assert.rejects(world.exchange(credentials, code), refusal('invalid_grant'), 'downgrade');
});

test('APS-65 for autodesk a missing verifier is invalid_request, a wrong one invalid_grant', async () => {
  const { client, credentials } = await world.registered({ dialect: 'autodesk' });
  const { code } = await world.authorize(client, { request: { dialect: 'autodesk_v2' } });
  const autodesk = { dialect: 'autodesk_v2', realm: undefined } as const;
  const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...credentials };
  await assert.rejects(world.post(fields, autodesk), refusal('invalid_request'));
  const wrong = world.post({ ...fields, code_verifier: 'x'.repeat(43) }, autodesk);
  await assert.rejects(wrong, refusal('invalid_grant'));
});

test('a code dies at the third wrong redemption by its client, and failed authentication never counts', async () => {
  const { client, credentials } = await world.registered();
  const { code } = await world.authorize(client);
  for (let attempt = 0; attempt < 5; attempt++) {
    const bad = world.exchange({ ...credentials, client_secret: 'wrong' }, code);
    await assert.rejects(bad, refusal('invalid_client'));
  }
  const wrong = { code_verifier: 'x'.repeat(43) };
  for (let attempt = 0; attempt < 2; attempt++) await outcomeOf(world.exchange(credentials, code, wrong));
  await world.exchange(credentials, code);
  const second = await world.authorize(client);
  for (let attempt = 0; attempt < 3; attempt++) {
    await outcomeOf(world.exchange(credentials, second.code, wrong));
  }
  await assert.rejects(world.exchange(credentials, second.code), refusal('invalid_grant'));
});

test('S087 no tokens for a user who was disabled, deleted or withdrew, or for a suspended client', async () => {
  const { client, credentials } = await world.registered();
  const users = world.entities.of(world.application);
  const disabled = await world.createUser();
  const first = await world.authorize(client, { user: disabled.uuid });
  await users.update('user', disabled, { disabled: true });
  await assert.rejects(world.exchange(credentials, first.code), refusal('invalid_grant'));
  const deleted = await world.createUser();
  const second = await world.authorize(client, { user: deleted.uuid });
  await users.delete('user', deleted);
  await assert.rejects(world.exchange(credentials, second.code), refusal('invalid_grant'));
  const third = await world.authorize(client);
  await world.grantManagement.end(client.realm, third.user, third.grant);
  await assert.rejects(world.exchange(credentials, third.code), refusal('invalid_grant'));
  const fourth = await world.authorize(client);
  await world.clients.setDisabled(client.clientId, true);
  await assert.rejects(world.exchange(credentials, fourth.code), refusal('invalid_grant'));
});

test('APS-64 a public client exchanges with its id and the verifier', async () => {
  const { client, credentials } = await world.registered({ type: 'native' });
  const { code } = await world.authorize(client);
  const answer = await world.exchange(credentials, code);
  assert.ok(answer.refreshToken);
  assert.deepEqual(Object.keys(credentials), ['client_id']);
});

test('S074 when a token cannot be made, the code is not spent', async () => {
  const { client, credentials } = await world.registered();
  const { code } = await world.authorize(client);
  world.signing.fails = true;
  await assert.rejects(world.exchange(credentials, code), /The signature failed/);
  world.signing.fails = false;
  const { refreshToken } = await world.exchange(credentials, code);
  world.signing.fails = true;
  await assert.rejects(world.refresh(credentials, refreshToken!), /The signature failed/);
  world.signing.fails = false;
  await world.refresh(credentials, refreshToken!);
});

test('S077 what the caller is not told, the operator is', async () => {
  const { client, credentials } = await world.registered();
  const thief = await world.registered();
  const { code } = await world.authorize(client);
  const reasonOf = async (attempt: Promise<unknown>): Promise<unknown> => {
    const error: unknown = await attempt.catch((refused: unknown) => refused);
    assert.ok(error instanceof KeygridError && error.cause instanceof PrivateReason);
    assert.ok(!error.message.includes(error.cause.code));
    return error.cause.code;
  };
  assert.equal(await reasonOf(world.exchange(thief.credentials, code)), 'the code is another client’s');
  const wrongSecret = world.exchange({ ...credentials, client_secret: 'x' }, code);
  assert.equal(await reasonOf(wrongSecret), 'the secret is wrong');
  const wrongVerifier = world.exchange(credentials, code, { code_verifier: 'x'.repeat(43) });
  assert.equal(await reasonOf(wrongVerifier), 'code_verifier does not fit the challenge');
});
