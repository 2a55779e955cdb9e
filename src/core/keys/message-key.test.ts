import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { createMessageKey } from './message-key.ts';

test('it is HMAC-SHA-256, whatever the secret and the message', () => {
  const secrets = fc.uint8Array({ minLength: 1, maxLength: 64 });
  fc.assert(
    fc.property(secrets, fc.uint8Array({ maxLength: 500 }), (secret, message) => {
      const expected = createHmac('sha256', secret).update(message).digest();
      assert.deepEqual(createMessageKey(Buffer.from(secret)).authenticate(message), expected);
    }),
  );
});

test('a secret longer than a block is refused, as it would have to be hashed first', () => {
  assert.throws(() => createMessageKey(Buffer.alloc(65)), RangeError);
});
