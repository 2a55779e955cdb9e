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

test('long pieces of a pattern are found as short ones are', () => {
  const letters = fc.constantFrom('a', 'a', 'a', 'b');
  const piece = fc.string({ unit: letters, minLength: 65, maxLength: 80 });
  const around = fc.string({ unit: letters, maxLength: 120 });
  fc.assert(
    fc.property(around, piece, around, piece, (before, inside, after, other) => {
      const text = before + inside + after;
      assert.ok(matchesWildcard(text, `*${inside}*`));
      assert.equal(matchesWildcard(text, `*${other}*`), text.includes(other));
      assert.equal(matchesWildcard(text, `*${inside}*${after}`), true);
    }),
  );
});

test('a long text and a long pattern that nearly match take time by their lengths, not by the product', () => {
  const half = 'a'.repeat(4000);
  const before = process.cpuUsage().user;
  assert.ok(!matchesWildcard('a'.repeat(4_000_000), `*${half}b${half}*`));
  // In microseconds. By the product it would be twenty times as much.
  assert.ok(process.cpuUsage().user - before < 1_500_000);
});
