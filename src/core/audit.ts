/**
 * What was done with accounts, clients and rights: a log line each, for operators who have to answer for it later
 * (S162). It names by ids alone; no secret is in it, and nothing that somebody typed.
 */
import { type Principal, principalSubject } from './identity/principal.ts';
import type { Log } from './ports.ts';
import { managementRealmKey, type RealmKey } from './tenancy/tenancy.ts';
import type { Uuid } from './uuid.ts';

/** `warn` is for what calls for somebody; `debug` for what is too much to be written unless asked for. */
export const auditEvents = {
  signed_in: { level: 'info', message: 'somebody signed in' },
  sign_in_refused: { level: 'info', message: 'a sign-in was refused' },
  sign_ins_held_back: { level: 'info', message: 'sign-ins from an address are held back' },
  access_allowed: { level: 'info', message: 'a user allowed a client something' },
  access_ended: { level: 'info', message: 'a user ended what a client was allowed' },
  token_issued: { level: 'debug', message: 'a token was issued' },
  token_revoked: { level: 'info', message: 'a client revoked a token' },
  tokens_ended: { level: 'info', message: 'all tokens of somebody were ended' },
  code_replayed: { level: 'warn', message: 'an authorization code was used twice' },
  refresh_token_replayed: { level: 'warn', message: 'a refresh token was used twice' },
  client_registered: { level: 'info', message: 'a client was registered' },
  client_changed: { level: 'info', message: 'a client was changed' },
  client_secret_rotated: { level: 'info', message: 'a client got a new secret' },
  client_old_secrets_ended: { level: 'info', message: 'the old secrets of a client were ended' },
  client_suspended: { level: 'info', message: 'a client was suspended' },
  client_resumed: { level: 'info', message: 'a client was let in again' },
  client_deleted: { level: 'info', message: 'a client was deleted' },
  organization_created: { level: 'info', message: 'an organization was made' },
  application_created: { level: 'info', message: 'an application was made' },
  application_deleted: { level: 'info', message: 'an application was deleted' },
  application_restored: { level: 'info', message: 'a deleted application was restored' },
  member_added: { level: 'info', message: 'an organization got a member' },
  member_removed: { level: 'info', message: 'a member of an organization was removed' },
  account_created: { level: 'info', message: 'an account was made' },
  account_deactivated: { level: 'info', message: 'an account was shut out' },
  account_deleted: { level: 'info', message: 'an account was deleted' },
  password_reset: { level: 'info', message: 'an account got a new password' },
} as const satisfies Record<string, { level: keyof Log; message: string }>;

export type AuditEvent = keyof typeof auditEvents;

export interface AuditFacts {
  realm?: RealmKey;
  /** Uuid of the organization, or `management`. */
  tenant?: string;
  /** Who did it, as `principalSubject` writes it. */
  actor?: string | undefined;
  /** Whom it was done to, where that is another. */
  account?: string;
  client?: string | undefined;
  grant?: Uuid | undefined;
  scopes?: readonly string[];
  address?: string;
  reason?: string;
  /** Names of what was changed. */
  changed?: readonly string[];
}

export type Audit = (event: AuditEvent, facts: AuditFacts) => void;

export const createAudit =
  (log: Log): Audit =>
  (event, facts) => {
    const { level, message } = auditEvents[event];
    log[level]({ audit: event, ...facts }, message);
  };

/** A user of the realm, as an actor. */
export function userSubject(realm: RealmKey, uuid: Uuid): string {
  const kind: Principal['kind'] = realm === managementRealmKey ? 'admin_user' : 'application_user';
  return principalSubject({ kind, realm, uuid });
}
