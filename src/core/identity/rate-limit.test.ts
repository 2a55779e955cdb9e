import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KeygridError } from '../errors.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';

let now = 0;
let limit: RateLimit;

beforeEach(() => {
  now = 1_700_000_000_000;
  limit = createRateLimit({ clock: { now: () => now }, limit: 5, windowMilliseconds: 10_000 });
});

const isAllowed = (key: string): boolean => {
  try {
    limit.check(key);
    return true;
  } catch (error) {
    assert.ok(error instanceof KeygridError && error.code === 'throttled');
    return false;
  }
};

test('lets the whole allowance through at once, and no more', () => {
  for (let taken = 0; taken < 5; taken++) limit.take('a');
  assert.equal(isAllowed('a'), false);
  assert.equal(isAllowed('b'), true);
});

test('checking uses nothing up', () => {
  for (let checked = 0; checked < 20; checked++) limit.check('a');
  assert.equal(isAllowed('a'), true);
});

test('says how long to wait, and lets one through after that', () => {
  for (let taken = 0; taken < 5; taken++) limit.take('a');
  assert.throws(() => limit.check('a'), { code: 'throttled', retryAfterSeconds: 2 });
  now += 1999;
  assert.equal(isAllowed('a'), false);
  now += 1;
  limit.take('a');
  assert.equal(isAllowed('a'), false);
});

test('says how many more there may be, as it lets them through', () => {
  for (const left of [5, 4, 3, 2, 1]) {
    assert.equal(limit.left('a'), left);
    limit.take('a');
  }
  assert.equal(limit.left('a'), 0);
  limit.count('a');
  assert.equal(limit.left('a'), 0);
  now += 4000;
  assert.equal(limit.left('a'), 1);
});

test('gives the whole allowance back after a quiet window', () => {
  for (let taken = 0; taken < 5; taken++) limit.take('a');
  now += 10_000;
  for (let taken = 0; taken < 5; taken++) limit.take('a');
  assert.equal(isAllowed('a'), false);
});

test('attempts counted beyond the limit cost at most another window', () => {
  for (let counted = 0; counted < 1000; counted++) limit.count('a');
  now += 12_000;
  assert.equal(isAllowed('a'), true);
});

test('never lets more through than the limit in a window and the allowance before it', () => {
  let through = 0;
  for (let step = 0; step < 1000; step++) {
    now += 50;
    if (isAllowed('a')) {
      limit.count('a');
      through += 1;
    }
  }
  // 50 s: the allowance of 5, and then 5 in each 10 s.
  assert.ok(through <= 30 && through > 27, `${through}`);
});
