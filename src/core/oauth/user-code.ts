/** The code that a person copies from one screen to another: RFC 8628 §6.1. */
import type { RandomSource } from '../ports.ts';

/** Twenty letters: no vowels, so that no words come of it, and none that looks like a digit or another letter. */
const alphabet = 'BCDFGHJKLMNPQRSTVWXZ';
const length = 8;
const fairBytes = 256 - (256 % alphabet.length);

/** Normalised: upper case, no separators. */
export function randomUserCode(random: RandomSource): string {
  let code = '';
  while (code.length < length) {
    for (const byte of random.bytes(length)) {
      if (byte < fairBytes && code.length < length) code += alphabet[byte % alphabet.length];
    }
  }
  return code;
}

export const showUserCode = (code: string): string => `${code.slice(0, 4)}-${code.slice(4)}`;

/** Case and whatever is no letter mean nothing; undefined for what cannot be a code (S135). */
export function normaliseUserCode(typed: string): string | undefined {
  if (typed.length > 100) return undefined;
  const code = typed.toUpperCase().replace(/[^A-Z]/g, '');
  return code.length === length && [...code].every((letter) => alphabet.includes(letter)) ? code : undefined;
}
