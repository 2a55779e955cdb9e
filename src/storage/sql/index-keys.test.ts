import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { timeOfUuid, uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import {
  endOfValue,
  indexKey,
  keysOfValue,
  longestKey,
  positionOfKey,
  positionOfTail,
  startOfPath,
  startOfValue,
  tailBytes,
  tailOf,
} from './index-keys.ts';

/** Where one value begins another, and where bytes look like those that end or mark one. */
const value = fc
  .array(fc.constantFrom(0, 1, 0x10, 0x20, 0x61, 0xfe, 0xff), { maxLength: 5 })
  .map((bytes) => Buffer.from(bytes));
const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes));
/** From the beginning of uuids' time to its end, and what is usual. */
const created = fc.oneof(
  fc.constantFrom(timeOfUuid('00000000-0000-1000-8000-000000000000')!, 0),
  fc.constant(timeOfUuid('ffffffff-ffff-1fff-8000-000000000000')!),
  fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_003 }),
);
const row = fc.record({ pathId: fc.constantFrom(1, 2, 255, 256, 2 ** 31 - 1), value, created, id });
type Row = typeof row extends fc.Arbitrary<infer Made> ? Made : never;

const keyOf = (of: Row): Buffer => indexKey(of.pathId, of.value, tailOf(of.created, of.id));

function compareRows(one: Row, other: Row): number {
  const byValue = one.pathId - other.pathId || Buffer.compare(one.value, other.value);
  return byValue || one.created - other.created || Buffer.compare(one.id, other.id);
}

describe('keys of the index', () => {
  test('are in the order of path, value, time and uuid, whatever bytes are in the values', () => {
    fc.assert(
      fc.property(row, row, (one, other) => {
        assert.equal(Math.sign(Buffer.compare(keyOf(one), keyOf(other))), Math.sign(compareRows(one, other)));
      }),
      { numRuns: 2000 },
    );
  });

  test('tell their value, time and uuid', () => {
    fc.assert(
      fc.property(row, (of) => {
        const hex = keyOf(of).toString('hex');
        const position = { value: of.value, created: of.created, uuid: uuidFromOrderedBytes(of.id) };
        assert.deepEqual(positionOfKey(hex), position);
        assert.deepEqual(positionOfTail(hex.slice(-2 * tailBytes), of.value), position);
        assert.deepEqual(uuidToOrderedBytes(position.uuid), of.id);
      }),
    );
  });

  test('lie between the ends of their value and of their path, and others outside of both', () => {
    fc.assert(
      fc.property(row, value, (of, bound) => {
        const key = keyOf(of);
        const order = Buffer.compare(of.value, bound);
        assert.equal(Buffer.compare(key, startOfValue(of.pathId, bound)) > 0, order >= 0);
        assert.equal(Buffer.compare(key, endOfValue(of.pathId, bound)) < 0, order <= 0);
        assert.equal(key.subarray(0, -tailBytes).equals(keysOfValue(of.pathId, bound)), order === 0);
        assert.ok(Buffer.compare(key, startOfPath(of.pathId)) > 0);
        assert.ok(Buffer.compare(key, startOfPath(of.pathId + 1)) < 0);
        assert.ok(key.length <= longestKey(of.value));
      }),
      { numRuns: 2000 },
    );
  });
});
