import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClientDialect } from './client.ts';
import { requireRegistrableRedirectUri } from './redirect-uri.ts';

const dialects: readonly ClientDialect[] = ['standard', 'autodesk'];

function register(host: string): void {
  for (const dialect of dialects)
    requireRegistrableRedirectUri(`https://${host}/cb`, { dialect, type: 'web' });
}

test('S147 a host that browsers read as another one, or as none, is not registered', () => {
  const names = ['127.1', '0x7f.0.0.1', '2130706433', '127.0.0.01', '256.1.1.1', '1.2.3.4.5'];
  const numbersLast = ['a.test.0', 'a.test.0x1'];
  const addresses = ['[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[:::]', '[1:2]', '[.]'];
  for (const host of [...names, ...numbersLast, ...addresses])
    assert.throws(() => register(host), { code: 'invalid_redirect_uri' }, host);
});

test('S147 hosts that everybody reads alike are registered', () => {
  for (const host of ['127.0.0.1', '[::1]', 'A.test', 'a.0.test', 'xn--bcher-kva.test'])
    assert.doesNotThrow(() => register(host), host);
});
