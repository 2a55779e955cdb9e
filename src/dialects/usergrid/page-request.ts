/** `limit` and `cursor` of the management lists. */
import type { FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import { firstValues } from './body.ts';
import type { QueryParameters } from './envelope.ts';

export const longestPage = 1000;

export interface PageRequest {
  limit: number;
  cursor: string | undefined;
}

/** The limit is brought into 1 to 1000. A cursor must look as `cursors` says. @throws KeygridError `invalid_argument` */
export function readPageRequest(
  request: FastifyRequest,
  usualLimit: number,
  cursors: RegExp = /^[^\0]*$/,
): PageRequest {
  const { limit, cursor } = firstValues(request.query as QueryParameters);
  if (limit !== undefined && !/^-?\d{1,15}$/.test(limit)) {
    throw new KeygridError('invalid_argument', 'limit must be a whole number');
  }
  return {
    limit: Math.min(longestPage, Math.max(1, limit === undefined ? usualLimit : Number(limit))),
    cursor: cursor === undefined || cursor === '' ? undefined : readCursor(cursor, cursors),
  };
}

/** What the store gave, in letters that need no escaping in a URL. */
export const renderCursor = (cursor: string | undefined): string | undefined =>
  cursor === undefined ? undefined : Buffer.from(cursor, 'utf8').toString('base64url');

function readCursor(text: string, cursors: RegExp): string {
  const cursor = Buffer.from(text, 'base64url').toString('utf8');
  if (renderCursor(cursor) === text && cursors.test(cursor)) return cursor;
  throw new KeygridError('invalid_argument', 'cursor is not one that a page gave');
}
