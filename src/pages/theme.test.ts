import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { english } from './english.ts';
import { html } from './html.ts';
import { renderPage } from './layout.ts';
import { initialsOf, parseTheme, themeAddress, themeStylesheet } from './theme.ts';

const pixel = 'data:image/png;base64,iVBORw0KGgo=';

test('a theme has the name, logo and colour of the settings', () => {
  assert.deepEqual(parseTheme({ name: ' Northwind ', logo: pixel, color: '#0F766E' }, 'sandbox'), {
    name: 'Northwind',
    logo: pixel,
    color: '#0f766e',
    isProduct: false,
  });
});

test('what cannot be used is left out, whatever stands in the settings', () => {
  const bare = { name: 'sandbox', logo: undefined, color: undefined, isProduct: false };
  const unusable = [
    undefined,
    null,
    7,
    'x',
    { name: '', logo: 'https://elsewhere.example/x.png', color: 'red' },
    { name: 'x'.repeat(61), logo: 'data:image/svg+xml;base64,PHN2Zz4=', color: '#12345' },
    { name: {}, logo: [], color: '#000000}body{display:none' },
  ];
  for (const settings of unusable) assert.deepEqual(parseTheme(settings, 'sandbox'), bare);
  fc.assert(fc.property(fc.anything(), (settings) => parseTheme(settings, 'sandbox').name !== ''));
});

test('initials are those of the first and the last word', () => {
  assert.equal(initialsOf('Plan Viewer'), 'PV');
  assert.equal(initialsOf('the meeting-room display'), 'TD');
  assert.equal(initialsOf('éclair'), 'É');
  assert.equal(initialsOf('🙂'), '?');
});

test('the stylesheet of a colour sets variables and nothing else', () => {
  assert.match(
    themeStylesheet('#0f766e'),
    /^:root \{ (--[a-z-]+: #[0-9a-f]{6}; ?)+\}\n@media \(prefers-color-scheme: dark\) \{ :root \{ (--[a-z-]+: #[0-9a-f]{6}; ?)+\} \}\n$/,
  );
});

test('a page has the look of its theme: name, logo and colour, without inline style', () => {
  const theme = parseTheme({ name: 'Northwind', logo: pixel, color: '#0f766e' }, 'sandbox');
  const markup = renderPage({ title: 'Sign in', content: html`<p>x</p>`, frame: { theme, texts: english } });
  assert.match(markup, /<title>Sign in · Northwind<\/title>/);
  assert.ok(markup.includes(`<img src="${pixel}" alt=""`));
  assert.ok(markup.includes(`href="${themeAddress('#0f766e')}"`));
  assert.doesNotMatch(markup, /style=|<style/);
});
