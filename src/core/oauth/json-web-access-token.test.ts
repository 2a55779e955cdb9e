import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { createSigningWorld } from '../../../test/support/signing.ts';
import { KeygridError } from '../errors.ts';
import type { Principal } from '../identity/principal.ts';
import { signToken } from '../keys/json-web-token.ts';
import { createMessageKey } from '../keys/message-key.ts';
import { type Issuer, rootKeyRing } from '../oidc/issuer.ts';
import type { Log } from '../ports.ts';
import { createJsonWebAccessTokens } from './json-web-access-token.ts';
import { createTokenAuthority, type DelegatedTokenRequest } from './token-authority.ts';

const hour = 3_600_000;
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
const user: Principal = { kind: 'application_user', realm: 5, uuid: '11111111-0000-1000-8000-000000000001' };
const grant = '00000000-0000-1000-8000-00000000000a';
const family = '00000000-0000-1000-8000-00000000000b';
const issuer: Issuer = { url: 'https://auth.example/my-org/app', keyRing: 5 };
const root: Issuer = { url: 'https://auth.example', keyRing: rootKeyRing };
const request: DelegatedTokenRequest = {
  ...{ principal: user, clientId: 'client-1', grant, family, scopes: ['openid', 'data:read'] },
  ...{ lifetime: hour, format: { issuer, dialect: 'standard' } },
};

async function createProcesses() {
  const world = createSigningWorld();
  const process = async () => {
    const signingKeys = world.open();
    const key = { id: 1, key: createMessageKey(Buffer.alloc(32, 1)) };
    const { signer, random, clock } = world;
    const tokens = await createTokenAuthority({
      keys: { current: () => key, find: () => key.key, refresh: async () => {} },
      revocations: {
        add: async () => {},
        listLive: async () => ({ revocations: [], position: 0 }),
        deleteExpired: async () => 0,
      },
      changes: { subscribe: () => () => {}, ageMilliseconds: () => 0 },
      ...{ clock, log: silent, trustWithoutFeed: 15_000 },
      jsonWebTokens: createJsonWebAccessTokens({ signingKeys, signer, random }),
    });
    return { tokens, signingKeys };
  };
  return { world, here: await process(), there: await process() };
}

const codeOf = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    return error instanceof KeygridError ? error.code : String(error);
  }
};

test('S101 S102 the standard form has the claims of RFC 9068, and the published keys verify it', async () => {
  const { world, here } = await createProcesses();
  const token = await here.tokens.issueDelegated(request, here.tokens.moment());
  const keySet = JSON.parse(await here.signingKeys.jwks(5)) as JSONWebKeySet;
  const { payload, protectedHeader } = await jwtVerify(token.text, createLocalJWKSet(keySet), {
    ...{ issuer: issuer.url, audience: issuer.url, typ: 'at+jwt', algorithms: ['RS256'] },
    currentDate: new Date(world.now),
  });
  const { iss, aud, sub, client_id, iat, exp, jti, scope, ...more } = payload;
  assert.deepEqual([iss, aud, sub, client_id], [issuer.url, issuer.url, user.uuid, 'client-1']);
  assert.deepEqual([iat, exp], [world.now / 1000, world.now / 1000 + 3600]);
  assert.equal(jti, token.id);
  assert.equal(scope, 'openid data:read');
  assert.deepEqual(more, {});
  assert.equal(protectedHeader.typ, 'at+jwt');
});

test('S101 without scopes there is no scope claim', async () => {
  const { here } = await createProcesses();
  const token = await here.tokens.issueDelegated({ ...request, scopes: [] }, here.tokens.moment());
  assert.ok(!('scope' in decodeJwt(token.text)));
  assert.deepEqual((await here.tokens.check(token.text)).delegation?.scopes, []);
});

test('APS-68 the autodesk form has scope as an array, and userid only for a user', async () => {
  const { world, here } = await createProcesses();
  const format = { issuer: root, dialect: 'autodesk', audience: 'https://auth.example/aud' } as const;
  const threeLegged = await here.tokens.issueDelegated({ ...request, format }, here.tokens.moment());
  const { alg, kid } = decodeProtectedHeader(threeLegged.text);
  assert.equal(alg, 'RS256');
  assert.ok((await here.signingKeys.jwks(rootKeyRing)).includes(`"${kid}"`));
  const claims = decodeJwt(threeLegged.text);
  assert.deepEqual(claims.scope, ['openid', 'data:read']);
  assert.equal(claims.userid, user.uuid);
  assert.equal(claims.client_id, 'client-1');
  assert.deepEqual([claims.iss, claims.aud], [root.url, 'https://auth.example/aud']);
  assert.deepEqual([claims.iat, claims.exp], [world.now / 1000, world.now / 1000 + 3600]);
  assert.equal(claims.jti?.length, 64);

  const principal: Principal = { kind: 'application_client', realm: 5, uuid: grant };
  const own = { principal, clientId: 'client-1', scopes: ['code:all'], lifetime: hour, format };
  const twoLegged = await here.tokens.issueDelegated(own, here.tokens.moment());
  assert.ok(!('userid' in decodeJwt(twoLegged.text)));
  assert.equal(decodeJwt(twoLegged.text).sub, 'client-1');
  assert.deepEqual((await here.tokens.check(twoLegged.text)).principal, principal);
});

test('another process reads from the token all that this one put there', async () => {
  const { here, there } = await createProcesses();
  for (const format of [
    { issuer, dialect: 'standard' },
    { issuer: root, dialect: 'autodesk' },
  ] as const) {
    const token = await here.tokens.issueDelegated({ ...request, format }, here.tokens.moment());
    assert.deepEqual(await there.tokens.check(token.text), token);
  }
});

test('a token whose key is known is checked at once, the second time as the first', async () => {
  const { here } = await createProcesses();
  const token = await here.tokens.issueDelegated(request, here.tokens.moment());
  assert.ok(!(here.tokens.check(token.text) instanceof Promise));
  assert.ok(!(here.tokens.check(token.text) instanceof Promise));
  assert.equal(here.tokens.read(token.text)?.id, token.id);
});

test('S115 S158 it expires on the second', async () => {
  const { world, here } = await createProcesses();
  world.now += 400;
  const token = await here.tokens.issueDelegated(request, here.tokens.moment());
  world.now = token.expiresAt - 1;
  assert.equal(await codeOf(() => here.tokens.check(token.text)), 'accepted');
  world.now = token.expiresAt;
  assert.equal(await codeOf(() => here.tokens.check(token.text)), 'token_expired');
  assert.equal(token.expiresAt % 1000, 0);
});

test('a token of the same second as a revocation lives if it came after, and is dead if it came before', async () => {
  const { world, here } = await createProcesses();
  const before = await here.tokens.issueDelegated(request, here.tokens.moment());
  world.now += 10;
  await here.tokens.revokePrincipal(user, 'revoked', hour);
  const after = await here.tokens.issueDelegated(request, here.tokens.moment());
  assert.equal(await codeOf(() => here.tokens.check(before.text)), 'token_revoked');
  assert.equal(await codeOf(() => here.tokens.check(after.text)), 'accepted');
});

test('APS-85 S106 revoked by id, family or grant it is refused at once', async () => {
  const { here } = await createProcesses();
  const issue = () => here.tokens.issueDelegated(request, here.tokens.moment());
  const [one, two] = [await issue(), await issue()];
  assert.notEqual(one.id, two.id);
  await here.tokens.revokeToken(one);
  assert.equal(await codeOf(() => here.tokens.check(one.text)), 'token_revoked');
  assert.equal(await codeOf(() => here.tokens.check(two.text)), 'accepted');
  await here.tokens.revokeFamily(5, family);
  assert.equal(await codeOf(() => here.tokens.check(two.text)), 'token_revoked');
});

test('S129 when its key is removed it is refused, also where it was checked before', async () => {
  const { world, here, there } = await createProcesses();
  const token = await here.tokens.issueDelegated(request, here.tokens.moment());
  await there.tokens.check(token.text);
  await here.signingKeys.remove(5, decodeProtectedHeader(token.text).kid!);
  assert.equal(await codeOf(() => here.tokens.check(token.text)), 'token_invalid');
  world.now += 30_000;
  assert.equal(await codeOf(() => there.tokens.check(token.text)), 'token_invalid');
  assert.equal(await there.tokens.find(token.text), undefined);
});

test("S159 one realm's key signs nothing that counts in another", async () => {
  const { world, here } = await createProcesses();
  const token = await here.tokens.issueDelegated(request, here.tokens.moment());
  const otherRealm = await here.signingKeys.current(6);
  const forged = await signToken(world.signer, otherRealm, 'at+jwt', decodeJwt(token.text));
  assert.equal(await codeOf(() => here.tokens.check(forged)), 'token_invalid');
  const elsewhere = {
    ...request,
    format: { issuer: { ...issuer, keyRing: 6 }, dialect: 'standard' },
  } as const;
  await assert.rejects(here.tokens.issueDelegated(elsewhere, here.tokens.moment()));
});

test('S103 an ID token or logout token of ours is never an access token', async () => {
  const { world, here } = await createProcesses();
  const token = await here.tokens.issueDelegated(request, here.tokens.moment());
  const key = await here.signingKeys.current(5);
  for (const type of ['JWT', 'logout+jwt'] as const) {
    const text = await signToken(world.signer, key, type, decodeJwt(token.text));
    assert.equal(await codeOf(() => here.tokens.check(text)), 'token_invalid');
  }
});

test('what a token says is not told, and nothing breaks, while its key cannot be read', async () => {
  const { world, here, there } = await createProcesses();
  const token = await here.tokens.issueDelegated(request, here.tokens.moment());
  world.failing = true;
  assert.equal(there.tokens.read(token.text), undefined);
  await assert.rejects(async () => there.tokens.check(token.text));
  world.failing = false;
  assert.equal((await there.tokens.check(token.text)).id, token.id);
});

test('claims of another make, though signed by us, are no access token', async () => {
  const { world, here } = await createProcesses();
  const token = await here.tokens.issueDelegated(request, here.tokens.moment());
  const key = await here.signingKeys.current(5);
  const claims = decodeJwt(token.text);
  for (const change of [
    { jti: 'short' },
    { jti: undefined },
    { sub: 'nobody' },
    { exp: '1' },
    { client_id: 1 },
  ]) {
    const text = await signToken(world.signer, key, 'at+jwt', { ...claims, ...change });
    assert.equal(await codeOf(() => here.tokens.check(text)), 'token_invalid');
  }
});
