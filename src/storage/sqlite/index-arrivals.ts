/**
 * Index rows that wait beside the index. New entities mostly add to the ends of the same few runs of keys, and every
 * twenty rows or so SQLite divides the page there anew and writes five: so the rows of entities that are created side by
 * side are put aside, and moved many at a time. Whoever looks at the index has them moved first.
 * docs/decisions/2026-11-30-index-rows-arrive-together.md
 */
import type { DatabaseSync } from 'node:sqlite';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { insertIndexEntries } from '../sql/entity-statements.ts';
import { pathOfKey } from '../sql/index-keys.ts';
import type { SqlValue } from '../sql/statement.ts';
import { unpackKeys } from './entity-keys.ts';
import type { PreparedStatements } from './prepared.ts';

/** Each is to be called in a transaction that writes, but for `areThere`. */
export interface IndexArrivals {
  /** What the transaction before put aside and did not store is forgotten. */
  begin(): void;
  /** @param packed the keys of an entity's rows */
  add(application: RealmKey, packed: Uint8Array, rows: number): void;
  /** To be called before the commit. */
  store(): void;
  areThere(): boolean;
  /** Moves all into the index. */
  settle(): void;
}

/** From so many on they are moved. The more, the fewer pages each writes, and the longer all else waits meanwhile. */
const mostRows = 4096;
const roomAtFirst = 64 * 1024;
const mostRoomKept = 1024 * 1024;
/** Before the keys of each entity: its application, and how many bytes they are. */
const [applicationBytes, lengthBytes] = [6, 4];
const headBytes = applicationBytes + lengthBytes;

export function createIndexArrivals(
  database: DatabaseSync,
  { performMany }: Pick<PreparedStatements, 'performMany'>,
): IndexArrivals {
  let prepared: Statements | undefined;
  /** Not before they are needed: the table may be yet to come. */
  const statements = (): Statements => {
    prepared ??= prepareStatements(database);
    return prepared;
  };
  let room = Buffer.allocUnsafe(roomAtFirst);
  /** Bytes of the room that hold what this transaction put aside. */
  let used = 0;
  /** Rows that are put aside, as far as is known. */
  let waiting = 0;

  function settle(): void {
    const { selectAll, deleteAll } = statements();
    const stored = selectAll.all() as unknown as [Uint8Array][];
    const arrived = stored.map(([keys]) => Buffer.from(keys.buffer, keys.byteOffset, keys.length));
    for (const [application, keysByPath] of sorted([...arrived, room.subarray(0, used)])) {
      for (const keys of keysByPath.values()) {
        performMany(insertIndexEntries, [application], keys, keys.length);
      }
    }
    if (stored.length > 0) deleteAll.run();
    used = 0;
    waiting = 0;
  }

  function makeRoom(bytes: number): void {
    if (used + bytes <= room.length) return;
    const larger = Buffer.allocUnsafe(Math.max(used + bytes, 2 * room.length));
    room.copy(larger, 0, 0, used);
    room = larger;
  }

  return {
    settle,
    begin() {
      used = 0;
      if (room.length > mostRoomKept) room = Buffer.allocUnsafe(roomAtFirst);
    },
    add(application, packed, rows) {
      if (waiting >= mostRows) settle();
      makeRoom(headBytes + packed.length);
      room.writeUIntBE(application, used, applicationBytes);
      room.writeUInt32BE(packed.length, used + applicationBytes);
      room.set(packed, used + headBytes);
      used += headBytes + packed.length;
      waiting += rows;
    },
    store() {
      if (waiting >= mostRows) settle();
      if (used > 0) statements().insert.run(room.subarray(0, used));
      used = 0;
    },
    areThere: () => used > 0 || statements().selectAny.get() !== undefined,
  };
}

type KeysByPath = Map<number, SqlValue[]>;

/** Those of a path are near to one another in the index: one after the other they take a fifth less time. */
function sorted(arrived: Buffer[]): Map<RealmKey, KeysByPath> {
  const byApplication = new Map<RealmKey, KeysByPath>();
  for (const some of arrived) {
    for (let from = 0; from < some.length; ) {
      const application = some.readUIntBE(from, applicationBytes);
      const start = from + headBytes;
      from = start + some.readUInt32BE(from + applicationBytes);
      let byPath = byApplication.get(application);
      if (!byPath) {
        byPath = new Map();
        byApplication.set(application, byPath);
      }
      sortByPath(byPath, unpackKeys(some.subarray(start, from)));
    }
  }
  return byApplication;
}

function sortByPath(byPath: KeysByPath, keys: Uint8Array[]): void {
  for (const key of keys) {
    const path = pathOfKey(key);
    const known = byPath.get(path);
    if (known) known.push(key);
    else byPath.set(path, [key]);
  }
}

type Statements = ReturnType<typeof prepareStatements>;

function prepareStatements(database: DatabaseSync) {
  const selectAll = database.prepare('select keys from index_arrivals');
  selectAll.setReturnArrays(true);
  return {
    selectAll,
    selectAny: database.prepare('select 1 from index_arrivals limit 1'),
    insert: database.prepare('insert into index_arrivals (keys) values (?)'),
    deleteAll: database.prepare('delete from index_arrivals'),
  };
}
