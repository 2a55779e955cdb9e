/** Reads of one turn of the event loop share a transaction: to begin one costs as much as a small read. */
import type { DatabaseSync } from 'node:sqlite';
import { toStoreError } from './errors.ts';

export interface SharedReads {
  read<Result>(run: () => Result): Result;
  /** Ends the transaction, if there is one, before the turn does. */
  end(): void;
}

export function createSharedReads(database: DatabaseSync): SharedReads {
  const begin = database.prepare('begin');
  const commit = database.prepare('commit');
  let isReading = false;

  function end(): void {
    if (isReading && database.isOpen && database.isTransaction) commit.run();
    isReading = false;
  }

  return {
    end,
    read(run) {
      try {
        if (!isReading) {
          begin.run();
          isReading = true;
          setImmediate(end);
        }
        return run();
      } catch (error) {
        throw toStoreError(error);
      }
    },
  };
}
