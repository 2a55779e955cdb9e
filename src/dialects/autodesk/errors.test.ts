import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, errorCatalogue, KeygridError } from '../../core/errors.ts';
import { errorMeanings, renderError, toWireError } from './errors.ts';

test('APS-10, APS-43: an error body holds both vocabularies, and both spellings of the link', () => {
  const body = JSON.parse(
    renderError({ error: 'invalid_grant', errorCode: 'AUTH-004' }, 'code expired', 'https://k.example'),
  );
  const link = 'https://k.example/authentication/errors/AUTH-004';
  assert.deepEqual(body, {
    error: 'invalid_grant',
    error_description: 'code expired',
    developerMessage: 'code expired',
    userMessage: '',
    errorCode: 'AUTH-004',
    'more info': link,
    moreInfo: link,
  });
});

test('every error code that is sent has a meaning to show', () => {
  for (const code of Object.keys(errorCatalogue) as ErrorCode[]) {
    const { errorCode } = toWireError(new KeygridError(code, 'x'), 'v2');
    assert.ok(Object.hasOwn(errorMeanings, errorCode), `${code} -> ${errorCode}`);
  }
});

test('APS-80: what a token endpoint can refuse is 400 or 401, but for the limit and our own faults', () => {
  const tokenErrors: ErrorCode[] = [
    ...(['invalid_request', 'invalid_client', 'invalid_grant', 'invalid_scope', 'overloaded'] as const),
    ...(['unauthorized_client', 'unsupported_grant_type', 'throttled', 'store_unavailable'] as const),
  ];
  for (const code of tokenErrors) {
    const { status } = toWireError(new KeygridError(code, 'x'), 'v2');
    assert.ok([400, 401, 429, 500].includes(status), `${code}: ${status}`);
  }
});

test('a client that sends no credentials is told so by a code of its own', () => {
  const refused = (carrier: string) =>
    toWireError(new KeygridError('invalid_client', 'x', { subject: { carrier } }), 'v2').errorCode;
  assert.equal(refused('none'), 'AUTH-012');
  assert.equal(refused('body'), 'AUTH-003');
});

test('version 1 has a status of its own for a grant that the client may not use', () => {
  const error = new KeygridError('unauthorized_client', 'x');
  assert.equal(toWireError(error, 'v1').status, 403);
  assert.equal(toWireError(error, 'v2').status, 400);
});
