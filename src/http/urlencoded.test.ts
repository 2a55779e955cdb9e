import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseUrlencoded } from './urlencoded.ts';

/** Where the two could differ: separators, escapes whole and broken, bytes that are no UTF-8, a byte order mark. */
const parts = 'a b1 = & + % %2 %41 %26 %3D %2B %zz %c3%a9 %F0%9F%98%80 é 😀 ? #'.split(' ');
const noText = '%E2%82 %ff %ED%A0%80 %C0%80 %00 %ef%bb%bf'.split(' ');
const piece = fc.oneof(
  fc.constantFrom(...parts, ...noText, ' '),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const text = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join('').toWellFormed());

test('names and values are those that URLSearchParams reads', () => {
  const isSame = fc.property(text, (given) => {
    // It drops a first question mark, which belongs to a URL and not to a form.
    assert.deepEqual(parseUrlencoded(given), [...new URLSearchParams(`&${given}`)]);
  });
  fc.assert(isSame, { numRuns: 3000 });
});

test('a first question mark is part of the name', () => {
  assert.deepEqual(parseUrlencoded('?a=1'), [['?a', '1']]);
});
