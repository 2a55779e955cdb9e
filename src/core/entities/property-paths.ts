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
  return Object.entries(entity).flatMap(([name, value]) => {
    const key = name.toLowerCase();
    if (key === path) return elementsOf(value);
    if (!path.startsWith(`${key}.`)) return [];
    const rest = path.slice(key.length + 1);
    return elementsOf(value)
      .filter(isObject)
      .flatMap((element) => propertiesAt(element, rest));
  });
}
