import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from './clock.ts';

test('tells whole milliseconds since the epoch', () => {
  assert.ok(Number.isInteger(systemClock.now()));
  assert.ok(Math.abs(systemClock.now() - Date.now()) < 1000);
});
