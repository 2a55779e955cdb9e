import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takenMethods } from './taken-methods.ts';

test('what an endpoint takes is named in one order, OPTIONS at the end, and the others are refused', () => {
  assert.deepEqual(takenMethods(['POST', 'GET']), {
    allow: 'GET, POST, OPTIONS',
    refused: ['PUT', 'PATCH', 'DELETE'],
    refusal: 'This endpoint takes GET, POST',
  });
  assert.deepEqual(takenMethods(['OPTIONS', 'POST']), takenMethods(['POST']));
});
