import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeygridError } from '../errors.ts';
import { maximumPermissionLength, normalizePermission, parsePermission } from './permission.ts';

const operationsOf = (text: string): string[] => [...parsePermission(text).operations].sort();

function refuses(text: string, expectation: RegExp): void {
  assert.throws(
    () => parsePermission(text),
    (error) =>
      error instanceof KeygridError && error.code === 'invalid_argument' && expectation.test(error.message),
    text,
  );
}

test('reads operations and path, in any case', () => {
  assert.deepEqual(operationsOf('GET, Put:/Users/*'), ['get', 'put']);
  assert.equal(parsePermission('GET:/Users/*').path, '/users/*');
});

test('without operations, or with a star for them, all are meant', () => {
  for (const text of ['/foo/**', 'foo', '*:/foo']) {
    assert.deepEqual(operationsOf(text), ['delete', 'get', 'post', 'put']);
  }
});

test('a star alone is every path, a missing slash is added, one at the end and doubled ones go', () => {
  assert.equal(parsePermission('get:*').path, '/**');
  assert.equal(parsePermission('*').path, '/**');
  assert.equal(parsePermission('get:users/x').path, '/users/x');
  assert.equal(parsePermission('get:/users//x/').path, '/users/x');
  assert.equal(parsePermission('get:/').path, '/');
});

test('a colon in a path does not make operations of what is before it', () => {
  assert.equal(parsePermission('/users/a:b').path, '/users/a:b');
  assert.equal(parsePermission('get:/users/a:b').path, '/users/a:b');
});

test('refuses what is no permission and says what was expected', () => {
  refuses('', /a path/);
  refuses('get:', /a path/);
  refuses('get', /a path/);
  refuses('get,put', /a path/);
  refuses('read:/users', /get, put, post, delete/);
  refuses('get,:/users', /get, put, post, delete/);
  refuses(':/users', /get, put, post, delete/);
  refuses('head:/users', /get, put, post, delete/);
});

test('refuses what is too long or too deep', () => {
  refuses(`get:/${'a'.repeat(maximumPermissionLength)}`, /at most 512 characters/);
  refuses(`get:${'/a'.repeat(65)}`, /at most 64 segments/);
  assert.equal(parsePermission(`get:${'/a'.repeat(64)}`).path.length, 128);
});

test('UA-89 the stored form is lower case and otherwise as written', () => {
  assert.equal(normalizePermission(' POST:/Users '), 'post:/users');
  assert.equal(normalizePermission('get, put, GET:/Users/ME/**'), 'get,put:/users/me/**');
  assert.equal(normalizePermission('delete,get:*'), 'delete,get:*');
  assert.equal(normalizePermission('/Foo/**'), '/foo/**');
});

test('a text is refused with the catalogued error or has a stored form that means the same and is stable', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('get', 'put', ',', ':', '/', '*', 'A', ' ', '?') }),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  fc.assert(
    fc.property(text, (written) => {
      let stored: string;
      try {
        stored = normalizePermission(written);
      } catch (error) {
        assert.ok(error instanceof KeygridError && error.code === 'invalid_argument');
        return;
      }
      assert.deepEqual(parsePermission(stored), parsePermission(written));
      assert.equal(normalizePermission(stored), stored);
    }),
    { numRuns: 1000 },
  );
});
