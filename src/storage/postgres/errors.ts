/** What PostgreSQL and the connection to it refuse, in the words of the core. */
import pg from 'pg';
import { KeygridError } from '../../core/errors.ts';

/** PostgreSQL's SQLSTATE, undefined where the error is not the server's. */
export const sqlState = (error: unknown): string | undefined =>
  error instanceof pg.DatabaseError ? error.code : undefined;

/** Serialization failure, deadlock, and a unique key that another transaction took meanwhile. */
const worthAnotherTry = new Set(['40001', '40P01', '23505']);

export const isWorthAnotherTry = (error: unknown): boolean => worthAnotherTry.has(sqlState(error) ?? '');

/** Connection lost, no longer let in, out of resources, stopped by the operator, system error, read-only stand-by. */
const unavailable = /^(08|28|3D|53|57|58|XX|25006)/;

export const isUnavailable = (error: unknown): boolean =>
  error instanceof KeygridError && error.code === 'store_unavailable';

/** Turns an error of a query or of connecting; what is a fault of ours comes back as it is. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof KeygridError) return error;
  const state = sqlState(error);
  if (state === undefined || unavailable.test(state)) {
    return new KeygridError('store_unavailable', 'The database does not answer', { cause: error });
  }
  if (state === '22021') {
    return new KeygridError('invalid_argument', 'Text with a NUL character cannot be kept', { cause: error });
  }
  if (state === '54000') {
    return new KeygridError('invalid_argument', 'A value is too long to be looked up by', { cause: error });
  }
  return error;
}
