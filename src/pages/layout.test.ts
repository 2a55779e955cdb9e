import assert from 'node:assert/strict';
import { test } from 'node:test';
import { examplePages } from '../../test/support/example-pages.ts';
import { structureOf } from '../../test/support/markup.ts';
import { pageHeaders, productFrame, renderPage } from './layout.ts';

const pages = Object.entries({ ...examplePages(), ...examplePages(productFrame) });

test('S038, S039, S040: every page refuses frames, inline script, referrers and storing', () => {
  for (const [name, { policy }] of pages) {
    const headers = pageHeaders({}, policy);
    assert.match(
      headers['content-security-policy'] ?? '',
      /default-src 'none'.*frame-ancestors 'none'/,
      name,
    );
    assert.doesNotMatch(headers['content-security-policy'] ?? '', /unsafe|\*/, name);
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cache-control'], 'no-store');
  }
});

test('script is allowed to one page alone, and only from our own origin', () => {
  const scripted = pages.filter(([, { policy }]) =>
    pageHeaders({}, policy)['content-security-policy']?.includes('script-src'),
  );
  assert.deepEqual([...new Set(scripted.map(([name]) => name))], ['form-post']);
  const [, formPost] = scripted[0]!;
  assert.match(pageHeaders({}, formPost.policy)['content-security-policy'] ?? '', /script-src 'self'(;|$)/);
});

test('a page without interest in other sites lets its forms lead nowhere else', () => {
  const { policy } = examplePages()['account-overview']!;
  assert.match(pageHeaders({}, policy)['content-security-policy'] ?? '', /form-action 'self';/);
});

test('no page has inline script or style, or a tab order of its own', () => {
  for (const [name, page] of pages) {
    const structure = structureOf(renderPage(page));
    assert.doesNotMatch(structure, /<style| style=| on[a-z]+=|tabindex/, name);
    assert.ok(!structure.replaceAll('<script src="" defer></script>', '').includes('<script'), name);
  }
});

test('every page has one heading of the first order, and headings below it in order', () => {
  for (const [name, page] of pages) {
    const levels = [...renderPage(page).matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    assert.equal(levels[0], 1, name);
    levels.slice(1).forEach((level, at) => {
      assert.ok(level > 1 && level <= levels[at]! + 1, name);
    });
  }
});

test('links to other sites carry neither referrer nor hold of the window (S053)', () => {
  for (const [name, page] of pages) {
    for (const [link] of renderPage(page).matchAll(/<a [^>]*href="https?:[^>]*>/g)) {
      assert.match(link, /rel="noopener noreferrer"/, name);
    }
  }
});
