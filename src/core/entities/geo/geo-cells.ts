/**
 * The earth cut into cells: the whole of it is the one cell of level 0, and every cell has four children, down to
 * cells of about a meter by two. Cells are numbered along a Z-order curve, so that the points of any cell, and of no
 * other, lie in one range of the index. Towards the poles they become narrow slices: nothing is missed there, but a
 * search looks into more of them.
 */
import type { IndexRange } from '../entity-store.ts';
import type { Point } from './geography.ts';

export interface Cell {
  level: number;
  /** From the west, at 180 degrees. */
  column: number;
  /** From the south. */
  row: number;
}

export const deepestLevel = 24;
export const wholeEarth: Cell = Object.freeze({ level: 0, column: 0, row: 0 });

/** First byte of a point's key; the tags of scalars are below it (index-key.ts). */
const pointTag = 0x40;
/** Tag, number of the deepest cell, latitude, longitude. */
const [numberAt, latitudeAt, longitudeAt, keyBytes] = [1, 7, 15, 23];

const pointsMark = '[points]';

/** Where the points that a property holds are in the index. */
export const pointsPath = (path: string): string => path + pointsMark;
export const isPointsPath = (path: string): boolean => path.endsWith(pointsMark);

export const degreesRound = (degrees: number): number => ((degrees % 360) + 360) % 360;

/** The cell of that level in which the point lies. */
export function cellAt({ latitude, longitude }: Point, level: number): Cell {
  const across = 2 ** level;
  const cellOf = (share: number): number => Math.min(across - 1, Math.floor(share * across));
  return { level, column: cellOf(degreesRound(longitude + 180) / 360), row: cellOf((latitude + 90) / 180) };
}

export const childrenOf = ({ level, column, row }: Cell): Cell[] =>
  [0, 1].flatMap((north) =>
    [0, 1].map((east) => ({ level: level + 1, column: 2 * column + east, row: 2 * row + north })),
  );

/** The cell's points in the index of the property at `path`. */
export function rangeOfCell(path: string, cell: Cell): IndexRange {
  const first = firstNumber(cell);
  return rangeOfNumbers(path, first, first + countOf(cell));
}

/** @param end the first number behind the range. */
export const rangeOfNumbers = (path: string, first: number, end: number): IndexRange => ({
  path: pointsPath(path),
  from: keyOfNumber(first),
  fromInclusive: true,
  to: keyOfNumber(end),
  toInclusive: false,
});

/** How many cells of the deepest level are in it. */
export const countOf = ({ level }: Cell): number => 4 ** (deepestLevel - level);

/** The least number of its cells of the deepest level. */
export function firstNumber({ level, column, row }: Cell): number {
  const [deepColumn, deepRow] = [column, row].map((at) => at * 2 ** (deepestLevel - level)) as [
    number,
    number,
  ];
  const high = interleave(deepRow >> 12, deepColumn >> 12);
  return high * 2 ** 24 + interleave(deepRow & 0xfff, deepColumn & 0xfff);
}

const interleave = (row: number, column: number): number => (spread(row) << 1) | spread(column);

/** The lowest 12 bits, each followed by a gap. */
function spread(bits: number): number {
  const inBytes = (bits | (bits << 8)) & 0x00ff00ff;
  const inHalves = (inBytes | (inBytes << 4)) & 0x0f0f0f0f;
  const inPairs = (inHalves | (inHalves << 2)) & 0x33333333;
  return (inPairs | (inPairs << 1)) & 0x55555555;
}

function keyOfNumber(number: number): Buffer {
  if (number === 2 ** (2 * deepestLevel)) return Buffer.of(pointTag + 1);
  const key = Buffer.of(pointTag, 0, 0, 0, 0, 0, 0);
  key.writeUIntBE(number, numberAt, latitudeAt - numberAt);
  return key;
}

/** The index value of a point. It holds the very coordinates, so that distances need no look at the entity. */
export function keyOfPoint(point: Point): Buffer {
  const key = Buffer.alloc(keyBytes);
  keyOfNumber(firstNumber(cellAt(point, deepestLevel))).copy(key);
  // + 0 makes -0 into 0.
  key.writeDoubleBE(point.latitude + 0, latitudeAt);
  key.writeDoubleBE(point.longitude + 0, longitudeAt);
  return key;
}

export function pointOfKey(key: Uint8Array): Point {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  return { latitude: bytes.readDoubleBE(latitudeAt), longitude: bytes.readDoubleBE(longitudeAt) };
}
