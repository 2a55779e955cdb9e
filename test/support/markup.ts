/** What the markup of a page is made of, to see that no value from outside changes it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Page, renderPage } from '../../src/pages/layout.ts';

/** Tags and names of attributes in their order, without any text or value. */
export function structureOf(markup: string): string {
  return [...markup.matchAll(/<[^>]*>/g)].map(([tag]) => tag.replace(/"[^"]*"/g, '""')).join('');
}

/** With its texts and values as a browser reads them. */
export const readMarkup = (markup: string): string =>
  markup.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
  );

/** Of the hidden fields, text fields and buttons, in their order. */
export const fieldNames = (markup: string): string[] =>
  [...markup.matchAll(/<(?:input|button|textarea)\b[^>]*? name="([^"]*)"/g)].map(([, name]) => name ?? '');

const trick = fc.constantFrom(
  '</title><script>alert(1)</script>',
  '" onfocus="alert(1)" autofocus="',
  "' onfocus='alert(1)",
  '</textarea><img src=x onerror=alert(1)>',
  '<!--',
  ']]>',
  '&lt;script&gt;',
  'javascript:alert(1)',
  '\u2028<b>\u0000',
);

/** Not empty, and the worse for it. */
export const hostileText: fc.Arbitrary<string> = fc
  .tuple(fc.string({ unit: 'grapheme-composite' }), trick, fc.string({ unit: 'binary' }))
  .map((parts) => parts.join(''));

/** The page has the same tags and attributes with any value as with a harmless one, and shows the very value. */
export function assertOnlyText(pageOf: (value: string) => Page, { shown = true } = {}): void {
  const expected = structureOf(renderPage(pageOf('harmless')));
  fc.assert(
    fc.property(hostileText, (value) => {
      const markup = renderPage(pageOf(value));
      assert.equal(structureOf(markup), expected);
      if (shown) assert.ok(readMarkup(markup).includes(value));
    }),
    { numRuns: 60 },
  );
}
