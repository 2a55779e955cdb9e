import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSigner, joseSignature } from './signing.ts';

const signer = createSigner();

for (const algorithm of ['RS256', 'ES256'] as const) {
  describe(algorithm, async () => {
    const { privateKeyPkcs8, publicJwk } = await signer.generate(algorithm);
    const privateKey = createPrivateKey({ key: privateKeyPkcs8, format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey({ key: publicJwk as JsonWebKey, format: 'jwk' });
    const isGenuine = (bytes: Buffer, signature: Buffer): boolean =>
      verify('sha256', bytes, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature);

    test('what it signs, the public key verifies', async () => {
      for (let at = 0; at < 300; at++) {
        const bytes = Buffer.from(`message ${at}`);
        const signature = await signer.sign(algorithm, privateKey, bytes);
        assert.equal(signature.length, algorithm === 'RS256' ? 256 : 64);
        assert.ok(isGenuine(bytes, signature));
        assert.ok(!isGenuine(Buffer.from('another'), signature));
      }
    });

    test('S127 the public part holds no private member', () => {
      assert.deepEqual(
        Object.keys(publicJwk).sort(),
        algorithm === 'RS256' ? ['e', 'kty', 'n'] : ['crv', 'kty', 'x', 'y'],
      );
    });

    test('a key of another kind is an error, not a crash', async () => {
      await assert.rejects(async () =>
        signer.sign(algorithm, 'no key' as unknown as typeof privateKey, Buffer.of(1)),
      );
    });
  });
}

test('S127 RSA keys have 2048 bits', async () => {
  const { publicJwk } = await signer.generate('RS256');
  assert.equal(Buffer.from(publicJwk.n!, 'base64url').length, 256);
});

test('integers of every length find their place in the JOSE form', () => {
  const coordinate = fc.uint8Array({ minLength: 1, maxLength: 32 }).filter((bytes) => bytes[0] !== 0);
  fc.assert(
    fc.property(coordinate, coordinate, (r, s) => {
      const padded = (bytes: Uint8Array) => Buffer.concat([Buffer.alloc(32 - bytes.length), bytes]);
      assert.deepEqual(joseSignature(derOf(r, s)), Buffer.concat([padded(r), padded(s)]));
    }),
  );
});

function derOf(...integers: Uint8Array[]): Buffer {
  const parts = integers.map((bytes) => {
    const signed = bytes[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
    return Buffer.concat([Buffer.of(2, signed.length), signed]);
  });
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}
