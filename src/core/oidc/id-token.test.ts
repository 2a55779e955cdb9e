import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { createSigningWorld } from '../../../test/support/signing.ts';
import { signToken } from '../keys/json-web-token.ts';
import type { Application } from '../tenancy/tenancy.ts';
import { createIdTokens, type IdTokenRequest, leftHalfHash } from './id-token.ts';
import { type Issuer, rootKeyRing } from './issuer.ts';

const uuid = '11111111-0000-1000-8000-000000000001';
const session = '22222222-0000-1000-8000-000000000001';
const issuer: Issuer = { url: 'https://auth.example/my-org/app', keyRing: 5 };
const body = JSON.stringify({ uuid, username: 'ada', name: 'Ada Lovelace', email: 'ada@example.test' });
const request: IdTokenRequest = {
  client: { clientId: 'client-1', dialect: 'standard', lifetimes: {} },
  user: {
    ...{ kind: 'application_user', application: {} as Application },
    user: { uuid, type: 'user', created: 0, modified: 5000, version: 1, body },
  },
  issuer,
  signIn: { session, authenticatedAt: 1_700_000_000, authenticationMethods: ['pwd'], nonce: 'n-1' },
  scopes: ['openid', 'profile', 'email'],
  accessToken: { text: 'YWMtsomething' },
};

function createWorld() {
  const world = createSigningWorld();
  const signingKeys = world.open();
  const { signer, clock } = world;
  return { world, signingKeys, idTokens: createIdTokens({ signingKeys, signer, clock }) };
}

test('S107 S108 S109 S110 in the code flow it says who signed in, how and when, and no scope claims', async () => {
  const { world, signingKeys, idTokens } = createWorld();
  const text = await idTokens.issue(request);
  const keySet = createLocalJWKSet(JSON.parse(await signingKeys.jwks(5)) as JSONWebKeySet);
  const { payload, protectedHeader } = await jwtVerify(text, keySet, {
    ...{ issuer: issuer.url, audience: 'client-1', currentDate: new Date(world.now) },
  });
  const seconds = world.now / 1000;
  assert.deepEqual(payload, {
    ...{ iss: issuer.url, sub: uuid, aud: 'client-1', iat: seconds, exp: seconds + 900 },
    ...{ auth_time: 1_700_000_000, nonce: 'n-1', amr: ['pwd'], sid: session },
    at_hash: createHash('sha256').update('YWMtsomething').digest().subarray(0, 16).toString('base64url'),
  });
  assert.equal(protectedHeader.alg, 'RS256');
  assert.ok(protectedHeader.kid);
});

test('S109 the hash of the OpenID Connect example', () => {
  assert.equal(leftHalfHash('jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y'), '77QmUPtjPfzWtF2AnpK9RQ');
});

test('S110 alone it holds the claims of its scopes, and no at_hash', async () => {
  const { idTokens } = createWorld();
  const claims = decodeJwt(await idTokens.issue({ ...request, accessToken: undefined }));
  assert.equal(claims.name, 'Ada Lovelace');
  assert.equal(claims.email, 'ada@example.test');
  assert.equal(claims.email_verified, false);
  assert.ok(!('at_hash' in claims));
});

test('S107 without a nonce there is none', async () => {
  const { idTokens } = createWorld();
  const signIn = { ...request.signIn, nonce: undefined, session: undefined, authenticationMethods: [] };
  const claims = decodeJwt(await idTokens.issue({ ...request, signIn }));
  for (const name of ['nonce', 'sid', 'amr', 'azp']) assert.ok(!(name in claims), name);
});

test('S088 a refreshed one differs in its times only', async () => {
  const { world, idTokens } = createWorld();
  const first = decodeJwt(await idTokens.issue(request));
  world.now += 3_600_000;
  const second = decodeJwt(await idTokens.issue(request));
  assert.deepEqual({ ...second, iat: first.iat, exp: first.exp }, first);
  assert.equal(second.iat, first.iat! + 3600);
});

test('S108 a client may be registered for ES256', async () => {
  const { signingKeys, idTokens } = createWorld();
  const text = await idTokens.issue({ ...request, algorithm: 'ES256' });
  const { alg, kid } = decodeProtectedHeader(text);
  assert.equal(alg, 'ES256');
  assert.ok((await signingKeys.jwks(5)).includes(kid!));
});

test('the client says how long it lives', async () => {
  const { world, idTokens } = createWorld();
  const client = { ...request.client, lifetimes: { idToken: 60 } };
  assert.equal(decodeJwt(await idTokens.issue({ ...request, client })).exp, world.now / 1000 + 60);
});

test("APS-71 an autodesk client's has the vendor's names and the standard ones", async () => {
  const { world, idTokens } = createWorld();
  const client = { ...request.client, dialect: 'autodesk' } as const;
  const root: Issuer = { url: 'https://auth.example', keyRing: rootKeyRing };
  const claims = decodeJwt(await idTokens.issue({ ...request, client, issuer: root, scopes: ['openid'] }));
  assert.deepEqual([claims.iss, claims.aud, claims.sub], [root.url, 'client-1', uuid]);
  assert.equal(claims.exp, world.now / 1000 + 3600);
  assert.equal(claims.userid, uuid);
  assert.equal(claims.user_name, 'ada');
  assert.equal(claims.user_email, 'ada@example.test');
  assert.deepEqual([claims.first_name, claims.last_name], ['Ada', 'Lovelace']);
  assert.deepEqual([claims.given_name, claims.family_name], ['Ada', 'Lovelace']);
  assert.ok(claims.at_hash && claims.iat && claims.auth_time);
});

test('S029 as a hint it is read long after it expired, as long as its key is published', async () => {
  const { world, idTokens } = createWorld();
  const text = await idTokens.issue(request);
  world.now += 30 * 86_400_000;
  assert.deepEqual(await idTokens.read(issuer, text), {
    ...{ user: uuid, clientId: 'client-1', session },
    expiresAt: decodeJwt(text).exp,
  });
});

test('S142 S159 nothing but an ID token of this very issuer is read', async () => {
  const { world, signingKeys, idTokens } = createWorld();
  const text = await idTokens.issue(request);
  const claims = decodeJwt(text);
  const [header, payload, signature] = text.split('.') as [string, string, string];
  const changedPayload = Buffer.from(JSON.stringify({ ...claims, sub: session })).toString('base64url');
  const none = Buffer.from(JSON.stringify({ ...decodeProtectedHeader(text), alg: 'none' })).toString(
    'base64url',
  );
  const key = await signingKeys.current(5);
  const others = {
    'another payload': `${header}.${changedPayload}.${signature}`,
    'alg none': `${none}.${payload}.`,
    'an access token': await signToken(world.signer, key, 'at+jwt', claims),
    'another issuer in it': await signToken(world.signer, key, 'JWT', {
      ...claims,
      iss: 'https://evil.example',
    }),
    'the key of another realm': await signToken(world.signer, await signingKeys.current(6), 'JWT', claims),
    'no user in it': await signToken(world.signer, key, 'JWT', { ...claims, sub: 'client-1' }),
    'no token at all': 'nonsense',
  };
  for (const [what, other] of Object.entries(others)) {
    assert.equal(await idTokens.read(issuer, other), undefined, what);
  }
  assert.equal(
    await idTokens.read({ url: 'https://auth.example/my-org/other', keyRing: 6 }, text),
    undefined,
  );
});
