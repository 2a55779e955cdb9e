import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { copyRandomBytes } from './random-pool.ts';

/**
 * Tokens of Usergrid's look: 63 characters of base64url that begin with `YWMt`. Inside: `ac-`, 16 bytes of
 * subject, 4 of expiry in epoch seconds, 8 random, and the first 16 of an HMAC-SHA-256 over the rest.
 */
const prefix = Buffer.from('ac-');
const subjectAt = 3;
const expiryAt = 19;
const nonceAt = 23;
const tagAt = 31;
const tokenBytes = 47;
const maximumChecked = 10_000;

/** Issues and checks tokens under one key, and remembers those it has checked until they expire. */
export class TokenBook {
  readonly #key: KeyObject;
  readonly #remembersChecked: boolean;
  readonly #checked = new Map<string, number>();
  readonly #draft = Buffer.alloc(tokenBytes);

  /** `remembersChecked` false is for measuring what the memory is worth. */
  constructor(key: Buffer, options: { remembersChecked: boolean } = { remembersChecked: true }) {
    // A KeyObject, not the Buffer: the Buffer would be made into one again at every HMAC.
    this.#key = createSecretKey(key);
    this.#remembersChecked = options.remembersChecked;
    prefix.copy(this.#draft);
  }

  issue(subject: Buffer, expiresAt: number): string {
    const draft = this.#draft;
    subject.copy(draft, subjectAt);
    draft.writeUInt32BE(expiresAt, expiryAt);
    copyRandomBytes(draft, nonceAt, tagAt - nonceAt);
    this.#tag(draft).copy(draft, tagAt, 0, tokenBytes - tagAt);
    return draft.toString('base64url');
  }

  /** Whether `token` is one of ours and not expired at `now`, in epoch seconds. */
  isValid(token: string, now: number): boolean {
    const known = this.#checked.get(token);
    if (known !== undefined) return now < known;
    const expiresAt = this.#expiryIfAuthentic(token);
    if (expiresAt === undefined) return false;
    if (this.#remembersChecked) this.#remember(token, expiresAt);
    return now < expiresAt;
  }

  #expiryIfAuthentic(token: string): number | undefined {
    if (token.length !== 63) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== tokenBytes || !bytes.subarray(0, subjectAt).equals(prefix)) return undefined;
    const tag = this.#tag(bytes).subarray(0, tokenBytes - tagAt);
    return timingSafeEqual(tag, bytes.subarray(tagAt)) ? bytes.readUInt32BE(expiryAt) : undefined;
  }

  #tag(bytes: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(bytes.subarray(0, tagAt)).digest();
  }

  #remember(token: string, expiresAt: number): void {
    if (this.#checked.size >= maximumChecked) this.#checked.clear();
    this.#checked.set(token, expiresAt);
  }
}

/** What a token says of itself, to be believed when it is valid; `expiresAt` in epoch seconds. */
export function readToken(token: string): { subject: Buffer; expiresAt: number } {
  const bytes = Buffer.from(token, 'base64url');
  return { subject: bytes.subarray(subjectAt, expiryAt), expiresAt: bytes.readUInt32BE(expiryAt) };
}

/** The token of an `Authorization: Bearer` header. */
export function bearerToken(header: string | undefined): string | undefined {
  return header?.startsWith('Bearer ') ? header.slice('Bearer '.length) : undefined;
}
