import { randomFillSync } from 'node:crypto';

const poolBytes = 8192;
const pool = Buffer.allocUnsafe(poolBytes);
let used = poolBytes;

/** Copies `length` unpredictable bytes to `target`; the generator is only asked once for many calls. */
export function copyRandomBytes(target: Buffer, offset: number, length: number): void {
  if (used + length > poolBytes) {
    randomFillSync(pool);
    used = 0;
  }
  pool.copy(target, offset, used, used + length);
  used += length;
}
