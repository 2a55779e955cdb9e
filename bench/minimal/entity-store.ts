import { isPostgres } from './clients.ts';
import { PostgresEntities, PostgresEntitiesOneByOne } from './postgres-entities.ts';
import { SqliteEntities } from './sqlite-entities.ts';

export type Outcome = 'created' | 'duplicate' | 'failed';

export interface NewEntity {
  uuid: string;
  name: string;
  /** JSON text, stored and given back as it is. */
  body: string;
}

/** Entities by uuid, with a unique index on `name`. Callbacks, since a promise would cost SQLite a turn. */
export interface EntityStore {
  find(uuid: string, found: (body: string | undefined) => void): void;
  /** `done` is called when the entity is on the disk, or is refused. */
  create(entity: NewEntity, done: (outcome: Outcome) => void): void;
  close(): Promise<void>;
}

/** `one-by-one` gives PostgreSQL a statement for each request; `together` lets the requests of a turn share one. */
export type PostgresStatements = 'together' | 'one-by-one';

/** Opens the store and makes its table if there is none; `database` is a SQLite file or a postgres:// URL. */
export function openEntityStore(
  database: string,
  statements: PostgresStatements = 'together',
): Promise<EntityStore> {
  if (!isPostgres(database)) return SqliteEntities.open(database);
  return statements === 'together'
    ? PostgresEntities.open(database)
    : PostgresEntitiesOneByOne.open(database);
}
