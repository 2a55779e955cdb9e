/** What a search for the nearest has yet to look at, in the order of the result: cells, points, and what they hold. */
import { PriorityQueue } from '../../priority-queue.ts';
import type { IndexPosition } from '../entity-store.ts';
import { encodeIndexValue } from '../index/index-key.ts';
import { type Aged, compareAge, compareSortValues, type SortTuple } from '../query/sort-order.ts';
import type { Cell } from './geo-cells.ts';

/** None of its entities is nearer than `distance`, in meters. */
export interface WaitingCell {
  kind: 'cell';
  distance: number;
  cell: Cell;
}

/** A point that many entities share. */
export interface WaitingPoint {
  kind: 'point';
  distance: number;
  /** Its index value. */
  point: Uint8Array;
  /** Its entities are walked along newest first; those up to here were met. */
  after: IndexPosition | undefined;
  /** How many of them to look at next. */
  rows: number;
}

/** An entity met in the index at a point that is so far away. */
export interface Candidate extends Aged {
  kind: 'candidate';
  distance: number;
}

export type Waiting = WaitingCell | WaitingPoint | Candidate;

export const waitingNearestFirst = (): PriorityQueue<Waiting> =>
  new PriorityQueue<Waiting>(
    (left, right) =>
      left.distance - right.distance || comparePlaces(left, right) || compareNewest(left, right),
  );

/** Nothing is known of what is in a cell: at one distance it goes first. */
const comparePlaces = (left: Waiting, right: Waiting): number =>
  Number(left.kind !== 'cell') - Number(right.kind !== 'cell');

function compareNewest(left: Waiting, right: Waiting): number {
  const [newest, other] = [newestOf(left), newestOf(right)];
  if (!newest || !other) return Number(newest !== undefined) - Number(other !== undefined);
  // What comes after an entity of a point is older than it.
  return compareAge(other, newest) || Number(left.kind === 'point') - Number(right.kind === 'point');
}

/** Nothing newer is in it; undefined where it may be of any age. */
export function newestOf(waiting: Waiting): Aged | undefined {
  if (waiting.kind === 'candidate') return waiting;
  return waiting.kind === 'point' ? waiting.after : undefined;
}

/** Less than 0 if so many meters come before the tuple in the order by distance. */
export const compareDistance = (meters: number, { values }: SortTuple): number =>
  compareSortValues(encodeIndexValue(meters), values[0], false);
