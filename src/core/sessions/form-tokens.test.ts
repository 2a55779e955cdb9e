import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { test } from 'node:test';
import { createRandomSource } from '../../platform/random.ts';
import { KeygridError } from '../errors.ts';
import { newBrowserValue, withNewSession } from './browser-value.ts';
import { createFormTokens } from './form-tokens.ts';

const random = createRandomSource();
const formTokens = createFormTokens(createSecretKey(Buffer.alloc(32, 1)));
const anonymous = newBrowserValue(random);
const signedIn = withNewSession(anonymous, random);

const isRefused = (act: () => void): void =>
  assert.throws(act, (error) => error instanceof KeygridError && error.code === 'form_token_mismatch');

test('S037 a form counts in the browser that it was made for', () => {
  formTokens.require(['browser'], anonymous, formTokens.issue('browser', anonymous));
  formTokens.require(['browser'], signedIn, formTokens.issue('browser', anonymous));
  formTokens.require(['session'], signedIn, formTokens.issue('session', signedIn));
});

test('S037 a missing or foreign token is refused, and one for less than what is done', () => {
  const other = newBrowserValue(random);
  const foreign = formTokens.issue('browser', other);
  for (const token of [undefined, '', 7, ['x'], {}, foreign, `${foreign}x`]) {
    isRefused(() => formTokens.require(['browser', 'session'], anonymous, token));
  }
  isRefused(() => formTokens.require(['session'], signedIn, formTokens.issue('browser', signedIn)));
  isRefused(() => formTokens.require(['session'], signedIn, formTokens.issue('session', anonymous)));
  isRefused(() => formTokens.require(['browser'], undefined, formTokens.issue('browser', anonymous)));
});

test('S037 the tokens of a session end at the next sign-in', () => {
  const again = withNewSession(signedIn, random);
  isRefused(() => formTokens.require(['session'], again, formTokens.issue('session', signedIn)));
});
