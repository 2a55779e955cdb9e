/** What is wrong with a redirect URI, in words: aps-auth.md 7, pain 1. For pages and logs, never for a decision. */
import { type HttpUriParts, parseHttpUri } from '../../clients/redirect-uri.ts';

const parts = ['scheme', 'host', 'port', 'path', 'query'] as const;
type Part = (typeof parts)[number];

const words: Readonly<Record<Part, string>> = {
  scheme: 'http and https are not the same',
  host: 'no URI with this host is registered',
  port: 'the port is another one',
  path: 'the path is another one',
  query: 'the query is another one',
};

/** The first part in which the URI leaves the registered one that it has most in common with. */
export function describeDifference(registered: readonly string[], received: string): string {
  const got = parseHttpUri(received);
  if (!got) return 'it must be written exactly as it is registered';
  const known = registered.map(parseHttpUri).filter((uri) => uri !== undefined);
  const differences = known.map((uri) => firstDifference(uri, got));
  const nearest = differences.sort((a, b) => parts.indexOf(b) - parts.indexOf(a))[0] ?? 'host';
  if (nearest === 'path' && known.some((uri) => isSlashApart(uri.path, got.path))) {
    return 'a slash at the end is missing or too much';
  }
  return words[nearest];
}

function firstDifference(one: HttpUriParts, other: HttpUriParts): Part {
  // A wrong scheme alone is more likely than another application on the same host.
  const order: readonly Part[] = one.host === other.host ? parts : ['host'];
  return order.find((part) => one[part] !== other[part]) ?? 'query';
}

const isSlashApart = (one: string, other: string): boolean => one === `${other}/` || other === `${one}/`;
