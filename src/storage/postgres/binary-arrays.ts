/**
 * Arrays as PostgreSQL sends and takes them in binary: the driver passes a Buffer on as it is, and marks it so. Layout:
 * https://github.com/postgres/postgres, array_recv in src/backend/utils/adt/arrayfuncs.c.
 */
export const oidOf = { bytea: 17, int4: 23 } as const;

const headBytes = 20;
/** Without the one dimension. */
const emptyBytes = 12;
const lengthBytes = 4;

export interface BinaryArray {
  /** @param write puts the element's bytes at `from`, and says where they end. */
  add(write: (target: Buffer, from: number) => number): void;
  finish(): Buffer;
}

/** @param bytes that the elements have at most, with 4 more for each. */
export function createBinaryArray(elementType: number, bytes: number): BinaryArray {
  const target = Buffer.allocUnsafe(headBytes + bytes);
  let at = headBytes;
  let count = 0;
  return {
    add(write) {
      const end = write(target, at + lengthBytes);
      target.writeInt32BE(end - at - lengthBytes, at);
      at = end;
      count += 1;
    },
    finish() {
      writeHead(target, elementType, count);
      return target.subarray(0, count > 0 ? at : emptyBytes);
    },
  };
}

export function integersInBinary(values: readonly number[]): Buffer {
  const array = createBinaryArray(oidOf.int4, values.length * 2 * lengthBytes);
  for (const value of values) array.add((target, from) => target.writeInt32BE(value, from));
  return array.finish();
}

/** One dimension, or none where it is empty, whose elements count from 1; none is null. */
function writeHead(target: Buffer, elementType: number, count: number): void {
  const hasElements = count > 0 ? 1 : 0;
  for (const [at, value] of [hasElements, 0, elementType, count, 1].entries())
    target.writeInt32BE(value, at * 4);
}
