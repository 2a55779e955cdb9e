import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writePortions } from './write-portions.ts';

const sizesOf = (sizes: number[], most: number): number[] =>
  [...writePortions(sizes, most, (size) => size)].map((portion) => portion.length);

test('small items come so many at a time, in order, and the rest at the end', () => {
  assert.deepEqual(sizesOf(Array(25).fill(100), 10), [10, 10, 5]);
  assert.deepEqual(sizesOf([], 10), []);
  assert.deepEqual([...writePortions([1, 2, 3], 2, () => 0)], [[1, 2], [3]]);
});

test('of large items there are fewer, and of the largest one at a time', () => {
  assert.deepEqual(sizesOf(Array(6).fill(25_000), 10), [3, 3]);
  assert.deepEqual(sizesOf([5_000_000, 10, 5_000_000, 10], 10), [1, 2, 1]);
});

test('items are taken when it is their turn', () => {
  let taken = 0;
  function* items(): Generator<number> {
    for (; taken < 100; taken += 1) yield taken;
  }
  const [first] = writePortions(items(), 10, () => 1);
  assert.equal(first?.length, 10);
  assert.ok(taken < 20);
});
