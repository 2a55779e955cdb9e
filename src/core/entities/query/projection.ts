/**
 * What `select` leaves of an entity: the selected properties, and always uuid and type. Stored spelling is kept; a
 * property that is renamed goes out at the first level. usergrid-data.md 2.5.
 */

import { propertiesAt } from '../property-paths.ts';
import type { Projection } from './filter.ts';

type JsonObject = Record<string, unknown>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** JSON text in, JSON text out. */
export function project(body: string, projection: Projection[]): string {
  const entity = JSON.parse(body) as JsonObject;
  const kept = projection.filter(({ source, as }) => source === as).map(({ source }) => source);
  const result = pick(entity, ['uuid', 'type', ...kept]);
  for (const { source, as } of projection) {
    const [first, ...others] = source === as ? [] : valuesAt(entity, source);
    if (first !== undefined) result[as] = others.length > 0 ? [first, ...others] : first;
  }
  return JSON.stringify(result);
}

/** At the first level as it is stored, an array included; deeper, every value that the path leads to. */
function valuesAt(entity: JsonObject, path: string): unknown[] {
  const name = Object.keys(entity).find((key) => key.toLowerCase() === path);
  return name === undefined ? propertiesAt(entity, path) : [entity[name]];
}

function pick(object: JsonObject, paths: string[]): JsonObject {
  // Without a prototype, `__proto__` is a name like any other.
  const picked: JsonObject = Object.create(null);
  for (const [name, value] of Object.entries(object)) {
    const key = name.toLowerCase();
    const rest = paths.filter((path) => path.startsWith(`${key}.`)).map((path) => path.slice(key.length + 1));
    const part = paths.includes(key) ? value : pickInside(value, rest);
    if (part !== undefined) picked[name] = part;
  }
  return picked;
}

/** Undefined where nothing of the value is selected. */
function pickInside(value: unknown, paths: string[]): unknown {
  if (paths.length === 0) return undefined;
  if (Array.isArray(value)) {
    const parts = value.map((element) => pickInside(element, paths)).filter((part) => part !== undefined);
    return parts.length > 0 ? parts : undefined;
  }
  if (!isObject(value)) return undefined;
  const picked = pick(value, paths);
  return Object.keys(picked).length > 0 ? picked : undefined;
}
