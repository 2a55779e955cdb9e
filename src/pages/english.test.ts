import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { examplePages } from '../../test/support/example-pages.ts';
import { readMarkup } from '../../test/support/markup.ts';
import { english } from './english.ts';
import { Html, html } from './html.ts';
import { type Frame, productFrame, renderPage } from './layout.ts';

/** The same table, with every text between brackets. */
function bracket(value: unknown): unknown {
  if (typeof value === 'string') return `⟦${value}⟧`;
  if (value instanceof Html) return html`⟦${value}⟧`;
  if (typeof value === 'function') return (...given: unknown[]) => bracket(value(...given));
  return Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, bracket(inner)]));
}

const texts = { ...(bracket(english) as Frame['texts']), tag: 'en', direction: 'rtl' as const };
const examples = readFileSync(new URL('../../test/support/example-pages.ts', import.meta.url), 'utf8');

/** What a page says, without what is between brackets. */
function saidOutsideTable(markup: string): string[] {
  const body = markup
    .slice(markup.indexOf('<main'))
    .replace(/<textarea.*?<\/textarea>|<span class="mark[^>]*>.*?<\/span>/gs, '')
    .replace(/<[^>]*>/g, '\n');
  let rest = readMarkup(body);
  while (/⟦[^⟦⟧]*⟧/.test(rest)) rest = rest.replace(/⟦[^⟦⟧]*⟧/g, '\n');
  return rest.split('\n').filter((line) => !/^[\s·:]*$/.test(line));
}

test('every page takes all its texts from the table: another language is another table', () => {
  for (const [name, page] of Object.entries(examplePages({ ...productFrame, texts }))) {
    if (page.frame?.texts !== texts) continue;
    const markup = renderPage(page);
    assert.match(markup, /<html lang="en" dir="rtl">/, name);
    for (const line of saidOutsideTable(markup))
      assert.ok(examples.includes(line.replace(/^[\s:]+/, '').trim()), `${name}: ${line}`);
  }
});
