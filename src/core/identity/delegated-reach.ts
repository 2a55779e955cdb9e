/**
 * What a token that was given to a client is good for at all, whatever its principal may do. Without a scope that opens
 * the API it opens nothing but userinfo, and it never administers: who could change accounts, rights or secrets with it
 * would soon have all that its user has.
 */
import { KeygridError } from '../errors.ts';
import { scopesOpen, scopesOpening, scopesOpenManagement } from '../oauth/scope-reach.ts';
import type { Operation } from './permission-pattern.ts';
import type { Caller } from './principal.ts';

export type ManagementScope = 'account:read' | 'account:write';

/** Where in an application an operation is to take place. */
export interface DataPlace {
  /** Of entity, that the first segment of the path addresses; undefined for the application itself. */
  type: string | undefined;
  /** What follows the entity. */
  rest: readonly string[];
}

export const isDelegated = ({ token }: Caller): boolean => token?.delegation !== undefined;

/** @throws KeygridError `insufficient_scope` */
export function requireDataScope({ token }: Caller, operation: Operation): void {
  const scopes = token?.delegation?.scopes;
  if (scopes === undefined || scopesOpen(scopes, operation)) return;
  throw insufficientScope(scopesOpening(operation));
}

/** The types that say who may do what: read, but not written, with a delegated token. */
const accountTypes: ReadonlySet<string> = new Set(['user', 'group', 'role']);
/** What of a user or group is data rather than the account. */
const dataOf: Partial<Record<string, ReadonlySet<string>>> = {
  user: new Set(['activities', 'devices', 'following', 'followers', 'feed']),
  group: new Set(['activities', 'feed']),
};

/**
 * Accounts, groups, roles, rights and the application itself are not data that a client writes: another email address
 * for its user would be enough to take the account over. @throws KeygridError `insufficient_scope`
 */
export function requireDataPlace(caller: Caller, operation: Operation, { type, rest }: DataPlace): void {
  if (operation === 'get' || !isDelegated(caller)) return;
  if (type !== undefined && (!accountTypes.has(type) || isData(type, rest[0] ?? ''))) return;
  throw insufficientScope([]);
}

const isData = (type: string, name: string): boolean => dataOf[type]?.has(name.toLowerCase()) ?? false;

/**
 * Before an operation of the management API; `needed` undefined where delegated tokens have no business.
 * @throws KeygridError `insufficient_scope`
 */
export function requireManagementScope({ token }: Caller, needed: ManagementScope | undefined): void {
  const scopes = token?.delegation?.scopes;
  if (scopes === undefined) return;
  if (needed !== undefined && scopesOpenManagement(scopes, needed === 'account:write')) return;
  throw insufficientScope(needed === undefined ? [] : [needed]);
}

/** @throws KeygridError `insufficient_scope` */
export function requireOwnToken(caller: Caller): void {
  if (isDelegated(caller)) throw insufficientScope([]);
}

/** `scopes`: one of which would do; none: there is no such scope. */
function insufficientScope(scopes: readonly string[]): KeygridError {
  const description =
    scopes.length === 0
      ? 'A token that was given to a client does not do this, whatever its scopes'
      : `The access token needs the scope ${scopes.join(' or ')}`;
  return new KeygridError('insufficient_scope', description, { subject: { scope: scopes.join(' ') } });
}
