import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageHtml, dayHtml } from './dates.ts';
import { english } from './english.ts';

const now = Date.UTC(2026, 2, 12, 15, 30);
const age = (milliseconds: number): string =>
  ageHtml(now - milliseconds, now, english).text.replace(/<[^>]*>/g, '');

test('what is near is told by its age, the rest by its day', () => {
  assert.equal(age(0), 'just now');
  assert.equal(age(-5000), 'just now');
  assert.equal(age(25 * 60_000), '25 minutes ago');
  assert.equal(age(119 * 60_000), '1 hour ago');
  assert.equal(age(47 * 3_600_000), '1 day ago');
  assert.equal(age(8 * 86_400_000), 'March 4, 2026');
});

test('the moment itself is there for machines', () => {
  assert.equal(dayHtml(now, english).text, '<time datetime="2026-03-12T15:30:00.000Z">March 12, 2026</time>');
});
