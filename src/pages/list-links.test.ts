import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ListStart } from '../core/list-parts.ts';
import { listLink, parseListStart } from './list-links.ts';

const id = '1b4e28ba-2fa1-11d2-883f-0016d3cca427';
const start = (direction: ListStart['direction'], at: number): ListStart => ({
  direction,
  place: { at, id },
});

test('a link leads to a part of one list, and leaves the others where they are', () => {
  const here = { grants: start('before', 5), sessions: undefined };
  const link = listLink('/account', 'sessions', start('after', 1700000000000), here);
  assert.equal(link, `/account?grants=before-5-${id}&sessions=after-1700000000000-${id}#sessions`);
  assert.equal(listLink('/account', 'grants', undefined, here), undefined);
  const { searchParams } = new URL(link, 'https://a.test');
  assert.deepEqual(parseListStart(searchParams.get('grants') ?? ''), here.grants);
});

test('what is no such text is the first part', () => {
  for (const text of [
    undefined,
    '',
    '2',
    '-1',
    `after-x-${id}`,
    `beside-1-${id}`,
    'after-1-',
    `after--1-${id}`,
  ])
    assert.equal(parseListStart(text), undefined);
  assert.equal(parseListStart(`after-1-${id}x`), undefined);
  assert.equal(parseListStart(`after-1234567890123456-${id}`), undefined);
});
