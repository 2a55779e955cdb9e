/** Edits (insert, delete, replace) that turn one word into another. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[to.length]!;
}

/** The known word a mistyped one most likely means, if any is near: within a third of its length. */
export function nearestName(mistyped: string, known: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(mistyped.length / 3));
  // A stranger's name may be of any length; far longer than every known word, it is near none of them.
  if (mistyped.length > 64) return undefined;
  let nearest: { name: string; distance: number } | undefined;
  for (const name of known) {
    const distance = editDistance(mistyped.toLowerCase(), name.toLowerCase());
    if (distance <= limit && distance < (nearest?.distance ?? Infinity)) nearest = { name, distance };
  }
  return nearest?.name;
}
