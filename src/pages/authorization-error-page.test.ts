import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertOnlyText, readMarkup } from '../../test/support/markup.ts';
import { authorizationErrorPage, interactionGonePage, noSuchPage } from './authorization-error-page.ts';
import { renderPage } from './layout.ts';

test('what was wrong, what was sent and the request id are shown, and nothing leads away', () => {
  const markup = readMarkup(
    renderPage(
      authorizationErrorPage({
        description: 'The redirect URI is not registered: the port is another one',
        redirectUri: 'https://evil.example/cb',
        requestId: 'r-1',
      }),
    ),
  );
  for (const text of [
    'the port is another one',
    '<code>https://evil.example/cb</code>',
    '<code>r-1</code>',
  ]) {
    assert.ok(markup.includes(text), text);
  }
  assert.doesNotMatch(markup, /<a |<form|http-equiv="refresh"/i);
});

test('a very long redirect URI is cut', () => {
  const redirectUri = `https://x.example/${'a'.repeat(5000)}`;
  assert.ok(
    renderPage(authorizationErrorPage({ description: 'x', redirectUri, requestId: 'r' })).length < 5000,
  );
});

test('no value from outside becomes markup', () => {
  assertOnlyText((value) =>
    authorizationErrorPage({ description: value, redirectUri: value, requestId: value }),
  );
  assertOnlyText((value) => interactionGonePage(value));
  assertOnlyText((value) => noSuchPage(value));
});
