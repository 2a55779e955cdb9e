/** What an admin user may be called and may hold. usergrid-auth.md 8.5. */
import { KeygridError } from '../errors.ts';
import { requireProperties } from '../tenancy/own-properties.ts';
import type { Properties } from '../tenancy/tenancy.ts';
import { isUuid } from '../uuid.ts';
import type { AdminUser } from './accounts.ts';
import { requireMailAddress } from './mail-address.ts';

const longestName = 255;

/**
 * A username that looks like an email address is the account's own: else whoever is referred to by an address would be
 * whoever registered it as a name first.
 * @throws KeygridError `invalid_argument`
 */
export function requireAdminUsername(value: unknown, email: string): string {
  const username = requireLine(value, 'username');
  requireUnreservedUsername(username);
  const misleading =
    isUuid(username) || (username.includes('@') && username.toLowerCase() !== email.toLowerCase());
  if (misleading) {
    throw refused('username', 'username must be neither a UUID nor the email address of another account');
  }
  return username;
}

/** `me` is whoever asks. @throws KeygridError `invalid_argument` */
export function requireUnreservedUsername(username: unknown): void {
  if (typeof username !== 'string' || username.trim().toLowerCase() !== 'me') return;
  throw refused('username', "Username 'me' is reserved");
}

/** @throws KeygridError `invalid_argument` */
function requireLine(value: unknown, property: string): string {
  const isLine =
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= longestName &&
    !/[\p{Cc}\u2028\u2029]/u.test(value);
  if (isLine) return value;
  throw refused(property, `${property} must be a line of 1 to ${longestName} characters`);
}

const refused = (property: string, description: string): KeygridError =>
  new KeygridError('invalid_argument', description, { subject: { property } });

/** Blank means not given, as empty form fields do. */
const isGiven = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

export interface AdminUserNames {
  username: string;
  email: string;
  name: string;
}

/** The username defaults to the email address, and so does the name. @throws KeygridError `invalid_argument` */
export function readAdminUserNames(given: {
  username?: unknown;
  email?: unknown;
  name?: unknown;
}): AdminUserNames {
  if (!isGiven(given.email)) throw refused('email', 'email form parameter is required');
  const email = requireMailAddress(given.email);
  return {
    email,
    username: isGiven(given.username) ? requireAdminUsername(given.username, email) : email,
    name: isGiven(given.name) ? requireLine(given.name, 'name') : email,
  };
}

/** Never properties: what the server says of an account, and what is no business of storage. */
const notProperties: ReadonlySet<string> = new Set(
  [
    ...[
      'uuid',
      'type',
      'created',
      'modified',
      'activated',
      'confirmed',
      'disabled',
      'superuser',
      'adminUser',
    ],
    ...[
      'applicationId',
      'organizations',
      'token',
      'displayEmailAddress',
      'htmldisplayEmailAddress',
      'mailTo',
    ],
    ...['username', 'email', 'name', 'password', 'oldpassword', 'newpassword', 'pin', 'passwordChanged'],
    ...['access_token', 'client_id', 'client_secret'],
  ].map((name) => name.toLowerCase()),
);

/** The user after `PUT`: names change, `properties` and every other key merge; null and "" remove a property. */
export function applyAdminUserPatch(user: AdminUser, patch: Properties): AdminUser {
  const email = isGiven(patch.email) ? requireMailAddress(patch.email) : user.email;
  return {
    ...user,
    email,
    username: isGiven(patch.username) ? changedUsername(user, patch.username, email) : user.username,
    name: isGiven(patch.name) ? requireLine(patch.name, 'name') : user.name,
    properties: mergeProperties(user.properties, patch),
  };
}

/** A name that was fine when it was given stays fine when it is sent back. */
const changedUsername = (user: AdminUser, username: unknown, email: string): string =>
  username === user.username ? user.username : requireAdminUsername(username, email);

export function mergeProperties(properties: Properties, patch: Properties): Properties {
  const { properties: nested, ...others } = patch;
  const merged = new Map(Object.entries(properties));
  for (const [name, value] of [
    ...Object.entries(isObject(nested) ? nested : {}),
    ...Object.entries(others),
  ]) {
    if (notProperties.has(name.toLowerCase())) continue;
    if (value === null || value === '') merged.delete(name);
    else merged.set(name, value);
  }
  return requireProperties(Object.fromEntries(merged));
}

const isObject = (value: unknown): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
