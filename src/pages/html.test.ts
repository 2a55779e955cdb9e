import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { html, unsafe } from './html.ts';

test('escapes what is put into text and attributes', () => {
  const value = `<script>"it's" & more</script>`;
  assert.equal(
    html`<p title="${value}">${value}</p>`.text,
    '<p title="&lt;script&gt;&quot;it\'s&quot; &amp; more&lt;/script&gt;">' +
      "&lt;script&gt;&quot;it's&quot; &amp; more&lt;/script&gt;</p>",
  );
});

test('leaves HTML as it is, one by one or in lists', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`);
  assert.equal(html`<ul>${items}</ul>${unsafe('<hr>')}`.text, '<ul><li>a</li><li>&lt;b&gt;</li></ul><hr>');
});

test('leaves nothing where a value is absent or a condition false', () => {
  assert.equal(html`[${undefined}${null}${false}${true}]`.text, '[]');
  assert.equal(html`[${0}${''}]`.text, '[0]');
});

test('no text from outside ever opens a tag or ends an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      assert.doesNotMatch(html`${value}`.text, /[<>"']/);
    }),
  );
});

test('no template puts a value into an attribute without double quotes', () => {
  const folder = new URL('.', import.meta.url);
  for (const name of readdirSync(folder).filter(
    (each) => each.endsWith('.ts') && !each.endsWith('.test.ts'),
  )) {
    const source = readFileSync(new URL(name, folder), 'utf8');
    assert.doesNotMatch(source, /<[a-z][^<>`]*\s[a-z-]+=(?:'[^'`]*\$\{|\$\{)/, name);
  }
});
