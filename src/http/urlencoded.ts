/**
 * `application/x-www-form-urlencoded` (URL standard §5.1), as URLSearchParams reads it, but for a first `?`, which is
 * part of a name here. Most names and values have nothing to decode and stay what they are, where it makes each anew.
 */
export type NamesAndValues = [name: string, value: string][];

/** In their order, repeated names and all. Bytes that are no UTF-8 become U+FFFD. */
export function parseUrlencoded(text: string): NamesAndValues {
  const pairs: NamesAndValues = [];
  for (let from = 0; from < text.length; ) {
    const next = text.indexOf('&', from);
    const end = next < 0 ? text.length : next;
    if (end > from) pairs.push(pairOf(text.slice(from, end)));
    from = end + 1;
  }
  return pairs;
}

function pairOf(part: string): [name: string, value: string] {
  const mark = part.indexOf('=');
  return mark < 0 ? [decode(part), ''] : [decode(part.slice(0, mark)), decode(part.slice(mark + 1))];
}

function decode(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // Stray signs stay, and bytes that are no UTF-8 are replaced.
    return new URLSearchParams(`value=${text}`).get('value') ?? '';
  }
}
