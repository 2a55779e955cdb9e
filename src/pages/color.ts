/** Colours as WCAG 2.2 counts them, so that whatever colour an operator chooses, texts stay readable. */

/** `#rrggbb`, lower case. */
export type Color = `#${string}`;

type Channels = readonly [red: number, green: number, blue: number];

export const white: Color = '#ffffff';
export const black: Color = '#000000';

/** Undefined for whatever is not exactly `#rrggbb`: what is given here ends up in a stylesheet. */
export function parseColor(text: unknown): Color | undefined {
  return typeof text === 'string' && /^#[0-9a-f]{6}$/i.test(text) ? (text.toLowerCase() as Color) : undefined;
}

const channelsOf = (color: Color): Channels => [
  Number.parseInt(color.slice(1, 3), 16),
  Number.parseInt(color.slice(3, 5), 16),
  Number.parseInt(color.slice(5, 7), 16),
];

/** WCAG 2.2, "relative luminance". */
function luminanceOf(color: Color): number {
  const [red, green, blue] = channelsOf(color).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** WCAG 2.2, "contrast ratio": 1 to 21. */
export function contrastBetween(one: Color, other: Color): number {
  const [darker, lighter] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** `share` of the second colour, 0 to 1. */
export function mixColors(color: Color, other: Color, share: number): Color {
  const target = channelsOf(other);
  const mixed = channelsOf(color).map((channel, at) => Math.round(channel + (target[at]! - channel) * share));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

/** The colour nearest to `color`, on its way to black or white, that has the contrast to every ground. */
export function moveToContrast(
  color: Color,
  toward: Color,
  grounds: readonly Color[],
  contrast: number,
): Color {
  for (let share = 0; share < 1; share += 0.02) {
    const candidate = mixColors(color, toward, share);
    if (grounds.every((ground) => contrastBetween(candidate, ground) >= contrast)) return candidate;
  }
  return toward;
}
