/** What a grant of registered clients is, and what it proves: the pipeline (token-pipeline.ts) does the rest. */
import type { Client, GrantType } from '../clients/client.ts';
import { KeygridError } from '../errors.ts';
import type { Principal } from '../identity/principal.ts';
import { PrivateReason } from '../private-reason.ts';
import type { Uuid } from '../uuid.ts';
import type { ValidAuthorizationRequest } from './authorization.ts';
import type { Parameters } from './client-request.ts';
import type { TokenUser } from './token-users.ts';

export interface ClientGrantRequest {
  /** Authenticated, registered for the grant, and not suspended. */
  client: Client;
  /** No others than the grant names. */
  parameters: Parameters;
  dialect: ValidAuthorizationRequest['dialect'];
  address: string;
  /** The one instant of the request, in ms since the epoch. */
  now: number;
}

/** How the user signed in, for the ID token. */
export interface SignIn {
  /** Undefined where no browser session stands behind it. */
  session: Uuid | undefined;
  /** Epoch seconds. */
  authenticatedAt: number;
  authenticationMethods: string[];
  nonce: string | undefined;
}

export interface ProvedAuthorization {
  principal: Principal;
  /** Undefined where the client speaks for itself. */
  user: TokenUser | undefined;
  /** The grant, and the family that all its tokens belong to; undefined as `user`. */
  grant: Uuid | undefined;
  family: Uuid | undefined;
  /** Of the access token. */
  scopes: string[];
  /** Undefined: there is no ID token, whatever the scopes. */
  signIn: SignIn | undefined;
  /**
   * Uses up what was proved and stores what comes of it, in one durable step; answers the refresh token, if there is
   * one. Comes after the tokens are made and before they are given out: issue or nothing (S074).
   * @throws KeygridError `invalid_grant`
   */
  spend(): Promise<string | undefined>;
}

export interface ClientGrant {
  grantType: GrantType;
  /** Parameters it may read. */
  parameters: readonly string[];
  /** Looks at everything and changes nothing. @throws KeygridError of RFC 6749 §5.2 and RFC 8628 §3.5 */
  prove(request: ClientGrantRequest): Promise<ProvedAuthorization>;
}

/** One text for whatever is wrong with a code or a token, so that it tells nothing (S077); `why` is the operator's. */
export const invalidGrant = (what: string, why: string): KeygridError =>
  new KeygridError('invalid_grant', `The ${what} is unknown, expired, used before or not this client's`, {
    cause: new PrivateReason(why),
  });
