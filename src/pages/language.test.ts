import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { english } from './english.ts';
import { chooseTexts, type Texts } from './language.ts';

const tables: Record<string, Texts> = {
  en: english,
  de: { ...english, tag: 'de' },
  'pt-br': { ...english, tag: 'pt-BR' },
};
const chosen = (uiLocales?: string, acceptLanguage?: string): string =>
  chooseTexts({ uiLocales, acceptLanguage }, tables).tag;

test('what the application asks for comes before what the browser asks for', () => {
  assert.equal(chosen('de', 'en'), 'de');
  assert.equal(chosen('xx de', 'en'), 'de');
  assert.equal(chosen('xx', 'pt-BR'), 'pt-BR');
});

test('a language with a region is served by the language alone', () => {
  assert.equal(chosen('de-AT'), 'de');
  assert.equal(chosen(undefined, 'de-Latn-CH;q=0.9, en;q=0.8'), 'de');
});

test('the header is read by its weights', () => {
  assert.equal(chosen(undefined, 'en;q=0.4, de;q=0.7, pt-BR;q=0.5'), 'de');
  assert.equal(chosen(undefined, 'de;q=0, pt-BR;q=0.1'), 'pt-BR');
});

test('S030: wishes that nobody can read end in English, and never in an error', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (uiLocales, acceptLanguage) => {
      assert.ok(Object.values(tables).includes(chooseTexts({ uiLocales, acceptLanguage }, tables)));
    }),
  );
  assert.equal(chosen('constructor', '__proto__'), 'en');
  assert.equal(chooseTexts({ uiLocales: 'de' }).tag, 'en');
});
