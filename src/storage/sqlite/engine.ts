/**
 * SQLite behind the shared stores: one connection, WAL, `synchronous=FULL`, and group commit. Writes asked for in the
 * same turn of the event loop share one transaction and resolve after its sync; where one of them fails half-way, all
 * run again, each in a savepoint of its own. Reads of a turn share a transaction too: to begin one costs as much as a
 * small read.
 */
import { DatabaseSync } from 'node:sqlite';
import type { Change } from '../../core/oauth/revocation-store.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { SqlEngine, Work } from '../sql/statement.ts';
import { type Checkpoints, createCheckpoints } from './checkpoints.ts';
import { createEntity } from './create-entity.ts';
import { toStoreError } from './errors.ts';
import { createPreparedStatements, type Transaction } from './prepared.ts';

interface PendingWrite {
  run: (during: Transaction) => unknown;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

/** Of one transaction: what waits longer lets reads go between. */
const writesAtOnce = 500;

type Outcome = { value: unknown } | { error: unknown };

export interface SqlitePorts {
  clock: Clock;
  log: Log;
}

export interface SqliteEngine extends SqlEngine {
  readonly database: DatabaseSync;
  /** Called with what a committed transaction announced, before its writes are acknowledged. */
  onCommit(listener: (changes: Change[]) => void): void;
  close(): Promise<void>;
}

export function openDatabase(path: string, readOnly = false): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 10_000, readOnly });
  if (readOnly) return database;
  database.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16000;
    pragma wal_autocheckpoint = 16000; pragma journal_size_limit = 67108864; pragma temp_store = memory; pragma foreign_keys = off`);
  return database;
}

/**
 * From this size on, in bytes, the file is read by mapping it: a page then costs no system call and no copy, and among
 * a million entities every row is in another page. A smaller one is held by SQLite's own cache, and does not show as
 * memory of the process.
 */
const largeFile = 256 * 1024 * 1024;
/** As much as SQLite maps at most. */
const mostMappedBytes = 0x7fff0000;
const commitsBetweenLooks = 1000;

/** Whether the file is large; then it is mapped from now on. */
function mapIfLarge(database: DatabaseSync, mappedFrom: number): boolean {
  const { bytes } = database
    .prepare('select page_count * page_size as bytes from pragma_page_count, pragma_page_size')
    .get() as { bytes: number };
  if (bytes < mappedFrom) return false;
  database.exec(`pragma mmap_size = ${mostMappedBytes}`);
  return true;
}

/** @param mappedFrom bytes of the file from which on it is large: mapped, and with a thread that moves the log. */
export function createSqliteEngine(
  database: DatabaseSync,
  { clock, log }: SqlitePorts,
  mappedFrom = largeFile,
): SqliteEngine {
  const statements = createPreparedStatements(database);
  const beginReading = database.prepare('begin');
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const savepoint = database.prepare('savepoint work');
  const release = database.prepare('release work');
  const rollbackToSavepoint = database.prepare('rollback to work');
  const listeners: ((changes: Change[]) => void)[] = [];
  const queue: PendingWrite[] = [];
  let scheduled = false;
  let isReading = false;
  let checkpoints: Checkpoints | undefined;
  let commits = 0;

  function runWork<Result>(work: () => Work<Result>, during: Transaction): Result {
    const steps = work();
    let next = steps.next();
    while (!next.done) next = steps.next(statements.perform(next.value, during));
    return next.value;
  }

  /** Undefined where one failed that had written already: what it wrote is not to be told from what others wrote. */
  function runAll(batch: PendingWrite[], during: Transaction): Outcome[] | undefined {
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

  function runInSavepoint(write: PendingWrite, during: Transaction): Outcome {
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
      return { error };
    }
  }

  /** Savepoints cost a quarter of the time of a write, and are rarely needed. */
  function runBatch(batch: PendingWrite[]): { outcomes: Outcome[]; changes: Change[] } {
    const during = { changes: [], hasWritten: false };
    begin.run();
    const outcomes = runAll(batch, during);
    if (outcomes) {
      commit.run();
      return { outcomes, changes: during.changes };
    }
    rollback();
    return runBatchInSavepoints(batch);
  }

  function runBatchInSavepoints(batch: PendingWrite[]): { outcomes: Outcome[]; changes: Change[] } {
    const during = { changes: [], hasWritten: false };
    begin.run();
    const outcomes = batch.map((write) => runInSavepoint(write, during));
    commit.run();
    return { outcomes, changes: during.changes };
  }

  function rollback(): void {
    if (database.isOpen && database.isTransaction) database.exec('rollback');
  }

  function read<Result>(run: () => Result): Result {
    try {
      if (!isReading) {
        beginReading.run();
        isReading = true;
        setImmediate(endReading);
      }
      return run();
    } catch (error) {
      throw toStoreError(error);
    }
  }

  function endReading(): void {
    if (isReading && database.isOpen && database.isTransaction) commit.run();
    isReading = false;
  }

  function lookAtSize(): void {
    if (mapIfLarge(database, mappedFrom)) checkpoints = createCheckpoints(database, { clock, log });
  }

  function afterCommit(): void {
    commits += 1;
    try {
      if (!checkpoints && commits % commitsBetweenLooks === 0) lookAtSize();
      checkpoints?.afterCommit();
    } catch {
      // The commits stand. What hinders this, as a full disk does, is told to the writes that it hinders.
    }
  }

  function flush(): void {
    const batch = queue.splice(0, writesAtOnce);
    scheduled = queue.length > 0;
    if (scheduled) setImmediate(flush);
    let ran: { outcomes: Outcome[]; changes: Change[] };
    try {
      endReading();
      ran = runBatch(batch);
    } catch (error) {
      rollback();
      for (const write of batch) write.reject(toStoreError(error));
      return;
    }
    const { outcomes, changes } = ran;
    if (changes.length > 0) for (const listener of listeners) listener(changes);
    for (const [at, write] of batch.entries()) settle(write, outcomes[at]!);
    afterCommit();
  }

  lookAtSize();

  const enqueue = <Result>(run: (during: Transaction) => Result): Promise<Result> =>
    new Promise<Result>((resolve, reject) => {
      queue.push({ run, resolve: resolve as (value: unknown) => void, reject });
      if (scheduled) return;
      scheduled = true;
      setImmediate(flush);
    });

  return {
    database,
    read: async (work) => read(() => runWork(work, { changes: [], hasWritten: false })),
    lookUp: (which, parameters) => read(() => statements.lookUp(which, parameters)),
    write: (work) => enqueue((during) => runWork(work, during)),
    createTogether: (creation) => enqueue((during) => createEntity(creation, statements, during)),
    onCommit: (listener) => void listeners.push(listener),
    async close() {
      await checkpoints?.close();
      while (scheduled) await new Promise((resolve) => setImmediate(resolve));
      endReading();
      database.close();
    },
  };
}

function settle(write: PendingWrite, outcome: Outcome): void {
  if ('error' in outcome) write.reject(toStoreError(outcome.error));
  else write.resolve(outcome.value);
}
