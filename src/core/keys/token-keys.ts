/**
 * The keys that authenticate access tokens. One issues at a time; a successor is stored a day before it begins, so
 * that every process knows it by then; a retired key goes on verifying while tokens of its time may live.
 */
import type { Clock, RandomSource } from '../ports.ts';
import type { ServerKeyStore } from './key-store.ts';
import { createMessageKey, type MessageKey } from './message-key.ts';
import type { Sealer } from './sealer.ts';

export interface TokenKeys {
  /** The key that issues now. */
  current(): { id: number; key: MessageKey };
  find(id: number): MessageKey | undefined;
  /** Reads keys that other processes added, and adds the next one when the time has come. */
  refresh(): Promise<void>;
}

const purpose = 'token key';
const day = 86_400_000;
export const tokenKeyLifetime = 30 * day;
const announcedBefore = day;
/** Ids are one byte: the oldest key makes room long after its last token, except tokens that never expire. */
const keysKept = 200;

interface OpenedKey {
  id: number;
  activeFrom: number;
  key: MessageKey;
}

export async function openTokenKeys(
  store: ServerKeyStore,
  sealer: Sealer,
  clock: Clock,
  random: RandomSource,
): Promise<TokenKeys> {
  let keys: OpenedKey[] = [];

  async function read(): Promise<void> {
    keys = (await store.list()).map((stored) => ({
      id: stored.id,
      activeFrom: stored.activeFrom,
      key: createMessageKey(sealer.open(stored.sealed, purpose)),
    }));
  }

  async function add(activeFrom: number): Promise<void> {
    const newest = keys.at(-1)?.id ?? -1;
    if (keys.length >= keysKept) await store.remove(keys[0]!.id);
    await store.add({ id: (newest + 1) % 256, sealed: sealer.seal(random.bytes(32), purpose), activeFrom });
    await read();
  }

  async function refresh(): Promise<void> {
    await read();
    const now = clock.now();
    const newest = keys.at(-1);
    if (!newest) await add(now);
    else if (newest.activeFrom + tokenKeyLifetime - announcedBefore <= now) {
      await add(Math.max(now + announcedBefore, newest.activeFrom + tokenKeyLifetime));
    }
  }

  await refresh();
  return {
    current() {
      const now = clock.now();
      const active = keys.findLast((key) => key.activeFrom <= now) ?? keys[0]!;
      return active;
    },
    find: (id) => keys.find((key) => key.id === id)?.key,
    refresh,
  };
}
