/** Whom a request speaks for. */
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';

export type Principal =
  | { kind: 'application_user'; realm: RealmKey; uuid: Uuid }
  /** `uuid` is the application's. */
  | { kind: 'application_client'; realm: RealmKey; uuid: Uuid }
  /** `uuid` is the organization's; `realm` is the management realm. */
  | { kind: 'organization_client'; realm: RealmKey; uuid: Uuid }
  | { kind: 'admin_user'; realm: RealmKey; uuid: Uuid };

export type PrincipalKind = Principal['kind'];

/** Who sent a request and how that was shown. */
export interface Caller {
  /** Undefined: a guest. */
  principal: Principal | undefined;
  /** The access token that was sent, when that is how. */
  token: AccessToken | undefined;
}

/** That the token was given to a client, and what for. Without one, a principal acts for itself. */
export interface Delegation {
  clientId: string;
  /** The user's grant; undefined where the client speaks for itself. */
  grant: Uuid | undefined;
  /** Names all tokens that came of one authorization: they end together. */
  family: Uuid | undefined;
  /** The token opens what its principal may do, narrowed to these. */
  scopes: string[];
  /** Whom a JSON Web Token is for; undefined for opaque ones. */
  audience?: string;
}

export interface AccessToken {
  /** As it was sent. */
  text: string;
  /** Unique to the token; not a secret. */
  id: string;
  principal: Principal;
  /** Milliseconds since the epoch. */
  issuedAt: number;
  /** Infinity for tokens that never expire. */
  expiresAt: number;
  delegation?: Delegation;
}

export const guest: Caller = { principal: undefined, token: undefined };

/** The name under which revocations of a principal are kept. */
export const principalSubject = ({ kind, realm, uuid }: Principal): string => `${kind}:${realm}:${uuid}`;
