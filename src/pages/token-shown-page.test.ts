import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertOnlyText } from '../../test/support/markup.ts';
import { renderPage } from './layout.ts';
import { tokenShownPage } from './token-shown-page.ts';

const model = {
  accessToken: 'YWMtx',
  expiresInSeconds: 3600,
  scopes: ['data:read'],
  client: { name: 'northwind' },
};

test('the token can be selected as a whole, in a field that cannot be changed', () => {
  assert.match(
    renderPage(tokenShownPage(model)),
    /<textarea id="access_token"[^>]* readonly[^>]*>YWMtx<\/textarea>/,
  );
});

test('how long it is good for is told in words', () => {
  assert.match(renderPage(tokenShownPage(model)), /It is good for 60 minutes/);
  assert.match(renderPage(tokenShownPage({ ...model, expiresInSeconds: 604_800 })), /It is good for 7 days/);
  assert.doesNotMatch(renderPage(tokenShownPage({ ...model, expiresInSeconds: 0 })), /It is good for/);
});

test('no value from outside becomes markup', () => {
  assertOnlyText((value) =>
    tokenShownPage({ ...model, accessToken: value, scopes: [value], client: { name: value } }),
  );
});
