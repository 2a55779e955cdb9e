import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wordPatternsOf, wordsOf } from './words.ts';

test('words are runs of letters, digits and underscores of any script, in lower case', () => {
  assert.deepEqual(wordsOf("Don't over-think: Größe_2 Ελλάδα!"), [
    'don',
    't',
    'over',
    'think',
    'größe_2',
    'ελλάδα',
  ]);
  assert.deepEqual(wordsOf('—'), []);
});

test('a star is part of a word pattern, and counts alone only if it is all there is', () => {
  assert.deepEqual(wordPatternsOf('Test* *ing'), ['test*', '*ing']);
  assert.deepEqual(wordPatternsOf('test-*'), ['test']);
  assert.deepEqual(wordPatternsOf('*'), ['*']);
});

test('a text without stars is cut the same way on both sides', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const plain = text.replaceAll('*', ' ');
      assert.deepEqual(wordPatternsOf(plain), wordsOf(plain));
    }),
  );
});
