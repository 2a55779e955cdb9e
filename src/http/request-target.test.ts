import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { readRequestTarget } from './request-target.ts';

test('a URL in the place of a path is read as its path, with what is behind it', () => {
  for (const [url, expected] of [
    ['/a/b?c=d', '/a/b?c=d'],
    ['//a/b', '//a/b'],
    ['/http://x/a', '/http://x/a'],
    ['*', '*'],
    ['http://x/a/b?c=d', '/a/b?c=d'],
    ['HTTPS://user@[::1]:80/a', '/a'],
    ['http:///a', '/a'],
    ['http://x', '/'],
    ['http://x?/a/b', '/?/a/b'],
    ['ftp://x/a', '/a'],
    ['http://x/http://y/a', '/http://y/a'],
  ]) {
    const request = { url } as IncomingMessage;
    readRequestTarget(request);
    assert.equal(request.url, expected, url);
  }
});
