/**
 * PostgreSQL behind the shared stores: each read step is a query, each write a READ COMMITTED transaction on one
 * connection, run again when another transaction got in its way.
 */
import type pg from 'pg';
import { KeygridError } from '../../core/errors.ts';
import type { Change } from '../../core/oauth/revocation-store.ts';
import type { Row, SqlEngine, SqlValue, Statement, Step, Work } from '../sql/statement.ts';
import { announceChanges } from './announcements.ts';
import { withClient } from './connection.ts';
import { createCreateTogether } from './create-together.ts';
import { isWorthAnotherTry, toStoreError } from './errors.ts';
import { createLookUps } from './look-ups.ts';
import type { Reader } from './reader.ts';

/** A change with its place in the `changes` table. */
export interface AnnouncedChange extends Change {
  sequence: number;
}

export interface PostgresEngine extends SqlEngine {
  /** Called with what a committed transaction announced, before its write is acknowledged. */
  onCommit(listener: (changes: AnnouncedChange[]) => void): void;
  /** Resolves when every write that was asked for is over. */
  settled(): Promise<void>;
}

/** Where two keep colliding, one of them gets through at each try. */
const tries = 10;

export function createPostgresEngine(pool: pg.Pool, reader: Reader): PostgresEngine {
  const listeners: ((changes: AnnouncedChange[]) => void)[] = [];

  async function writeOnce<Result>(work: () => Work<Result>): Promise<Result> {
    const { result, announced } = await withClient(pool, (client) => inTransaction(client, work));
    if (announced.length > 0) for (const listener of listeners) listener(announced);
    return result;
  }

  async function write<Result>(work: () => Work<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await writeOnce(work);
      } catch (error) {
        if (!isWorthAnotherTry(error)) throw error;
        if (attempt === tries) throw new KeygridError('write_conflict', 'Try again', { cause: error });
      }
    }
  }

  const underWay = new Set<Promise<unknown>>();
  const track = <Result>(writing: Promise<Result>): Promise<Result> => {
    underWay.add(writing);
    return writing.finally(() => underWay.delete(writing));
  };
  const createTogether = createCreateTogether(pool);
  const lookUps = createLookUps(reader.readArrays);
  return {
    read: (work) => readWith(reader, work()),
    lookUp: lookUps.lookUp,
    write: (work) => track(write(work)),
    createTogether: (creation, otherwise) => track(createTogether(creation, otherwise)),
    onCommit: (listener) => void listeners.push(listener),
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
      await lookUps.finish();
    },
  };
}

/** Outside a transaction it does not matter which connection answers each step. */
async function readWith<Result>(reader: Reader, steps: Work<Result>): Promise<Result> {
  let next = steps.next();
  while (!next.done) {
    if (next.value.kind !== 'rows') throw new Error('a read only reads');
    next = steps.next(await reader.read(toQuery(next.value.statement, next.value.parameters)));
  }
  return next.value;
}

async function inTransaction<Result>(
  client: pg.PoolClient,
  work: () => Work<Result>,
): Promise<{ result: Result; announced: AnnouncedChange[] }> {
  const changes: Change[] = [];
  await run(client, { text: 'begin' });
  try {
    const result = await runWork(client, work(), changes);
    const announced = await announceChanges(changes, (query) => run(client, query));
    await run(client, { text: 'commit' });
    return { result, announced };
  } catch (error) {
    // A rollback that fails leaves the connection to be thrown away, which is one too.
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

async function runWork<Result>(
  client: pg.PoolClient,
  steps: Work<Result>,
  changes: Change[],
): Promise<Result> {
  let next = steps.next();
  while (!next.done) next = steps.next(await perform(client, next.value, changes));
  return next.value;
}

async function perform(client: pg.PoolClient, step: Step, changes: Change[]): Promise<Row[]> {
  if (step.kind === 'announce') {
    changes.push(step.change);
    return [];
  }
  const values = valuesOf(step);
  return run(client, toQuery(step.statement, values));
}

export const toQuery = (
  statement: Statement,
  values: (SqlValue | SqlValue[])[],
): pg.QueryConfig<unknown[]> => ({
  text: statement.postgres,
  values,
  ...(statement.name && { name: statement.name }),
});

/** @throws KeygridError or the server's own error, see toStoreError. */
export async function run(client: pg.ClientBase, query: pg.QueryConfig<unknown[]>): Promise<Row[]> {
  try {
    return (await client.query<Row>(query)).rows;
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Parameters of PostgreSQL's text of the step. */
export const valuesOf = (step: Exclude<Step, { kind: 'announce' }>): (SqlValue | SqlValue[])[] =>
  step.kind === 'many' ? [...step.shared, ...toColumns(step.rows)] : step.parameters;

/** Rows of values turned into one array for each column. */
const toColumns = (rows: SqlValue[][]): SqlValue[][] =>
  (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]!));
