/**
 * The key of a row of the property index, which is all that the row holds beside its application: the number of the
 * path, the value, when the entity was created, and its uuid, in one text of bytes. So an engine compares keys as a
 * whole, and a range of them has one beginning and one end. docs/decisions/2026-11-30-an-index-row-is-one-key.md.
 *
 * A value ends with a byte of 0, and each 0 in it is followed by 0xff: then keys are in the order of the values,
 * whatever their lengths, since no time begins with 0xff.
 */
import type { IndexedValue, IndexPosition } from '../../core/entities/entity-store.ts';
import { longestEncoding, writeIndexValue } from '../../core/entities/index/index-key.ts';
import { uuidFromOrderedHex, uuidToOrderedBytes } from '../../core/uuid.ts';

const pathBytes = 4;
const timeBytes = 6;
/** Of what stands behind the value: the time of creation and the uuid. */
export const tailBytes = timeBytes + 16;
/** The times of uuids begin in 1582, and end in 5236: so they have no sign. */
const timeOffset = 2 ** 47;
const behindZero = 0xff;

/** Bytes that no key is longer than. */
export const longestKey = (value: IndexedValue['value']): number =>
  pathBytes + 2 * longestEncoding(value) + 1 + tailBytes;

/** @returns where it ends. `target` has room for `longestKey`. */
export function writeIndexKey(
  target: Buffer,
  from: number,
  pathId: number,
  value: IndexedValue['value'],
  tail: Uint8Array,
): number {
  const at = writeValue(target, writePath(target, from, pathId), value);
  target[at] = 0;
  // By hand: a call costs more than the work.
  for (let place = 0; place < tailBytes; place += 1) target[at + 1 + place] = tail[place]!;
  return at + 1 + tailBytes;
}

export const pathOfKey = (key: Uint8Array): number =>
  ((key[0]! << 24) | (key[1]! << 16) | (key[2]! << 8) | key[3]!) >>> 0;

function writePath(target: Buffer, from: number, pathId: number): number {
  target[from] = pathId >>> 24;
  target[from + 1] = pathId >>> 16;
  target[from + 2] = pathId >>> 8;
  target[from + 3] = pathId;
  return from + pathBytes;
}

function writeValue(target: Buffer, from: number, value: IndexedValue['value']): number {
  const end = writeIndexValue(target, from, value);
  let zeros = 0;
  for (let at = from; at < end; at += 1) if (target[at] === 0) zeros += 1;
  if (zeros > 0) markZeros(target, from, end, end + zeros);
  return end + zeros;
}

/** From the end on, so that no byte is written over before it has moved. */
function markZeros(target: Buffer, from: number, end: number, newEnd: number): void {
  let to = newEnd;
  for (let at = end - 1; at >= from; at -= 1) {
    const byte = target[at]!;
    if (byte === 0) target[--to] = behindZero;
    target[--to] = byte;
  }
}

/** What all keys of an entity end with. @param id the uuid in ordered bytes. */
export function tailOf(created: number, id: Uint8Array): Buffer {
  const tail = Buffer.allocUnsafe(tailBytes);
  tail.writeUIntBE(created + timeOffset, 0, timeBytes);
  tail.set(id, timeBytes);
  return tail;
}

export function indexKey(pathId: number, value: IndexedValue['value'], tail: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(longestKey(value));
  return key.subarray(0, writeIndexKey(key, 0, pathId, value, tail));
}

export const keyOfPosition = (pathId: number, { value, created, uuid }: IndexPosition): Buffer =>
  indexKey(pathId, value, tailOf(created, uuidToOrderedBytes(uuid)));

/** Every key of a path is at or above its start, and below the start of the next. */
export const startOfPath = (pathId: number): Buffer => startOfValue(pathId, new Uint8Array());

/** Keys of this value, and of greater ones, are above it; keys of lesser values are below. */
export function startOfValue(pathId: number, value: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(pathBytes + 2 * value.length);
  return key.subarray(0, writeValue(key, writePath(key, 0, pathId), value));
}

/** With which every key of exactly this value begins: a tail follows. */
export const keysOfValue = (pathId: number, value: Uint8Array): Buffer =>
  Buffer.concat([startOfValue(pathId, value), Buffer.of(0)]);

/** Keys of this value, and of lesser ones, are below it; keys of greater values are above. */
export const endOfValue = (pathId: number, value: Uint8Array): Buffer =>
  Buffer.concat([startOfValue(pathId, value), Buffer.of(0, behindZero)]);

/** @param tail of a key, in lower-case hexadecimal digits. */
export const positionOfTail = (tail: string, value: Uint8Array): IndexPosition => ({
  value,
  created: Number.parseInt(tail.slice(0, 2 * timeBytes), 16) - timeOffset,
  uuid: uuidFromOrderedHex(tail.slice(2 * timeBytes)),
});

/** @param key whole, in lower-case hexadecimal digits. */
export function positionOfKey(key: string): IndexPosition {
  const endOfKeyValue = key.length - 2 * (tailBytes + 1);
  const value = Buffer.from(key.slice(2 * pathBytes, endOfKeyValue), 'hex');
  return positionOfTail(key.slice(-2 * tailBytes), withoutMarks(value));
}

/** The value as it was before a byte was put behind each 0. */
function withoutMarks(written: Buffer): Buffer {
  if (!written.includes(0)) return written;
  return Buffer.from(written.filter((_, at) => at === 0 || written[at - 1] !== 0));
}
