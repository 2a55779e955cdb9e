/** Locations as they are sent: checked, and brought to one form. usergrid-data.md 5. */
import { KeygridError } from '../../errors.ts';
import { isOnEarth } from './geography.ts';

type Parts = Record<string, unknown>;

const isObject = (value: unknown): value is Parts =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isLocation = (name: string): boolean => name.length === 8 && name.toLowerCase() === 'location';

/**
 * The value of a property with the coordinates of every `location` in it as numbers, called latitude and longitude;
 * what else stands there stays. An object that is no place is left as it is, but not where the entity's own location
 * looks like a place with a mistake in it.
 * @throws KeygridError `invalid_argument`
 */
export function readLocations(name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (isLocation(name) && isObject(value)) requireNoMistake(value);
  return readInner(name, value);
}

/** The very value, unless a location in it changes. */
function readInner(name: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    const read = value.map((element) => readInner(name, element));
    return read.some((element, at) => element !== value[at]) ? read : value;
  }
  if (!isObject(value)) return value;
  return isLocation(name) ? readLocation(value) : readParts(value);
}

function readParts(parts: Parts): Parts {
  let read: [string, unknown][] | undefined;
  const entries = Object.entries(parts);
  for (const [at, [name, part]] of entries.entries()) {
    const inner = readInner(name, part);
    if (inner === part) continue;
    read ??= [...entries];
    read[at] = [name, inner];
  }
  return read ? Object.fromEntries(read) : parts;
}

function readLocation(location: Parts): Parts {
  const parts = readParts(location);
  const names = Object.keys(parts);
  const latitude = nameOf(names, 'latitude', 'lat');
  const longitude = nameOf(names, 'longitude', 'lon');
  if (latitude === undefined || longitude === undefined) return parts;
  const place = {
    latitude: coordinate('latitude', parts[latitude]),
    longitude: coordinate('longitude', parts[longitude]),
  };
  if (!isOnEarth(place)) {
    throw refusal('latitude must be between -90 and 90, longitude between -360 and 360 degrees');
  }
  const renamed = Object.entries(parts).flatMap(([name, part]): [string, unknown][] => {
    if (name === latitude) return [['latitude', place.latitude]];
    if (name === longitude) return [['longitude', place.longitude]];
    return isSpelledOtherwise(name) ? [] : [[name, part]];
  });
  return Object.fromEntries(renamed);
}

/** A second spelling of a coordinate, which the later one replaces. */
const isSpelledOtherwise = (name: string): boolean => ['latitude', 'longitude'].includes(name.toLowerCase());

/** The full name goes before the short one. */
const nameOf = (names: string[], full: string, short: string): string | undefined =>
  names.findLast((name) => name.toLowerCase() === full) ??
  names.findLast((name) => name.toLowerCase() === short);

const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function coordinate(name: string, value: unknown): number {
  const number = typeof value === 'string' && decimal.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw refusal(`${name} must be a number`);
}

/** One coordinate without the other, or a name that is nearly one. */
function requireNoMistake(location: Parts): void {
  const names = Object.keys(location);
  const latitude = nameOf(names, 'latitude', 'lat');
  const longitude = nameOf(names, 'longitude', 'lon');
  if (latitude !== undefined && longitude !== undefined) return;
  const looksLikeOne = latitude !== undefined || longitude !== undefined || names.some(isNearlyCoordinate);
  if (looksLikeOne) throw refusal('needs both latitude and longitude');
}

const isNearlyCoordinate = (name: string): boolean =>
  ['latitude', 'longitude'].some((full) => editsBetween(name.toLowerCase(), full) <= 2);

/** Letters to be put in, left out or replaced; 3 stands for many. */
function editsBetween(name: string, full: string): number {
  if (Math.abs(name.length - full.length) > 2) return 3;
  let before = Array.from({ length: full.length + 1 }, (_, at) => at);
  for (const [row, letter] of [...name].entries()) {
    const edits = [row + 1];
    for (let at = 0; at < full.length; at += 1) {
      const replaced = before[at]! + (full[at] === letter ? 0 : 1);
      edits.push(Math.min(replaced, before[at + 1]! + 1, edits[at]! + 1));
    }
    before = edits;
  }
  return Math.min(3, before.at(-1)!);
}

const refusal = (what: string): KeygridError => new KeygridError('invalid_argument', `Location: ${what}`);
