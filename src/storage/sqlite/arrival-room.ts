/** The keys of the entities of a transaction as one text of bytes, and such texts taken apart again. */
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { pathOfKey } from '../sql/index-keys.ts';
import { unpackKeys } from './entity-keys.ts';

/** Of one path. */
export interface SomeKeys {
  application: RealmKey;
  keys: Uint8Array[];
}

export interface ArrivalRoom {
  /** @param packed see entity-keys.ts */
  add(application: RealmKey, packed: Uint8Array): void;
  /** Valid until the next change. */
  content(): Uint8Array;
  empty(): void;
}

const bytesAtFirst = 64 * 1024;
const mostBytesKept = 1024 * 1024;
/** Before the keys of each entity: its application, and how many bytes they are. */
const [applicationBytes, lengthBytes] = [6, 4];
const headBytes = applicationBytes + lengthBytes;

export function createArrivalRoom(): ArrivalRoom {
  let room = Buffer.allocUnsafe(bytesAtFirst);
  let used = 0;

  function makeRoom(bytes: number): void {
    if (used + bytes <= room.length) return;
    const larger = Buffer.allocUnsafe(Math.max(used + bytes, 2 * room.length));
    room.copy(larger, 0, 0, used);
    room = larger;
  }

  return {
    add(application, packed) {
      makeRoom(headBytes + packed.length);
      room.writeUIntBE(application, used, applicationBytes);
      room.writeUInt32BE(packed.length, used + applicationBytes);
      room.set(packed, used + headBytes);
      used += headBytes + packed.length;
    },
    content: () => room.subarray(0, used),
    empty() {
      used = 0;
      if (room.length > mostBytesKept) room = Buffer.allocUnsafe(bytesAtFirst);
    },
  };
}

/** Those of a path are near to one another in the index: one after the other they take less time. */
export function sortedByPath(contents: Uint8Array[]): SomeKeys[] {
  const byApplication = new Map<RealmKey, Map<number, SomeKeys>>();
  for (const { buffer, byteOffset, length } of contents) {
    const content = Buffer.from(buffer, byteOffset, length);
    for (let from = 0; from < length; ) {
      const application = content.readUIntBE(from, applicationBytes);
      const start = from + headBytes;
      from = start + content.readUInt32BE(from + applicationBytes);
      let byPath = byApplication.get(application);
      if (!byPath) {
        byPath = new Map();
        byApplication.set(application, byPath);
      }
      for (const key of unpackKeys(content.subarray(start, from))) addKey(byPath, application, key);
    }
  }
  return [...byApplication.values()].flatMap((byPath) => [...byPath.values()]);
}

function addKey(byPath: Map<number, SomeKeys>, application: RealmKey, key: Uint8Array): void {
  const path = pathOfKey(key);
  const known = byPath.get(path);
  if (known) known.keys.push(key);
  else byPath.set(path, { application, keys: [key] });
}
