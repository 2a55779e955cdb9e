/** Several walks in the order of age as one: newest first, each entity once. */

import type { Row } from '../index/index-rows.ts';
import type { Filter } from './filter.ts';
import { compareAge } from './sort-order.ts';

/** A row, and what the entity must satisfy still: all of any one. */
export interface CandidateRow extends Row {
  residuals: Filter[][];
}

export interface AgeWalk {
  chunks: AsyncGenerator<Row[]>;
  residual: Filter[];
}

/** The rows of one walk that were read and not given out. */
interface Head {
  walk: AgeWalk;
  rows: Row[];
  at: number;
}

const merged = 100;

/** Ends when all walks have ended, or one of them early: `isOver` says so. One walk alone may be in any order. */
export async function* mergedRows(walks: AgeWalk[], isOver: () => boolean): AsyncGenerator<CandidateRow[]> {
  const [only] = walks;
  if (only && walks.length === 1) {
    const residuals = [only.residual];
    for await (const rows of only.chunks) yield rows.map((row) => ({ ...row, residuals }));
    return;
  }
  const heads = walks.map((walk): Head => ({ walk, rows: [], at: 0 }));
  let live = await advanced(heads);
  let rows: CandidateRow[] = [];
  while (live.length > 0 && !isOver()) {
    rows.push(takeNewest(live));
    if (live.every(({ rows: read, at }) => at < read.length) && rows.length < merged) continue;
    // What a walk must be read for may not be needed any more.
    yield rows;
    rows = [];
    live = await advanced(live);
  }
}

/** Those that have a row to give. */
async function advanced(heads: Head[]): Promise<Head[]> {
  await Promise.all(heads.map(readOn));
  return heads.filter(({ rows, at }) => at < rows.length);
}

async function readOn(head: Head): Promise<void> {
  while (head.at >= head.rows.length) {
    const { value, done } = await head.walk.chunks.next();
    if (done) return;
    head.rows = value;
    head.at = 0;
  }
}

function takeNewest(live: Head[]): CandidateRow {
  let newest = live[0]!;
  for (const head of live) if (compareAge(headOf(head).entity, headOf(newest).entity) > 0) newest = head;
  const row = headOf(newest);
  const residuals: Filter[][] = [];
  for (const head of live) {
    if (headOf(head).entity.uuid !== row.entity.uuid) continue;
    residuals.push(head.walk.residual);
    head.at += 1;
  }
  return { ...row, residuals };
}

const headOf = ({ rows, at }: Head): Row => rows[at]!;
