/**
 * The entities of the scale bench: 10 properties each, all of them functions of the entity's number and of how many
 * there are, so that the generator knows every answer without keeping any entity.
 *
 * What a query finds either stays the same as the collection grows (`constantMatches` entities) or grows with it (a
 * share of all). Neighbours in one order are far apart in all others, as in data that comes from many users.
 */

/** How many entities have the same group, the same rare word, or lie within the small radius, at every size. */
export const constantMatches = 20;
export const kinds = 10;

/** Entities lie on a square of 100 km by 100 km, at about this latitude, whatever their number. */
const southWest = { latitude: 52, longitude: 13 };
const squareMeters = 100_000;
const metersOfALatitude = 111_195;
const metersOfALongitude = metersOfALatitude * Math.cos((52.45 / 180) * Math.PI);

export interface Point {
  latitude: number;
  longitude: number;
}

export const thingName = (number: number): string => `thing-${String(number).padStart(8, '0')}`;
export const numberOfThing = (name: string): number => Number(name.slice(-8));

/** Groups, and rare words, of a collection of `size`. */
export const groupCount = (size: number): number => Math.max(1, Math.floor(size / constantMatches));
export const groupOf = (number: number, size: number): string => `g${number % groupCount(size)}`;
export const kindOf = (number: number): string => `k${mixed(number) % kinds}`;

/** The entities of one group. */
export function membersOf(group: number, size: number): number[] {
  const members: number[] = [];
  for (let number = group; number < size; number += groupCount(size)) members.push(number);
  return members;
}

/** Ranks are 0 to size - 1, each once, in an order of their own. Sizes are powers of ten. */
export const rankOf = (number: number, size: number): number => (number * 618_033) % size;

/** Which entity has the rank. */
export const thingAtRank = (rank: number, size: number): number => (rank * inverseOf(618_033, size)) % size;

const rareWordStride = 7919;
export const rareWordOf = (number: number, size: number): string =>
  `rare${(number * rareWordStride) % groupCount(size)}`;
export const commonWordOf = (number: number): string => `common${(mixed(number) >>> 8) % kinds}`;

/** The entities whose note has the rare word that `number` has. */
export const sharingRareWord = (number: number, size: number): number[] =>
  membersOf(number % groupCount(size), size);

const columnsOf = (size: number): number => Math.ceil(Math.sqrt(size));

/** Each entity has a cell of a square grid of its own, and lies somewhere in it. */
export function pointOf(number: number, size: number): Point {
  const columns = columnsOf(size);
  const cell = (number * 754_877) % size;
  const jitter = mixed(number);
  const east = ((cell % columns) + (jitter & 0xff) / 256) / columns;
  const north = (Math.floor(cell / columns) + ((jitter >>> 16) & 0xff) / 256) / columns;
  return {
    latitude: southWest.latitude + (north * squareMeters) / metersOfALatitude,
    longitude: southWest.longitude + (east * squareMeters) / metersOfALongitude,
  };
}

/** The entities whose cell a circle around `center` can reach. */
export function thingsNear(center: Point, radiusInMeters: number, size: number): number[] {
  const columns = columnsOf(size);
  const reach = Math.ceil((radiusInMeters / squareMeters) * columns) + 1;
  const column = Math.floor(
    (((center.longitude - southWest.longitude) * metersOfALongitude) / squareMeters) * columns,
  );
  const row = Math.floor(
    (((center.latitude - southWest.latitude) * metersOfALatitude) / squareMeters) * columns,
  );
  const near: number[] = [];
  for (let y = Math.max(0, row - reach); y <= Math.min(columns - 1, row + reach); y++) {
    for (let x = Math.max(0, column - reach); x <= Math.min(columns - 1, column + reach); x++) {
      const cell = y * columns + x;
      if (cell < size) near.push((cell * inverseOf(754_877, size)) % size);
    }
  }
  return near;
}

/** The radius of a circle that holds about `matches` of `size` entities. */
export const radiusHolding = (matches: number, size: number): number =>
  Math.sqrt((matches * squareMeters ** 2) / (size * Math.PI));

/** Great-circle distance on a sphere of the earth's mean radius. */
export function metersBetween(one: Point, other: Point): number {
  const radians = Math.PI / 180;
  const cosine =
    Math.sin(one.latitude * radians) * Math.sin(other.latitude * radians) +
    Math.cos(one.latitude * radians) *
      Math.cos(other.latitude * radians) *
      Math.cos((one.longitude - other.longitude) * radians);
  return 6_371_008.8 * Math.acos(Math.min(1, cosine));
}

/** The whole entity, as it is sent. */
export function makeThing(number: number, size: number): Record<string, unknown> {
  const chance = mixed(number);
  return {
    name: thingName(number),
    group: groupOf(number, size),
    kind: kindOf(number),
    rank: rankOf(number, size),
    score: (chance >>> 4) % 100,
    active: (chance & 1) === 0,
    day: `2026-${twoDigits(1 + ((chance >>> 12) % 12))}-${twoDigits(1 + ((chance >>> 5) % 28))}`,
    note: `${rareWordOf(number, size)} ${commonWordOf(number)} word${(chance >>> 3) % 1000}`,
    location: pointOf(number, size),
    revision: 0,
  };
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** 32 bits that look like chance, the same for the same number (the finalizer of MurmurHash3). */
export function mixed(number: number): number {
  let bits = number + 0x9e3779b9;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const inverses = new Map<string, number>();

/** What undoes a multiplication by `factor` modulo `modulus`. */
function inverseOf(factor: number, modulus: number): number {
  const key = `${factor} ${modulus}`;
  let inverse = inverses.get(key);
  if (inverse === undefined) {
    let [current, next] = [modulus, factor % modulus];
    let [before, after] = [0, 1];
    while (next !== 0) {
      const quotient = Math.floor(current / next);
      [current, next] = [next, current - quotient * next];
      [before, after] = [after, before - quotient * after];
    }
    if (current !== 1) throw new Error(`${factor} and ${modulus} share a factor`);
    inverse = (before + modulus) % modulus;
    inverses.set(key, inverse);
  }
  return inverse;
}
