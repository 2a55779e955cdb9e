/** The user's permission behind an answer: found, made or widened. */
import type { Clock } from '../../ports.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { Uuid, UuidSource } from '../../uuid.ts';
import type { Grant, GrantStore, ValidAuthorizationRequest } from '../authorization.ts';

export type GrantsOf = (realm: RealmKey) => Pick<GrantStore, 'allow' | 'findOf'>;

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

export function createAllowances(grantsOf: GrantsOf, clock: Clock, uuids: UuidSource): Allowances {
  return {
    find: (realm, user, clientId) => grantsOf(realm).findOf(user, clientId),
    async allow({ realm, clientId }, user, scopes, known) {
      if (known && scopes.every((name) => known.scopes.includes(name))) return known;
      const now = clock.now();
      const grant = { id: uuids.next(), user, clientId, scopes, createdAt: now, lastUsedAt: now };
      return grantsOf(realm).allow(grant);
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
