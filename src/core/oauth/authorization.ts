/** The words of three-legged authorization, shared by its steps, its grants and its stores. */
import type { ListSlice } from '../list-parts.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import type { Revocation } from './revocation-store.ts';

export type ResponseType = 'code' | 'token' | 'id_token' | 'id_token token';
export type ResponseMode = 'query' | 'fragment' | 'form_post' | 'query_and_fragment';
export type Prompt = 'none' | 'login' | 'consent' | 'select_account' | 'create';

/** An authorization request whose client and redirect URI are known to belong together. */
export interface ValidAuthorizationRequest {
  realm: RealmKey;
  clientId: string;
  dialect: 'standard' | 'autodesk_v1' | 'autodesk_v2' | 'usergrid';
  responseType: ResponseType;
  /** As received, byte for byte; undefined where the usergrid dialect shows the token on a page. */
  redirectUri: string | undefined;
  /** Whether the request named it: then the token request must repeat it (S078). */
  redirectUriWasSent: boolean;
  scopes: string[];
  /** Verbatim; undefined when absent, '' when sent empty. */
  state: string | undefined;
  nonce: string | undefined;
  codeChallenge: string | undefined;
  codeChallengeMethod: 'S256' | 'plain' | undefined;
  prompts: Prompt[];
  /** Seconds. */
  maxAge: number | undefined;
  loginHint: string | undefined;
  /** Subject that `id_token_hint` names, its signature checked. */
  hintedUser: Uuid | undefined;
}

/** A user's permission to a client: what refresh tokens, codes and access tokens hang from. */
export interface Grant {
  id: Uuid;
  user: Uuid;
  clientId: string;
  scopes: string[];
  /** Milliseconds since the epoch. */
  createdAt: number;
  lastUsedAt: number;
}

/** Obtained for a realm. */
export interface GrantStore {
  /** The user's grant to the client, made or widened to hold the scopes; one at most for each user and client. */
  allow(grant: Grant): Promise<Grant>;
  find(id: Uuid): Promise<Grant | undefined>;
  findOf(user: Uuid, clientId: string): Promise<Grant | undefined>;
  /** Ordered by when they were last used. */
  listOfUser(user: Uuid, slice: ListSlice): Promise<Grant[]>;
  touch(id: Uuid, lastUsedAt: number): Promise<void>;
  /**
   * Ends the grant with its codes, its refresh tokens and what the revocations name, all at once. False when there was
   * none.
   */
  revoke(id: Uuid, revocations: readonly Revocation[]): Promise<boolean>;
  revokeAllOfUser(user: Uuid, revocations: readonly Revocation[]): Promise<Uuid[]>;
  /**
   * Ends the refresh tokens of all grants of the user and what the revocations name. The grants stay, under new ids, so
   * that codes and approved devices, which are for the old ones, are worth nothing either.
   */
  endTokensOfUser(user: Uuid, revocations: readonly Revocation[], nextId: () => Uuid): Promise<void>;
  revokeAllOfClient(clientId: string, revocations: readonly Revocation[]): Promise<Uuid[]>;
}

export interface AuthorizationCode {
  /** SHA-256 of the code, base64url; the code itself is never stored. */
  digest: string;
  grant: Uuid;
  user: Uuid;
  session: Uuid | undefined;
  /** Epoch seconds. */
  authenticatedAt: number;
  authenticationMethods: string[];
  request: ValidAuthorizationRequest;
  /** What was granted, maybe less than asked. */
  scopes: string[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

export type CodeRedemption =
  | { kind: 'redeemed' }
  /** Used before: what came of it must end (S075). `family` is what the first use made. */
  | { kind: 'replayed'; family: Uuid }
  | { kind: 'unknown' };

/** Obtained for a realm. */
export interface AuthorizationCodeStore {
  add(code: AuthorizationCode): Promise<void>;
  /** Looked at without using it, so that a client that fails to authenticate costs its owner nothing. */
  find(digest: string): Promise<AuthorizationCode | undefined>;
  /**
   * Marks it used, names the family of tokens that comes of it and stores the first of them, all or nothing (S074): of
   * two at once, one is first. Kept until it expires; unknown from then on, and as soon as its grant is gone.
   */
  redeem(digest: string, family: Uuid, first: RefreshToken | undefined, now: number): Promise<CodeRedemption>;
  /** Counts a failed redemption by the right client; the code dies at the third. One already used is left as it is. */
  countFailure(digest: string): Promise<void>;
}

export interface RefreshToken {
  /** SHA-256, base64url. */
  digest: string;
  /** All tokens that came of one authorization. */
  family: Uuid;
  grant: Uuid;
  user: Uuid;
  clientId: string;
  session: Uuid | undefined;
  /** The scopes of the original grant: narrowing concerns access tokens only. */
  scopes: string[];
  authenticatedAt: number;
  authenticationMethods: string[];
  nonce: string | undefined;
  issuedAt: number;
  /** Idle end of this token, in ms since the epoch. */
  expiresAt: number;
  /** Absolute end of the family. */
  familyExpiresAt: number;
  dialect: ValidAuthorizationRequest['dialect'];
}

/** As the store knows it: spent ones are kept while their family lives, so that reuse is seen. */
export interface KnownRefreshToken extends RefreshToken {
  spent: boolean;
}

/** `token` is the one presented. */
export type RefreshRotation =
  | { kind: 'rotated'; token: RefreshToken }
  /**
   * The immediate predecessor again, within the grace: `successor` is the sealed text of what the first use gave, to
   * be given again.
   */
  | { kind: 'grace'; token: RefreshToken; sealedSuccessor: string }
  /** Used before: the family has been ended by this very call, and what the revocations name. */
  | { kind: 'reused'; token: RefreshToken }
  | { kind: 'unknown' };

/** Obtained for a realm. */
export interface RefreshTokenStore {
  /** Spent ones too; undefined as soon as its family or its grant has ended. */
  find(digest: string): Promise<KnownRefreshToken | undefined>;
  /**
   * One atomic step: spends the token, stores its successor; or finds that it was spent (S081, S082). Of the successor
   * only `digest`, `issuedAt` and `expiresAt` count: the rest is its family's, and no rotation changes it (S084, S086).
   */
  rotate(
    digest: string,
    successor: RefreshToken,
    sealedSuccessor: string,
    now: number,
    graceMilliseconds: number,
    ifReused: readonly Revocation[],
  ): Promise<RefreshRotation>;
  /** By the same write as the revocations. False when it had ended before, or never had a refresh token. */
  revokeFamily(family: Uuid, revocations: readonly Revocation[]): Promise<boolean>;
}

/** RFC 8628. */
export interface DeviceAuthorization {
  deviceCodeDigest: string;
  /** Normalised: upper case, no separators. */
  userCode: string;
  clientId: string;
  scopes: string[];
  status: 'pending' | 'approved' | 'denied';
  /** Set at approval. */
  grant: Uuid | undefined;
  user: Uuid | undefined;
  session: Uuid | undefined;
  authenticatedAt: number | undefined;
  address: string;
  expiresAt: number;
  /** Seconds; grows at `slow_down`. */
  interval: number;
  lastPolledAt: number;
}

/** Obtained for a realm. */
export interface DeviceAuthorizationStore {
  /** False when the user code is taken: draw another. */
  add(authorization: DeviceAuthorization): Promise<boolean>;
  findByUserCode(userCode: string): Promise<DeviceAuthorization | undefined>;
  findByDeviceCode(digest: string): Promise<DeviceAuthorization | undefined>;
  /** From pending only: false when somebody decided before. */
  decide(
    userCode: string,
    decision: Pick<DeviceAuthorization, 'status' | 'grant' | 'user' | 'session' | 'authenticatedAt'>,
  ): Promise<boolean>;
  /** Notes the poll; answers the interval in force afterwards and whether the poll came too early. */
  poll(digest: string, now: number): Promise<{ tooEarly: boolean; interval: number } | undefined>;
  /**
   * Takes an approved one away and stores what came of it, in one step (S074): of two at once, one gets it. Undefined
   * also when it has expired or its grant is gone.
   */
  redeem(
    digest: string,
    first: RefreshToken | undefined,
    now: number,
  ): Promise<DeviceAuthorization | undefined>;
}

/** Of all realms at once: sessions, interactions, codes, refresh tokens and device authorizations that have expired. */
export interface AuthorizationSweep {
  /** Answers how many rows went. */
  deleteExpired(now: number): Promise<number>;
}
