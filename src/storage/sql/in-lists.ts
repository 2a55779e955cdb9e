/**
 * Statements with a list of values in them, `in (?, ?, …)`. There are a few lengths only, so that each stays prepared: a
 * shorter list is filled up with its last value.
 */
const lengths = [1, 2, 5, 10, 20, 50, 100];
const longest = 100;

/** The values in lists that statements are made for. */
export function* listsOf<Value>(values: readonly Value[]): Generator<Value[]> {
  for (let from = 0; from < values.length; from += longest) {
    const list = values.slice(from, from + longest);
    const length = lengths.find((each) => each >= list.length) ?? longest;
    while (list.length < length) list.push(list.at(-1)!);
    yield list;
  }
}

/** `?, ?, …` */
export const placeholders = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

/** Made when first asked for. */
export function madeOnce<Key, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const known = new Map<Key, Made>();
  return (key) => {
    let made = known.get(key);
    if (made === undefined) {
      made = make(key);
      known.set(key, made);
    }
    return made;
  };
}
