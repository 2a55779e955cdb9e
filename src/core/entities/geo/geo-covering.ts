/** Few index ranges that together hold every point of a circle. */
import type { IndexRange } from '../entity-store.ts';
import type { Within } from '../query/filter.ts';
import {
  type Cell,
  childrenOf,
  countOf,
  deepestLevel,
  firstNumber,
  rangeOfNumbers,
  wholeEarth,
} from './geo-cells.ts';
import { greatestDistance, leastDistance } from './geo-distances.ts';

const mostCells = 16;

/** At most 16 ranges; none for a circle of which nothing is inside. */
export function rangesOfCircle(circle: Within): IndexRange[] {
  const ranges: { first: number; end: number }[] = [];
  for (const cell of cellsOfCircle(circle).sort((left, right) => firstNumber(left) - firstNumber(right))) {
    const first = firstNumber(cell);
    const end = first + countOf(cell);
    const before = ranges.at(-1);
    if (before?.end === first) before.end = end;
    else ranges.push({ first, end });
  }
  return ranges.map(({ first, end }) => rangeOfNumbers(circle.path, first, end));
}

/** The largest cells first are replaced by those of their children that the circle touches. */
function cellsOfCircle(circle: Within): Cell[] {
  const touches = (cell: Cell): boolean => leastDistance(circle, cell) <= circle.meters;
  const isInside = (cell: Cell): boolean => greatestDistance(circle, cell) <= circle.meters;
  const settled: Cell[] = [];
  const open = [wholeEarth].filter(touches);
  for (let cell = open.shift(); cell; cell = open.shift()) {
    const isWhole = cell.level === deepestLevel || isInside(cell);
    const children = isWhole ? [] : childrenOf(cell).filter(touches);
    if (isWhole || settled.length + open.length + children.length > mostCells) settled.push(cell);
    else open.push(...children);
  }
  return settled;
}
