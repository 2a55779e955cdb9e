/** Email addresses: what is accepted as one. */
import { KeygridError } from '../errors.ts';

const longest = 254;
/** No blanks, controls, quotes, lists or comments (RFC 5322): an address that mail can be sent to, and only one. */
const pattern = /^[^\s\p{C}<>()[\]",;:\\@]+@[^\s\p{C}<>()[\]",;:\\@]+$/u;

export const isMailAddress = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= longest && pattern.test(value);

/** @throws KeygridError `invalid_argument` */
export function requireMailAddress(value: unknown): string {
  if (isMailAddress(value)) return value;
  throw new KeygridError('invalid_argument', 'email must be an email address', {
    subject: { property: 'email' },
  });
}
