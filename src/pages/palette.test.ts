import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Color, contrastBetween } from './color.ts';
import {
  type Accents,
  accentsFor,
  darkPalette,
  lightPalette,
  markContrast,
  type Palette,
  textContrast,
} from './palette.ts';

const assertContrast = (one: Color, other: Color, least: number, what: string): void => {
  const contrast = contrastBetween(one, other);
  assert.ok(contrast >= least, `${what}: ${one} on ${other} is ${contrast.toFixed(2)}`);
};

function assertAccents(accents: Accents, { panel, ground }: Palette): void {
  assertContrast(accents.onAccent, accents.accent, textContrast, 'text of a button');
  assertContrast(accents.onAccent, accents.accentStrong, textContrast, 'text of a button under the pointer');
  for (const below of [panel, ground]) {
    assertContrast(accents.accentText, below, textContrast, 'link');
    assertContrast(accents.accentLine, below, markContrast, 'edge of a button');
  }
}

for (const [name, palette] of Object.entries({ light: lightPalette, dark: darkPalette })) {
  describe(`the ${name} palette`, () => {
    test('has texts and marks that can be seen', () => {
      assertAccents(palette, palette);
      for (const below of [palette.panel, palette.ground]) {
        assertContrast(palette.ink, below, textContrast, 'text');
        assertContrast(palette.quiet, below, textContrast, 'quiet text');
        assertContrast(palette.fieldLine, below, markContrast, 'edge of a field');
      }
      assertContrast(palette.good, palette.goodGround, textContrast, 'good news');
      assertContrast(palette.bad, palette.badGround, textContrast, 'bad news');
      assertContrast(palette.bad, palette.panel, markContrast, 'edge of a wrong field');
      assertContrast(palette.caution, palette.cautionGround, textContrast, 'caution');
    });

    test("stays readable with any colour of an operator's own", () => {
      const channel = fc.integer({ min: 0, max: 255 }).map((value) => value.toString(16).padStart(2, '0'));
      fc.assert(
        fc.property(fc.tuple(channel, channel, channel), (channels) => {
          assertAccents(accentsFor(`#${channels.join('')}`, palette), palette);
        }),
        { numRuns: 500 },
      );
    });
  });
}
