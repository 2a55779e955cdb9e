/**
 * `GET http://host/path`, as clients ask a proxy, means `GET /path` to a server, which must take it (RFC 9112 §3.2.2).
 * It is brought to that form before anything reads the URL, so that all who do read the same path.
 */
import type { IncomingMessage } from 'node:http';

const schemeAndAuthority = /^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i;

export function readRequestTarget(request: IncomingMessage): void {
  const { url = '' } = request;
  if (url.startsWith('/') || !schemeAndAuthority.test(url)) return;
  const path = url.replace(schemeAndAuthority, '');
  request.url = path.startsWith('/') ? path : `/${path}`;
}
