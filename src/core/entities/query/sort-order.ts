/**
 * The order of query results, as tuples that compare: the sort values, then created and uuid. usergrid-data.md 2.6.
 * An entity with several values at a path stands at the first of them in the direction asked for; one without a value
 * comes last in both directions.
 */
import { type Uuid, uuidToOrderedBytes } from '../../uuid.ts';
import type { StoredEntity } from '../entity-store.ts';
import { distanceOf } from '../geo/geography.ts';
import { encodeIndexValue, isScalar } from '../index/index-key.ts';
import { propertiesAt } from '../property-paths.ts';
import type { SortKey, Within } from './filter.ts';

/** What stands at a place in the order of age. */
export interface Aged {
  created: number;
  uuid: Uuid;
}

export interface SortTuple extends Aged {
  /** One for each key of the order; undefined where the entity has no value there. */
  values: (Buffer | undefined)[];
}

export type ParsedEntity = Record<string, unknown>;

export const isDescending = (key: SortKey | undefined): boolean =>
  key === undefined || key.direction === 'descending';

/** `parsed` is the entity's body; it is not looked at when there is no order. */
export const sortTupleOf = (
  { created, uuid }: StoredEntity,
  parsed: ParsedEntity,
  order: SortKey[],
): SortTuple => ({ values: order.map((key) => sortValue(parsed, key)), created, uuid });

function sortValue(parsed: ParsedEntity, key: SortKey): Buffer | undefined {
  if (key.from) return distanceValue(parsed, key.from);
  let first: Buffer | undefined;
  const sign = isDescending(key) ? -1 : 1;
  for (const value of propertiesAt(parsed, key.path)) {
    if (!isScalar(value)) continue;
    const encoded = encodeIndexValue(value);
    if (first === undefined || Buffer.compare(encoded, first) * sign < 0) first = encoded;
  }
  return first;
}

function distanceValue(parsed: ParsedEntity, from: Within): Buffer | undefined {
  const distance = distanceOf(parsed, from);
  return distance === undefined ? undefined : encodeIndexValue(distance);
}

export type CompareTuples = (left: SortTuple, right: SortTuple) => number;

/** Without an order: newest first. Ties go by age, in the direction of the first key; at one distance newest first. */
export function compareBy(order: SortKey[]): CompareTuples {
  return (left, right) => {
    for (const [at, key] of order.entries()) {
      const difference = compareSortValues(left.values[at], right.values[at], isDescending(key));
      if (difference !== 0) return difference;
    }
    const newestFirst =
      left.values[0] === undefined || order[0]?.from !== undefined || isDescending(order[0]);
    return (newestFirst ? -1 : 1) * compareAge(left, right);
  };
}

export function compareSortValues(
  left: Buffer | undefined,
  right: Buffer | undefined,
  descending: boolean,
): number {
  if (left === undefined) return right === undefined ? 0 : 1;
  if (right === undefined) return -1;
  return Buffer.compare(left, right) * (descending ? -1 : 1);
}

/** Positive when the left one is newer. */
export function compareAge(left: Aged, right: Aged): number {
  if (left.created !== right.created || left.uuid === right.uuid) return left.created - right.created;
  return Buffer.compare(uuidToOrderedBytes(left.uuid), uuidToOrderedBytes(right.uuid));
}

/** The first of what is offered, sorted, as many as a page may hold; never holds more. */
export interface Leaders<Item> {
  offer(tuple: SortTuple, item: Item): void;
  isFull(): boolean;
  last(): SortTuple | undefined;
  items(): Item[];
  tuples(): SortTuple[];
}

/** What one page may hold. */
export interface PageBounds {
  limit: number;
  /** Characters of bodies: the entity that reaches them is the last. */
  characters: number;
}

export function createLeaders<Item extends { entity: StoredEntity }>(
  { limit, characters }: PageBounds,
  compare: CompareTuples,
): Leaders<Item> {
  const held: { tuple: SortTuple; item: Item }[] = [];
  let charactersHeld = 0;
  const last = (): SortTuple | undefined => held.at(-1)?.tuple;
  const isFull = (): boolean => held.length >= limit || charactersHeld >= characters;
  const lastIsTooMuch = (): boolean =>
    held.length > limit || charactersHeld - held.at(-1)!.item.entity.body.length >= characters;
  return {
    offer(tuple, item) {
      if (isFull() && compare(tuple, last()!) >= 0) return;
      let low = 0;
      let high = held.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (compare(held[middle]!.tuple, tuple) < 0) low = middle + 1;
        else high = middle;
      }
      held.splice(low, 0, { tuple, item });
      charactersHeld += item.entity.body.length;
      while (lastIsTooMuch()) charactersHeld -= held.pop()!.item.entity.body.length;
    },
    isFull,
    last,
    items: () => held.map(({ item }) => item),
    tuples: () => held.map(({ tuple }) => tuple),
  };
}
