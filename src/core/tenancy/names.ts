/** What organizations and applications may be called. */
import { KeygridError } from '../errors.ts';
import { isUuid } from '../uuid.ts';

/** First path segments with a meaning of their own: design.md 3 and usergrid-auth.md 1.2. */
export const reservedOrganizationNames: ReadonlySet<string> = new Set([
  'management',
  'system',
  'status',
  'lb-status',
  'applications',
  'apps',
  'organizations',
  'orgs',
  'o',
  'token',
  'testproperties',
  'authentication',
  'userprofile',
  'userinfo',
  '.well-known',
  'portal',
  'account',
  'api',
  'health',
  'metrics',
  'openapi.json',
  'favicon.ico',
  'robots.txt',
  'assets',
  'static',
  // `/account/interaction/…` is no application's account page.
  'interaction',
]);

/** Second segments of `/{org}/…` with a meaning of their own. */
const reservedApplicationNames: ReadonlySet<string> = new Set([
  'applications',
  'apps',
  'a',
  'oauth2',
  '.well-known',
]);

const namePattern = /^[\p{L}\p{N}_](?:[\p{L}\p{N}._ @+-]{0,126}[\p{L}\p{N}._@+-])?$/u;

/** @throws KeygridError `invalid_argument` */
export function requireOrganizationName(name: string): string {
  requireName(name, 'organization');
  if (reservedOrganizationNames.has(name.toLowerCase())) throw reserved(name);
  return name;
}

/** In lower case. @throws KeygridError `invalid_argument` */
export function requireApplicationName(name: string): string {
  requireName(name, 'application');
  if (reservedApplicationNames.has(name.toLowerCase())) throw reserved(name);
  return name.toLowerCase();
}

function requireName(name: string, what: string): void {
  // Names that only look alike would pass for one another: each is written in one way.
  if (namePattern.test(name) && !isUuid(name) && name === name.normalize('NFKC')) return;
  throw new KeygridError(
    'invalid_argument',
    `The ${what} name must be 1 to 128 letters, digits, spaces or any of . _ @ + - , begin with a letter, digit or _, not end in a space, and not be a UUID`,
  );
}

const reserved = (name: string): KeygridError =>
  new KeygridError('invalid_argument', `The name '${name.toLowerCase()}' is reserved`);
