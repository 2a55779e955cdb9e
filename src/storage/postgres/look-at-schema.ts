/** A look at a database without changing it: which steps of this version's schema it does not have. */
import pg from 'pg';
import { compareSchema } from '../sql/migrations.ts';
import { connectionOptions, parseDatabaseUrl } from './connection.ts';
import { postgresSchemaSteps } from './migrations/index.ts';
import { toStartError } from './start-sentences.ts';

export interface SchemaLook {
  /** For messages: without the password. */
  label: string;
  pending: string[];
  /** What the server's state has under the names asked for. */
  state: ReadonlyMap<string, string>;
}

interface StateRow {
  name: string;
  value: string;
}

/** @throws StoreStartError with one sentence that says what to do. */
export async function lookAtSchema(databaseUrl: string, stateNames: string[]): Promise<SchemaLook> {
  const address = parseDatabaseUrl(databaseUrl);
  const client = new pg.Client(connectionOptions(address));
  client.on('error', () => {});
  try {
    await client.connect();
    const applied = await rowsIfThere<{ name: string }>(
      client,
      'kysely_migration',
      'select name from kysely_migration',
    );
    const { pending } = compareSchema(
      postgresSchemaSteps,
      applied.map(({ name }) => name),
      address.label,
    );
    const selectState = 'select name, value from server_state where name = any($1)';
    const state = await rowsIfThere<StateRow>(client, 'server_state', selectState, [stateNames]);
    return { label: address.label, pending, state: new Map(state.map(({ name, value }) => [name, value])) };
  } catch (error) {
    throw toStartError(address, error);
  } finally {
    await client.end().catch(() => {});
  }
}

async function rowsIfThere<Row extends pg.QueryResultRow>(
  client: pg.Client,
  table: string,
  text: string,
  values: string[][] = [],
): Promise<Row[]> {
  const { rows } = await client.query('select to_regclass($1) is not null as there', [table]);
  return rows[0]?.there === true ? (await client.query<Row>(text, values)).rows : [];
}
