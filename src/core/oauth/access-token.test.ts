import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Principal } from '../identity/principal.ts';
import { createMessageKey } from '../keys/message-key.ts';
import type { TokenKeys } from '../keys/token-keys.ts';
import { uuidFromBytes } from '../uuid.ts';
import { readAccessToken, writeAccessToken } from './access-token.ts';

const keyOf = (fill: number) => createMessageKey(Buffer.alloc(32, fill));
const signer = { id: 7, key: keyOf(7) };
const keys: TokenKeys = {
  current: () => signer,
  find: (id) => (id === 7 ? signer.key : undefined),
  refresh: async () => {},
};
const earliest = Date.UTC(2020, 0, 1);

const principals: fc.Arbitrary<Principal> = fc.record({
  kind: fc.constantFrom('application_user', 'application_client', 'organization_client', 'admin_user'),
  realm: fc.integer({ min: 1, max: 0xffffffff }),
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(uuidFromBytes),
});
const claims = fc.record({
  principal: principals,
  issuedAt: fc.integer({ min: earliest, max: earliest + 2 ** 40 - 1 }),
  lifetime: fc.oneof(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.constant(Number.POSITIVE_INFINITY)),
  counter: fc.nat(255),
});

test('UA-20 what was written is read, in 63 characters of the right alphabet', () => {
  fc.assert(
    fc.property(claims, (given) => {
      const text = writeAccessToken(given, signer);
      assert.match(text, /^YWMt[A-Za-z0-9_-]{59}$/);
      const token = readAccessToken(text, keys);
      assert.deepEqual(token?.principal, { ...given.principal });
      assert.equal(token?.issuedAt, given.issuedAt);
      assert.equal(token?.expiresAt, given.issuedAt + given.lifetime);
    }),
  );
});

test('lifetimes over 24 days are kept to the second', () => {
  const principal: Principal = { kind: 'admin_user', realm: 1, uuid: '00000000-0000-1000-8000-000000000001' };
  const year = { principal, issuedAt: earliest, lifetime: 31_536_000_000, counter: 0 };
  assert.equal(readAccessToken(writeAccessToken(year, signer), keys)?.expiresAt, earliest + 31_536_000_000);
});

test('no changed character is accepted', () => {
  fc.assert(
    fc.property(
      claims,
      fc.integer({ min: 0, max: 62 }),
      fc.base64String({ minLength: 4 }),
      (given, at, other) => {
        const text = writeAccessToken(given, signer);
        const changed =
          text.slice(0, at) + other[0]!.replace('+', '-').replace('/', '_') + text.slice(at + 1);
        const read = readAccessToken(changed, keys);
        assert.equal(read !== undefined, changed === text);
      },
    ),
  );
});

test('a token of an unknown key, or of the same id with another key, is refused', () => {
  const given = fc.sample(claims, 1)[0]!;
  assert.equal(readAccessToken(writeAccessToken(given, { id: 8, key: keyOf(7) }), keys), undefined);
  assert.equal(readAccessToken(writeAccessToken(given, { id: 7, key: keyOf(8) }), keys), undefined);
});

test('no text makes the reader throw', () => {
  fc.assert(fc.property(fc.string(), (text) => readAccessToken(text, keys) === undefined));
  fc.assert(
    fc.property(
      fc.string({ minLength: 59, maxLength: 59 }),
      (text) => readAccessToken(`YWMt${text}`, keys) === undefined,
    ),
  );
});
