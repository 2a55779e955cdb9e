/**
 * The signing keys of every realm and their rotation (oauth-standards.md 10). Of each algorithm a realm has a current
 * key, a next one that is published long before it signs, and retired ones that stay published while tokens that they
 * signed may live. A realm gets its keys at first use.
 */
import type { Clock, Signer, SigningAlgorithm } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Sealer } from './sealer.ts';
import { openSigningKey, type SigningKey, storedKeyOf } from './signing-key.ts';
import type { SigningKeyStore } from './signing-key-store.ts';

export interface SigningKeys {
  /** The key that signs now; RS256 unless said otherwise (S108). */
  current(realm: RealmKey, algorithm?: SigningAlgorithm): Promise<SigningKey>;
  /** A key that is published, by its id; at once where this process has looked lately. */
  find(realm: RealmKey, kid: string): SigningKey | undefined | Promise<SigningKey | undefined>;
  /** The key set of the realm as JSON text (RFC 7517 §5), the current RS256 key first. */
  jwks(realm: RealmKey): Promise<string>;
  /** Publishes successors in time and drops keys whose time is over, in the realms that this process has used. */
  refresh(): Promise<void>;
  /** Ends a key that leaked, at once: what it signed is worthless (S129). Other processes follow within half a minute. */
  remove(realm: RealmKey, kid: string): Promise<void>;
}

export interface SigningKeysOptions {
  storeFor(realm: RealmKey): SigningKeyStore;
  sealer: Sealer;
  signer: Pick<Signer, 'generate'>;
  clock: Clock;
}

const day = 86_400_000;
/** How long a key signs. */
export const signingKeyLifetime = 90 * day;
/** No token that these keys sign lives longer. */
export const longestSignedLifetime = 7 * day;
/** APS-87, and longer than anybody may keep a key set. */
export const listedBeforeSigning = 7 * day;
/** When the successor is made: early, so that a server that stood still for weeks is not late. */
const successorMadeBefore = 30 * day;
/** Long enough for a successor that was made late, and for the last token after it. */
const listedAfterRetirement = 30 * day;
/** How long another process may not know of a removed key. */
const trustedMilliseconds = 30_000;
/** Between two looks for an unknown key, so that made-up key ids cost little. */
const lookAgainMilliseconds = 1_000;
const forgottenAfter = 3_600_000;

interface KeyRing {
  /** Newest first. */
  keys: SigningKey[];
  jwks: string;
  loadedAt: number;
  usedAt: number;
}

export function createSigningKeys(options: SigningKeysOptions): SigningKeys {
  const { storeFor, sealer, signer, clock } = options;
  const rings = new Map<RealmKey, KeyRing>();
  const loading = new Map<RealmKey, Promise<KeyRing>>();
  const making = new Map<string, Promise<KeyRing>>();

  /** What this process knows of the realm, if it has looked lately. */
  function known(realm: RealmKey): KeyRing | undefined {
    const ring = rings.get(realm);
    if (!ring) return undefined;
    const now = clock.now();
    ring.usedAt = now;
    return now - ring.loadedAt < trustedMilliseconds ? ring : undefined;
  }

  async function read(realm: RealmKey): Promise<KeyRing> {
    const now = clock.now();
    const opened = new Map(rings.get(realm)?.keys.map((key) => [key.kid, key]));
    const stored = await storeFor(realm).list();
    const keys = stored
      .filter((key) => key.removedAt > now)
      .sort((one, other) => other.activeFrom - one.activeFrom)
      .map((key) => opened.get(key.kid) ?? openSigningKey(key, sealer));
    const usedAt = rings.get(realm)?.usedAt ?? now;
    const ring = { keys, jwks: jwksOf(keys, now), loadedAt: now, usedAt };
    // A realm without keys is not kept: anybody can name realms.
    if (keys.length > 0) rings.set(realm, ring);
    else rings.delete(realm);
    return ring;
  }

  const load = (realm: RealmKey): Promise<KeyRing> => once(loading, realm, () => read(realm));

  async function make(realm: RealmKey, algorithm: SigningAlgorithm, activeFrom: number): Promise<KeyRing> {
    const generated = await signer.generate(algorithm);
    const retiredAt = activeFrom + signingKeyLifetime;
    const removedAt = retiredAt + listedAfterRetirement;
    const times = { createdAt: clock.now(), activeFrom, retiredAt, removedAt };
    const key = storedKeyOf(generated, { realm, algorithm }, times, sealer);
    // When another process was first, its key is the one.
    await storeFor(realm).add(key, Math.floor(activeFrom / signingKeyLifetime));
    return read(realm);
  }

  /** The ring with a key of the algorithm that can sign now. */
  async function usable(realm: RealmKey, algorithm: SigningAlgorithm): Promise<KeyRing> {
    const ring = known(realm) ?? (await load(realm));
    if (signingKeyOf(ring.keys, algorithm, clock.now())) return ring;
    return once(making, `${realm} ${algorithm}`, () => make(realm, algorithm, clock.now()));
  }

  async function addSuccessor(realm: RealmKey, newest: SigningKey): Promise<void> {
    const now = clock.now();
    if (newest.activeFrom > now || newest.retiredAt - successorMadeBefore > now) return;
    const activeFrom = Math.max(newest.retiredAt, now + listedBeforeSigning);
    await once(making, `${realm} ${newest.algorithm}`, () => make(realm, newest.algorithm, activeFrom));
  }

  async function refreshRealm(realm: RealmKey): Promise<void> {
    const store = storeFor(realm);
    for (const { kid, removedAt } of await store.list()) {
      if (removedAt <= clock.now()) await store.remove(kid);
    }
    const { keys } = await load(realm);
    for (const algorithm of ['RS256', 'ES256'] as const) {
      const newest = keys.find((key) => key.algorithm === algorithm);
      if (newest) await addSuccessor(realm, newest);
    }
  }

  return {
    async current(realm, algorithm = 'RS256') {
      const { keys } = await usable(realm, algorithm);
      const key = signingKeyOf(keys, algorithm, clock.now());
      if (!key) throw new Error(`No ${algorithm} key could be stored for realm ${realm}`);
      return key;
    },
    find(realm, kid) {
      const ring = known(realm);
      const key = ring?.keys.find((each) => each.kid === kid);
      if (key || (ring && clock.now() - ring.loadedAt < lookAgainMilliseconds)) return key;
      return load(realm).then(({ keys }) => keys.find((each) => each.kid === kid));
    },
    jwks: async (realm) => (await usable(realm, 'RS256')).jwks,
    async refresh() {
      const now = clock.now();
      for (const [realm, { usedAt }] of [...rings]) {
        if (now - usedAt > forgottenAfter) rings.delete(realm);
        else await refreshRealm(realm);
      }
    },
    async remove(realm, kid) {
      await storeFor(realm).remove(kid);
      // What was being read before must not come after.
      await loading.get(realm)?.catch(() => {});
      await read(realm);
      await usable(realm, 'RS256');
    },
  };
}

/**
 * The newest key whose time has come, beyond its own time if need be: what it signs is still verified. Where there is
 * none (the current key was removed), the next one begins early: it is published already.
 */
function signingKeyOf(
  newestFirst: SigningKey[],
  algorithm: SigningAlgorithm,
  now: number,
): SigningKey | undefined {
  const keys = newestFirst.filter((key) => key.algorithm === algorithm);
  const active = keys.find((key) => key.activeFrom <= now);
  if (active && active.removedAt - longestSignedLifetime >= now) return active;
  return keys.findLast((key) => key.activeFrom > now);
}

/** The key that signs comes first: some clients look no further. */
function jwksOf(newestFirst: SigningKey[], now: number): string {
  const first = signingKeyOf(newestFirst, 'RS256', now);
  const others = newestFirst.filter((key) => key !== first);
  return `{"keys":[${[...(first ? [first] : []), ...others].map((key) => key.publicJwk).join(',')}]}`;
}

/** Whoever asks while the work is under way gets its result too. */
function once<Key, Result>(
  underWay: Map<Key, Promise<Result>>,
  key: Key,
  work: () => Promise<Result>,
): Promise<Result> {
  let found = underWay.get(key);
  if (!found) {
    found = work().finally(() => underWay.delete(key));
    underWay.set(key, found);
  }
  return found;
}
