/** Where browsers may be led by the answer to a form: source expressions of CSP's `form-action`. */

const scheme = /^[a-z][a-z0-9+.-]*$/i;

/**
 * For forms whose answer leads to a client. Chromium holds every address of the redirects that follow against the
 * list, those of the client's own site included (a callback that goes on to `www.`), so that one origin would not do.
 * `destination`: host and port, or the scheme of a program, which has to be named to be let through.
 */
export function formTargetsTo(destination: string | undefined): string[] {
  const name = destination?.replace(/:(?:\/\/)?$/, '') ?? '';
  return scheme.test(name) ? ['https:', 'http:', `${name.toLowerCase()}:`] : ['https:', 'http:'];
}
