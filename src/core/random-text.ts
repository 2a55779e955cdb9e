/** Unguessable texts that survive every URL, form and shell: codes, tokens, ids, secrets (aps-auth.md 0.1). */
import { hash } from 'node:crypto';
import type { RandomSource } from './ports.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Bytes from here on would make the first letters likelier. */
const fairBytes = 256 - (256 % alphabet.length);

/** `length` letters and digits, each as likely as any other. */
export function randomLetters(random: RandomSource, length: number): string {
  let text = '';
  while (text.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < fairBytes && text.length < length) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

/** 256 random bits as 43 characters: what a code or a refresh token is. */
export const randomToken = (random: RandomSource): string => random.bytes(32).toString('base64url');

/** Under which a random text is stored: SHA-256 in base64url. Nothing slower is needed for 256 random bits. */
export const digestOf = (text: string): string => hash('sha256', text, 'base64url');
