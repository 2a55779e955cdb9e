/** Live revocations, and the feed by which every process hears of changes that its caches must not outlive. */
import type { RealmKey } from '../tenancy/tenancy.ts';

/**
 * `principal` and `client` end what was issued until then; `token`, `family` and `grant` end for good. `kept`: a token
 * that the revocation of its principal at `issuedBefore` leaves alive, and no later one.
 */
export type RevocationKind = 'token' | 'principal' | 'kept' | 'client' | 'grant' | 'family';

export interface Revocation {
  kind: RevocationKind;
  /**
   * For `token` and `kept` its id, for `client` its client id, for `principal` as principalSubject writes it, for
   * `grant` and `family` realm and uuid with a colon between them.
   */
  subject: string;
  /** Tokens of the principal or client issued at or before this moment are dead. Milliseconds since the epoch. */
  issuedBefore: number;
  reason: RevocationReason;
  /** When the last token that it concerns has expired on its own; Infinity for tokens that never do. */
  expiresAt: number;
}

/** Stores them by the same write as whatever else ends. */
export type StoreRevocations = (revocations: readonly Revocation[]) => Promise<unknown>;

export type RevocationReason = 'revoked' | 'principal_gone' | 'account_disabled' | 'account_inactive';

export interface ListedRevocations {
  revocations: Revocation[];
  /** Where the next listing begins, so that it holds whatever this one did not, and maybe some of what it did. */
  position: number;
}

export interface RevocationStore {
  add(revocations: readonly Revocation[]): Promise<void>;
  /** All that live, or those added or widened since a listing that answered the position `since`. */
  listLive(now: number, since?: number): Promise<ListedRevocations>;
  deleteExpired(now: number): Promise<number>;
}

/**
 * `tenancy`: organizations, applications, members, clients, admin users. `permissions`: roles and grants of a realm.
 * `collections`: settings of a realm's collections.
 */
export const changeTopics = ['tenancy', 'permissions', 'revocations', 'collections'] as const;
export type ChangeTopic = (typeof changeTopics)[number];

export interface Change {
  topic: ChangeTopic;
  /** 0 where it concerns no single realm. */
  realm: RealmKey;
}

/**
 * Every write that a cache may hold is announced in its own transaction. Listeners of the writing process run
 * before the write is acknowledged; those of other processes as soon as the feed brings it.
 */
export interface ChangeFeed {
  subscribe(listener: (change: Change) => void): () => void;
  /** Milliseconds since the feed was last known to be whole; a bounded age is demanded before trusting caches. */
  ageMilliseconds(): number;
}
