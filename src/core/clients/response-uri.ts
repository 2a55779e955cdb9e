/** Puts response parameters onto a redirect URI without touching what is there (S008, rule 5 of aps-auth.md 1.3). */

/** In the order in which they are to appear; those without a value are left out. */
export type ResponseParameters = readonly (readonly [name: string, value: string | undefined])[];

/** `uri` has no fragment: none is ever registered. */
export function appendToQuery(uri: string, parameters: ResponseParameters): string {
  const added = encode(parameters);
  if (added === '') return uri;
  const mark = uri.indexOf('?');
  if (mark < 0) return `${uri}?${added}`;
  // A second "?" is part of the query, and would become part of the first name.
  const isOpen = mark === uri.length - 1 || uri.endsWith('&');
  return isOpen ? uri + added : `${uri}&${added}`;
}

export function appendToFragment(uri: string, parameters: ResponseParameters): string {
  const added = encode(parameters);
  return added === '' ? uri : `${uri}#${added}`;
}

/** A lone surrogate, which no URL can carry, becomes U+FFFD. */
const encode = (parameters: ResponseParameters): string =>
  parameters
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent((value ?? '').toWellFormed())}`)
    .join('&');
