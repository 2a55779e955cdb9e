/** Areas that results may be in, the nearest first: cells, and single points that many entities share. */

import { encodeIndexValue } from '../index/index-key.ts';
import type { Within } from '../query/filter.ts';
import { compareSortValues, type SortTuple } from '../query/sort-order.ts';
import { type Cell, cellAt, childrenOf, pointOfKey } from './geo-cells.ts';
import { greatestDistance, leastDistance } from './geo-distances.ts';
import { distanceInMeters } from './geography.ts';

/** A cell, or the index value of a point, and between which distances its entities are, in meters. */
export interface Area {
  least: number;
  greatest: number;
  of: Cell | Uint8Array;
}

export interface Areas {
  /** Unless nothing of it can be on the page: out of reach, or shown by earlier pages. */
  add(of: Cell | Uint8Array): void;
  /** Takes the nearest one out. */
  next(): Area | undefined;
}

/** @param after where the last page ended. */
export function createAreas(place: Within, after: SortTuple | undefined): Areas {
  /** The farthest first. */
  const waiting: Area[] = [];
  return {
    add(of) {
      const area = areaAround(place, of);
      if (area.least > place.meters || (after && compareDistance(area.greatest, after) < 0)) return;
      let at = waiting.length;
      while (at > 0 && waiting[at - 1]!.least < area.least) at -= 1;
      waiting.splice(at, 0, area);
    },
    next: () => waiting.pop(),
  };
}

function areaAround(place: Within, of: Cell | Uint8Array): Area {
  if ('level' in of) {
    return { least: leastDistance(place, of), greatest: greatestDistance(place, of), of };
  }
  const distance = distanceInMeters(place, pointOfKey(of));
  return { least: distance, greatest: distance, of };
}

/** Less than 0 if so many meters come before the tuple in the order by distance. */
export const compareDistance = (meters: number, { values }: SortTuple): number =>
  compareSortValues(encodeIndexValue(meters), values[0], false);

/** The cell of that level around the place, and larger and larger ones, which with it are the whole earth. */
export function cellsAround(place: Within, level: number): Cell[] {
  const cells = [cellAt(place, level)];
  for (let each = level; each > 0; each -= 1) {
    const { column, row } = cellAt(place, each);
    const siblings = childrenOf(cellAt(place, each - 1));
    cells.push(...siblings.filter((cell) => cell.column !== column || cell.row !== row));
  }
  return cells;
}
