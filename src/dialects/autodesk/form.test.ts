import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../../core/errors.ts';
import { parseForm } from './form.ts';

const formType = 'application/x-www-form-urlencoded';
const parse = (text: string) => Object.fromEntries(parseForm(Buffer.from(text), formType));

test('APS-3: literal spaces, plus signs and escapes in scope all separate scopes', () => {
  for (const scope of ['data:read data:write', 'data:read+data:write', 'data%3Aread%20data%3Awrite']) {
    assert.equal(parse(`grant_type=client_credentials&scope=${scope}`).scope, 'data:read data:write');
  }
});

test('APS-4: a callback that nobody escaped is read as it stands', () => {
  const { redirect_uri: redirectUri } = parse(
    'code=abc&redirect_uri=http://h.test:3000/cb?a=1&response_type=code',
  );
  assert.equal(redirectUri, 'http://h.test:3000/cb?a=1');
});

test('a stray percent sign spoils nothing', () => {
  assert.deepEqual(parse('code=a%zz&grant_type=x'), { code: 'a%zz', grant_type: 'x' });
});

test('APS-40: a body of another type is refused by a code of its own', () => {
  assert.throws(
    () => parseForm(Buffer.from('{}'), 'application/json'),
    (error) => error instanceof KeygridError && error.subject.errorCode === 'AUTH-007',
  );
});
