/**
 * The one cookie that a browser has of each realm (S041): opaque, for this host alone, out of reach of scripts, and not
 * sent along with what other sites make it send, but for plain links to us.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Browser, CookieChange } from '../core/oauth/authorize/authorization-service.ts';
import type { RealmKey } from '../core/tenancy/tenancy.ts';

/** `publicUrl` is known for sure once the server listens. */
export interface Place {
  publicUrl: string;
}

/** Without TLS, as on a developer's own machine, browsers take no cookie that is `Secure` or `__Host-`. */
const isSecure = ({ publicUrl }: Place): boolean => publicUrl.startsWith('https:');

const prefixOf = (place: Place): string => (isSecure(place) ? '__Host-keygrid-' : 'keygrid-');

const realmPattern = /^[1-9][0-9]{0,14}$/;

export function browserOf(request: FastifyRequest, place: Place): Browser {
  const values = readCookies(request, prefixOf(place));
  return {
    valueFor: (realm) => values.get(realm),
    realms: () => [...values.keys()],
    address: request.ip,
    userAgent: request.headers['user-agent'] ?? '',
  };
}

function readCookies({ headers }: FastifyRequest, prefix: string): Map<RealmKey, string> {
  const values = new Map<RealmKey, string>();
  for (const pair of (headers.cookie ?? '').split(';')) {
    const [name = '', value = ''] = pair.trim().split('=', 2);
    const realm = name.startsWith(prefix) ? name.slice(prefix.length) : '';
    if (realmPattern.test(realm) && !values.has(Number(realm))) values.set(Number(realm), value);
  }
  return values;
}

export function setCookies(reply: FastifyReply, changes: readonly CookieChange[], place: Place): void {
  for (const { realm, value } of changes) {
    const attributes = [
      `${prefixOf(place)}${realm}=${value ?? ''}`,
      'Path=/',
      'HttpOnly',
      'SameSite=Lax',
      ...(isSecure(place) ? ['Secure'] : []),
      ...(value === undefined ? ['Max-Age=0'] : []),
    ];
    reply.header('set-cookie', attributes.join('; '));
  }
}
