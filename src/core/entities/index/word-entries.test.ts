import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IndexedValue } from '../entity-store.ts';
import type { ScalarValue } from '../query/filter.ts';
import { decodeIndexValue, encodeIndexValue } from './index-key.ts';
import { maximumCutCharacters, maximumWords, wordEntriesOf } from './word-entries.ts';

const entriesOf = (values: Record<string, ScalarValue[]>, isIndexed = (_: string) => true): string[] =>
  wordEntriesOf(new Map(Object.entries(values).map(([path, all]) => [path, new Set(all)])), isIndexed).map(
    ({ path, value }) => `${path} ${decodeIndexValue(bytesOf(value))}`,
  );
const bytesOf = (value: IndexedValue['value']): Uint8Array =>
  value instanceof Uint8Array ? value : encodeIndexValue(value);
const words = (count: number, beginning = 'w'): string =>
  Array.from({ length: count }, (_, at) => `${beginning}${at}`).join(' ');

test('each word of the texts at a path has one entry', () => {
  assert.deepEqual(entriesOf({ title: ['a red, red rose', 'the rose'], n: [1], b: [true] }), [
    'title[words] a',
    'title[words] red',
    'title[words] rose',
    'title[words] the',
  ]);
});

test('a text that is one word has none, and neither has one without any', () => {
  assert.deepEqual(entriesOf({ a: ['rose', 'größe_1', ''], b: ['!?'] }), []);
  assert.deepEqual(entriesOf({ a: ['rose!'] }), ['a[words] rose']);
});

test('texts with too many words or characters are marked, and shorter ones beside them are not', () => {
  const entries = entriesOf({ long: [words(maximumWords)], short: ['two words'] });
  assert.deepEqual(entries, ['short[words] two', 'short[words] words', 'long[uncut] true']);
  assert.deepEqual(entriesOf({ a: ['x '.repeat(maximumCutCharacters)] }), ['a[uncut] true']);
  assert.equal(entriesOf({ a: [words(maximumWords)] }).length, maximumWords);
});

test('what is cut depends neither on the order of the properties nor on which are indexed', () => {
  const values = { a: [words(600)], b: [words(600, 'x')] };
  const reversed = { b: values.b, a: values.a };
  assert.deepEqual(entriesOf(values), entriesOf(reversed));
  assert.deepEqual(
    entriesOf(values, (path) => path === 'b'),
    ['b[uncut] true'],
  );
});
