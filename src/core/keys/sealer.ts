/** Secrets at rest: AES-256-GCM under a key derived from the server's root key. */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { RandomSource } from '../ports.ts';

export interface Sealer {
  /** `purpose` is bound in: what was sealed for one purpose does not open for another. */
  seal(plain: Buffer, purpose: string): string;
  /** @throws Error when the text was not sealed by this root key for this purpose. */
  open(sealed: string, purpose: string): Buffer;
}

const ivLength = 12;
const tagLength = 16;

/** RFC 5869: one key for each use, so that the root key itself never encrypts or authenticates. */
export function deriveKey(rootKey: Buffer, use: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', rootKey, Buffer.alloc(0), `keygrid ${use}`, 32)));
}

export function createSealer(rootKey: Buffer, random: RandomSource): Sealer {
  const key = deriveKey(rootKey, 'sealing');
  return {
    seal(plain, purpose) {
      const iv = random.bytes(ivLength);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose));
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(sealed, purpose) {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivLength))
        .setAAD(Buffer.from(purpose))
        .setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
      return Buffer.concat([decipher.update(bytes.subarray(ivLength + tagLength)), decipher.final()]);
    },
  };
}
