import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeygridError } from '../errors.ts';
import { isScopeSubset, mayAskFor, narrowScopes, parseScope, renderScope, scopeLimits } from './scope.ts';
import { autodeskSupportedScopes, describeScope } from './scope-catalogue.ts';
import { scopesOpen, scopesOpening, scopesOpenManagement } from './scope-reach.ts';

const isRefused = (act: () => unknown): void =>
  assert.throws(act, (error) => error instanceof KeygridError && error.code === 'invalid_scope');

test('S012 a scope is a set: order, repetition and extra spaces mean nothing', () => {
  assert.deepEqual(parseScope('openid  profile openid ', scopeLimits.standard), ['openid', 'profile']);
  assert.deepEqual(parseScope(undefined, scopeLimits.standard), []);
  assert.deepEqual(parseScope('', scopeLimits.standard), []);
});

test('S036 APS-56 too many scopes, too long a text and strange characters are refused', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `s${index}`).join(' ');
  assert.equal(parseScope(names(50), scopeLimits.autodesk).length, 50);
  isRefused(() => parseScope(names(51), scopeLimits.autodesk));
  isRefused(() => parseScope(names(101), scopeLimits.standard));
  isRefused(() => parseScope('x'.repeat(3001), scopeLimits.autodesk));
  for (const text of ['a"b', 'a\\b', 'a\tb', 'a\nb', 'é', 'a\u00a0b']) {
    isRefused(() => parseScope(text, scopeLimits.standard));
  }
});

test('S012 what is parsed is rendered and parsed again the same', () => {
  const names = fc.array(fc.stringMatching(/^[!#-[\]-~]{1,8}$/), { maxLength: 20 });
  fc.assert(
    fc.property(names, (scopes) => {
      const parsed = parseScope(scopes.join(' '), scopeLimits.standard);
      assert.deepEqual(parseScope(renderScope(parsed), scopeLimits.standard), parsed);
      assert.ok(isScopeSubset(parsed, scopes));
    }),
  );
});

test('S084 a refresh may name fewer scopes, never more', () => {
  assert.deepEqual(narrowScopes([], ['a', 'b'], 'standard'), ['a', 'b']);
  assert.deepEqual(narrowScopes(['b'], ['a', 'b'], 'standard'), ['b']);
  isRefused(() => narrowScopes(['a', 'c'], ['a', 'b'], 'standard'));
});

test('APS-76 viewables:read is inside data:read, for the autodesk dialect only', () => {
  assert.deepEqual(narrowScopes(['viewables:read'], ['data:read'], 'autodesk'), ['viewables:read']);
  isRefused(() => narrowScopes(['viewables:read'], ['data:read'], 'standard'));
  isRefused(() => narrowScopes(['viewables:read'], ['data:write'], 'autodesk'));
  isRefused(() => narrowScopes(['data:read'], ['viewables:read'], 'autodesk'));
});

test('APS-88 sixteen scopes are listed as supported, and each is described', () => {
  assert.equal(autodeskSupportedScopes.length, 16);
  for (const name of autodeskSupportedScopes) assert.ok(describeScope(name, 'autodesk')?.words);
});

test('a scope for one resource may be asked for by who may ask for all, and names it', () => {
  const name = 'data:read:urn:adsk.wip:fs.file:1';
  assert.ok(mayAskFor({ scopes: ['data:read'] }, name));
  assert.ok(!mayAskFor({ scopes: ['data:write'] }, name));
  assert.equal(describeScope(name, 'autodesk')?.words, 'read urn:adsk.wip:fs.file:1');
  const inBucket = 'data:read:urn:adsk.objects:os.object:a-bucket/a%20file.dwg';
  assert.ok(mayAskFor({ scopes: ['data:read'] }, inBucket));
  assert.ok(!mayAskFor({ scopes: ['data:read'] }, 'data:read:urn:adsk.*'));
  assert.equal(describeScope('constructor', 'standard'), undefined);
});

test('scopes open the operations that their words name', () => {
  assert.ok(scopesOpen(['openid', 'data:read'], 'get'));
  assert.ok(!scopesOpen(['data:read'], 'post'));
  assert.ok(scopesOpen(['data:write'], 'delete'));
  assert.ok(!scopesOpen(['toString'], 'get'));
  assert.deepEqual(scopesOpening('post'), ['data:create', 'data:write']);
  assert.ok(scopesOpenManagement(['account:read'], false) && !scopesOpenManagement(['account:read'], true));
});
