import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFormFromAnotherSite } from './cross-site.ts';

const place = { publicUrl: 'https://keygrid.example' };
const from = (headers: Record<string, string>, hasCookie = false) =>
  isFormFromAnotherSite({ headers, host: '10.0.0.1:8080' }, place, hasCookie);

test('what a browser says of the site counts before all else', () => {
  assert.equal(from({ 'sec-fetch-site': 'same-origin', origin: 'null' }), false);
  assert.equal(from({ 'sec-fetch-site': 'none' }), false);
  for (const site of ['cross-site', 'same-site', 'whatever']) {
    assert.equal(from({ 'sec-fetch-site': site, origin: 'https://keygrid.example' }, true), true, site);
  }
});

test('without it the origin must be ours, by the public address or the one that was asked', () => {
  for (const origin of ['https://keygrid.example', 'http://10.0.0.1:8080', 'https://10.0.0.1:8080']) {
    assert.equal(from({ origin }), false, origin);
  }
  for (const origin of [
    'http://keygrid.example',
    'https://keygrid.example.evil.example',
    'https://keygrid.example:444',
    'http://10.0.0.1',
    'https://evil.example',
  ]) {
    assert.equal(from({ origin }, true), true, origin);
  }
});

test('a hidden origin is ours where the cookie came along, which no other site can bring about', () => {
  assert.equal(from({ origin: 'null' }, true), false);
  assert.equal(from({ origin: 'null' }, false), true);
});

test('programs say nothing, and no site is behind them', () => {
  assert.equal(from({}), false);
});
