import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertOnlyText, fieldNames } from '../../test/support/markup.ts';
import { activatedPage, forgottenPasswordPage, newPasswordPage } from './account-pages.ts';
import { renderPage } from './layout.ts';

test('the form for a new password sends the token of the mail and the password twice', () => {
  const markup = renderPage(
    newPasswordPage({ action: '/resetpw', token: 't', problem: { rule: 'Too short' } }),
  );
  assert.deepEqual(fieldNames(markup), ['token', 'password1', 'password2']);
  assert.match(markup, /id="problem" role="alert">Too short</);
  assert.equal(markup.match(/aria-describedby="problem"/g)?.length, 2);
});

test('no value from outside becomes markup', () => {
  assertOnlyText((value) => newPasswordPage({ action: value, token: value, problem: { rule: value } }));
  assertOnlyText((value) => activatedPage({ organization: value }));
  assertOnlyText((value) => forgottenPasswordPage(value));
});
