/** Writes asked for in the same few turns of the event loop share one transaction, and resolve after its sync. */
import type { DatabaseSync } from 'node:sqlite';
import type { Change } from '../../core/oauth/revocation-store.ts';
import type { Clock } from '../../core/ports.ts';
import { toStoreError } from './errors.ts';
import type { Transaction } from './prepared.ts';
import {
  type BatchedWrite,
  type BatchOutcome,
  createWriteBatches,
  type Outcome,
  type TransactionHooks,
} from './write-batch.ts';

interface PendingWrite extends BatchedWrite {
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

/** Of one transaction: what waits longer lets reads go between. */
const writesAtOnce = 500;
/**
 * A transaction waits for as many writes as the last one had, since those that were answered are about to ask again, and
 * each transaction costs a sync. For so many turns of the event loop, that is, and within a millisecond of the clock.
 */
const turnsToGather = 10;

export interface GroupCommit {
  write<Result>(run: (during: Transaction) => Result): Promise<Result>;
  /** Called with what a committed transaction announced, before its writes are acknowledged. */
  onCommit(listener: (changes: Change[]) => void): void;
  /** Resolves when no write waits any more. */
  finish(): Promise<void>;
}

export interface GroupCommitOptions extends TransactionHooks {
  /** The connection has no other transaction then. */
  beforeBatch(): void;
  /** The writes are acknowledged. Never throws. */
  afterCommit(): void;
  clock: Clock;
}

export function createGroupCommit(
  database: DatabaseSync,
  { beforeBatch, afterCommit, clock, ...hooks }: GroupCommitOptions,
): GroupCommit {
  const batches = createWriteBatches(database, hooks);
  const listeners: ((changes: Change[]) => void)[] = [];
  const queue: PendingWrite[] = [];
  let scheduled = false;
  let writesBefore = 0;
  let turnsWaited = 0;
  let waitsSince = 0;

  /** Called once in a turn. */
  function waitsForMore(): boolean {
    if (queue.length >= writesBefore || turnsWaited === turnsToGather) return false;
    if (turnsWaited === 0) waitsSince = clock.now();
    turnsWaited += 1;
    return clock.now() === waitsSince;
  }

  function flush(): void {
    if (waitsForMore()) {
      setImmediate(flush);
      return;
    }
    const batch = queue.splice(0, writesAtOnce);
    writesBefore = batch.length;
    turnsWaited = 0;
    scheduled = queue.length > 0;
    if (scheduled) setImmediate(flush);
    let ran: BatchOutcome;
    try {
      beforeBatch();
      ran = batches.run(batch);
    } catch (error) {
      batches.rollback();
      for (const write of batch) write.reject(toStoreError(error));
      return;
    }
    const { outcomes, changes } = ran;
    if (changes.length > 0) for (const listener of listeners) listener(changes);
    for (const [at, write] of batch.entries()) settle(write, outcomes[at]!);
    afterCommit();
  }

  return {
    write: <Result>(run: (during: Transaction) => Result) =>
      new Promise<Result>((resolve, reject) => {
        queue.push({ run, resolve: resolve as (value: unknown) => void, reject });
        if (scheduled) return;
        scheduled = true;
        setImmediate(flush);
      }),
    onCommit: (listener) => void listeners.push(listener),
    async finish() {
      while (scheduled) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

function settle(write: PendingWrite, outcome: Outcome): void {
  if ('error' in outcome) write.reject(toStoreError(outcome.error));
  else write.resolve(outcome.value);
}
