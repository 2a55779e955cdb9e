import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ListPlace, type ListSlice, type ListStart, readListPart } from './list-parts.ts';

/** As a store reads them: the highest number is the newest. */
const readerOf =
  (numbers: number[]) =>
  async ({ limit, from }: ListSlice): Promise<number[]> => {
    const at = from?.place.at ?? Number.POSITIVE_INFINITY;
    if (from?.direction !== 'before') return numbers.filter((number) => number < at).slice(0, limit);
    return numbers.filter((number) => number > at).slice(-limit);
  };
const placeOf = (number: number): ListPlace => ({ at: number, id: '' });
const partOf = (numbers: number[], from?: ListStart) =>
  readListPart(readerOf(numbers), { limit: 3, from }, placeOf);
const numbers = [8, 7, 6, 5, 4, 3, 2, 1];

test('leads from the first part to the last and back', async () => {
  const first = await partOf(numbers);
  assert.deepEqual([first.items, first.previous], [[8, 7, 6], undefined]);
  const second = await partOf(numbers, first.next);
  assert.deepEqual(second.items, [5, 4, 3]);
  const last = await partOf(numbers, second.next);
  assert.deepEqual([last.items, last.next], [[2, 1], undefined]);
  const back = await partOf(numbers, last.previous);
  assert.deepEqual(back, second);
  assert.deepEqual(await partOf(numbers, back.previous), first);
});

test('a list of one part leads nowhere, nor does an empty one', async () => {
  for (const few of [[3, 2, 1], []]) {
    assert.deepEqual(await partOf(few), { items: few, previous: undefined, next: undefined });
  }
});

test('stays whole when items go and come meanwhile', async () => {
  const { next } = await partOf(numbers);
  const { previous } = await partOf(numbers, next);
  assert.deepEqual((await partOf([9, 8, 7, 4, 3, 2], next)).items, [4, 3, 2], 'the place is gone');
  assert.deepEqual((await partOf([8, 7, 6], next)).items, [8, 7, 6], 'nothing is behind it');
  assert.deepEqual((await partOf([7, 5, 4, 3], previous)).items, [7, 5, 4], 'too few are before it');
  assert.deepEqual((await partOf([9, 8, 7, 6, 5], previous)).items, [8, 7, 6], 'one came before');
  assert.deepEqual((await partOf([], previous)).items, []);
});
