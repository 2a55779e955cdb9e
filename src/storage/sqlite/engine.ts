/**
 * SQLite behind the shared stores: one connection, WAL, `synchronous=FULL`, and group commit. Writes asked for in the
 * same turn of the event loop share one transaction, each in a savepoint of its own, and resolve after its sync.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Change } from '../../core/oauth/revocation-store.ts';
import type { Row, SqlEngine, SqlValue, Statement, Step, Work } from '../sql/statement.ts';
import { toStoreError } from './errors.ts';

interface PendingWrite {
  work: () => Work<unknown>;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

/** Of one transaction: what waits longer lets reads go between. */
const writesAtOnce = 500;

type Outcome = { value: unknown } | { error: unknown };

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
    pragma wal_autocheckpoint = 4000; pragma journal_size_limit = 67108864; pragma temp_store = memory; pragma foreign_keys = off`);
  return database;
}

export function createSqliteEngine(database: DatabaseSync): SqliteEngine {
  const prepared = new Map<string, StatementSync>();
  const begin = database.prepare('begin immediate');
  const commit = database.prepare('commit');
  const savepoint = database.prepare('savepoint work');
  const release = database.prepare('release work');
  const rollbackToSavepoint = database.prepare('rollback to work');
  const insertChange = database.prepare('insert into changes (topic, realm) values (?, ?)');
  const listeners: ((changes: Change[]) => void)[] = [];
  const queue: PendingWrite[] = [];
  let scheduled = false;

  function prepare(which: Statement): StatementSync {
    if (which.name === undefined) return database.prepare(which.sqlite);
    let found = prepared.get(which.name);
    if (!found) {
      found = database.prepare(which.sqlite);
      prepared.set(which.name, found);
    }
    return found;
  }

  function perform(step: Step, changes: Change[]): Row[] {
    if (step.kind === 'announce') {
      changes.push(step.change);
      insertChange.run(step.change.topic, step.change.realm);
      return [];
    }
    const found = prepare(step.statement);
    if (step.kind === 'rows') {
      if (step.single) return toRows(found.get(...step.parameters) as Row | undefined);
      return found.all(...step.parameters) as Row[];
    }
    for (const parameters of step.rows) found.run(...(parameters as SqlValue[]));
    return [];
  }

  function runWork<Result>(work: () => Work<Result>, changes: Change[]): Result {
    const steps = work();
    let next = steps.next();
    while (!next.done) next = steps.next(perform(next.value, changes));
    return next.value;
  }

  function runInSavepoint(write: PendingWrite, changes: Change[]): Outcome {
    const announced = changes.length;
    savepoint.run();
    try {
      const value = runWork(write.work, changes);
      release.run();
      return { value };
    } catch (error) {
      rollbackToSavepoint.run();
      release.run();
      changes.length = announced;
      return { error };
    }
  }

  function flush(): void {
    const batch = queue.splice(0, writesAtOnce);
    scheduled = queue.length > 0;
    if (scheduled) setImmediate(flush);
    const changes: Change[] = [];
    let outcomes: Outcome[];
    try {
      begin.run();
      outcomes = batch.map((write) => runInSavepoint(write, changes));
      commit.run();
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec('rollback');
      for (const write of batch) write.reject(toStoreError(error));
      return;
    }
    if (changes.length > 0) for (const listener of listeners) listener(changes);
    for (const [at, write] of batch.entries()) settle(write, outcomes[at]!);
  }

  return {
    database,
    async read(work) {
      try {
        return runWork(work, []);
      } catch (error) {
        throw toStoreError(error);
      }
    },
    write: <Result>(work: () => Work<Result>) =>
      new Promise<Result>((resolve, reject) => {
        queue.push({ work, resolve: resolve as (value: unknown) => void, reject });
        if (scheduled) return;
        scheduled = true;
        setImmediate(flush);
      }),
    onCommit: (listener) => void listeners.push(listener),
    async close() {
      while (scheduled) await new Promise((resolve) => setImmediate(resolve));
      database.close();
    },
  };
}

const noRows: Row[] = [];
const toRows = (row: Row | undefined): Row[] => (row ? [row] : noRows);

function settle(write: PendingWrite, outcome: Outcome): void {
  if ('error' in outcome) write.reject(toStoreError(outcome.error));
  else write.resolve(outcome.value);
}
