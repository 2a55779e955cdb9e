import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertOnlyText, readMarkup } from '../../test/support/markup.ts';
import { formPostPage } from './form-post-page.ts';
import { pageHeaders, renderPage } from './layout.ts';

test('S021: the answer is a form to the exact redirect URI, with its fields in order and a button', () => {
  const action = 'https://client.example/cb?x=1&y=%2F';
  const page = formPostPage({
    action,
    fields: [
      ['code', 'a&b'],
      ['state', ''],
    ],
  });
  const markup = readMarkup(renderPage(page));
  assert.ok(markup.includes(`<form action="${action}" method="post">`));
  assert.match(markup, /name="code" value="a&b">\s*<input type="hidden" name="state" value="">/);
  assert.match(markup, /<button type="submit">Continue</);
  assert.equal(pageHeaders({}, page.policy)['cache-control'], 'no-store');
});

test('a program with a scheme of its own may be answered', () => {
  const { policy } = formPostPage({ action: 'com.example.app:/cb', fields: [] });
  assert.ok(policy?.formTargets?.includes('com.example.app:'));
});

test('no value from outside becomes markup', () => {
  assertOnlyText((value) => formPostPage({ action: value, fields: [[value, value]] }));
});
