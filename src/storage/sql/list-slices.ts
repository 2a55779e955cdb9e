/** Part of a list that is ordered by a time and a uuid, newest first: a walk along its index, in either direction. */
import type { ListSlice } from '../../core/list-parts.ts';
import { uuidToOrderedBytes } from '../../core/uuid.ts';
import { type Row, rows, type SqlValue, type Statement, statement, type Work } from './statement.ts';

export interface SliceStatements {
  after: Statement;
  before: Statement;
}

/** `keys` are the columns of the index: those that `select` compares, then time and uuid. */
export function sliceStatements(select: string, keys: readonly string[]): SliceStatements {
  const place = keys.slice(-2).join(', ');
  const ordered = (direction: 'asc' | 'desc') => keys.map((key) => `${key} ${direction}`).join(', ');
  return {
    after: statement(`${select} and (${place}) < (?, ?) order by ${ordered('desc')} limit ?`),
    before: statement(`${select} and (${place}) > (?, ?) order by ${ordered('asc')} limit ?`),
  };
}

const end = { at: Number.MAX_SAFE_INTEGER, id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

export function* readSlice(
  { after, before }: SliceStatements,
  compared: SqlValue[],
  { limit, from }: ListSlice,
): Work<Row[]> {
  const { at, id } = from?.place ?? end;
  const isUpwards = from?.direction === 'before';
  const found = yield* rows(isUpwards ? before : after, ...compared, at, uuidToOrderedBytes(id), limit);
  return isUpwards ? found.toReversed() : found;
}
