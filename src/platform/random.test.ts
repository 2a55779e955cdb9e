import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandomSource } from './random.ts';

test('gives as many bytes as asked for, less or more than the pool holds', () => {
  const random = createRandomSource();
  for (const length of [0, 1, 16, 8191, 8192, 8193, 20000]) assert.equal(random.bytes(length).length, length);
});

test('gives no bytes twice', () => {
  const random = createRandomSource();
  const seen = new Set(Array.from({ length: 5000 }, () => random.bytes(16).toString('hex')));
  assert.equal(seen.size, 5000);
});

test('gives bytes of every value about equally often', () => {
  const random = createRandomSource();
  const counts = new Uint32Array(256);
  for (let draw = 0; draw < 20000; draw++) for (const byte of random.bytes(32)) counts[byte]! += 1;
  // Expected 2500 each with a standard deviation of 50: eight of them is never met by chance.
  assert.ok(counts.every((count) => Math.abs(count - 2500) < 400));
});

test('bytes once given stay the same while the source goes on, and may be overwritten', () => {
  const random = createRandomSource();
  const first = random.bytes(32);
  const kept = first.toString('hex');
  for (let draw = 0; draw < 1000; draw++) random.bytes(32).fill(0);
  assert.equal(first.toString('hex'), kept);
});
