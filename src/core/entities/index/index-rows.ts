/** Rows of index walks, read in chunks that suit what is in them, and never more than a query may look at. */
import { setImmediate } from 'node:timers/promises';
import type { EntityStore, IndexEntry, IndexPosition, IndexRange, StoredEntity } from '../entity-store.ts';
import { createWorkMeter, type WorkMeter } from '../query/query-work.ts';
import type { ParsedEntity } from '../query/sort-order.ts';
import { parseQueried } from './indexed-fields.ts';

export interface Row {
  entity: StoredEntity;
  position: IndexPosition;
  /** The entity's body; parsed when first asked for. */
  parsed(): ParsedEntity;
}

/** How many index rows may still be looked at. */
export interface RowBudget {
  rowsLeft: number;
  /** Set when a walk had to stop before its end. */
  ranOut: boolean;
  work: WorkMeter;
}

/** @param weight of what is asked of each row (query-work.ts). */
export const rowBudget = (rowsLeft: number, weight = 0): RowBudget => ({
  rowsLeft,
  ranOut: false,
  work: createWorkMeter(weight),
});

export interface RowWalk {
  type: string;
  range: IndexRange;
  descending: boolean;
  probes: IndexEntry[];
  choices?: IndexEntry[][];
  after: IndexPosition | undefined;
}

/** Of which each may have 5 MB; of all walks that go on side by side. */
export const firstChunk = 50;
const largestChunk = 1000;
/** With probes, most rows may cost no more than a key look-up. */
const largestProbedChunk = 5000;
/** Looked at first for each that is wanted. */
const rowsPerProbed = 3;
/** Characters of bodies that the chunks of all walks that go on side by side are meant to hold at most. */
const chunkCharacters = 8_000_000;

/**
 * @throws KeygridError `query_too_broad`
 * @param wanted how many rows the caller hopes to need.
 * @param sideBySide how many such walks there are at a time.
 */
export async function* rowsOf(
  store: EntityStore,
  walk: RowWalk,
  budget: RowBudget,
  wanted: number,
  sideBySide = 1,
): AsyncGenerator<Row[]> {
  const isProbed = walk.probes.length + (walk.choices?.length ?? 0) > 0;
  const largest = isProbed ? largestProbedChunk : largestChunk;
  const hoped = isProbed ? wanted * rowsPerProbed : wanted;
  let chunk = Math.min(hoped, Math.ceil(firstChunk / sideBySide));
  let after = walk.after;
  do {
    const rows = Math.min(chunk, budget.rowsLeft);
    if (rows === 0) {
      budget.ranOut = true;
      return;
    }
    // Other walks draw on the budget while this one reads.
    budget.rowsLeft -= rows;
    const result = await store.walk({ ...walk, after, limit: rows, scanLimit: rows });
    budget.rowsLeft += rows - result.lookedAt;
    yield* budget.work.portions(result.entities.map(toRow));
    after = result.position;
    chunk = nextChunk(chunk, largest, result.entities, sideBySide);
    // A long walk must not keep others from their turn.
    if (after) await setImmediate();
  } while (after);
}

function toRow({ entity, position }: { entity: StoredEntity; position: IndexPosition }): Row {
  let parsed: ParsedEntity | undefined;
  return {
    entity,
    position,
    parsed() {
      parsed ??= parseQueried(entity);
      return parsed;
    },
  };
}

/** How many to read next, where so many were asked for and these were read. */
export function nextChunk(
  chunk: number,
  largest: number,
  read: { entity: StoredEntity }[],
  sideBySide = 1,
): number {
  const characters = read.reduce((sum, { entity }) => sum + entity.body.length, 0);
  const fitting = Math.floor(chunkCharacters / sideBySide / Math.max(1, characters / chunk));
  return Math.max(1, Math.min(chunk * 4, largest, fitting));
}

export const rowOf = (entity: StoredEntity): Row =>
  toRow({ entity, position: { value: Buffer.alloc(0), created: entity.created, uuid: entity.uuid } });

/** No entity has one of no entries: such a walk reads no bodies. */
const nobody: IndexEntry[][] = [[]];

/** The next rows of a falling walk. */
export interface Stretch {
  rows: number;
  /** Where it ends; undefined if nothing comes after it. */
  end: IndexPosition | undefined;
}

/** Looks at so many rows at most, and reads no bodies. */
export async function lookAhead(
  store: EntityStore,
  type: string,
  range: IndexRange,
  rows: number,
  after?: IndexPosition,
): Promise<Stretch> {
  const walk = { type, range, descending: true, probes: [], choices: nobody, after };
  const { lookedAt, position } = await store.walk({ ...walk, limit: 1, scanLimit: rows });
  return { rows: lookedAt, end: position };
}

/** Whether the range has fewer than `rows` rows. */
export const isShort = async (
  store: EntityStore,
  type: string,
  range: IndexRange,
  rows: number,
): Promise<boolean> => (await lookAhead(store, type, range, rows)).end === undefined;

/** Whether the collection has an entry in the range. */
export async function hasRows(store: EntityStore, type: string, range: IndexRange): Promise<boolean> {
  const walk = { type, range, descending: true, probes: [], after: undefined };
  return (await store.walk({ ...walk, limit: 1, scanLimit: 1 })).entities.length > 0;
}
