import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../errors.ts';
import { provesCodeChallenge, requireCodeChallenge } from './pkce.ts';

const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const web = { type: 'web', pkce: 'exempt', allowPlainPkce: false } as const;
const strict = { ...web, pkce: 'required' } as const;
const native = { ...web, type: 'native' } as const;
const plain = { ...web, allowPlainPkce: true } as const;

const isRefused = (act: () => unknown): void =>
  assert.throws(act, (error) => error instanceof KeygridError && error.code === 'invalid_request');

test('S017 takes the challenge of RFC 7636 appendix B, and its verifier proves it', () => {
  const taken = requireCodeChallenge(native, challenge, 'S256');
  assert.deepEqual(taken, { codeChallenge: challenge, codeChallengeMethod: 'S256' });
  assert.ok(provesCodeChallenge(taken!, verifier));
});

test('S016 a client without a challenge is refused unless it is confidential and exempt', () => {
  isRefused(() => requireCodeChallenge(native, undefined, undefined));
  isRefused(() => requireCodeChallenge(strict, undefined, undefined));
  assert.equal(requireCodeChallenge(web, undefined, undefined), undefined);
  isRefused(() => requireCodeChallenge(web, undefined, 'S256'));
});

test('S017 APS-49 plain, a missing and an unknown method are refused where plain is off', () => {
  for (const method of [undefined, 'plain', 's256', 'S512', 'none', '']) {
    isRefused(() => requireCodeChallenge(web, challenge, method));
  }
  assert.equal(requireCodeChallenge(plain, verifier, undefined)?.codeChallengeMethod, 'plain');
  assert.equal(requireCodeChallenge(plain, verifier, 'plain')?.codeChallengeMethod, 'plain');
});

test('S018 a challenge of the wrong length or alphabet is refused', () => {
  const malformed = ['', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}=`, `${'a'.repeat(42)}~`];
  for (const text of malformed) isRefused(() => requireCodeChallenge(web, text, 'S256'));
  for (const text of ['a'.repeat(42), 'a'.repeat(129), `${'a'.repeat(50)} `, `${'a'.repeat(50)}+`]) {
    isRefused(() => requireCodeChallenge(plain, text, 'plain'));
  }
});

test('S079 no other verifier proves a challenge', () => {
  const s256 = { codeChallenge: challenge, codeChallengeMethod: 'S256' } as const;
  for (const text of [
    '',
    challenge,
    `${verifier}x`,
    verifier.slice(1),
    verifier.toLowerCase(),
    ` ${verifier}`,
  ]) {
    assert.ok(!provesCodeChallenge(s256, text), text);
  }
  const asPlain = { codeChallenge: verifier, codeChallengeMethod: 'plain' } as const;
  assert.ok(provesCodeChallenge(asPlain, verifier));
  assert.ok(!provesCodeChallenge(asPlain, `${verifier}x`));
});
