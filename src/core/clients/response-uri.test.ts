import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { appendToFragment, appendToQuery } from './response-uri.ts';

test('S008 APS-11 APS-12 parameters follow the query that is there, which stays byte for byte', () => {
  const uri = 'http://sampleapp.com/oauth/callback?foo=bar&b=%20+&&a';
  assert.equal(appendToQuery(uri, [['code', 'c-1']]), `${uri}&code=c-1`);
  assert.equal(appendToQuery('https://a.test/cb', [['code', 'c']]), 'https://a.test/cb?code=c');
  assert.equal(appendToQuery('https://a.test/cb?', [['code', 'c']]), 'https://a.test/cb?code=c');
  assert.equal(appendToQuery('https://a.test/cb?x&', [['code', 'c']]), 'https://a.test/cb?x&code=c');
  assert.equal(appendToQuery('https://a.test/cb??', [['code', 'c']]), 'https://a.test/cb??&code=c');
});

test('S013 APS-22 an absent parameter is left out, an empty one is sent empty', () => {
  const parameters = [
    ['code', 'c'],
    ['state', undefined],
  ] as const;
  assert.equal(appendToQuery('https://a.test/cb', parameters), 'https://a.test/cb?code=c');
  assert.equal(appendToQuery('https://a.test/cb', [['state', '']]), 'https://a.test/cb?state=');
  assert.equal(appendToQuery('https://a.test/cb', []), 'https://a.test/cb');
});

test('APS-14 a fragment has its parameters in the order given', () => {
  const uri = appendToFragment('https://a.test/cb?x=1', [
    ['access_token', 't'],
    ['token_type', 'Bearer'],
  ]);
  assert.equal(uri, 'https://a.test/cb?x=1#access_token=t&token_type=Bearer');
});

test('S013 APS-21 any state comes back as it was, read by any client', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (state) => {
      const query = new URL(appendToQuery('https://a.test/cb?a=1', [['state', state]])).searchParams;
      assert.equal(query.get('state'), state);
      const fragment = new URL(appendToFragment('https://a.test/cb', [['state', state]])).hash.slice(1);
      assert.equal(new URLSearchParams(fragment).get('state'), state);
    }),
  );
});
