import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KeygridError } from '../../errors.ts';
import { errorContent, type ResponseTarget, renderResponse } from './response.ts';

const target: ResponseTarget = {
  redirectUri: 'https://app.example/cb?foo=b%20a+r&x',
  responseMode: 'query',
  state: 'a b&c',
  issuer: 'https://id.example/acme/shop',
};
const token = [
  ['access_token', 't.o-k_e'],
  ['token_type', 'Bearer'],
  ['expires_in', '3599'],
  ['scope', 'data:read'],
] as const;

function locationOf(changes: Partial<ResponseTarget>, content: Parameters<typeof renderResponse>[1]): string {
  const response = renderResponse({ ...target, ...changes }, content);
  assert.equal(response.kind, 'redirect');
  return response.kind === 'redirect' ? response.location : '';
}

test('S008 S013 S014 APS-11 APS-12 code, state and iss come after the query that was there', () => {
  const location = locationOf({}, [['code', 'c']]);
  const issuer = 'https%3A%2F%2Fid.example%2Facme%2Fshop';
  assert.equal(location, `${target.redirectUri}&code=c&state=a%20b%26c&iss=${issuer}`);
});

test('S013 no state in, none out; an empty one comes back empty', () => {
  const plain = { redirectUri: 'https://app.example/cb', issuer: undefined };
  assert.equal(locationOf({ ...plain, state: undefined }, [['code', 'c']]), 'https://app.example/cb?code=c');
  assert.equal(locationOf({ ...plain, state: '' }, [['code', 'c']]), 'https://app.example/cb?code=c&state=');
});

test('S019 APS-14 in the fragment the access token is first, and nothing is in the query', () => {
  const location = locationOf({ responseMode: 'fragment', issuer: undefined }, token);
  const [query, fragment] = location.split('#');
  assert.equal(query, target.redirectUri);
  assert.equal(
    fragment,
    'access_token=t.o-k_e&token_type=Bearer&expires_in=3599&scope=data%3Aread&state=a%20b%26c',
  );
});

test('APS-13 seed 004: the token comes in the query, behind what was there', () => {
  const location = locationOf({ issuer: undefined, state: undefined }, token);
  assert.equal(location, `${target.redirectUri}&access_token=t.o-k_e&token_type=Bearer&expires_in=3599`);
});

test('APS-15 in both places the same token, which survives a client that reads # as ?', () => {
  const location = locationOf({ responseMode: 'query_and_fragment', issuer: undefined }, token);
  const url = new URL(location);
  assert.equal(url.searchParams.get('access_token'), 't.o-k_e');
  assert.equal(url.searchParams.get('state'), 'a b&c');
  assert.ok(url.hash.startsWith('#access_token=t.o-k_e&token_type=Bearer'));
  assert.equal(new URL(location.replace('#', '?')).searchParams.get('access_token'), 't.o-k_e');
});

test('S021 form_post names the very URI and the fields in their order', () => {
  const response = renderResponse({ ...target, responseMode: 'form_post' }, [['code', '"><script>']]);
  assert.deepEqual(response, {
    kind: 'form_post',
    action: target.redirectUri,
    fields: [
      ['code', '"><script>'],
      ['state', 'a b&c'],
      ['iss', target.issuer],
    ],
    error: undefined,
  });
});

test('S035 error texts are printable ASCII without quotes, whatever was said', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (message) => {
      const [, [, description]] = errorContent(new KeygridError('invalid_request', message)) as [
        [string, string],
        [string, string],
      ];
      assert.match(description, /^[ !#-[\]-~]*$/);
    }),
  );
});

test('S008 S013 whatever the state, the URI that was registered is left as it is, and the state comes back', () => {
  const uris = fc.constantFrom(
    'https://a.example/cb',
    'https://a.example/cb?',
    'https://a.example/cb?a=%2b&a',
    'app.x:/cb',
  );
  fc.assert(
    fc.property(uris, fc.string({ unit: 'grapheme' }), (redirectUri, state) => {
      const location = locationOf({ redirectUri, state, issuer: undefined }, [['code', 'c']]);
      assert.ok(location.startsWith(redirectUri));
      assert.equal(new URL(location).searchParams.get('state'), state.toWellFormed());
    }),
  );
});
