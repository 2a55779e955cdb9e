import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KeygridError } from '../errors.ts';
import { createGrowingDelay, type GrowingDelay } from './growing-delay.ts';

let now = 0;
let delay: GrowingDelay;

beforeEach(() => {
  now = 1_700_000_000_000;
  delay = createGrowingDelay({
    clock: { now: () => now },
    freeFailures: 3,
    longestMilliseconds: 60_000,
    forgottenAfterMilliseconds: 600_000,
  });
});

const fail = (key: string): void => {
  delay.begin(key);
  delay.failed(key);
};

/** Seconds to wait, 0 for none. */
function pauseOf(key: string): number {
  try {
    delay.begin(key)();
    return 0;
  } catch (error) {
    assert.ok(error instanceof KeygridError && error.code === 'throttled');
    return error.retryAfterSeconds ?? 0;
  }
}

test('the first failures cost nothing', () => {
  fail('a');
  fail('a');
  assert.equal(pauseOf('a'), 0);
});

test('the pause doubles from one failure to the next, up to the longest', () => {
  const pauses: number[] = [];
  for (let failures = 0; failures < 11; failures++) {
    fail('a');
    const pause = pauseOf('a');
    pauses.push(pause);
    now += pause * 1000;
  }
  assert.deepEqual(pauses, [0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('keys have nothing to do with each other', () => {
  for (let failures = 0; failures < 3; failures++) fail('a');
  assert.equal(pauseOf('a'), 1);
  assert.equal(pauseOf('b'), 0);
});

test('of many attempts at once after a pause, one is let through', () => {
  for (let failures = 0; failures < 5; failures++) {
    now += 60_000;
    fail('a');
  }
  now += 4000;
  delay.begin('a');
  assert.throws(() => delay.begin('a'), { code: 'throttled', retryAfterSeconds: 4 });
});

test('an attempt taken back leaves the pause as it was', () => {
  for (let failures = 0; failures < 3; failures++) fail('a');
  now += 1000;
  delay.begin('a')();
  assert.equal(pauseOf('a'), 0);
});

test('an attempt taken back does not undo the failure of another', () => {
  fail('a');
  fail('a');
  const takeBack = delay.begin('a');
  fail('a');
  takeBack();
  assert.equal(pauseOf('a'), 1);
});

test('all is forgotten after a time without failure', () => {
  for (let failures = 0; failures < 3; failures++) fail('a');
  now += 600_000;
  fail('a');
  assert.equal(pauseOf('a'), 0);
});
