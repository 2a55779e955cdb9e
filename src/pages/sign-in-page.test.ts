import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exampleClient } from '../../test/support/example-pages.ts';
import { assertOnlyText, fieldNames, readMarkup } from '../../test/support/markup.ts';
import { renderPage } from './layout.ts';
import { type SignInPageModel, signInPage } from './sign-in-page.ts';

const page = {
  interaction: 'i1',
  formToken: 't1',
  client: exampleClient,
  username: undefined,
  again: undefined,
  offersAccount: false,
};
const render = (model: Partial<SignInPageModel> = {}): string =>
  readMarkup(renderPage(signInPage({ page, action: '/sign-in', ...model })));

test('the form sends interaction, form token, username, password, and a decision when cancelled', () => {
  assert.deepEqual(fieldNames(render()), ['interaction', 'form_token', 'username', 'password', 'decision']);
  assert.match(render(), /<form action="\/sign-in" method="post">/);
});

test('S048: the page names who asks, and the organization behind it', () => {
  assert.match(render(), /to continue to <strong>Plan Viewer<\/strong>/);
  assert.match(render(), /by Baumann Architects/);
});

test('password managers find both fields', () => {
  assert.match(render(), /name="username"[^>]*autocomplete="username"/);
  assert.match(render(), /name="password"[^>]*autocomplete="current-password"/);
});

test('the name is filled in when it is known, and the password never is', () => {
  const markup = render({ page: { ...page, username: 'jane' } });
  assert.match(markup, /name="username" type="text" value="jane"/);
  assert.doesNotMatch(markup, /type="password"[^>]*value=/);
});

describe('what is said above the form', () => {
  test('belongs to the fields', () => {
    const markup = render({ problem: { kind: 'credentials' } });
    assert.match(
      markup,
      /class="notice bad" id="problem" role="alert">That username and password do not match/,
    );
    assert.equal(markup.match(/aria-describedby="problem" aria-invalid="true"/g)?.length, 2);
  });

  test('does not call the fields wrong when the server made the trouble', () => {
    const markup = render({ problem: { kind: 'throttled', retryAfterSeconds: 61 } });
    assert.match(markup, /Too many attempts. Try again in 61 seconds/);
    assert.doesNotMatch(markup, /aria-invalid/);
  });
});

test('links to a new password and a new account are there where they lead somewhere', () => {
  assert.doesNotMatch(render(), /<a /);
  const links = { forgottenPassword: '/forgotten', createAccount: '/sign-up' };
  assert.match(render(links), /href="\/forgotten".*href="\/sign-up"/s);
  assert.match(render({ ...links, page: { ...page, offersAccount: true } }), /href="\/sign-up".*<form/s);
});

test('a page of our own, with no client behind it, has nothing to cancel and leads nowhere else', () => {
  const own = signInPage({
    page: { ...page, client: undefined, interaction: undefined },
    action: '/account/sign-in',
  });
  assert.deepEqual(fieldNames(renderPage(own)), ['form_token', 'username', 'password']);
  assert.equal(own.policy, undefined);
});

test('no value from outside becomes markup', () => {
  assertOnlyText((value) =>
    signInPage({
      page: {
        ...page,
        username: value,
        formToken: value,
        interaction: value,
        again: 'asked_by_client',
        client: { ...exampleClient, name: value, organization: value },
      },
      action: value,
    }),
  );
});
