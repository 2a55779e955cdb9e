/** Any run of items, none included. */
export const anyRun = Symbol('any run');

export type SequencePattern<Element> = readonly (Element | typeof anyRun)[];

/**
 * True if the pattern covers all the items. On a mismatch only the last run is lengthened: an earlier one never needs
 * to be, since what follows it was matched as early as can be. So the work is bounded by pattern times items.
 */
export function matchesSequence<Element, Item>(
  pattern: SequencePattern<Element>,
  items: readonly Item[],
  accepts: (element: Element, item: Item) => boolean,
): boolean {
  let at = 0;
  let item = 0;
  let lastRun = -1;
  let endOfLastRun = 0;
  while (item < items.length) {
    const element = pattern[at];
    if (element === anyRun) {
      lastRun = at++;
      endOfLastRun = item;
    } else if (at < pattern.length && accepts(element as Element, items[item] as Item)) {
      at += 1;
      item += 1;
    } else if (lastRun !== -1) {
      at = lastRun + 1;
      item = ++endOfLastRun;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((element) => element === anyRun);
}
