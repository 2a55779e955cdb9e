/** Ending the access tokens of accounts whose state has changed. The token authority is behind it. */
import type { RevocationReason } from '../oauth/revocation-store.ts';
import type { Application } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import type { AccessToken } from './principal.ts';

export interface AccountTokens {
  /** Ends the tokens, sessions and grants issued until now; all, but the one to keep. */
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
}
