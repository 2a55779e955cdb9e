/** Which of several conditions to walk along: the one with the fewest entities in the stretch that comes next. */
import { type Driver, driversOf } from './branches.ts';
import { singleValue } from './condition-ranges.ts';
import type { EntityStore, IndexEntry, IndexPosition } from './entity-store.ts';
import type { Filter } from './filter.ts';
import { positionAhead } from './index-rows.ts';
import { compareAge, type SortTuple } from './sort-order.ts';

/** How far to look ahead along each. */
const rowsAhead = 100;
const mostDrivers = 4;

/** @param after where the last page ended, in the order of age. */
export async function chooseDriver(
  store: EntityStore,
  type: string,
  conditions: Filter[],
  after: SortTuple | undefined,
): Promise<Driver | undefined> {
  const drivers = driversOf(conditions);
  if (drivers.length < 2 || drivers[0]!.branches.length === 0) return drivers[0];
  const reaches = await Promise.all(
    drivers.slice(0, mostDrivers).map(async (driver) => ({ driver, reach: await reachOf(driver) })),
  );
  return reaches.reduce((best, next) => (reachesFurther(next.reach, best.reach) ? next : best)).driver;

  /** How far back in time the next rows reach: of several branches the fullest says it. Undefined: to the end. */
  async function reachOf({ branches }: Driver): Promise<IndexPosition | undefined> {
    const ends = await Promise.all(branches.map(({ entry }) => endOf(entry)));
    return ends.reduce((fullest, end) => (reachesFurther(fullest, end) ? end : fullest));
  }

  function endOf(entry: IndexEntry): Promise<IndexPosition | undefined> {
    const from = after && { value: entry.value, created: after.created, uuid: after.uuid };
    return positionAhead(store, type, singleValue(entry), rowsAhead, from);
  }
}

const reachesFurther = (reach: IndexPosition | undefined, other: IndexPosition | undefined): boolean =>
  other !== undefined && (reach === undefined || compareAge(reach, other) < 0);
