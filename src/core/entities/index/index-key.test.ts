import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { ComparisonOperator, ScalarValue } from '../query/filter.ts';
import { compareText } from '../query/text-matching.ts';
import {
  decodeIndexValue,
  encodeIndexValue,
  type KeyRange,
  longestEncoding,
  maximumTextBytes,
  prefixRange,
  rangeOf,
  writeIndexValue,
} from './index-key.ts';

const number = fc.double({ noNaN: true, noDefaultInfinity: true });
const text = fc.string({ unit: 'binary', maxLength: 12 });
const longText = fc
  .tuple(fc.constantFrom('a', 'é', '\u{1f600}'), fc.integer({ min: 200, max: 1200 }), text)
  .map(([character, times, tail]) => character.repeat(times) + tail);
const scalar: fc.Arbitrary<ScalarValue> = fc.oneof(number, text, fc.boolean(), fc.constantFrom(0, -0, '', 1));

const rank = { number: 0, string: 1, boolean: 2 } as Record<string, number>;

function compareValues(left: ScalarValue, right: ScalarValue): number {
  if (typeof left !== typeof right) return rank[typeof left]! - rank[typeof right]!;
  if (typeof left === 'string') return compareText(left.toLowerCase(), String(right).toLowerCase());
  return Number(left) - Number(right);
}

function includes(range: KeyRange, value: ScalarValue): boolean {
  const key = encodeIndexValue(value);
  const low = Buffer.compare(key, range.from);
  const high = Buffer.compare(key, range.to);
  return (low > 0 || (low === 0 && range.fromInclusive)) && (high < 0 || (high === 0 && range.toInclusive));
}

function holds(value: ScalarValue, operator: ComparisonOperator, bound: ScalarValue): boolean {
  if (typeof value !== typeof bound) return false;
  const order = compareValues(value, bound);
  return { '=': order === 0, '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[operator];
}

const operators: ComparisonOperator[] = ['=', '<', '<=', '>', '>='];

describe('index keys', () => {
  test('sort as their values do', () => {
    fc.assert(
      fc.property(scalar, scalar, (left, right) => {
        const order = Buffer.compare(encodeIndexValue(left), encodeIndexValue(right));
        assert.equal(order, Math.sign(compareValues(left, right)) + 0);
      }),
      { numRuns: 2000 },
    );
  });

  test('are the same where they are written into memory that is there', () => {
    fc.assert(
      fc.property(fc.oneof(scalar, longText), fc.nat(5), (value, from) => {
        const room = Buffer.alloc(from + longestEncoding(value) + 1, 0xaa);
        const end = writeIndexValue(room, from, value);
        assert.deepEqual(room.subarray(from, end), encodeIndexValue(value));
        assert.deepEqual([...room.subarray(0, from), room.at(-1)], [...Buffer.alloc(from + 1, 0xaa)]);
      }),
      { numRuns: 2000 },
    );
  });

  test('give their values back, texts in lower case', () => {
    const wellFormed = scalar.filter((value) => typeof value !== 'string' || value.isWellFormed());
    fc.assert(
      fc.property(wellFormed, (value) => {
        const back = decodeIndexValue(encodeIndexValue(value));
        // + 0 makes -0 into 0.
        const expected = typeof value === 'number' ? value + 0 : value;
        assert.equal(back, typeof expected === 'string' ? expected.toLowerCase() : expected);
      }),
    );
  });

  test('of neighbouring doubles, of 0 and of -0 are right', () => {
    const sorted = [-Number.MAX_VALUE, -1, -Number.MIN_VALUE, 0, Number.MIN_VALUE, 0.1, 1, Number.MAX_VALUE];
    for (const [at, value] of sorted.slice(1).entries()) {
      assert.equal(Buffer.compare(encodeIndexValue(sorted[at]!), encodeIndexValue(value)), -1);
    }
    assert.deepEqual(encodeIndexValue(-0), encodeIndexValue(0));
  });

  test('of long texts are bounded, tell them apart and keep the order of what differs before the cut', () => {
    fc.assert(
      fc.property(longText, fc.oneof(longText, text), (left, right) => {
        const [leftKey, rightKey] = [encodeIndexValue(left), encodeIndexValue(right)];
        assert.ok(leftKey.length <= maximumTextBytes + 33);
        const same = left.toLowerCase() === right.toLowerCase();
        assert.equal(leftKey.equals(rightKey), same);
        const cut = (value: string) => Buffer.from(value.toLowerCase()).subarray(0, maximumTextBytes);
        const order = Buffer.compare(cut(left), cut(right));
        if (order !== 0) assert.equal(Buffer.compare(leftKey, rightKey), order);
      }),
    );
  });
});

describe('ranges', () => {
  test('hold exactly the values that compare so', () => {
    fc.assert(
      fc.property(scalar, fc.constantFrom(...operators), scalar, (value, operator, bound) => {
        const range = rangeOf(operator, bound);
        if (range.exact) assert.equal(includes(range, value), holds(value, operator, bound));
        else if (holds(value, operator, bound)) assert.ok(includes(range, value));
      }),
      { numRuns: 3000 },
    );
  });

  test('of long texts miss nothing', () => {
    const any = fc.oneof(longText, text);
    fc.assert(
      fc.property(any, fc.constantFrom(...operators), any, (value, operator, bound) => {
        const range = rangeOf(operator, bound);
        if (holds(value, operator, bound)) assert.ok(includes(range, value));
        else if (range.exact && value.length < 200) assert.ok(!includes(range, value));
      }),
    );
  });

  test('of a prefix hold the texts that begin with it', () => {
    const short = fc.string({ unit: fc.constantFrom('a', 'B', 'ÿ', '\u{10ffff}'), maxLength: 4 });
    fc.assert(
      fc.property(fc.oneof(short, longText), short, (value, prefix) => {
        const begins = value.toLowerCase().startsWith(prefix.toLowerCase());
        assert.equal(includes(prefixRange(prefix), value), begins);
      }),
    );
    const long = 'x'.repeat(maximumTextBytes);
    assert.ok(includes(prefixRange(long), `${long}y`));
    assert.ok(!includes(prefixRange(''), 5));
  });
});
