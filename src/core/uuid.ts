/** UUIDs: lower-case text with dashes in the core and on the wire; 16 time-ordered bytes in keys. */
import type { Clock, RandomSource } from './ports.ts';

export type Uuid = string;

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (text: string): boolean => text.length === 36 && uuidPattern.test(text);

/** 100-nanosecond intervals between 1582-10-15 and 1970-01-01. RFC 9562 §5.1. */
const gregorianOffset = 122192928000000000n;

/** The creation time in ms of a version 1 UUID, undefined for any other version. */
export function timeOfUuid(uuid: Uuid): number | undefined {
  if (uuid[14] !== '1') return undefined;
  const ticks = BigInt(`0x${uuid.slice(15, 18)}${uuid.slice(9, 13)}${uuid.slice(0, 8)}`);
  return millisecondsOfTicks(ticks);
}

const millisecondsOfTicks = (ticks: bigint): number => Number((ticks - gregorianOffset) / 10000n);
const earliestTime = millisecondsOfTicks(0n);
const latestTime = millisecondsOfTicks(2n ** 60n - 1n);

/** Whether a version 1 UUID can have been made at that time in ms: from 1582 to 5236. */
export const isTimeOfUuid = (time: number): boolean => time >= earliestTime && time <= latestTime;

/**
 * The bytes with the time fields of version 1 in falling weight (as RFC 9562 §5.6 orders them), so that keys of
 * time-based UUIDs sort by creation. A permutation of the nibbles: reversible for every version.
 */
export const uuidToOrderedBytes = (uuid: Uuid): Buffer => bytesAt(uuid, orderedPlaces);

/** Where in the text each byte's two digits begin. */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const orderedPlaces = [14, 16, 9, 11, 0, 2, 4, 6, 19, 21, 24, 26, 28, 30, 32, 34];

/** By hand: a call into native code for 16 bytes costs more than the work. */
function bytesAt(uuid: Uuid, digits: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(16);
  for (let at = 0; at < 16; at += 1) {
    const place = digits[at]!;
    bytes[at] = (digitAt(uuid, place) << 4) | digitAt(uuid, place + 1);
  }
  return bytes;
}

/** Letters, of either case, have the bit of 64. */
function digitAt(uuid: Uuid, place: number): number {
  const code = uuid.charCodeAt(place);
  return (code & 0xf) + (code & 0x40 ? 9 : 0);
}

export const uuidFromOrderedBytes = (bytes: Uint8Array): Uuid =>
  uuidFromOrderedHex(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex'));

/** Of the ordered bytes in lower-case hexadecimal digits. */
export function uuidFromOrderedHex(hex: string): Uuid {
  return `${hex.slice(8, 16)}-${hex.slice(4, 8)}-${hex.slice(0, 4)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export const uuidToBytes = (uuid: Uuid): Buffer => bytesAt(uuid, places);

export function uuidFromBytes(bytes: Uint8Array): Uuid {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export interface UuidSource {
  /** A fresh version 1 UUID; later ones from one source sort after earlier ones by their ordered bytes. */
  next(): Uuid;
}

/** RFC 9562 §5.1 with a random node id (multicast bit set, §6.10) and clock sequence, drawn once a source. */
export function createUuidSource(clock: Clock, random: RandomSource): UuidSource {
  const node = random.bytes(6);
  node[0] = node[0]! | 1;
  const sequence = random.bytes(2);
  sequence[0] = (sequence[0]! & 0x3f) | 0x80;
  const tail = `${sequence.toString('hex')}-${node.toString('hex')}`;
  let lastMillisecond = 0;
  let tick = 0;
  return {
    next() {
      const now = clock.now();
      if (now > lastMillisecond) {
        lastMillisecond = now;
        tick = 0;
      } else if (++tick === 10000) {
        lastMillisecond += 1;
        tick = 0;
      }
      const ticks = (BigInt(lastMillisecond) * 10000n + BigInt(tick) + gregorianOffset)
        .toString(16)
        .padStart(15, '0');
      return `${ticks.slice(7)}-${ticks.slice(3, 7)}-1${ticks.slice(0, 3)}-${tail}`;
    },
  };
}
