/** Which of several conditions to walk along: the one with the fewest entities in the stretch that comes next. */
import { type Branch, type ChooseDriver, type Driver, driverOf } from './branches.ts';
import { singleValue } from './condition-ranges.ts';
import type { EntityStore } from './entity-store.ts';
import type { Filter } from './filter.ts';
import { lookAhead, type Stretch } from './index-rows.ts';
import { compareAge, type SortTuple } from './sort-order.ts';

/** How far to look ahead along each. */
const rowsAhead = 100;
/** Those that come after are taken for full. */
const mostLookAheads = 24;

/** @param after where the last page ended, in the order of age. */
export function chooseDriver(
  store: EntityStore,
  type: string,
  conditions: Filter[],
  after: SortTuple | undefined,
): Promise<Driver | undefined> {
  let lookAheads = 0;

  async function stretchAlong({ entry }: Branch): Promise<Stretch> {
    lookAheads += 1;
    if (lookAheads > mostLookAheads) return fullest;
    const from = after && { value: entry.value, created: after.created, uuid: after.uuid };
    return lookAhead(store, type, singleValue(entry), rowsAhead, from);
  }

  const choose: ChooseDriver = async (drivers) => {
    const found = await Promise.all(
      drivers.map(async (driver) => ({
        driver,
        stretch: together(await Promise.all(driver.branches.map(stretchAlong))),
      })),
    );
    return found.reduce((best, next) => (isSparser(next.stretch, best.stretch) ? next : best)).driver;
  };
  return driverOf(conditions, choose);
}

const fullest: Stretch = {
  rows: rowsAhead,
  end: { value: Buffer.alloc(0), created: Number.POSITIVE_INFINITY, uuid: '' },
};

/** Merged walks get no further than the fullest of them. */
const together = (stretches: Stretch[]): Stretch => ({
  rows: stretches.reduce((sum, { rows }) => sum + rows, 0),
  end: stretches.reduce((least, stretch) => (isSparser(least, stretch) ? stretch : least)).end,
});

/** Whether it reaches further back in time, or has fewer rows where both reach to the end. */
function isSparser(stretch: Stretch, other: Stretch): boolean {
  if (stretch.end === undefined && other.end === undefined) return stretch.rows < other.rows;
  if (stretch.end === undefined || other.end === undefined) return stretch.end === undefined;
  return compareAge(stretch.end, other.end) < 0;
}
