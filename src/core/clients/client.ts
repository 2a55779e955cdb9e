/** OAuth clients: who they are, what they may ask for, and the store that keeps them. RFC 6749 §2, RFC 7591 §2. */
import type { Revocation } from '../oauth/revocation-store.ts';
import type { Page, RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';

/** `web`: confidential, with users. `native`: public (native or single-page), with users. `service`: confidential, none. */
export type ClientType = 'web' | 'native' | 'service';

/** Which wire the client was made for: it decides the rules that differ between them. */
export type ClientDialect = 'standard' | 'autodesk' | 'usergrid';

export type GrantType =
  | 'authorization_code'
  | 'refresh_token'
  | 'client_credentials'
  | 'password'
  | 'implicit'
  | 'urn:ietf:params:oauth:grant-type:device_code';

/** A secret as it is kept: sealed, with its time. Two live ones at most, for rotation without outage. */
export interface ClientSecret {
  sealed: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  /** Undefined: does not expire. */
  expiresAt: number | undefined;
}

/** Seconds. Undefined members take the defaults of `clientLifetimes`. */
export interface ClientLifetimes {
  accessToken?: number;
  idToken?: number;
  refreshTokenIdle?: number;
  refreshTokenAbsolute?: number;
  authorizationCode?: number;
}

export interface Client {
  /** Characters `A-Z a-z 0-9 - _ .` only (aps-auth.md 0.1). */
  clientId: string;
  name: string;
  type: ClientType;
  dialect: ClientDialect;
  /** Whose users sign in through it. */
  realm: RealmKey;
  organizationUuid: Uuid;
  /** Empty for public clients. */
  secrets: ClientSecret[];
  /** Exact URIs; patterns after the host name for the autodesk dialect only. */
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  grantTypes: GrantType[];
  /** What it may ask for; empty: nothing beyond a token without scopes. */
  scopes: string[];
  lifetimes: ClientLifetimes;
  /** Where the autodesk dialect's implicit grant puts the token. */
  implicitReturn: 'query' | 'fragment' | 'both';
  /** `exempt` is for confidential clients only (S016, oauth-standards.md 0). */
  pkce: 'required' | 'exempt';
  allowPlainPkce: boolean;
  /** `trusted`: first-party, consent is not asked. Never for clients whose redirect anyone could claim (S049). */
  consent: 'ask' | 'trusted';
  /** `opaque`: self-contained MAC token. `jwt`: RFC 9068, or the autodesk form. */
  accessTokenFormat: 'opaque' | 'jwt';
  logoUri: string | undefined;
  policyUri: string | undefined;
  termsUri: string | undefined;
  corsOrigins: string[];
  disabled: boolean;
  /** The client that an organization or application is born with: kept with its owner, not in the table. */
  builtIn: boolean;
  created: number;
  modified: number;
}

export interface ClientStore {
  /** @throws KeygridError `duplicate_value` */
  create(client: Client): Promise<void>;
  find(clientId: string): Promise<Client | undefined>;
  /**
   * `change` is made from what is stored then, so that none is lost; by the same write as the revocations.
   * @throws KeygridError `client_not_found`; as it does
   */
  update(
    clientId: string,
    change: (stored: Client) => Client,
    revocations?: readonly Revocation[],
  ): Promise<Client>;
  /** By the same write as the revocations. */
  delete(clientId: string, revocations: readonly Revocation[]): Promise<void>;
  /** In order of client id. */
  listOfOrganization(
    organizationUuid: Uuid,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<Client>>;
}
