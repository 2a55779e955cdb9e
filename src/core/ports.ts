/**
 * The ports through which the core reaches the outside. `src/platform` implements them, `src/main.ts` passes
 * them in, and tests give their own: a clock that moves when told, seeded randomness, a mailer that keeps.
 */

import type { KeyObject } from 'node:crypto';

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface RandomSource {
  /** `length` unpredictable bytes, the caller's own copy. */
  bytes(length: number): Buffer;
}

/** Proof of a password, in PHC string form: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export type PasswordHash = string;

export interface PasswordHasher {
  /**
   * Hashes off the event loop, in a bounded queue that is fair between tenants.
   * @throws KeygridError `overloaded` when the queue is full.
   */
  hash(password: string, tenant: string): Promise<PasswordHash>;
  /**
   * Whether `password` is the one `hash` proves. With `hash` undefined (no such account, no password set) it
   * spends the same time and answers false, so that time tells nothing.
   * @throws KeygridError `overloaded` when the queue is full.
   */
  verify(hash: PasswordHash | undefined, password: string, tenant: string): Promise<boolean>;
}

/** JWA names, RFC 7518 §3.1. */
export type SigningAlgorithm = 'RS256' | 'ES256';

export interface GeneratedSigningKey {
  /** DER. */
  privateKeyPkcs8: Buffer;
  /** Members of the public key alone, RFC 7517 §4: `kty` and what belongs to it. */
  publicJwk: Record<string, string>;
}

export interface Signer {
  /** Makes a key pair (RSA of 2048 bits, P-256) off the event loop. */
  generate(algorithm: SigningAlgorithm): Promise<GeneratedSigningKey>;
  /** A signature as JWS wants it (RFC 7518 §3.3, §3.4); what takes long is done off the event loop. */
  sign(algorithm: SigningAlgorithm, key: KeyObject, bytes: Buffer): Promise<Buffer>;
}

export interface MailMessage {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /** Hands the message over for delivery; a failed delivery is logged and tried again, never thrown here. */
  send(message: MailMessage): Promise<void>;
}

export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}
