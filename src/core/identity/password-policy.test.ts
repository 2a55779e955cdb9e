import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requireAcceptablePassword } from './password-policy.ts';

const refusal = (description: string) => ({ code: 'password_policy', message: description });

test('accepts four characters and 1024', () => {
  assert.equal(requireAcceptablePassword('fooo'), 'fooo');
  assert.equal(requireAcceptablePassword('x'.repeat(1024)).length, 1024);
});

test('UA-145: refuses three characters with the text that Usergrid gives', () => {
  const expected = refusal('error_length_policy: must be at least 4 characters ');
  assert.throws(() => requireAcceptablePassword('foo'), expected);
  assert.throws(() => requireAcceptablePassword(''), expected);
});

test('refuses more than 1024 characters', () => {
  const expected = refusal('error_length_policy: must be at most 1024 characters ');
  assert.throws(() => requireAcceptablePassword('x'.repeat(1025)), expected);
});

test('refuses what is not text', () => {
  for (const value of [undefined, null, 12345, true, ['long enough'], { length: 8 }]) {
    assert.throws(() => requireAcceptablePassword(value), { code: 'password_policy' });
  }
});
