import type { DatabaseSync } from 'node:sqlite';

interface Pending {
  /** Runs inside the transaction and returns what to do once it is on the disk. */
  work: () => () => void;
  failed: () => void;
}

/** The writes of one turn of the event loop share one transaction, and so one sync. */
export class GroupCommit {
  readonly #database: DatabaseSync;
  #pending: Pending[] = [];

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Does `work` in the transaction of this turn; `done` gets its result when it is durable, or undefined. */
  run<Result>(work: () => Result, done: (result: Result | undefined) => void): void {
    this.#pending.push({
      work: () => {
        const result = work();
        return () => done(result);
      },
      failed: () => done(undefined),
    });
    if (this.#pending.length === 1) setImmediate(() => this.#commit());
  }

  #commit(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const answer of this.#runAll(pending)) answer();
  }

  #runAll(pending: readonly Pending[]): (() => void)[] {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const answers = pending.map(({ work }) => work());
      this.#database.exec('COMMIT');
      return answers;
    } catch {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      return pending.map(({ failed }) => failed);
    }
  }
}
