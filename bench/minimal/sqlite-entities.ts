import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { EntityStore, NewEntity, Outcome } from './entity-store.ts';

interface Pending {
  entity: NewEntity;
  done: (outcome: Outcome) => void;
}

/** `synchronous=FULL` with group commit: the creates of one turn of the event loop share one sync. */
export class SqliteEntities implements EntityStore {
  readonly #database: DatabaseSync;
  readonly #findStatement: StatementSync;
  readonly #insertStatement: StatementSync;
  #pending: Pending[] = [];

  static open(file: string): Promise<EntityStore> {
    return Promise.resolve(new SqliteEntities(file));
  }

  private constructor(file: string) {
    this.#database = new DatabaseSync(file);
    this.#database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      CREATE TABLE IF NOT EXISTS entities (
        uuid text PRIMARY KEY, name text NOT NULL UNIQUE, body text NOT NULL
      ) WITHOUT ROWID;
    `);
    this.#findStatement = this.#database.prepare('SELECT body FROM entities WHERE uuid = ?');
    this.#insertStatement = this.#database.prepare(
      'INSERT INTO entities VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    );
  }

  find(uuid: string, found: (body: string | undefined) => void): void {
    found(this.#findStatement.get(uuid)?.body as string | undefined);
  }

  create(entity: NewEntity, done: (outcome: Outcome) => void): void {
    this.#pending.push({ entity, done });
    if (this.#pending.length === 1) setImmediate(() => this.#commit());
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }

  #commit(): void {
    const pending = this.#pending;
    this.#pending = [];
    const outcomes = this.#insertAll(pending);
    for (const [index, { done }] of pending.entries()) done(outcomes[index] ?? 'failed');
  }

  /** The outcomes in order, or none at all when the transaction as a whole failed. */
  #insertAll(pending: readonly Pending[]): Outcome[] {
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const outcomes = pending.map(({ entity }) => this.#insert(entity));
      this.#database.exec('COMMIT');
      return outcomes;
    } catch {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      return [];
    }
  }

  #insert({ uuid, name, body }: NewEntity): Outcome {
    return this.#insertStatement.run(uuid, name, body).changes === 1 ? 'created' : 'duplicate';
  }
}
