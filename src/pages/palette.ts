/** The colours of the pages in the light and in the dark, and those that follow from an operator's own colour. */
import { black, type Color, contrastBetween, mixColors, moveToContrast, white } from './color.ts';

/** What a colour of an operator's own decides. */
export interface Accents {
  /** Ground of buttons. */
  accent: Color;
  /** The same under the pointer. */
  accentStrong: Color;
  /** Text on both. */
  onAccent: Color;
  /** Edge of buttons, where their ground alone would not stand out. */
  accentLine: Color;
  /** Links and the ring around what has the focus. */
  accentText: Color;
}

export interface Palette extends Accents {
  ground: Color;
  panel: Color;
  /** Between things; decoration only. */
  line: Color;
  /** Edge of fields. */
  fieldLine: Color;
  ink: Color;
  quiet: Color;
  good: Color;
  goodGround: Color;
  bad: Color;
  badGround: Color;
  caution: Color;
  cautionGround: Color;
}

/** WCAG 2.2 AA: 1.4.3 for texts, 1.4.11 for edges and marks. */
export const textContrast = 4.5;
export const markContrast = 3;

export const lightPalette: Palette = {
  ground: '#f3f5f8',
  panel: '#ffffff',
  line: '#dde2e9',
  fieldLine: '#838e9e',
  ink: '#18202b',
  quiet: '#55606f',
  accent: '#1f5fbf',
  accentStrong: '#194e9d',
  onAccent: '#ffffff',
  accentLine: '#1f5fbf',
  accentText: '#1f5fbf',
  good: '#14683f',
  goodGround: '#e5f4ec',
  bad: '#a3241c',
  badGround: '#fdecea',
  caution: '#7a4a00',
  cautionGround: '#fdf3dc',
};

export const darkPalette: Palette = {
  ground: '#10151c',
  panel: '#18202a',
  line: '#2c3745',
  fieldLine: '#6d7c93',
  ink: '#e8edf4',
  quiet: '#a2aebe',
  accent: '#7db2ff',
  accentStrong: '#a3c9ff',
  onAccent: '#0b1a30',
  accentLine: '#7db2ff',
  accentText: '#7db2ff',
  good: '#7fd6a8',
  goodGround: '#14301f',
  bad: '#ffa79f',
  badGround: '#3a1815',
  caution: '#f2c773',
  cautionGround: '#33270f',
};

/** Buttons have the very colour; what is read on a ground has it only as far as it can be read there. */
export function accentsFor(color: Color, { ground, panel }: Palette): Accents {
  const grounds = [panel, ground];
  const toward = contrastBetween(panel, black) > contrastBetween(panel, white) ? black : white;
  // One of the two always has the contrast: the least that the better one can have is 4.58.
  const onAccent = contrastBetween(color, white) >= textContrast ? white : black;
  return {
    accent: color,
    accentStrong: mixColors(color, onAccent === white ? black : white, 0.18),
    onAccent,
    accentLine: moveToContrast(color, toward, grounds, markContrast),
    accentText: moveToContrast(color, toward, grounds, textContrast),
  };
}

const cssName = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** `--field-line: #838e9e; …` */
export const cssVariables = (colors: Accents | Palette): string =>
  Object.entries(colors)
    .map(([name, color]) => `${cssName(name)}: ${color};`)
    .join(' ');
