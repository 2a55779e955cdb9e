import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeIndexValue } from '../index/index-key.ts';
import { parsePosition } from './collection-job-parts.ts';

test('a job goes on where an older version stopped, whatever numbers were encoded as then', () => {
  const [created, uuid] = [1_764_500_000_000, 'b8a5d0d2-cd8a-11f0-8de9-0242ac120002'];
  const position = { value: encodeIndexValue(created), created, uuid };
  assert.deepEqual(parsePosition(JSON.stringify(['104279a95fbe200000', created, uuid])), position);
  assert.deepEqual(parsePosition(JSON.stringify([created, uuid])), position);
});
