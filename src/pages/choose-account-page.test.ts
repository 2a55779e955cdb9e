import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleAccount, exampleClient } from '../../test/support/example-pages.ts';
import { assertOnlyText, fieldNames } from '../../test/support/markup.ts';
import { chooseAccountPage } from './choose-account-page.ts';
import { renderPage } from './layout.ts';

const page = { interaction: 'i1', formToken: 't1', client: exampleClient, account: exampleAccount };

test('one can go on as who is signed in, as somebody else, or not at all', () => {
  const markup = renderPage(chooseAccountPage({ page, action: '/choose', switchAccount: '/switch' }));
  assert.deepEqual(fieldNames(markup), ['interaction', 'form_token', 'decision', 'decision']);
  assert.match(markup, /value="allow">Continue as Jane Okafor</);
  assert.match(markup, /href="\/switch">Use another account</);
  assert.match(markup, /value="refuse">Cancel</);
});

test('no value from outside becomes markup', () => {
  assertOnlyText((value) =>
    chooseAccountPage({
      page: {
        ...page,
        client: { ...exampleClient, name: value },
        account: { username: value, name: value, email: 'x' },
      },
      action: value,
      switchAccount: value,
    }),
  );
});
