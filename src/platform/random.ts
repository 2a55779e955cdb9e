import { randomBytes, randomFillSync } from 'node:crypto';
import type { RandomSource } from '../core/ports.ts';

const poolBytes = 8192;

/**
 * Unpredictable bytes from the system's generator, drawn by the pool: a call of the generator for every token
 * costs twenty times as much. Bytes given out are wiped from the pool, so that they exist with the caller only.
 */
export function createRandomSource(): RandomSource {
  const pool = Buffer.alloc(poolBytes);
  let used = poolBytes;
  return {
    bytes(length) {
      if (length > poolBytes) return randomBytes(length);
      if (used + length > poolBytes) {
        randomFillSync(pool);
        used = 0;
      }
      const drawn = pool.subarray(used, used + length);
      used += length;
      const copy = Buffer.from(drawn);
      drawn.fill(0);
      return copy;
    },
  };
}
