import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeygridError } from '../../errors.ts';
import { timeOfUuid } from '../../uuid.ts';
import { parseCursor, queryDigest, renderCursor } from './cursor.ts';
import { matchesEverything } from './filter.ts';

const digest = queryDigest(1, 'dog', matchesEverything);
const refused = (error: unknown) => error instanceof KeygridError && error.code === 'invalid_argument';

/** Of a version 1 uuid, whose time has 60 bits of 100 ns from 1582. */
const [earliest, latest] = [
  timeOfUuid('00000000-0000-1000-8000-000000000000')!,
  timeOfUuid('ffffffff-ffff-1fff-8000-000000000000')!,
];

const tuple = fc.record({
  values: fc.array(
    fc.option(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      { nil: undefined },
    ),
    { maxLength: 3 },
  ),
  created: fc.integer({ min: earliest, max: latest }),
  uuid: fc.uuid(),
});

test('a cursor is URL-safe and gives back what it was made of', () => {
  fc.assert(
    fc.property(tuple, (position) => {
      const cursor = renderCursor(digest, position);
      assert.match(cursor, /^[\w-]+$/);
      assert.deepEqual(parseCursor(cursor, digest, position.values.length), { ...position });
    }),
  );
});

test('a time that no entity can have been created at is refused', () => {
  const uuid = '00000000-0000-1000-8000-000000000000';
  for (const created of [earliest - 1, latest + 1, 2e14, -(2 ** 47), Number.MAX_SAFE_INTEGER]) {
    const cursor = renderCursor(digest, { values: [], created, uuid });
    assert.throws(() => parseCursor(cursor, digest, 0), refused);
  }
});

test('whatever is sent as a cursor is refused politely or accepted', () => {
  const damaged = fc.tuple(tuple, fc.nat(), fc.string({ maxLength: 2 })).map(([position, at, change]) => {
    const cursor = renderCursor(digest, position);
    return cursor.slice(0, at % cursor.length) + change + cursor.slice((at % cursor.length) + 1);
  });
  fc.assert(
    fc.property(fc.oneof(fc.string(), damaged), fc.nat({ max: 3 }), (cursor, count) => {
      try {
        parseCursor(cursor, digest, count);
      } catch (error) {
        assert.ok(refused(error), String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('a cursor of another query, type or application is refused', () => {
  const position = { values: [], created: 1, uuid: '00000000-0000-1000-8000-000000000001' };
  const order = [{ path: 'a', direction: 'ascending' as const }];
  for (const other of [
    queryDigest(2, 'dog', matchesEverything),
    queryDigest(1, 'cat', matchesEverything),
    queryDigest(1, 'dog', { ...matchesEverything, order }),
  ]) {
    assert.throws(() => parseCursor(renderCursor(other, position), digest, 0), refused);
  }
});
