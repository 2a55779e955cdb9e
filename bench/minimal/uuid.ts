import { copyRandomBytes } from './random-pool.ts';

const draft = Buffer.alloc(16);

/** A UUID of version 7 (RFC 9562 §5.7): new keys come last in the index, which keeps inserts on few pages. */
export function timeOrderedUuid(now: number): string {
  draft.writeUIntBE(now, 0, 6);
  copyRandomBytes(draft, 6, 10);
  draft[6] = 0x70 | (draft[6]! & 0x0f);
  draft[8] = 0x80 | (draft[8]! & 0x3f);
  const hex = draft.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
