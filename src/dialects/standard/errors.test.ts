import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../../core/errors.ts';
import { errorHeaders, safeDescription, toWireError, wireErrors } from './errors.ts';

test('S123 a store that does not answer is 503 with Retry-After, never a success', () => {
  const error = new KeygridError('store_unavailable', 'The database does not answer');
  const wire = toWireError(error);
  assert.deepEqual(wire, { status: 503, error: 'temporarily_unavailable' });
  assert.deepEqual(errorHeaders(error, wire), { 'retry-after': '5' });
});

test('S047 a full queue says when to come again', () => {
  const error = new KeygridError('overloaded', 'Too many passwords wait', { retryAfterSeconds: 1.2 });
  assert.equal(toWireError(error).status, 503);
  assert.deepEqual(errorHeaders(error, toWireError(error)), { 'retry-after': '2' });
});

test('S072 errors are 400, but for those that another status says better', () => {
  const others = Object.entries(wireErrors).filter(([, { status }]) => status !== 400);
  assert.deepEqual(
    new Set(others.map(([, { error }]) => error)),
    new Set([
      'invalid_client',
      'invalid_token',
      'insufficient_scope',
      'not_found',
      'temporarily_unavailable',
    ]),
  );
});

test('what nobody foresaw is a fault of ours', () => {
  assert.deepEqual(toWireError(new KeygridError('entity_too_large', 'x')), {
    status: 500,
    error: 'server_error',
  });
});

test('S035 a description is plain ASCII without quotes and backslashes, whatever it was made of', () => {
  assert.equal(safeDescription('a "b" \\ c\r\nSet-Cookie: x ü'), 'a b  cSet-Cookie: x ');
  assert.equal(safeDescription('x'.repeat(1000)).length, 300);
});
