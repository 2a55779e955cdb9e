/**
 * Several writes in one transaction: together, and where one of them fails half-way, once more, each in a savepoint of
 * its own. Savepoints cost a quarter of the time of a write, and are rarely needed.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Change } from '../../core/oauth/revocation-store.ts';
import { newTransaction, type Transaction } from './prepared.ts';

export interface BatchedWrite {
  run: (during: Transaction) => unknown;
}

/** Of writes. */
const many = 8;

export type Outcome = { value: unknown } | { error: unknown };

export interface BatchOutcome {
  /** In the order of the writes. */
  outcomes: Outcome[];
  changes: Change[];
}

export interface TransactionHooks {
  afterBegin(): void;
  /** Of a transaction that many writes may share. */
  beforeCommit(): void;
}

export interface WriteBatches {
  /** Commits. What it throws is no fault of a write, and then the transaction may be open. */
  run(batch: BatchedWrite[]): BatchOutcome;
  rollback(): void;
}

export function createWriteBatches(
  database: DatabaseSync,
  { afterBegin, beforeCommit }: TransactionHooks,
): WriteBatches {
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const savepoint = database.prepare('savepoint work');
  const release = database.prepare('release work');
  const rollbackToSavepoint = database.prepare('rollback to work');

  /** Undefined where one failed that had written already: what it wrote is not to be told from what others wrote. */
  function runAll(batch: BatchedWrite[], during: Transaction): Outcome[] | undefined {
    const outcomes: Outcome[] = [];
    for (const { run } of batch) {
      during.hasWritten = false;
      try {
        outcomes.push({ value: run(during) });
      } catch (error) {
        if (during.hasWritten || !database.isTransaction) return undefined;
        outcomes.push({ error });
      }
    }
    return outcomes;
  }

  function runInSavepoint(write: BatchedWrite, during: Transaction): Outcome {
    const announced = during.changes.length;
    savepoint.run();
    try {
      const value = write.run(during);
      release.run();
      return { value };
    } catch (error) {
      rollbackToSavepoint.run();
      release.run();
      during.changes.length = announced;
      // Rows that it moved are back where they were.
      during.indexIsWhole = false;
      return { error };
    }
  }

  function runInSavepoints(batch: BatchedWrite[]): BatchOutcome {
    const during = newTransaction();
    begin.run();
    afterBegin();
    const outcomes = batch.map((write) => runInSavepoint(write, during));
    commit.run();
    return { outcomes, changes: during.changes };
  }

  function rollback(): void {
    if (database.isOpen && database.isTransaction) database.exec('rollback');
  }

  return {
    rollback,
    run(batch) {
      const during = newTransaction(batch.length >= many);
      begin.run();
      afterBegin();
      const outcomes = runAll(batch, during);
      if (outcomes) {
        beforeCommit();
        commit.run();
        return { outcomes, changes: during.changes };
      }
      rollback();
      return runInSavepoints(batch);
    },
  };
}
