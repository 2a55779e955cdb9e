/** Lists ordered by a time, newest first, of which a part is read at a time, from any place and in either direction. */
import type { Uuid } from './uuid.ts';

/** An item's place, whether or not the item is still there. */
export interface ListPlace {
  /** Milliseconds since the epoch. */
  at: number;
  id: Uuid;
}

export interface ListStart {
  direction: 'after' | 'before';
  place: ListPlace;
}

/** What a store is asked for. It answers the newest first, in whatever direction it reads. */
export interface ListSlice {
  limit: number;
  /** Undefined: from the newest on. */
  from: ListStart | undefined;
}

export interface ListPart<Item> {
  items: Item[];
  /** Where the parts beside it begin, if there are any. */
  previous: ListStart | undefined;
  next: ListStart | undefined;
}

/** The first part for a place that nothing is behind any more. Before a place, a whole part or the first one. */
export async function readListPart<Item>(
  read: (slice: ListSlice) => Promise<Item[]>,
  { limit, from }: ListSlice,
  placeOf: (item: Item) => ListPlace,
): Promise<ListPart<Item>> {
  const found = await read({ limit: limit + 1, from });
  const isWhole = found.length > limit;
  const isUpwards = from?.direction === 'before';
  if (isUpwards ? !isWhole : from && found.length === 0) {
    return readListPart(read, { limit, from: undefined }, placeOf);
  }
  const items = isUpwards ? found.slice(1) : found.slice(0, limit);
  const [first, last] = [items[0], items.at(-1)];
  return {
    items,
    previous: from && first && { direction: 'before', place: placeOf(first) },
    next: last && (isWhole || isUpwards) ? { direction: 'after', place: placeOf(last) } : undefined,
  };
}
