/**
 * Whose look a page has: the product's, or that of an application, with its name, logo and colour. A colour comes as a
 * small stylesheet at an address of its own, so that no page needs inline style.
 */
import { createHash } from 'node:crypto';
import { type Color, parseColor } from './color.ts';
import { heldImage } from './held-image.ts';
import { accentsFor, cssVariables, darkPalette, lightPalette } from './palette.ts';

export interface Theme {
  /** Shown above the page, and in the window's title. */
  name: string;
  /** A picture that the server holds (held-image.ts); without one, the initials of the name are shown. */
  logo: string | undefined;
  color: Color | undefined;
  /** The product's own look. */
  isProduct: boolean;
}

export const productTheme: Theme = { name: 'Keygrid', logo: undefined, color: undefined, isProduct: true };

const longestName = 60;

/**
 * The theme in an application's settings: `{ name, logo, color }`, all optional. What cannot be used is left out, as a
 * sign-in page must come whatever stands there; `fallbackName` is the application's own name.
 */
export function parseTheme(settings: unknown, fallbackName: string): Theme {
  const { name, logo, color } = (settings ?? {}) as Record<string, unknown>;
  const given = typeof name === 'string' ? name.trim() : '';
  return {
    name: given === '' || given.length > longestName ? fallbackName : given,
    logo: heldImage(logo),
    color: parseColor(color),
    isProduct: false,
  };
}

/** Up to two letters: of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const ends = words.length > 1 ? [words[0]!, words.at(-1)!] : words;
  return ends.map((word) => ([...word][0] ?? '').toUpperCase()).join('') || '?';
}

/** The stylesheet that puts the colour in place of the product's, in the light and in the dark. */
export const themeStylesheet = (
  color: Color,
): string => `:root { ${cssVariables(accentsFor(color, lightPalette))} }
@media (prefers-color-scheme: dark) { :root { ${cssVariables(accentsFor(color, darkPalette))} } }
`;

/** Where the stylesheet is. The digest changes when the rules that make it do. */
export function themeAddress(color: Color): string {
  const digest = createHash('sha256').update(themeStylesheet(color)).digest('base64url').slice(0, 12);
  return `/static/theme/${color.slice(1)}.css?v=${digest}`;
}
