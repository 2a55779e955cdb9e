import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleAccount } from '../../test/support/example-pages.ts';
import { assertOnlyText, fieldNames } from '../../test/support/markup.ts';
import { renderPage } from './layout.ts';
import { signOutConfirmPage } from './sign-out-confirm-page.ts';
import { signedOutPage } from './signed-out-page.ts';

const model = { action: '/logout', formToken: 't1', account: exampleAccount };

test('the question repeats the request and adds its token', () => {
  const hidden = [
    ['client_id', 'c'],
    ['state', 's'],
  ] as const;
  const markup = renderPage(signOutConfirmPage({ ...model, hidden, client: 'Plan Viewer' }));
  assert.deepEqual(fieldNames(markup), ['client_id', 'state', 'form_token']);
  assert.match(markup, /<strong>Plan Viewer<\/strong> asks to sign you out here/);
});

test('a sign-out without a client behind it leads nowhere else', () => {
  assert.equal(signOutConfirmPage(model).policy, undefined);
  assert.match(renderPage(signOutConfirmPage({ ...model, account: undefined })), /<h1>Sign out\?<\/h1>/);
});

test('after it there is a way back in, where there is one', () => {
  assert.match(renderPage(signedOutPage({ signIn: '/account' })), /href="\/account">Sign in again</);
  assert.doesNotMatch(renderPage(signedOutPage({})), /<a /);
});

test('no value from outside becomes markup', () => {
  assertOnlyText((value) =>
    signOutConfirmPage({
      ...model,
      client: value,
      hidden: [[value, value]],
      destination: value,
      stay: value,
    }),
  );
});
