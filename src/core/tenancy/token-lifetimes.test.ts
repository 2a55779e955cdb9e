import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../errors.ts';
import type { Application } from './tenancy.ts';
import {
  chooseLifetime,
  longestUserTokenLifetime,
  readTokenLifetimes,
  standardLifetimes,
  userTokenLifetimes,
} from './token-lifetimes.ts';

const week = 604_800_000;
const refused = (error: unknown): boolean =>
  error instanceof KeygridError && error.code === 'invalid_argument';
const withProperties = (properties: Application['properties']) => ({ properties }) as Application;

test('an hour by default, what is asked up to a week', () => {
  for (const none of [undefined, null, '', 0, '0'])
    assert.equal(chooseLifetime(none, standardLifetimes), 3_600_000);
  assert.equal(chooseLifetime(2000, standardLifetimes), 2000);
  assert.equal(chooseLifetime('2000', standardLifetimes), 2000);
  assert.equal(chooseLifetime(week, standardLifetimes), week);
});

test('anything else is refused, and says what is expected', () => {
  for (const wrong of [
    -1,
    '-1',
    'derp',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    {},
    [],
    true,
    week + 1,
    '9223372036854775807',
  ]) {
    assert.throws(() => chooseLifetime(wrong, standardLifetimes), refused, String(wrong));
  }
});

test("UA-72 UA-75 accesstokenttl sets both default and maximum of the application's users", () => {
  const application = withProperties(readTokenLifetimes({ accesstokenttl: '31536000000' }));
  assert.equal(application.properties.accesstokenttl, 31_536_000_000);
  assert.equal(chooseLifetime(undefined, userTokenLifetimes(application)), 31_536_000_000);
  const short = withProperties(readTokenLifetimes({ accesstokenttl: 1_800_000 }));
  assert.throws(
    () => chooseLifetime(1_800_001, userTokenLifetimes(short)),
    /maximum age of 1800000 milliseconds/,
  );
});

test('UA-74 accesstokenttl 0 never expires', () => {
  const application = withProperties(readTokenLifetimes({ accesstokenttl: 0 }));
  assert.equal(chooseLifetime(0, userTokenLifetimes(application)), Number.POSITIVE_INFINITY);
});

test('revocations outlive the longest lifetime that an application ever gave', () => {
  let properties = readTokenLifetimes({ accesstokenttl: 31_536_000_000 });
  properties = readTokenLifetimes({ ...properties, accesstokenttl: 1000 });
  assert.equal(longestUserTokenLifetime(withProperties(properties)), 31_536_000_000);
  properties = readTokenLifetimes({ ...properties, accesstokenttl: 0 });
  properties = readTokenLifetimes({ ...properties, accesstokenttl: 1000 });
  assert.equal(longestUserTokenLifetime(withProperties(properties)), Number.POSITIVE_INFINITY);
  assert.equal(longestUserTokenLifetime(withProperties({})), week);
});

test('an accesstokenttl that is no whole number of milliseconds is refused', () => {
  for (const wrong of [-1, 1.5, 'soon', {}, true, 1e300]) {
    assert.throws(() => readTokenLifetimes({ accesstokenttl: wrong }), refused, String(wrong));
  }
});
