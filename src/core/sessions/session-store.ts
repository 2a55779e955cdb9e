/** Browser sessions of a realm, and the interactions (sign-in, consent) under way in them. oauth-standards.md 2. */
import type { ErrorCode, ErrorDetails } from '../errors.ts';
import type { ListSlice } from '../list-parts.ts';
import type { ResponseMode, ValidAuthorizationRequest } from '../oauth/authorization.ts';
import type { Uuid } from '../uuid.ts';

/** Obtained for a realm. What the browser holds is a random value; only its SHA-256 digest is stored. */
export interface Session {
  digest: string;
  /** Stable across renewals of the value; the `sid` of ID tokens. */
  id: Uuid;
  /** Undefined before sign-in. */
  user: Uuid | undefined;
  /** Epoch seconds of the last proof of the password; undefined before sign-in. */
  authenticatedAt: number | undefined;
  /** RFC 8176. */
  authenticationMethods: string[];
  /** Milliseconds since the epoch. */
  createdAt: number;
  lastSeenAt: number;
  expiresAt: number;
  /** What `/account` shows: coarse names, never used for decisions. */
  userAgent: string;
  address: string;
}

export interface SessionStore {
  create(session: Session): Promise<void>;
  find(digest: string): Promise<Session | undefined>;
  /** Replaces the value and state at sign-in and step-up: the old value is dead (S042). False when it was gone. */
  replace(digest: string, successor: Session): Promise<boolean>;
  touch(digest: string, lastSeenAt: number): Promise<void>;
  end(id: Uuid): Promise<void>;
  /** Nothing where it is another's. */
  endOfUser(user: Uuid, id: Uuid): Promise<void>;
  endAllOfUser(user: Uuid, except?: Uuid): Promise<void>;
  /** Ordered by when they began. */
  listOfUser(
    user: Uuid,
    live: { expiresAfter: number; seenAfter: number },
    slice: ListSlice,
  ): Promise<Session[]>;
}

/** An authorization request that waits for a person, bound to one browser (S043). */
export interface Interaction {
  /** Random, in the URL; useless without the browser's cookie. */
  id: string;
  /** Of the part of the cookie that stays the same from before sign-in until after it (browser-value.ts). */
  browserDigest: string;
  request: ValidAuthorizationRequest;
  responseMode: ResponseMode;
  /**
   * What has been done so far: a fresh sign-in satisfies `prompt=login` and `max_age`, and it or the choice of the
   * account that was signed in `prompt=select_account`. Epoch seconds of the sign-in.
   */
  authenticatedAt: number | undefined;
  /** What the client is told, instead of an answer, once the user signed in (S025). */
  refusal?: { code: ErrorCode; description: string; subject?: ErrorDetails['subject'] } | undefined;
  createdAt: number;
  expiresAt: number;
}

export interface InteractionStore {
  create(interaction: Interaction): Promise<void>;
  find(id: string): Promise<Interaction | undefined>;
  /** Notes a sign-in. Nothing when it was completed meanwhile. */
  update(interaction: Interaction): Promise<void>;
  /** Takes it away: of two answers at once, one gets it. */
  complete(id: string): Promise<Interaction | undefined>;
}
