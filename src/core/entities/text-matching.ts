/** How texts compare: both sides are expected in lower case already. */

/**
 * Negative, zero or positive, by code points: the order of UTF-8 bytes, which is what both engines sort by. The `<` of
 * the language compares UTF-16 units and would put U+1F600 before U+FFFD.
 */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  let index = 0;
  while (index < length && left.charCodeAt(index) === right.charCodeAt(index)) index += 1;
  if (index === length) return left.length - right.length;
  return unitWeight(left.charCodeAt(index)) - unitWeight(right.charCodeAt(index));
}

/** Surrogates (they stand for U+10000 and up) weigh more than every other unit. */
const unitWeight = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

/** True if the pattern, in which `*` is any run of characters, covers the whole text. */
export function matchesWildcard(text: string, pattern: string): boolean {
  const [prefix = '', ...rest] = pattern.split('*');
  const suffix = rest.pop();
  if (suffix === undefined) return text === prefix;
  if (text.length < prefix.length + suffix.length) return false;
  if (!text.startsWith(prefix) || !text.endsWith(suffix)) return false;
  const end = text.length - suffix.length;
  let from = prefix.length;
  for (const piece of rest) {
    const at = text.indexOf(piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return from <= end;
}
