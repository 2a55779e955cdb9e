/** Requests whose answers are known from the numbers of the entities in them. */
import { renderRequest } from '../entity.ts';
import type { LoadRequest } from '../load.ts';
import { collectionPath } from './site.ts';
import { metersBetween, type Point, pointOf } from './things.ts';

const namePattern = /"name":"thing-(\d{8})"/g;

/** The numbers of the entities in an answer, in their order. */
export function numbersIn(body: Buffer): number[] {
  return Array.from(body.toString('latin1').matchAll(namePattern), ([, digits]) => Number(digits));
}

/** What is wrong with the entities of an answer, in words; undefined when nothing is. */
export type FindFault = (numbers: number[]) => string | undefined;

/** A page of 10 of what `statement` finds. */
export function queryRequest(
  bearer: string,
  statement: string,
  findFault: FindFault,
  cursor?: string,
): LoadRequest {
  const ql = encodeURIComponent(statement);
  const rest = cursor === undefined ? '' : `&cursor=${cursor}`;
  return {
    bytes: renderRequest('GET', `${collectionPath}?ql=${ql}&limit=10${rest}`, { bearer }),
    expectedInBody: Buffer.from('"count":'),
    findFault: (body) => {
      const fault = findFault(numbersIn(body));
      return fault === undefined ? undefined : `${statement}: ${fault}`;
    },
  };
}

/** Exactly these, in this order. */
export const inOrder =
  (expected: readonly number[]): FindFault =>
  (numbers) =>
    expected.length === numbers.length && expected.every((number, index) => number === numbers[index])
      ? undefined
      : `expected ${expected}, not ${numbers},`;

/** `count` different ones, each of which satisfies the query. */
export const anyOf =
  (count: number, satisfies: (number: number) => boolean): FindFault =>
  (numbers) => {
    const wrong = numbers.find((number) => !satisfies(number));
    if (wrong !== undefined) return `entity ${wrong} does not belong there`;
    const different = new Set(numbers).size;
    return different === count && numbers.length === count
      ? undefined
      : `expected ${count} entities, not ${different} in ${numbers.length},`;
  };

/** Two distances that differ by less may come in either order. */
const toleranceInMeters = 0.01;

/** The nearest of `candidates` around `center`, 10 at most, nearest first. */
export function nearestOf(
  candidates: readonly number[],
  center: Point,
  radiusInMeters: number,
  size: number,
): FindFault {
  const distanceOf = (number: number): number => metersBetween(center, pointOf(number, size));
  const expected = candidates
    .map(distanceOf)
    .filter((distance) => distance <= radiusInMeters)
    .sort((one, other) => one - other)
    .slice(0, 10);
  return (numbers) => {
    const fits = numbers.every(
      (number, index) => Math.abs(distanceOf(number) - expected[index]!) < toleranceInMeters,
    );
    return fits && new Set(numbers).size === expected.length && numbers.length === expected.length
      ? undefined
      : `expected distances ${expected}, not ${numbers.map(distanceOf)},`;
  };
}
