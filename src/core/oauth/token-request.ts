/** The token endpoint's words: what is asked, what a grant proves, what is answered. */

import type { Awaitable } from '../awaitable.ts';
import type { StoredEntity } from '../entities/entity-store.ts';
import type { AdminUser } from '../identity/accounts.ts';
import type { AccessToken, Principal } from '../identity/principal.ts';
import type { Application, Organization } from '../tenancy/tenancy.ts';
import type { TokenLifetimes } from '../tenancy/token-lifetimes.ts';

export interface TokenRequest {
  /** Undefined at the management realm's endpoint. */
  application: Application | undefined;
  grantType: unknown;
  /** The grant's own parameters, as they came. */
  parameters: Record<string, unknown>;
  /** Milliseconds; number or numeric text. */
  ttl: unknown;
  /** Where the request came from, for throttling. */
  address: string;
}

/** Whom the token speaks for, with what the answer tells of it. */
export type TokenSubject =
  | { kind: 'application_user'; application: Application; user: StoredEntity }
  | { kind: 'application_client'; application: Application }
  | { kind: 'organization_client'; organization: Organization }
  | { kind: 'admin_user'; user: AdminUser; passwordChangedAt: number };

export interface ProvedGrant {
  principal: Principal;
  subject: TokenSubject;
  lifetimes: TokenLifetimes;
}

export interface TokenAnswer {
  token: AccessToken;
  /** Whole seconds; Infinity for a token that never expires. */
  expiresInSeconds: number;
  subject: TokenSubject;
  /** Where the token was given to a client for its user. */
  delegated?: { scopes: string[]; refreshToken: string | undefined; idToken: string | undefined };
}

/** One grant type without a registered client. What these share is in token-endpoint.ts. */
export interface Grant {
  grantType: string;
  /** Parameters it may read; the pipeline hands it no others. */
  parameters: readonly string[];
  /** @throws KeygridError `invalid_grant`, `account_*`, `throttled`, `overloaded` */
  prove(request: TokenRequest): Awaitable<ProvedGrant>;
}
