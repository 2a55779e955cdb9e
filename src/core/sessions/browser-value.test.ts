import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandomSource } from '../../platform/random.ts';
import {
  browserDigestOf,
  newBrowserValue,
  parseBrowserValue,
  renderBrowserValue,
  sessionDigestOf,
  withNewSession,
} from './browser-value.ts';

const random = createRandomSource();

test('S041 a value is random, and is read again as it was written', () => {
  const fresh = newBrowserValue(random);
  const signedIn = withNewSession(fresh, random);
  for (const value of [fresh, signedIn])
    assert.deepEqual(parseBrowserValue(renderBrowserValue(value)), value);
  assert.match(renderBrowserValue(fresh), /^[A-Za-z0-9_-]{43}$/);
  assert.match(renderBrowserValue(signedIn), /^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}$/);
});

test('S042 a sign-in makes another session of the same browser', () => {
  const fresh = newBrowserValue(random);
  const [one, other] = [withNewSession(fresh, random), withNewSession(fresh, random)];
  assert.equal(sessionDigestOf(fresh), undefined);
  assert.notEqual(sessionDigestOf(one), sessionDigestOf(other));
  assert.equal(browserDigestOf(one), browserDigestOf(fresh));
});

test('what we never gave out is no value', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.equal(parseBrowserValue(text), undefined)));
  const text = renderBrowserValue(newBrowserValue(random));
  for (const near of [`${text}.`, `${text}.x`, `${text}\n`, text.slice(1), '', undefined]) {
    assert.equal(parseBrowserValue(near), undefined);
  }
});
