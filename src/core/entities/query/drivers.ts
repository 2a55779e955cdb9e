/** Which of several conditions to walk along: the one with the fewest entities in the stretch that comes next. */

import type { EntityStore } from '../entity-store.ts';
import { lookAhead, type Stretch } from '../index/index-rows.ts';
import { type Branch, type ChooseDriver, type Driver, driverOf } from './branches.ts';
import { singleValue } from './condition-ranges.ts';
import type { Filter } from './filter.ts';
import { compareAge, type SortTuple } from './sort-order.ts';

/** Those that come after are taken for full. */
const mostLookAheads = 24;

export interface DriverChoice {
  /** Undefined where no condition can be walked along. */
  driver: Driver | undefined;
  /** The driver is known to lead to no more than a few rows in all. */
  isShort: boolean;
}

export interface DriverSearch {
  store: EntityStore;
  type: string;
  /** All must hold. */
  conditions: Filter[];
  /** How far to look ahead along each. */
  rowsAhead: number;
  /** Where the last page ended, in the order of age. */
  after: SortTuple | undefined;
  /** Whether to find out if the driver is short, also where there is no choice. */
  measured: boolean;
}

export async function chooseDriver(search: DriverSearch): Promise<DriverChoice> {
  const { store, type, conditions, rowsAhead, after, measured } = search;
  let lookAheads = 0;

  async function stretchAlong({ entry }: Branch): Promise<Stretch> {
    lookAheads += 1;
    if (lookAheads > mostLookAheads) return fullest;
    const from = after && { value: entry.value, created: after.created, uuid: after.uuid };
    return lookAhead(store, type, singleValue(entry), rowsAhead, from);
  }

  const stretchOf = async ({ branches }: Driver): Promise<Stretch> =>
    together(await Promise.all(branches.map(stretchAlong)));

  /** Of those that were looked ahead along. */
  const stretches = new Map<Driver, Stretch>();
  const choose: ChooseDriver = async (drivers) => {
    await Promise.all(drivers.map(async (driver) => stretches.set(driver, await stretchOf(driver))));
    return drivers.reduce((best, next) =>
      isSparser(stretches.get(next)!, stretches.get(best)!) ? next : best,
    );
  };
  const driver = await driverOf(conditions, choose);
  if (!driver) return { driver, isShort: false };
  const stretch = stretches.get(driver) ?? (measured ? await stretchOf(driver) : fullest);
  return { driver, isShort: after === undefined && stretch.end === undefined };
}

const fullest: Stretch = {
  rows: Number.POSITIVE_INFINITY,
  end: { value: Buffer.alloc(0), created: Number.POSITIVE_INFINITY, uuid: '' },
};

const empty: Stretch = { rows: 0, end: undefined };

/** Merged walks get no further than the fullest of them. */
const together = (stretches: Stretch[]): Stretch => ({
  rows: stretches.reduce((sum, { rows }) => sum + rows, 0),
  end: stretches.reduce((least, stretch) => (isSparser(least, stretch) ? stretch : least), empty).end,
});

/** Whether it reaches further back in time, or has fewer rows where both reach to the end. */
function isSparser(stretch: Stretch, other: Stretch): boolean {
  if (stretch.end === undefined && other.end === undefined) return stretch.rows < other.rows;
  if (stretch.end === undefined || other.end === undefined) return stretch.end === undefined;
  return compareAge(stretch.end, other.end) < 0;
}
