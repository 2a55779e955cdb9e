/** The user's permission behind an answer: found, made or widened. */
import { createAudit, userSubject } from '../../audit.ts';
import type { Clock, Log } from '../../ports.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { Uuid, UuidSource } from '../../uuid.ts';
import type { Grant, GrantStore, ValidAuthorizationRequest } from '../authorization.ts';

export interface AllowanceOptions {
  grantsOf(realm: RealmKey): Pick<GrantStore, 'allow' | 'findOf'>;
  clock: Clock;
  uuids: UuidSource;
  log: Log;
}

export interface Allowances {
  find(realm: RealmKey, user: Uuid, clientId: string): Promise<Grant | undefined>;
  /** A grant that holds the scopes; written only where it does not yet. */
  allow(
    asked: { realm: RealmKey; clientId: string },
    user: Uuid,
    scopes: string[],
    known: Grant | undefined,
  ): Promise<Grant>;
}

export function createAllowances({ grantsOf, clock, uuids, log }: AllowanceOptions): Allowances {
  const audit = createAudit(log);
  return {
    find: (realm, user, clientId) => grantsOf(realm).findOf(user, clientId),
    async allow({ realm, clientId }, user, scopes, known) {
      if (known && scopes.every((name) => known.scopes.includes(name))) return known;
      const now = clock.now();
      const grant = { id: uuids.next(), user, clientId, scopes, createdAt: now, lastUsedAt: now };
      const allowed = await grantsOf(realm).allow(grant);
      const actor = userSubject(realm, user);
      audit('access_allowed', { realm, actor, client: clientId, grant: allowed.id, scopes: allowed.scopes });
      return allowed;
    },
  };
}

/** S044: what is left of the request's scopes; nothing that was not asked for. An ID token cannot do without openid. */
export function reduceScopes(
  { scopes, responseType }: ValidAuthorizationRequest,
  ticked: readonly string[] | undefined,
): string[] {
  if (ticked === undefined) return scopes;
  const needsIdentity = responseType.split(' ').includes('id_token');
  return scopes.filter((name) => ticked.includes(name) || (needsIdentity && name === 'openid'));
}
