/**
 * Index rows that wait beside the index. New entities mostly add to the ends of the same few runs of keys, and every
 * twenty rows or so SQLite divides the page there anew and writes five: so the rows of entities that are created side by
 * side are put aside, and when they are many they are moved path by path, some with each transaction that follows.
 * Whoever looks at the index has all of them moved first. To move a row twice does no harm, as long as nobody looked
 * in between. docs/decisions/2026-11-30-index-rows-arrive-together.md
 */
import type { DatabaseSync } from 'node:sqlite';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { insertIndexEntries } from '../sql/entity-statements.ts';
import { createArrivalRoom, type SomeKeys, sortedByPath } from './arrival-room.ts';
import type { PreparedStatements } from './prepared.ts';

/** Each is to be called in a transaction that writes, but for `committed` and `areThere`. */
export interface IndexArrivals {
  begin(): void;
  /** @param packed the keys of an entity's rows */
  add(application: RealmKey, packed: Uint8Array, rows: number): void;
  /** To be called before the commit. */
  store(): void;
  committed(): void;
  areThere(): boolean;
  /** Moves all into the index. */
  settle(): void;
}

/** From so many on they begin to move. The more, the fewer pages each writes, and the longer waits who looks. */
const manyRows = 3072;
/** A transaction moves somewhat more than it puts aside, so that they come to an end. */
const rowsToMove = (added: number): number => Math.ceil(1.25 * added) + 64;
/** Of one path. */
const mostAtOnce = 512;

interface Move {
  left: SomeKeys[];
  /** Of the last row of the table whose keys these are. */
  upTo: number;
}

export function createIndexArrivals(
  database: DatabaseSync,
  { performMany }: Pick<PreparedStatements, 'performMany'>,
): IndexArrivals {
  /** What this transaction put aside. */
  const room = createArrivalRoom();
  let rowsInRoom = 0;
  /** By this transaction. */
  let rowsAdded = 0;
  /** Rows that are put aside and not moving, as far as is known. */
  let waiting = 0;
  let move: Move | undefined;
  let isOpen = false;
  /** A transaction failed: what waits is not known any more. */
  let wasInterrupted = false;
  let prepared: Statements | undefined;
  /** Not before they are needed: the table may be yet to come. */
  const statements = (): Statements => {
    prepared ??= prepareStatements(database);
    return prepared;
  };

  function insertAll(some: Iterable<SomeKeys>): void {
    for (const { application, keys } of some) {
      performMany(insertIndexEntries, [application], keys, keys.length);
    }
  }

  function beginMove(): void {
    const stored = statements().selectAll.all() as unknown as StoredKeys[];
    waiting = 0;
    const last = stored.at(-1);
    if (last) move = { left: sortedByPath(stored.map(([, keys]) => keys)), upTo: last[0] };
  }

  function continueMove({ left, upTo }: Move): void {
    let rows = 0;
    // Another process may have moved them all, and changed what they stand for.
    const areStillThere = statements().selectOne.get(upTo) !== undefined;
    while (areStillThere && left.length > 0 && rows < rowsToMove(rowsAdded)) {
      const some = takeSome(left);
      insertAll([some]);
      rows += some.keys.length;
    }
    if (areStillThere && left.length > 0) return;
    statements().deleteUpTo.run(upTo);
    move = undefined;
  }

  function settle(): void {
    const { selectAll, deleteUpTo } = statements();
    const stored = selectAll.all() as unknown as StoredKeys[];
    insertAll(sortedByPath([...stored.map(([, keys]) => keys), room.content()]));
    if (stored.length > 0) deleteUpTo.run(stored.at(-1)![0]);
    emptyRoom();
    waiting = 0;
    move = undefined;
    wasInterrupted = false;
  }

  function emptyRoom(): void {
    room.empty();
    rowsInRoom = 0;
  }

  function putAside(): void {
    const keys = room.content();
    if (keys.length > 0) statements().insert.run(keys);
    emptyRoom();
  }

  return {
    settle,
    begin() {
      if (isOpen) {
        // What the transaction before moved, it did not commit.
        move = undefined;
        wasInterrupted = true;
      }
      isOpen = true;
      rowsAdded = 0;
      emptyRoom();
    },
    add(application, packed, rows) {
      room.add(application, packed);
      rowsInRoom += rows;
      rowsAdded += rows;
      waiting += rows;
      if (rowsInRoom >= manyRows) settle();
    },
    store() {
      // Else moves that are interrupted again and again would never end.
      if (wasInterrupted) settle();
      putAside();
      if (!move && waiting >= manyRows) beginMove();
      if (move) continueMove(move);
    },
    committed() {
      isOpen = false;
    },
    areThere: () => room.content().length > 0 || statements().selectAny.get() !== undefined,
  };
}

function takeSome(left: SomeKeys[]): SomeKeys {
  const { application, keys } = left.at(-1)!;
  return keys.length <= mostAtOnce ? left.pop()! : { application, keys: keys.splice(0, mostAtOnce) };
}

type Statements = ReturnType<typeof prepareStatements>;
type StoredKeys = [id: number, keys: Uint8Array];

function prepareStatements(database: DatabaseSync) {
  const selectAll = database.prepare('select id, keys from index_arrivals order by id');
  selectAll.setReturnArrays(true);
  return {
    selectAll,
    selectAny: database.prepare('select 1 from index_arrivals limit 1'),
    selectOne: database.prepare('select 1 from index_arrivals where id = ?'),
    insert: database.prepare('insert into index_arrivals (keys) values (?)'),
    deleteUpTo: database.prepare('delete from index_arrivals where id <= ?'),
  };
}
