/**
 * What clients may hang onto organizations, applications and admin users: free, but not without bound, since every
 * sign-in shows it.
 */
import { KeygridError } from '../errors.ts';
import type { Properties } from './tenancy.ts';

const longestText = 64 * 1024;

/** An object of at most 64 KiB as JSON. @throws KeygridError `invalid_argument` */
export function requireProperties(value: unknown): Properties {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new KeygridError('invalid_argument', 'properties must be an object');
  }
  if (JSON.stringify(value).length > longestText) {
    throw new KeygridError(
      'invalid_argument',
      `properties may have ${longestText} characters as JSON at most`,
    );
  }
  return value as Properties;
}
