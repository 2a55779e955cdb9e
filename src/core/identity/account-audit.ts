/** What is done to accounts of any realm, noted with who did it. S162. */
import { type AuditEvent, createAudit, userSubject } from '../audit.ts';
import type { Log } from '../ports.ts';
import type { Uuid } from '../uuid.ts';
import type { AccountPlace } from './account-place.ts';
import { type Principal, principalSubject } from './principal.ts';

/** Who does something, for the audit log. */
export interface DoneBy {
  /** Undefined: a guest, or whoever runs the server. */
  actor?: Principal | undefined;
}

export type AccountEvent = Extract<AuditEvent, `account_${string}` | 'password_reset'>;

export type AccountAudit = (
  event: AccountEvent,
  place: Pick<AccountPlace, 'realm' | 'tenant'>,
  account: Uuid,
  by?: DoneBy & { reason?: string },
) => void;

export function createAccountAudit(log: Log): AccountAudit {
  const audit = createAudit(log);
  return (event, { realm, tenant }, account, { actor, reason } = {}) =>
    audit(event, {
      ...{ realm, tenant },
      actor: actor && principalSubject(actor),
      account: userSubject(realm, account),
      ...(reason !== undefined && { reason }),
    });
}
