/** The keys of an entity's index rows as one text of bytes: each behind its length. */
import { longestKey, tailOf, writeIndexKey } from '../sql/index-keys.ts';
import type { Creation } from '../sql/statement.ts';

const lengthBytes = 2;
/** For the keys of most entities. */
const room = Buffer.allocUnsafe(16 * 1024);

/** Valid until the next call. @param id of the entity, in ordered bytes */
export function packKeys({ change: { entity, index }, pathIds }: Creation, id: Uint8Array): Uint8Array {
  const tail = tailOf(entity.created, id);
  let bytes = 0;
  for (const { value } of index) bytes += lengthBytes + longestKey(value);
  const target = bytes <= room.length ? room : Buffer.allocUnsafe(bytes);
  let from = 0;
  for (let at = 0; at < index.length; at += 1) {
    const start = from + lengthBytes;
    const end = writeIndexKey(target, start, pathIds[at]!, index[at]!.value, tail);
    target[from] = (end - start) >> 8;
    target[from + 1] = end - start;
    from = end;
  }
  return target.subarray(0, from);
}

export function unpackKeys(packed: Uint8Array): Uint8Array[] {
  const keys: Uint8Array[] = [];
  for (let from = 0; from < packed.length; ) {
    const start = from + lengthBytes;
    const length = packed[from]! * 256 + packed[from + 1]!;
    keys.push(new Uint8Array(packed.buffer, packed.byteOffset + start, length));
    from = start + length;
  }
  return keys;
}
