import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeIndexValue, type KeyRange, prefixRange, rangeOf } from '../index/index-key.ts';
import { intersect, wholePath } from './condition-ranges.ts';
import { describeEntry, describeRange } from './describe-range.ts';

const described = (...parts: KeyRange[]): string => describeRange(parts.reduce(intersect, wholePath('p')));

test('a range is told by its bounds', () => {
  assert.equal(described(), 'all values');
  assert.equal(described(rangeOf('=', 'Red')), "= 'red'");
  assert.equal(described(rangeOf('=', -1.5)), '= -1.5');
  assert.equal(described(rangeOf('>', 3), rangeOf('<=', 7)), '> 3 and <= 7');
  assert.equal(described(rangeOf('>', 3)), 'numbers > 3');
  assert.equal(described(rangeOf('<', 'm')), "strings < 'm'");
  assert.equal(described(prefixRange('ab')), "begins with 'ab'");
  assert.equal(described(prefixRange('')), 'strings');
});

test('an entry is told by its path and value', () => {
  assert.equal(describeEntry({ path: 'a.b', value: encodeIndexValue(true) }), 'a.b = true');
  assert.equal(describeEntry({ path: 'a', value: Buffer.of(1, 2) }), 'a = bytes 0102');
});
