import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertOnlyText, fieldNames, structureOf } from '../../test/support/markup.ts';
import { renderPage } from './layout.ts';
import { type UsergridSignInPageModel, usergridSignInPage } from './usergrid-sign-in-page.ts';

const request = { response_type: 'token', client_id: 'b3U6M90FY80MEeG89xIxPRxEkQ' };
const render = (model: Partial<UsergridSignInPageModel> = {}): string =>
  renderPage(usergridSignInPage({ request, ...model }));

/** From seed 000, blanks between tags apart. */
const seed = `<div class="dialog-area">
<form class="dialog-form" action="" method="post">
<input type="hidden" name="response_type" value="token">
<input type="hidden" name="client_id" value="b3U6M90FY80MEeG89xIxPRxEkQ">
<input type="hidden" name="redirect_uri" value="">
<input type="hidden" name="scope" value="">
<input type="hidden" name="state" value="">
<fieldset><p><label for="username">Username</label></p>
<p><input class="text_field" id="username" name="username" type="text"></p>
<p><label for="password">Password</label></p>
<p><input class="text_field" id="password" name="password" type="password"></p>
<p class="buttons"><button type="submit">Submit</button></p></fieldset></form></div>`;

const withoutBlanks = (markup: string): string => markup.replace(/\s+(?=<)|(?<=>)\s+/g, '');

test('the form of the seeds is there, name by name; only hints for password managers are added', () => {
  const markup = render().replaceAll(/ (?:autocomplete|autocapitalize|spellcheck)="[^"]*"/g, '');
  assert.ok(withoutBlanks(markup).includes(withoutBlanks(seed)));
});

test('document type and title are those of the original', () => {
  assert.match(render(), /^<!DOCTYPE html PUBLIC "-\/\/W3C\/\/DTD HTML 4\.01 Transitional\/\/EN"/);
  assert.match(render(), /<title>Sign In<\/title>/);
});

test('a form token comes after the fields of the original', () => {
  assert.deepEqual(fieldNames(render({ formToken: 't1' })), [
    'response_type',
    'client_id',
    'redirect_uri',
    'scope',
    'state',
    'form_token',
    'username',
    'password',
  ]);
});

test('after a failed attempt the message stands above the form', () => {
  const markup = render({ message: 'Username or password do not match' });
  assert.match(
    markup,
    /<div class="dialog-form-message"[^>]*>Username or password do not match<\/div>\s*<form class="dialog-form"/,
  );
  assert.doesNotMatch(render(), /dialog-form-message/);
});

test('no value from outside becomes markup', () => {
  assertOnlyText((value) =>
    usergridSignInPage({
      request: { response_type: value, client_id: value, redirect_uri: value, scope: value, state: value },
      formToken: value,
      message: value,
      client: { name: value, destination: value },
    }),
  );
  assert.equal(structureOf(render()), structureOf(render({ request: {} })));
});
