import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Delegation, Principal } from '../identity/principal.ts';
import { createMessageKey } from '../keys/message-key.ts';
import type { TokenKeys } from '../keys/token-keys.ts';
import { uuidFromBytes } from '../uuid.ts';
import { createDelegatedToken, readAccessToken, writeAccessToken } from './access-token.ts';

const signer = { id: 7, key: createMessageKey(Buffer.alloc(32, 7)) };
const keys: TokenKeys = {
  current: () => signer,
  find: (id) => (id === 7 ? signer.key : undefined),
  refresh: async () => {},
};
const earliest = Date.UTC(2020, 0, 1);

/** With the prototype that objects of the code have. */
const plainRecord = <Value>(model: { [Name in keyof Value]: fc.Arbitrary<Value[Name]> }) =>
  fc.record<Value>(model, { noNullPrototype: true }) as fc.Arbitrary<Value>;

const uuid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(uuidFromBytes);
const principals: fc.Arbitrary<Principal> = plainRecord({
  kind: fc.constantFrom('application_user', 'application_client', 'organization_client', 'admin_user'),
  realm: fc.integer({ min: 1, max: 0xffffffff }),
  uuid,
});
const claims = plainRecord({
  principal: principals,
  issuedAt: fc.integer({ min: earliest, max: earliest + 2 ** 40 - 1 }),
  lifetime: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  counter: fc.nat(255),
});
const scope = fc.stringMatching(/^[!#-[\]-~]{1,40}$/);
const delegations: fc.Arbitrary<Delegation> = plainRecord({
  clientId: fc.stringMatching(/^[A-Za-z0-9._-]{1,255}$/),
  grant: fc.option(uuid, { nil: undefined }),
  family: fc.option(uuid, { nil: undefined }),
  scopes: fc.array(scope, { maxLength: 60 }),
});

test('S100 what a client was given is read as it was written, in Bearer characters', () => {
  fc.assert(
    fc.property(claims, delegations, (given, delegation) => {
      const token = createDelegatedToken(given, delegation, signer);
      assert.match(token.text, /^YWMt[A-Za-z0-9_-]{64,}$/);
      assert.deepEqual(readAccessToken(token.text, keys), token);
      assert.deepEqual(token.delegation, delegation);
      assert.equal(token.expiresAt, given.issuedAt + given.lifetime);
    }),
  );
});

test('no changed character is accepted, but for what base64 leaves unused at the end', () => {
  const characters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'];
  fc.assert(
    fc.property(
      claims,
      delegations,
      fc.nat(),
      fc.constantFrom(...characters),
      (given, delegation, place, other) => {
        const { text, id } = createDelegatedToken(given, delegation, signer);
        const at = place % text.length;
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        const read = readAccessToken(changed, keys);
        if (changed !== text && at < text.length - 1) assert.equal(read, undefined);
        if (read) assert.equal(read.id, id);
      },
    ),
  );
});

test('a token cut short or made longer is refused', () => {
  const [given, delegation] = [fc.sample(claims, 1)[0]!, fc.sample(delegations, 1)[0]!];
  const { text } = createDelegatedToken(given, delegation, signer);
  for (let length = 0; length < text.length - 1; length++) {
    assert.equal(readAccessToken(text.slice(0, length), keys), undefined);
  }
  assert.equal(readAccessToken(`${text}AAAA`, keys), undefined);
  assert.equal(readAccessToken(`${text}${'A'.repeat(20_000)}`, keys), undefined);
});

test("a principal's own token never reads as one given to a client", () => {
  fc.assert(
    fc.property(claims, (given) => {
      assert.equal(readAccessToken(writeAccessToken(given, signer), keys)?.delegation, undefined);
    }),
  );
});
