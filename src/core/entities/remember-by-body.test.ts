import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rememberByBody } from './remember-by-body.ts';

const entity = (uuid: string, body: string) => ({
  ...{ uuid, body, type: 'thing', created: 1, modified: 1, version: 1 },
});

test('it is made once for a body, and anew for another body of the same entity and version', () => {
  let made = 0;
  const lengthOf = rememberByBody(10, ({ body }) => {
    made += 1;
    return body.length;
  });
  assert.deepEqual([lengthOf(entity('a', '{}')), lengthOf(entity('a', '{}'))], [2, 2]);
  assert.equal(made, 1);
  assert.equal(lengthOf(entity('a', '{"x":1}')), 7);
  assert.equal(lengthOf(entity('b', '{}')), 2);
  assert.equal(made, 3);
});
