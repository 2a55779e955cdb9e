/** Signing keys over a store in memory, with a clock that moves when told. Real keys, real signatures. */
import { createSealer } from '../../src/core/keys/sealer.ts';
import type { SigningKeyStore, StoredSigningKey } from '../../src/core/keys/signing-key-store.ts';
import { createSigningKeys, type SigningKeys } from '../../src/core/keys/signing-keys.ts';
import type { Clock, RandomSource, Signer } from '../../src/core/ports.ts';
import { createRandomSource } from '../../src/platform/random.ts';
import { createSigner } from '../../src/platform/signing.ts';

interface Row extends StoredSigningKey {
  realm: number;
  slot: number;
}

export interface SigningWorld {
  now: number;
  clock: Clock;
  random: RandomSource;
  signer: Signer;
  /** What is stored, of all realms. */
  rows: Row[];
  /** How often keys were made and read. */
  counts: { generated: number; listed: number };
  /** Whether reading fails. */
  failing: boolean;
  /** The keys as another process would have them. */
  open(): SigningKeys;
}

export function createSigningWorld(now = Date.UTC(2026, 0, 1)): SigningWorld {
  const random = createRandomSource();
  const system = createSigner();
  const sealer = createSealer(Buffer.alloc(32, 1), random);
  const counts = { generated: 0, listed: 0 };
  const rows: Row[] = [];
  const world: SigningWorld = {
    ...{ now, random, rows, counts, failing: false },
    clock: { now: () => world.now },
    signer: {
      sign: system.sign,
      generate(algorithm) {
        counts.generated += 1;
        return system.generate(algorithm);
      },
    },
    open: () =>
      createSigningKeys({
        storeFor: (realm) => storeIn(world, realm),
        ...{ sealer, signer: world.signer, clock: world.clock },
      }),
  };
  return world;
}

function storeIn(world: SigningWorld, realm: number): SigningKeyStore {
  const { rows, counts } = world;
  return {
    async list() {
      counts.listed += 1;
      if (world.failing) throw new Error('The store of the test is away');
      return rows.filter((row) => row.realm === realm);
    },
    async add(key, slot) {
      const taken = rows.some(
        (row) => row.realm === realm && row.algorithm === key.algorithm && row.slot === slot,
      );
      if (!taken) rows.push({ ...key, realm, slot });
      return !taken;
    },
    async remove(kid) {
      const at = rows.findIndex((row) => row.realm === realm && row.kid === kid);
      if (at >= 0) rows.splice(at, 1);
    },
  };
}
