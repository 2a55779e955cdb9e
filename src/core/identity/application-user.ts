/** What the server makes of the properties of an application user. usergrid-data.md 4.1. */
import { createHash } from 'node:crypto';
import type { StoredEntity } from '../entities/entity-store.ts';
import { rememberByBody } from '../entities/remember-by-body.ts';
import { KeygridError } from '../errors.ts';
import type { Properties } from '../tenancy/tenancy.ts';
import type { MailableAccount } from './account-place.ts';
import { requireUnreservedUsername } from './admin-user-input.ts';

/** An application user as its account sees it. */
export interface ApplicationUser extends MailableAccount {
  activated: boolean;
  confirmed: boolean;
  disabled: boolean;
  /** By an administrator, and not only for want of a confirmation. */
  deactivated: boolean;
}

const usersKept = 10_000;

export const applicationUserOf = rememberByBody(usersKept, readUser);

function readUser({ uuid, body }: StoredEntity): ApplicationUser {
  const { email, activated, confirmed, disabled, deactivated } = JSON.parse(body) as Properties;
  return {
    uuid,
    email: typeof email === 'string' ? email : undefined,
    activated: activated !== false,
    confirmed: confirmed === true,
    disabled: disabled === true,
    deactivated: deactivated !== undefined,
  };
}

/** Taken out of every write, in whatever case they come. */
const secretNames: ReadonlySet<string> = new Set(['password', 'pin', 'oldpassword', 'newpassword']);
const stateNames: ReadonlySet<string> = new Set(['activated', 'confirmed', 'disabled']);
const accountNames: ReadonlySet<string> = new Set([
  ...stateNames,
  ...['username', 'email', 'picture', 'deactivated'],
]);

export interface ApplicationUserInput {
  /** Names of account properties in lower case, their states as booleans; no secrets. */
  properties: Properties;
  /** As sent; blank is not given. */
  password: unknown;
}

/** @throws KeygridError `invalid_argument` */
export function readApplicationUser(sent: Properties): ApplicationUserInput {
  const properties = new Map<string, unknown>();
  let password: unknown;
  for (const [name, value] of Object.entries(sent)) {
    const key = name.toLowerCase();
    if (key === 'password' && value !== null && value !== '') password = value;
    if (secretNames.has(key)) continue;
    // A state that is sent blank stays what it is.
    if (stateNames.has(key) && (value === null || value === '')) continue;
    properties.set(accountNames.has(key) ? key : name, stateNames.has(key) ? readState(key, value) : value);
  }
  requireUnreservedUsername(properties.get('username'));
  return { properties: Object.fromEntries(properties), password };
}

function readState(property: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  throw new KeygridError('invalid_argument', `${property} must be true or false`, { subject: { property } });
}

/** The picture that stands for an address until another is sent. */
export function withPicture(properties: Properties): Properties {
  const { email, picture } = properties;
  if (typeof email !== 'string' || email.trim() === '' || !isBlank(picture)) return properties;
  const digest = createHash('md5').update(email.trim().toLowerCase()).digest('hex');
  return { ...properties, picture: `http://www.gravatar.com/avatar/${digest}` };
}

const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';
