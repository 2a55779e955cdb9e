/** What SQLite refuses, in the words of the core. */
import { KeygridError } from '../../core/errors.ts';

/** SQLite's primary result code, undefined where the error is not SQLite's. */
export const resultCode = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;

export const resultCodes = { busy: 5, locked: 6, cannotOpen: 14, notDatabase: 26 } as const;

/** Busy, locked, no memory, read-only, input or output failed, corrupt, full, cannot be opened, not a database. */
const unavailable = new Set([5, 6, 7, 8, 10, 11, 13, 14, 26]);

/** Turns an error of SQLite; what is a fault of ours, or not SQLite's, comes back as it is. */
export function toStoreError(error: unknown): unknown {
  const closed = error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE';
  if (!closed && !unavailable.has(resultCode(error) ?? -1)) return error;
  return new KeygridError('store_unavailable', 'The database does not answer', { cause: error });
}
