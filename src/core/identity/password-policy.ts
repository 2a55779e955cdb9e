/** What a password must be like. usergrid-auth.md 9.1. */
import { KeygridError } from '../errors.ts';

const shortest = 4;
/** Hashing costs time by the length too; nobody types more. */
const longest = 1024;

/**
 * The password, if it may be set as one.
 * @throws KeygridError `password_policy`
 */
export function requireAcceptablePassword(password: unknown): string {
  if (typeof password !== 'string') {
    throw new KeygridError('password_policy', 'error_length_policy: must be a string of characters ');
  }
  if (password.length < shortest) {
    throw new KeygridError(
      'password_policy',
      `error_length_policy: must be at least ${shortest} characters `,
    );
  }
  if (password.length > longest) {
    throw new KeygridError('password_policy', `error_length_policy: must be at most ${longest} characters `);
  }
  return password;
}
