/**
 * Which redirect URIs a client may register, and whether one received is registered. Texts are compared as they came:
 * nothing that is received is parsed with a URL library, decoded or normalised (S003, S007; aps-auth.md 1.3).
 */
import { KeygridError } from '../errors.ts';
import type { Client, ClientDialect, ClientType } from './client.ts';
import { matchesWildcards } from './wildcards.ts';

/** Of an `http` or `https` URI, each part exactly as written. */
export interface HttpUriParts {
  scheme: 'http' | 'https';
  host: string;
  /** Undefined when none is written. */
  port: number | undefined;
  /** From the first `/` on, '' when there is none. */
  path: string;
  /** Without the `?`; undefined when there is none. */
  query: string | undefined;
}

const longestUri = 2000;
const printableAscii = /^[!-~]+$/;
const brokenEscape = /%(?![0-9A-Fa-f]{2})/;
/** RFC 3986 §3.1. */
const schemePattern = /^([A-Za-z][A-Za-z0-9+.-]*):/;
/** Host: a name, an IPv4 address or an IPv6 address in brackets. No user-info, no percent escape, no empty port. */
const httpPattern =
  /^(https?):\/\/([A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.))*|\[[0-9A-Fa-f:.]+\])(?::([1-9][0-9]{0,4}))?(\/[^?#]*)?(?:\?([^#]*))?$/;
/** `.` and `..` between slashes, the dots also as escapes: browsers take them away, and land elsewhere. */
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;
const encodedSlash = /%(?:2f|5c)/i;

/** Schemes that run or open something on the user's machine; none of them leads to an application. */
const dangerousSchemes: ReadonlySet<string> = new Set(
  'about blob chrome data file filesystem ftp intent jar javascript mailto resource sms tel vbscript view-source ws wss'.split(
    ' ',
  ),
);

const loopbackAddresses: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]']);

/** Whether the text is one that every reader, browser or library, takes apart in the same way. */
function isUnambiguous(uri: string): boolean {
  return (
    uri.length <= longestUri &&
    printableAscii.test(uri) &&
    !uri.includes('\\') &&
    !uri.includes('#') &&
    !brokenEscape.test(uri)
  );
}

/** The parts of an http or https URI that has no trick in it: undefined for all others. */
export function parseHttpUri(uri: string): HttpUriParts | undefined {
  if (!isUnambiguous(uri)) return undefined;
  const found = httpPattern.exec(uri);
  if (!found) return undefined;
  const [, scheme, host, port, path = '', query] = found;
  if (dotSegment.test(path) || encodedSlash.test(path) || Number(port ?? 1) > 65535) return undefined;
  return {
    scheme: scheme as HttpUriParts['scheme'],
    host: host!,
    port: port === undefined ? undefined : Number(port),
    path,
    query,
  };
}

/**
 * S147 and rules 1 and 7 of aps-auth.md 1.3: https; http to loopback, or anywhere in the two dialects whose clients
 * were registered so; for native clients a scheme of their own. `*` only in path and query, for autodesk only.
 * @throws KeygridError `invalid_redirect_uri`
 */
export function requireRegistrableRedirectUri(
  uri: string,
  { dialect, type }: { dialect: ClientDialect; type: ClientType },
): void {
  if (!isUnambiguous(uri)) {
    throw refused(
      `A redirect URI has up to ${longestUri} printable ASCII characters, no "#", no backslash, no broken percent escape`,
    );
  }
  const scheme = schemePattern.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) throw refused('A redirect URI is absolute: it begins with a scheme');
  if (dangerousSchemes.has(scheme)) throw refused(`A redirect URI cannot have the scheme ${scheme}`);
  if (scheme === 'http' || scheme === 'https') requireRegistrableHttpUri(uri, dialect);
  else requireRegistrableOwnScheme(uri, scheme, { dialect, type });
}

function requireRegistrableOwnScheme(
  uri: string,
  scheme: string,
  { dialect, type }: { dialect: ClientDialect; type: ClientType },
): void {
  if (type !== 'native') throw refused('Only native clients have redirect URIs with a scheme of their own');
  if (uri.includes('*')) throw refused('A redirect URI with a scheme of its own cannot have a "*"');
  if (uri.length === scheme.length + 1) throw refused('A redirect URI needs more than a scheme');
  if (!scheme.includes('.') && dialect !== 'autodesk') {
    throw refused('A scheme of your own has a dot, as in com.example.app:/callback (RFC 8252 §7.1)');
  }
}

function requireRegistrableHttpUri(uri: string, dialect: ClientDialect): void {
  if (uri.includes('*') && dialect !== 'autodesk') throw refused('A redirect URI cannot have a "*"');
  const parts = parseHttpUri(uri);
  if (!parts) {
    throw refused(
      'A redirect URI has a literal host and port, no user name, no "." or ".." segment and no encoded slash in its path',
    );
  }
  if (!isReadAsWritten(parts)) {
    throw refused('A redirect URI has a host that browsers read as it is written: 127.0.0.1 and not 127.1');
  }
  if (parts.scheme === 'http' && dialect === 'standard' && !isLoopback(parts.host, true)) {
    throw refused('A redirect URI has the scheme https; http is for loopback addresses only');
  }
}

/** Browsers take `127.1` and `0x7f.1` for 127.0.0.1, shorten IPv6 addresses, and open nothing at `name.0`. */
function isReadAsWritten({ scheme, host }: HttpUriParts): boolean {
  const origin = `${scheme}://${host}`;
  return URL.canParse(origin) && new URL(origin).hostname === host.toLowerCase();
}

const isLoopback = (host: string, byName: boolean): boolean =>
  loopbackAddresses.has(host) || (byName && host === 'localhost');

const refused = (description: string): KeygridError => new KeygridError('invalid_redirect_uri', description);

/** What of a client decides: its registered URIs, and the rules of its kind. */
export type RedirectingClient = Pick<Client, 'redirectUris' | 'dialect' | 'type'>;

/**
 * Whether `received`, decoded from the request once and otherwise untouched, is a redirect URI of the client.
 * `allowAddedQuery` (autodesk v1): a registered URI without a query may be sent with one.
 */
export function matchRedirectUri(
  client: RedirectingClient,
  received: string,
  { allowAddedQuery }: { allowAddedQuery: boolean },
): boolean {
  if (!isUnambiguous(received)) return false;
  if (client.redirectUris.includes(received)) return true;
  const parts = parseHttpUri(received);
  const extension = allowAddedQuery && client.dialect === 'autodesk';
  return (
    parts !== undefined &&
    client.redirectUris.some((registered) => matchesParts(client, registered, parts, extension))
  );
}

/** What differs from the registered text, and may: the port of a loopback address, what `*` stands for, a query. */
function matchesParts(
  client: RedirectingClient,
  registered: string,
  got: HttpUriParts,
  allowAddedQuery: boolean,
): boolean {
  const wanted = parseHttpUri(registered);
  if (wanted?.scheme !== got.scheme) return false;
  const isPattern = client.dialect === 'autodesk' && registered.includes('*');
  const sameHost = isPattern
    ? wanted.host.toLowerCase() === got.host.toLowerCase()
    : wanted.host === got.host;
  const samePort = isPattern ? effectivePort(wanted) === effectivePort(got) : wanted.port === got.port;
  const same = isPattern ? matchesWildcards : isEqual;
  return (
    sameHost &&
    (samePort || mayChoosePort(client, got)) &&
    same(wanted.path, got.path) &&
    matchesQuery(wanted.query, got.query, same, allowAddedQuery)
  );
}

const isEqual = (wanted: string, got: string): boolean => wanted === got;

const effectivePort = ({ scheme, port }: HttpUriParts): number => port ?? (scheme === 'https' ? 443 : 80);

/** RFC 8252 §7.3: a native client listens on whatever port is free (S004; for autodesk not by the name localhost). */
const mayChoosePort = (client: RedirectingClient, { scheme, host }: HttpUriParts): boolean =>
  client.type === 'native' && scheme === 'http' && isLoopback(host, client.dialect === 'standard');

/** Path and query are compared apart, so that no `*` of one reaches into the other. */
function matchesQuery(
  wanted: string | undefined,
  got: string | undefined,
  same: (wanted: string, got: string) => boolean,
  allowAddedQuery: boolean,
): boolean {
  if (wanted === undefined) return got === undefined || allowAddedQuery;
  return got !== undefined && same(wanted, got);
}
