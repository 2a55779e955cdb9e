import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { compactVerify, decodeProtectedHeader, importJWK, type JWK, SignJWT } from 'jose';
import { createSigningWorld } from '../../../test/support/signing.ts';
import { parseToken, signToken, verifyToken } from './json-web-token.ts';

const world = createSigningWorld();
const keys = world.open();
const rsa = await keys.current(5);
const ec = await keys.current(5, 'ES256');
const claims = { sub: 'somebody', text: 'ä "quoted" 日本', nested: { list: [1, 2] } };

for (const key of [rsa, ec]) {
  test(`${key.algorithm}: an independent implementation verifies what we sign`, async () => {
    const text = await signToken(world.signer, key, 'at+jwt', claims);
    const publicKey = await importJWK(JSON.parse(key.publicJwk) as JWK, key.algorithm);
    const { payload, protectedHeader } = await compactVerify(text, publicKey);
    assert.deepEqual(JSON.parse(Buffer.from(payload).toString()), claims);
    assert.deepEqual(protectedHeader, { alg: key.algorithm, typ: 'at+jwt', kid: key.kid });
  });

  test(`${key.algorithm}: we verify what an independent implementation signs`, async () => {
    const text = await new SignJWT(claims)
      .setProtectedHeader({ alg: key.algorithm, typ: 'JWT', kid: key.kid })
      .sign(key.privateKey);
    assert.deepEqual(verifyToken(parseToken(text)!, key, 'JWT'), claims);
  });

  test(`${key.algorithm}: no changed character is accepted`, async () => {
    const text = await signToken(world.signer, key, 'JWT', claims);
    const parsed = parseToken(text)!;
    assert.ok(verifyToken(parsed, key, 'JWT'));
    fc.assert(
      fc.property(fc.nat(text.length - 2), fc.base64String({ minLength: 4 }), (at, other) => {
        const changed =
          text.slice(0, at) + other[0]!.replace('+', '-').replace('/', '_') + text.slice(at + 1);
        const read = parseToken(changed);
        if (changed !== text && read) assert.equal(verifyToken(read, key, 'JWT'), undefined);
      }),
    );
  });
}

const unsigned = (header: object): string =>
  `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${Buffer.from('{"sub":"x"}').toString('base64url')}`;

test('S101 S108 alg none is refused, with and without a signature', () => {
  const header = { alg: 'none', typ: 'JWT', kid: rsa.kid };
  assert.equal(parseToken(`${unsigned(header)}.`), undefined);
  assert.equal(verifyToken(parseToken(`${unsigned(header)}.AAAA`)!, rsa, 'JWT'), undefined);
});

test('the public key is no secret to sign with: HS256 is refused', () => {
  const signedPart = unsigned({ alg: 'HS256', typ: 'JWT', kid: rsa.kid });
  const pem = rsa.publicKey.export({ format: 'pem', type: 'spki' });
  const signature = createHmac('sha256', pem).update(signedPart).digest('base64url');
  assert.equal(verifyToken(parseToken(`${signedPart}.${signature}`)!, rsa, 'JWT'), undefined);
});

test('a token of one algorithm is not verified with a key of another', async () => {
  const text = await signToken(world.signer, rsa, 'JWT', claims);
  assert.equal(verifyToken(parseToken(text)!, { ...ec, kid: rsa.kid }, 'JWT'), undefined);
});

test('S103 one type of token does not pass for another', async () => {
  for (const type of ['JWT', 'at+jwt', 'logout+jwt'] as const) {
    const parsed = parseToken(await signToken(world.signer, ec, type, claims))!;
    for (const expected of ['JWT', 'at+jwt', 'logout+jwt'] as const) {
      assert.equal(verifyToken(parsed, ec, expected) !== undefined, type === expected);
    }
  }
});

test('another key id, none, or a critical header makes no token of ours', async () => {
  const text = await signToken(world.signer, ec, 'JWT', claims);
  assert.equal(verifyToken(parseToken(text)!, { ...ec, kid: 'another' }, 'JWT'), undefined);
  assert.equal(parseToken(`${unsigned({ alg: 'ES256', typ: 'JWT' })}.AAAA`), undefined);
  const critical = { alg: 'ES256', typ: 'JWT', kid: ec.kid, crit: ['b64'] };
  assert.equal(parseToken(`${unsigned(critical)}.AAAA`), undefined);
});

test('S127 the header names the key that is published', async () => {
  const text = await signToken(world.signer, rsa, 'JWT', claims);
  assert.ok((await keys.jwks(5)).includes(`"kid":"${decodeProtectedHeader(text).kid}"`));
});

test('no text makes the reader throw', () => {
  const part = fc.oneof(
    fc.string(),
    fc.base64String(),
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
  );
  fc.assert(
    fc.property(fc.tuple(part, part, part), (parts) => {
      const read = parseToken(parts.join('.'));
      assert.ok(read === undefined || verifyToken(read, rsa, 'JWT') === undefined);
    }),
  );
  assert.equal(parseToken('a.b.c'.padEnd(20_000, 'c')), undefined);
});
