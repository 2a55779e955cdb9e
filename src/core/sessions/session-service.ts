/** Who is signed in where, in each realm: oauth-standards.md 2. */
import { type ListPart, type ListSlice, readListPart } from '../list-parts.ts';
import type { Clock, RandomSource } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid, UuidSource } from '../uuid.ts';
import { type BrowserValue, sessionDigestOf, withNewSession } from './browser-value.ts';
import type { Session, SessionStore } from './session-store.ts';
import { describeUserAgent } from './user-agent.ts';

/** A session of somebody who is signed in. */
export interface LiveSession extends Session {
  user: Uuid;
  authenticatedAt: number;
}

export interface SignedIn {
  session: LiveSession;
  /** For the cookie; what it held before is worth nothing any more. */
  value: BrowserValue;
}

export interface Sessions {
  /** The session behind a cookie, noted as seen; undefined when it has ended or lain idle for too long. */
  find(realm: RealmKey, value: BrowserValue | undefined): Promise<LiveSession | undefined>;
  /**
   * After the proof of a password. The session that the browser had goes on under a new value when it was the same
   * user's, and ends when it was another's.
   */
  signIn(
    realm: RealmKey,
    previous: BrowserValue,
    proof: { user: Uuid; authenticationMethods: string[] },
    place: { userAgent: string; address: string },
  ): Promise<SignedIn>;
  end(realm: RealmKey, session: Uuid): Promise<void>;
  /** Nothing where it is another's. */
  endOfUser(realm: RealmKey, user: Uuid, session: Uuid): Promise<void>;
  endAllOfUser(realm: RealmKey, user: Uuid, except?: Uuid): Promise<void>;
  /** Ordered by when they began. */
  listOfUser(realm: RealmKey, user: Uuid, slice: ListSlice): Promise<ListPart<LiveSession>>;
}

export interface SessionsOptions {
  storeFor(realm: RealmKey): SessionStore;
  clock: Clock;
  random: RandomSource;
  uuids: UuidSource;
}

const minute = 60_000;
const hour = 60 * minute;
const longestIdle = 12 * hour;
const longestLife = 7 * 24 * hour;
/** A session is noted as seen once in so long at most: reading must not mean writing. */
const seenEvery = minute;

export function createSessions({ storeFor, clock, random, uuids }: SessionsOptions): Sessions {
  function isLive(session: Session | undefined): session is LiveSession {
    const now = clock.now();
    return (
      session?.user !== undefined &&
      session.authenticatedAt !== undefined &&
      now < session.expiresAt &&
      now - session.lastSeenAt < longestIdle
    );
  }

  async function look(realm: RealmKey, value: BrowserValue | undefined): Promise<LiveSession | undefined> {
    const digest = value && sessionDigestOf(value);
    const session = digest === undefined ? undefined : await storeFor(realm).find(digest);
    return isLive(session) ? session : undefined;
  }

  return {
    async find(realm, value) {
      const session = await look(realm, value);
      const now = clock.now();
      if (session && now - session.lastSeenAt >= seenEvery) await storeFor(realm).touch(session.digest, now);
      return session;
    },
    async signIn(realm, previous, { user, authenticationMethods }, place) {
      const known = await look(realm, previous);
      const own = known?.user === user ? known : undefined;
      const value = withNewSession(previous, random);
      const now = clock.now();
      const session: LiveSession = {
        digest: sessionDigestOf(value)!,
        id: own?.id ?? uuids.next(),
        user,
        authenticatedAt: Math.floor(now / 1000),
        authenticationMethods,
        createdAt: own?.createdAt ?? now,
        lastSeenAt: now,
        expiresAt: now + longestLife,
        userAgent: describeUserAgent(place.userAgent),
        address: place.address,
      };
      if (known && (await storeFor(realm).replace(known.digest, session))) return { session, value };
      // What was replaced by another sign-in at the same moment goes on there, under its own id.
      const fresh = { ...session, id: known ? uuids.next() : session.id, createdAt: now };
      await storeFor(realm).create(fresh);
      return { session: fresh, value };
    },
    end: (realm, session) => storeFor(realm).end(session),
    endOfUser: (realm, user, session) => storeFor(realm).endOfUser(user, session),
    endAllOfUser: (realm, user, except) => storeFor(realm).endAllOfUser(user, except),
    listOfUser(realm, user, slice) {
      const now = clock.now();
      const live = { expiresAfter: now, seenAfter: now - longestIdle };
      const read = async (part: ListSlice) =>
        (await storeFor(realm).listOfUser(user, live, part)).filter(isLive);
      return readListPart(read, slice, ({ createdAt, id }) => ({ at: createdAt, id }));
    },
  };
}
