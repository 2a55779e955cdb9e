import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareText, matchesWildcard } from './text-matching.ts';

test('texts compare as their UTF-8 bytes do', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', 'é', '\u{fffd}', '\u{e000}', '\u{1f600}', '\u{10ffff}'),
  });
  fc.assert(
    fc.property(text, text, (left, right) => {
      assert.equal(
        Math.sign(compareText(left, right)),
        Buffer.compare(Buffer.from(left), Buffer.from(right)),
      );
    }),
  );
});

/** Obviously right, and slow: a star is nothing, or a character and a star. */
function matchesNaively(text: string, pattern: string): boolean {
  if (pattern === '') return text === '';
  if (pattern[0] !== '*') return text[0] === pattern[0] && matchesNaively(text.slice(1), pattern.slice(1));
  return matchesNaively(text, pattern.slice(1)) || (text !== '' && matchesNaively(text.slice(1), pattern));
}

test('wildcards match as the naive matcher does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
  fc.assert(
    fc.property(text, pattern, (subject, wildcard) => {
      assert.equal(matchesWildcard(subject, wildcard), matchesNaively(subject, wildcard));
    }),
    { numRuns: 2000 },
  );
});

test('many stars in a pattern do not make matching explode', () => {
  assert.ok(!matchesWildcard('a'.repeat(5000), `${'*a'.repeat(1000)}*b*`));
});
