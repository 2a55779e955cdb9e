import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Color, contrastBetween, mixColors, parseColor } from './color.ts';

test('a colour is exactly # and six hexadecimal digits', () => {
  assert.equal(parseColor('#0F766E'), '#0f766e');
  for (const wrong of ['0f766e', '#fff', '#0f766e ', '#0f766g', '#0f766e;}', 'red', 'url(x)', 7, undefined]) {
    assert.equal(parseColor(wrong), undefined, String(wrong));
  }
});

test('no text but a colour is one', () => {
  fc.assert(
    fc.property(fc.string(), (text) => parseColor(text) === undefined || /^#[0-9a-f]{6}$/i.test(text)),
  );
});

test('contrast is as WCAG counts it', () => {
  assert.equal(contrastBetween('#000000', '#ffffff'), 21);
  assert.equal(contrastBetween('#777777', '#777777'), 1);
  assert.equal(contrastBetween('#767676', '#ffffff').toFixed(2), '4.54');
});

test('a mixture lies between its colours', () => {
  assert.equal(mixColors('#000000', '#ffffff', 0.5), '#808080');
  assert.equal(mixColors('#123456' as Color, '#ffffff', 0), '#123456');
});
