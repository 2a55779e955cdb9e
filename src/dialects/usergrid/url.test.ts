import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ambiguousUuid, normalizeUrl } from './url.ts';

const uuid = '4d9bd7c1-d7e6-11e1-bcf7-12313d1c4491';

test('every path form of an application leads to one', () => {
  for (const [sent, routed] of [
    ['/acme/app/users', '/acme/app/users'],
    ['/organizations/acme/app/users', '/acme/app/users'],
    ['/orgs/acme/app', '/acme/app'],
    ['/o/acme/app/users?ql=x', '/acme/app/users?ql=x'],
    ['/acme/applications/app/users', '/acme/app/users'],
    ['/acme/apps/app', '/acme/app'],
    ['/acme/a/app/users', '/acme/app/users'],
    ['/orgs/acme/apps/app/users', '/acme/app/users'],
    [`/applications/${uuid}/users`, `/-/${uuid}/users`],
    [`/apps/${uuid}`, `/-/${uuid}`],
  ] as const) {
    assert.equal(normalizeUrl(sent), routed, sent);
  }
});

test('what only looks like an alias stays as it is', () => {
  for (const url of [
    '/management/organizations/acme/applications/app',
    '/management/apps/x/y',
    '/account/a/app',
    '/api/apps/x',
    '/applications',
    '/acme/apps',
    '/acme/apps/',
    '/',
    '',
    '/o',
  ]) {
    assert.equal(normalizeUrl(url), url, url);
  }
});

test('UD-72 a later question mark separates parameters, one at the end is nothing', () => {
  assert.equal(normalizeUrl('/acme/app/x?a=1?b=2'), '/acme/app/x?a=1&b=2');
  assert.equal(normalizeUrl('/acme/app/x?'), '/acme/app/x');
  assert.equal(normalizeUrl('/acme/app/x?a=1?'), '/acme/app/x?a=1');
});

test('the longest chain of aliases is read once', () => {
  assert.equal(normalizeUrl('/o'.repeat(10_000)), '/o'.repeat(9_999));
});

test('no URL makes it throw', () => {
  fc.assert(fc.property(fc.string(), (url) => typeof normalizeUrl(url) === 'string'));
  fc.assert(fc.property(fc.webPath(), (url) => typeof normalizeUrl(url) === 'string'));
});

test('a uuid alone, or before something that is none, may be an organization or an application', () => {
  assert.equal(ambiguousUuid(`/${uuid}`), uuid);
  assert.equal(ambiguousUuid(`/${uuid}/users?x`), uuid);
  assert.equal(ambiguousUuid(`/${uuid}/${uuid}/users`), undefined);
  assert.equal(ambiguousUuid(`/acme/${uuid}`), undefined);
});

test('a URL of nothing but question marks takes no time', () => {
  const before = process.cpuUsage().user;
  assert.equal(normalizeUrl(`/a/b?${'?'.repeat(100_000)}x`).length, 100_006);
  // In microseconds; a pattern with `$` took ten seconds.
  assert.ok(process.cpuUsage().user - before < 500_000);
});
