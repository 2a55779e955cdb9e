/**
 * The order by distance. A `within` that every result satisfies sorts nearest first, then newest, unless the query
 * names an order; there its property stands for the distance, always ascending. usergrid-data.md 2.6. Below `or` and
 * `not` a `within` only filters.
 */
import { KeygridError } from '../../errors.ts';
import type { StoredEntity } from '../entity-store.ts';
import { distanceOf, isOnEarth } from '../geo/geography.ts';
import type { EntityQuery, Filter, SortKey, Within } from './filter.ts';

/** The order that the query has, its own or that of its first `within`. */
export function orderWithDistances({ filter, order }: EntityQuery): SortKey[] {
  const places = placesIn(filter);
  const first = places[0];
  if (first && order.length === 0) return [distanceKey(first)];
  return order.map((key) => {
    const place = places.find(({ path }) => path === key.path);
    return place ? distanceKey(place) : key;
  });
}

/** The place that the distances of the results are counted from. */
const placeOf = ({ filter }: EntityQuery): Within | undefined => placesIn(filter)[0];

/** Meters from that place to each entity; undefined for a query without one. */
export function distancesOf(query: EntityQuery, entities: readonly StoredEntity[]): number[] | undefined {
  const place = placeOf(query);
  return place && entities.map(({ body }) => distanceOf(JSON.parse(body), place) ?? Number.POSITIVE_INFINITY);
}

/** @throws KeygridError `invalid_argument` for a query about a place that is not on the earth. */
export function requirePlacesOnEarth(filter: Filter | undefined): void {
  if (!filter) return;
  if ('operands' in filter) filter.operands.forEach(requirePlacesOnEarth);
  if ('operand' in filter) requirePlacesOnEarth(filter.operand);
  if (filter.kind === 'within' && !isOnEarth(filter)) {
    throw new KeygridError(
      'invalid_argument',
      'The place must have a latitude between -90 and 90, a longitude between -360 and 360 degrees',
    );
  }
}

/** Those that all results lie within reach of. */
function placesIn(filter: Filter | undefined): Within[] {
  if (filter?.kind === 'and') return filter.operands.flatMap(placesIn);
  return filter?.kind === 'within' ? [filter] : [];
}

/** No index lies in this order: no indexed path has the character U+0000. */
const distanceKey = (from: Within): SortKey => ({
  path: '\0distance',
  direction: 'ascending',
  from,
});
