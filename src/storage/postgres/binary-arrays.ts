/**
 * Arrays as PostgreSQL sends and takes them in binary: the driver passes a Buffer on as it is, and marks it so. Layout:
 * https://github.com/postgres/postgres, array_recv in src/backend/utils/adt/arrayfuncs.c.
 */
export const oidOf = { bytea: 17, int8: 20, int4: 23, text: 25 } as const;

const headBytes = 20;
/** Without the one dimension. */
const emptyBytes = 12;
const lengthBytes = 4;
const roomAtFirst = 64 * 1024;
const mostRoomKept = 4 * 1024 * 1024;

/** Writes elements at `from`, and says where they end. */
type Write = (target: Buffer, from: number) => number;

/**
 * Writes the arrays of one statement after another into the same memory: new buffers of this size, hundreds of times a
 * second, make V8 collect all of its garbage again and again.
 */
export interface ArrayWriter {
  integers(values: readonly number[]): Buffer;
  /** Safe integers. */
  longIntegers(values: readonly number[]): Buffer;
  bytes(values: readonly Uint8Array[]): Buffer;
  texts(values: readonly string[]): Buffer;
  /** @param mostBytes that the elements have together. Each is written by `add`, one after the other. */
  written(
    elementType: number,
    count: number,
    mostBytes: number,
    fill: (add: (write: Write) => void) => void,
  ): Buffer;
  /** The arrays that were made so far are not looked at any more. */
  reset(): void;
}

export function createArrayWriter(): ArrayWriter {
  let room = Buffer.allocUnsafe(roomAtFirst);
  let used = 0;

  function makeRoom(bytes: number): void {
    if (room.length - used >= bytes) return;
    room = Buffer.allocUnsafe(Math.max(bytes, 2 * room.length));
    used = 0;
  }

  const written: ArrayWriter['written'] = (elementType, count, mostBytes, fill) => {
    makeRoom(headBytes + count * lengthBytes + mostBytes);
    const start = used;
    used = start + writeHead(room, start, elementType, count);
    fill((write) => {
      const end = write(room, used + lengthBytes);
      room.writeInt32BE(end - used - lengthBytes, used);
      used = end;
    });
    return room.subarray(start, used);
  };

  return {
    written,
    integers: (values) =>
      written(oidOf.int4, values.length, 4 * values.length, (add) => {
        for (const value of values) add((target, from) => target.writeInt32BE(value, from));
      }),
    longIntegers: (values) =>
      written(oidOf.int8, values.length, 8 * values.length, (add) => {
        for (const value of values) add((target, from) => writeLong(target, from, value));
      }),
    bytes: (values) =>
      written(
        oidOf.bytea,
        values.length,
        sum(values, ({ length }) => length),
        (add) => {
          for (const value of values) add((target, from) => writeBytes(target, from, value));
        },
      ),
    // A character of UTF-16 is three bytes of UTF-8 at most.
    texts: (values) =>
      written(oidOf.text, values.length, 3 * sum(values, ({ length }) => length), (add) => {
        for (const value of values) add((target, from) => from + target.write(value, from));
      }),
    reset() {
      used = 0;
      if (room.length > mostRoomKept) room = Buffer.allocUnsafe(roomAtFirst);
    },
  };
}

export function sum<Item>(items: readonly Item[], measure: (item: Item) => number): number {
  let total = 0;
  for (const item of items) total += measure(item);
  return total;
}

/** One dimension, or none where it is empty, whose elements count from 1; none is null. */
function writeHead(target: Buffer, from: number, elementType: number, count: number): number {
  const fields = [count > 0 ? 1 : 0, 0, elementType, count, 1];
  for (const [at, value] of fields.entries()) target.writeInt32BE(value, from + 4 * at);
  return count > 0 ? headBytes : emptyBytes;
}

function writeLong(target: Buffer, from: number, value: number): number {
  const high = Math.floor(value / 2 ** 32);
  return target.writeUInt32BE(value - high * 2 ** 32, target.writeInt32BE(high, from));
}

function writeBytes(target: Buffer, from: number, value: Uint8Array): number {
  target.set(value, from);
  return from + value.length;
}
