import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../../core/errors.ts';
import { callsPerMinute, createRateLimits } from './rate-limits.ts';

function limited() {
  const clock = { time: 1_000_000, now: () => clock.time };
  return { clock, limits: createRateLimits(clock) };
}

const retryAfter = (call: () => unknown): number | undefined => {
  try {
    call();
    return undefined;
  } catch (error) {
    if (error instanceof KeygridError && error.code === 'throttled') return error.retryAfterSeconds;
    throw error;
  }
};

test('APS-27, APS-47: the limits are those of the documentation, each call over them refused', () => {
  assert.equal(callsPerMinute['v1/authorize'], 500);
  assert.equal(callsPerMinute['v1/refreshtoken'], 100);
  for (const endpoint of ['v1/authorize', 'v1/refreshtoken'] as const) {
    const { limits } = limited();
    for (let call = 1; call <= callsPerMinute[endpoint]; call += 1) {
      assert.equal(limits.take(endpoint, 'app').remaining, callsPerMinute[endpoint] - call);
    }
    assert.equal(
      retryAfter(() => limits.take(endpoint, 'app')),
      60,
    );
    assert.equal(
      retryAfter(() => limits.take(endpoint, 'another')),
      undefined,
    );
  }
});

test('APS-97: refused calls do not extend the minute', () => {
  const { clock, limits } = limited();
  for (let call = 0; call < 100; call += 1) limits.take('v2/revoke', 'app');
  clock.time += 59_000;
  for (let call = 0; call < 50; call += 1)
    assert.equal(
      retryAfter(() => limits.take('v2/revoke', 'app')),
      1,
    );
  clock.time += 1_000;
  assert.equal(
    retryAfter(() => limits.take('v2/revoke', 'app')),
    undefined,
  );
});

test('calls in the name of a client by somebody else do not count', () => {
  const { limits } = limited();
  for (let call = 0; call < 1_000; call += 1) {
    limits.take('v2/token', 'app');
    limits.giveBack('v2/token', 'app');
  }
  assert.equal(limits.take('v2/token', 'app').remaining, 499);
});
