/** In characters of the bodies: each of their values is a row in the index, and none is written while others wait. */
const charactersTogether = 60_000;

/**
 * The items in portions that are written side by side, to share a transaction and its sync: at most so many, and fewer
 * of large ones, since a transaction is not interrupted.
 */
export function* writePortions<Item>(
  items: Iterable<Item>,
  most: number,
  charactersOf: (item: Item) => number,
): Generator<Item[]> {
  let portion: Item[] = [];
  let characters = 0;
  for (const item of items) {
    portion.push(item);
    characters += charactersOf(item);
    if (portion.length < most && characters < charactersTogether) continue;
    yield portion;
    portion = [];
    characters = 0;
  }
  if (portion.length > 0) yield portion;
}
