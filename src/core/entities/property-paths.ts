/** Where the properties of an entity are, by lower-case dot path: through objects, and through arrays of objects. */

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value itself, or each element of an array. An array inside an array is not looked into. */
const elementsOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? value.filter((element) => !Array.isArray(element)) : [value];

/**
 * Every value (scalar or object) that the path leads to, arrays spread out. Names match without regard to case, and a
 * name that holds a dot itself is reached by the same text as a nested one.
 */
export function propertiesAt(entity: Record<string, unknown>, path: string): unknown[] {
  const found: unknown[] = [];
  collect(entity, path, found);
  return found;
}

/** Queries ask it of many bodies: no list is made on the way. */
function collect(entity: Record<string, unknown>, path: string, found: unknown[]): void {
  for (const name of Object.keys(entity)) {
    const key = name.toLowerCase();
    if (!path.startsWith(key)) continue;
    if (key.length === path.length) for (const element of elementsOf(entity[name])) found.push(element);
    else if (path[key.length] === '.') {
      const rest = path.slice(key.length + 1);
      for (const element of elementsOf(entity[name])) if (isObject(element)) collect(element, rest, found);
    }
  }
}
