/**
 * SQLite behind the shared stores: one connection, WAL, `synchronous=FULL`, group commit of writes (`group-commit.ts`),
 * and a transaction that the reads of a turn share (`shared-reads.ts`).
 */
import { DatabaseSync } from 'node:sqlite';
import type { Change } from '../../core/oauth/revocation-store.ts';
import type { SqlEngine, Step, Work } from '../sql/statement.ts';
import { createEntity } from './create-entity.ts';
import { createGroupCommit } from './group-commit.ts';
import { createIndexArrivals } from './index-arrivals.ts';
import { careForLargeFile, largeFile } from './large-file.ts';
import type { SqlitePorts } from './ports.ts';
import { createPreparedStatements, newTransaction, type Transaction } from './prepared.ts';
import { createSharedReads } from './shared-reads.ts';
import { isBusy } from './start-sentences.ts';

export interface SqliteEngine extends SqlEngine {
  readonly database: DatabaseSync;
  /** Called with what a committed transaction announced, before its writes are acknowledged. */
  onCommit(listener: (changes: Change[]) => void): void;
  close(): Promise<void>;
}

/** For another's lock. */
const busyMilliseconds = 10_000;

export function openDatabase(path: string, readOnly = false): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: readOnly ? busyMilliseconds : 0, readOnly });
  if (readOnly) return database;
  switchToLog(database);
  database.exec(`pragma busy_timeout = ${busyMilliseconds}; pragma synchronous = full; pragma cache_size = -16000;
    pragma wal_autocheckpoint = 16000; pragma journal_size_limit = 67108864; pragma temp_store = memory; pragma foreign_keys = off`);
  return database;
}

const pauseMilliseconds = 10;
const mostPauses = busyMilliseconds / pauseMilliseconds;

/** Where several open a new file at once, SQLite refuses all but one at once, whatever its timeout: they wait here. */
function switchToLog(database: DatabaseSync): void {
  for (let pauses = 0; ; pauses++) {
    try {
      database.exec('pragma journal_mode = wal');
      return;
    } catch (error) {
      if (!isBusy(error) || pauses === mostPauses) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMilliseconds);
    }
  }
}

/** @param mappedFrom bytes of the file from which on it is large: mapped, and with a thread that moves the log. */
export function createSqliteEngine(
  database: DatabaseSync,
  ports: SqlitePorts,
  mappedFrom = largeFile,
): SqliteEngine {
  const statements = createPreparedStatements(database);
  const arrivals = createIndexArrivals(database, statements);
  const reads = createSharedReads(database);
  const { afterCommit, close: endCare } = careForLargeFile(database, ports, mappedFrom);
  const commits = createGroupCommit(database, {
    beforeBatch: reads.end,
    afterBegin: arrivals.begin,
    beforeCommit: arrivals.store,
    afterCommit() {
      arrivals.committed();
      afterCommit();
    },
    clock: ports.clock,
  });

  function runWork<Result>(
    work: () => Work<Result>,
    during: Transaction,
    completeIndex: (during: Transaction) => void,
  ): Result {
    const steps = work();
    let next = steps.next();
    while (!next.done) {
      if (!during.indexIsWhole && looksAtIndex(next.value)) completeIndex(during);
      next = steps.next(statements.perform(next.value, during));
    }
    return next.value;
  }

  /** @throws IndexNotWhole */
  function requireWholeIndex(during: Transaction): void {
    if (arrivals.areThere()) throw new IndexNotWhole();
    during.indexIsWhole = true;
  }

  function settleArrivals(during: Transaction): void {
    const { hasWritten } = during;
    during.hasWritten = true;
    arrivals.settle();
    during.hasWritten = hasWritten;
    during.indexIsWhole = true;
  }

  async function read<Result>(work: () => Work<Result>): Promise<Result> {
    try {
      return reads.read(() => runWork(work, newTransaction(), requireWholeIndex));
    } catch (error) {
      if (!(error instanceof IndexNotWhole)) throw error;
      await commits.write(settleArrivals);
      // What was put aside since then was created after the read was asked for.
      return reads.read(() => runWork(work, newTransaction(), () => undefined));
    }
  }

  return {
    database,
    read,
    lookUp: (which, parameters) => reads.read(() => statements.lookUp(which, parameters)),
    write: (work) => commits.write((during) => runWork(work, during, settleArrivals)),
    createTogether: (creation) =>
      commits.write((during) => createEntity(creation, statements, arrivals, during)),
    onCommit: commits.onCommit,
    async close() {
      await endCare();
      await commits.finish();
      reads.end();
      database.close();
    },
  };
}

/** Rows that it shall have wait beside it, and the transaction only reads. */
class IndexNotWhole extends Error {}

const looksAtIndex = (step: Step): boolean => step.kind !== 'announce' && step.statement.looksAtIndex;
