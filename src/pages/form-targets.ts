/** Where browsers may be led by the answer to a form: source expressions of CSP's `form-action`. */

const scheme = /^[a-z][a-z0-9+.-]*$/i;
/** Where no answer ever leads; no page should say that it may. */
const neverLedTo = /^(?:javascript|data|blob|file|filesystem|vbscript)$/i;

/** Host and port of a URI or, where it has none, its scheme; undefined for what is no URI. */
export function destinationOf(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const { host, protocol } = new URL(uri);
  return host === '' ? protocol : host;
}

/**
 * For forms whose answer leads to a client. Chromium holds every address of the redirects that follow against the
 * list, those of the client's own site included (a callback that goes on to `www.`), so that one origin would not do.
 * `destination`: host and port, or the scheme of a program, which has to be named to be let through.
 */
export function formTargetsTo(destination: string | undefined): string[] {
  const name = destination?.replace(/:(?:\/\/)?$/, '') ?? '';
  return scheme.test(name) && !neverLedTo.test(name)
    ? ['https:', 'http:', `${name.toLowerCase()}:`]
    : ['https:', 'http:'];
}
