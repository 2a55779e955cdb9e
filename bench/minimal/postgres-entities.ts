import pg from 'pg';
import { Batches } from './batches.ts';
import type { EntityStore, NewEntity, Outcome } from './entity-store.ts';

interface Read {
  uuid: string;
  found: (body: string | undefined) => void;
}

interface Create {
  entity: NewEntity;
  done: (outcome: Outcome) => void;
}

// Of 1, 4, 8, 16 and 32 connections, 16 did best with one statement a request; the combined forms need few.
const poolSize = 16;
const readsInFlight = 2;
const createsInFlight = 2;

const readOne = {
  name: 'read-one',
  text: 'SELECT body FROM entities WHERE uuid = $1',
  rowMode: 'array' as const,
};
const readMany = {
  name: 'read-many',
  text: 'SELECT uuid, body FROM entities WHERE uuid = ANY($1::uuid[])',
  rowMode: 'array' as const,
};
const createOne = {
  name: 'create-one',
  text: 'INSERT INTO entities VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING uuid',
};
const createMany = {
  name: 'create-many',
  text: `INSERT INTO entities SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[])
         ON CONFLICT DO NOTHING RETURNING uuid`,
  rowMode: 'array' as const,
};

async function openPool(url: string): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: url, max: poolSize });
  await pool.query(`
    CREATE TABLE IF NOT EXISTS entities (
      uuid uuid PRIMARY KEY, name text NOT NULL UNIQUE, body text NOT NULL
    )
  `);
  return pool;
}

/** One prepared statement per request, through a pool: how most servers are written. */
export class PostgresEntitiesOneByOne implements EntityStore {
  readonly #pool: pg.Pool;

  static async open(url: string): Promise<EntityStore> {
    return new PostgresEntitiesOneByOne(await openPool(url));
  }

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  find(uuid: string, found: (body: string | undefined) => void): void {
    this.#pool.query<[string]>({ ...readOne, values: [uuid] }).then(
      ({ rows }) => found(rows[0]?.[0]),
      () => found(undefined),
    );
  }

  create({ uuid, name, body }: NewEntity, done: (outcome: Outcome) => void): void {
    this.#pool.query({ ...createOne, values: [uuid, name, body] }).then(
      ({ rowCount }) => done(rowCount === 1 ? 'created' : 'duplicate'),
      () => done('failed'),
    );
  }

  close(): Promise<void> {
    return this.#pool.end();
  }
}

/** The requests of one turn share a statement, and so a round trip and a commit: the practical limit. */
export class PostgresEntities implements EntityStore {
  readonly #pool: pg.Pool;
  readonly #reads = new Batches<Read>(readsInFlight, (batch) => this.#readAll(batch));
  readonly #creates = new Batches<Create>(createsInFlight, (batch) => this.#createAll(batch));

  static async open(url: string): Promise<EntityStore> {
    return new PostgresEntities(await openPool(url));
  }

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  find(uuid: string, found: (body: string | undefined) => void): void {
    this.#reads.add({ uuid, found });
  }

  create(entity: NewEntity, done: (outcome: Outcome) => void): void {
    this.#creates.add({ entity, done });
  }

  close(): Promise<void> {
    return this.#pool.end();
  }

  async #readAll(batch: readonly Read[]): Promise<void> {
    const values = [batch.map(({ uuid }) => uuid)];
    const bodies = await this.#pool.query<[string, string]>({ ...readMany, values }).then(
      ({ rows }) => new Map(rows),
      () => new Map<string, string>(),
    );
    for (const { uuid, found } of batch) found(bodies.get(uuid));
  }

  async #createAll(batch: readonly Create[]): Promise<void> {
    const entities = batch.map(({ entity }) => entity);
    const values = [
      entities.map(({ uuid }) => uuid),
      entities.map(({ name }) => name),
      entities.map(({ body }) => body),
    ];
    const created = await this.#pool.query<[string]>({ ...createMany, values }).then(
      ({ rows }) => new Set(rows.map(([uuid]) => uuid)),
      () => undefined,
    );
    for (const { entity, done } of batch) {
      if (created === undefined) done('failed');
      else done(created.has(entity.uuid) ? 'created' : 'duplicate');
    }
  }
}
