/**
 * HTML that is safe by default: whatever is put into an `html` template comes out escaped, unless it is HTML already.
 * Attributes stand in double quotes (html.test.ts looks), so that an apostrophe is a plain character: the texts of the
 * Usergrid pages have some, and clients look for them.
 */

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);

/** A piece of HTML that needs no more escaping. Made by `html` only. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** undefined, null and booleans leave nothing, so that `condition && html…` works. */
export type HtmlValue = Html | string | number | boolean | undefined | null | readonly HtmlValue[];

/** Attribute values must stand in quotes; nothing may be interpolated where script, style or a tag's name would stand. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  let text = strings[0] ?? '';
  values.forEach((value, at) => {
    text += textOf(value) + (strings[at + 1] ?? '');
  });
  return new Html(text);
}

function textOf(value: HtmlValue): string {
  if (value === undefined || value === null || typeof value === 'boolean') return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return value.map(textOf).join('');
}

/** For text that is known to be HTML and nothing else: never for anything that came from outside. */
export const unsafe = (text: string): Html => new Html(text);
