import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSecrets, rememberedSecrets, rememberSecretsIn } from './secrets.ts';

test('a secret is found in the middle of a text, as it is or percent-encoded', () => {
  const secrets = ['tRuSt-NoOne', 'salt&pepper', 'never-written'];
  const text = 'GET /token?password=salt%26pepper&x=1\n{"token":"tRuSt-NoOne"}';
  assert.deepEqual(findSecrets(text, secrets).sort(), ['salt&pepper', 'tRuSt-NoOne']);
});

test('a secret at the very end of a text is found', () => {
  assert.deepEqual(findSecrets('password: 12345678', ['12345678']), ['12345678']);
});

test('a text that holds only the beginning of a secret is clean', () => {
  assert.deepEqual(findSecrets('12345678', ['123456789']), []);
});

test('secrets are remembered from nested bodies by the names they stand under', () => {
  rememberSecretsIn({ credentials: [{ client_id: 'public-id-12345', client_secret: 'hidden-secret-1' }] });
  assert.ok(rememberedSecrets().has('hidden-secret-1'));
  assert.ok(!rememberedSecrets().has('public-id-12345'));
});

test('a word that a test sends as a password is not taken for a secret', () => {
  rememberSecretsIn({ password: 'wrong password' });
  assert.ok(!rememberedSecrets().has('wrong password'));
});
