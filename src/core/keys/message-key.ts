/**
 * HMAC-SHA-256 (RFC 2104) out of two one-shot hashes. `createHmac` sets up a context for every message: 2.4 us where
 * this takes 0.6, and every token that is issued or met for the first time waits for it.
 */
import { hash } from 'node:crypto';

const blockLength = 64;
const digestLength = 32;

export interface MessageKey {
  /** 32 bytes. */
  authenticate(message: Uint8Array): Buffer;
}

/** @throws RangeError for a secret of more than 64 bytes */
export function createMessageKey(secret: Buffer): MessageKey {
  if (secret.length > blockLength) throw new RangeError('The secret is longer than a block of the hash');
  const inner = padded(secret, 0x36);
  const outer = padded(secret, 0x5c);
  return {
    authenticate(message) {
      const first = Buffer.allocUnsafe(blockLength + message.length);
      first.set(inner);
      first.set(message, blockLength);
      const second = Buffer.allocUnsafe(blockLength + digestLength);
      second.set(outer);
      second.write(digest(first), blockLength, 'latin1');
      return Buffer.from(digest(second), 'latin1');
    },
  };
}

function padded(secret: Buffer, pad: number): Buffer {
  const block = Buffer.alloc(blockLength, pad);
  for (const [at, byte] of secret.entries()) block[at] = byte ^ pad;
  return block;
}

/** A character for each byte: as a buffer it would cost three times as much. */
const digest = (bytes: Buffer): string => hash('sha256', bytes, 'binary');
