import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesWildcards } from './wildcards.ts';

/** The obvious way: each star is `.*`. */
function naive(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.?+^$()[\]{}|\\/]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text);
}

test('a pattern with stars agrees with the naive matcher', () => {
  const few = fc.string({ unit: fc.constantFrom('a', 'b', '*', '/', '?'), maxLength: 12 });
  fc.assert(
    fc.property(few, few, (pattern, text) => {
      assert.equal(matchesWildcards(pattern, text), naive(pattern, text));
    }),
    { numRuns: 5000 },
  );
});

test('a pattern of many stars is answered at once', () => {
  assert.ok(!matchesWildcards(`${'a*'.repeat(500)}b`, 'a'.repeat(2000)));
});
