/**
 * Cursors: where a page ended, as the sort tuple of its last entity, bound to the query by a digest. Opaque and
 * URL-safe on the wire. Nothing secret is in one: it can only lead to entities that the query gives anyway.
 */
import { createHash } from 'node:crypto';
import { KeygridError } from '../../errors.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import { isTimeOfUuid, uuidFromBytes, uuidToBytes } from '../../uuid.ts';
import { indexVersion } from '../index/entity-index.ts';
import type { EntityQuery } from './filter.ts';
import type { SortTuple } from './sort-order.ts';

const digestBytes = 8;
/** Digest, created, uuid. */
const headBytes = digestBytes + 8 + 16;
const missing = 0xffff;
const longestCursor = 32_768;

/**
 * What a cursor of this query must carry. The projection and the page size may change on the way; where values are
 * indexed in another way now, it would lead astray.
 */
export function queryDigest(application: RealmKey, type: string, query: EntityQuery): Buffer {
  const { filter, order, direct } = query;
  const text = JSON.stringify([indexVersion, application, type, filter, order, direct]);
  return createHash('sha256').update(text).digest().subarray(0, digestBytes);
}

export function renderCursor(digest: Buffer, { values, created, uuid }: SortTuple): string {
  const time = Buffer.alloc(8);
  time.writeDoubleBE(created);
  const parts = [digest, time, uuidToBytes(uuid)];
  for (const value of values) {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(value?.length ?? missing);
    parts.push(length);
    if (value) parts.push(value);
  }
  return Buffer.concat(parts).toString('base64url');
}

/**
 * @param valueCount how many keys the query's order has.
 * @throws KeygridError `invalid_argument` for anything but a cursor of this very query.
 */
export function parseCursor(cursor: string, digest: Buffer, valueCount: number): SortTuple {
  const bytes = cursor.length <= longestCursor ? Buffer.from(cursor, 'base64url') : Buffer.alloc(0);
  const isOurs =
    bytes.length >= headBytes &&
    bytes.toString('base64url') === cursor &&
    bytes.subarray(0, digestBytes).equals(digest);
  if (!isOurs) throw invalidCursor();
  const created = bytes.readDoubleBE(digestBytes);
  if (!Number.isSafeInteger(created) || !isTimeOfUuid(created)) throw invalidCursor();
  const uuid = uuidFromBytes(bytes.subarray(digestBytes + 8, headBytes));
  return { values: readValues(bytes.subarray(headBytes), valueCount), created, uuid };
}

function readValues(bytes: Buffer, count: number): (Buffer | undefined)[] {
  const values: (Buffer | undefined)[] = [];
  let at = 0;
  for (let read = 0; read < count; read += 1) {
    if (at + 2 > bytes.length) throw invalidCursor();
    const length = bytes.readUInt16BE(at);
    at += 2;
    values.push(length === missing ? undefined : bytes.subarray(at, at + length));
    if (length !== missing) at += length;
  }
  if (at !== bytes.length) throw invalidCursor();
  return values;
}

const invalidCursor = (): KeygridError =>
  new KeygridError('invalid_argument', 'The cursor does not belong to this query');
