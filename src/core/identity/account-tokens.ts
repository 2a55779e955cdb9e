/** Ending what somebody holds: access tokens, refresh tokens, grants, and sessions in browsers (S054). */
import type { GrantStore } from '../oauth/authorization.ts';
import type { RevocationReason } from '../oauth/revocation-store.ts';
import type { TokenAuthority } from '../oauth/token-authority.ts';
import type { SessionStore } from '../sessions/session-store.ts';
import { type Application, managementRealmKey, type RealmKey } from '../tenancy/tenancy.ts';
import { longestUserTokenLifetime, maximumTokenLifetime } from '../tenancy/token-lifetimes.ts';
import type { Uuid, UuidSource } from '../uuid.ts';
import type { AccessToken, Principal } from './principal.ts';

export interface AccountTokens {
  /** Ends the tokens, sessions and grants issued until now; all, but what is to be kept. */
  revokeTokensOfAdminUser(uuid: Uuid, revocation: AccountTokenRevocation): Promise<void>;
  revokeTokensOfApplicationUser(
    application: Application,
    uuid: Uuid,
    revocation: AccountTokenRevocation,
  ): Promise<void>;
}

export interface AccountTokenRevocation {
  reason: RevocationReason;
  /** The caller's own, at a change of password. */
  keep?: AccessToken | undefined;
  /** What the user allowed clients stays; what they could get tokens by ends all the same: refresh tokens, codes, devices. */
  keepsGrants?: boolean;
}

export interface AccountTokensOptions {
  tokens: Pick<TokenAuthority, 'revokePrincipal'>;
  grantsOf(realm: RealmKey): Pick<GrantStore, 'revokeAllOfUser' | 'endTokensOfUser'>;
  sessionsOf(realm: RealmKey): Pick<SessionStore, 'endAllOfUser'>;
  uuids: UuidSource;
}

/**
 * Tokens first, by one write with what clients could get new ones with, so that a sign-in that was under way meanwhile
 * finds them gone, and leaves no session behind; then what the user has in browsers, which could get new ones by what
 * was allowed before.
 */
export function createAccountTokens(options: AccountTokensOptions): AccountTokens {
  const { tokens, grantsOf, sessionsOf, uuids } = options;
  async function end(
    principal: Principal,
    { reason, keep, keepsGrants = false }: AccountTokenRevocation,
    longestLifetime: number,
  ): Promise<void> {
    const { realm, uuid } = principal;
    await tokens.revokePrincipal(principal, reason, longestLifetime, keep, (revocations) =>
      keepsGrants
        ? grantsOf(realm).endTokensOfUser(uuid, revocations, uuids.next)
        : grantsOf(realm).revokeAllOfUser(uuid, revocations),
    );
    await sessionsOf(realm).endAllOfUser(uuid);
  }
  return {
    revokeTokensOfAdminUser: (uuid, revocation) =>
      end({ kind: 'admin_user', realm: managementRealmKey, uuid }, revocation, maximumTokenLifetime),
    revokeTokensOfApplicationUser: (application, uuid, revocation) =>
      end(
        { kind: 'application_user', realm: application.key, uuid },
        revocation,
        longestUserTokenLifetime(application),
      ),
  };
}
