import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeStatement } from './decode-statement.ts';

test('UD-93 a plus stays a plus, encoded once more or not', () => {
  assert.equal(decodeStatement("p='ed+x@y.z'"), "p='ed+x@y.z'");
  assert.equal(decodeStatement("p='ed%2Bx@y.z'"), "p='ed+x@y.z'");
});

test('a statement that was encoded before is decoded', () => {
  assert.equal(
    decodeStatement('select%20*%20where%20a%3d%27%C3%A9%F0%9F%98%80%27'),
    "select * where a='é😀'",
  );
});

test('malformed percent-encoding is kept as it is, and what is around it decoded', () => {
  for (const text of ['100%', '%zz', '%2', '%ff', '%C3', '%C3%41'.slice(0, 3), '%c0%80', '%ed%a0%80']) {
    assert.equal(decodeStatement(text), text);
  }
  assert.equal(decodeStatement('%20%ff%20'), ' %ff ');
});

test('any text that was percent-encoded comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      assert.equal(decodeStatement(encodeURIComponent(text)), text);
    }),
  );
});

test('nothing makes it throw', () => {
  const scraps = fc.string({
    unit: fc.constantFrom('%', 'c', '3', 'a', '9', 'f', '0', 'e', '+', 'z', '\ud800'),
  });
  fc.assert(fc.property(scraps, (text) => typeof decodeStatement(text) === 'string'));
});
