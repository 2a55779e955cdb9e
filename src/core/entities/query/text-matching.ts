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
    const at = indexOf(text, piece, from);
    if (at === -1) return false;
    from = at + piece.length;
  }
  return from <= end;
}

/** In UTF-16 units. The engine's own search takes time by text times piece, at worst: with longer ones, seconds. */
const shortPiece = 64;

/** As `text.indexOf(piece, from)`, in time by text plus piece (Knuth, Morris and Pratt). */
function indexOf(text: string, piece: string, from: number): number {
  if (piece.length <= shortPiece) return text.indexOf(piece, from);
  const fallback = fallbacksOf(piece);
  let matched = 0;
  for (let at = from; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    while (matched > 0 && piece.charCodeAt(matched) !== unit) matched = fallback[matched - 1]!;
    if (piece.charCodeAt(matched) === unit) matched += 1;
    if (matched === piece.length) return at - matched + 1;
  }
  return -1;
}

/** For each beginning of the piece, the length of the longest shorter beginning that it also ends with. */
function fallbacksOf(piece: string): Uint32Array {
  const fallback = new Uint32Array(piece.length);
  let matched = 0;
  for (let at = 1; at < piece.length; at += 1) {
    while (matched > 0 && piece.charCodeAt(at) !== piece.charCodeAt(matched))
      matched = fallback[matched - 1]!;
    if (piece.charCodeAt(at) === piece.charCodeAt(matched)) matched += 1;
    fallback[at] = matched;
  }
  return fallback;
}
