/**
 * Statements that both engines run, and units of work made of them. A unit of work is a generator: it yields steps
 * and gets their rows back, so that SQLite can run it without leaving the turn of the event loop (which is what makes
 * group commit cheap) and PostgreSQL can await each step.
 */
import type { Awaitable } from '../../core/awaitable.ts';
import type { EntityChange } from '../../core/entities/entity-store.ts';
import type { Change } from '../../core/oauth/revocation-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';

export type SqlValue = string | number | null | Uint8Array;
export type Row = Record<string, SqlValue>;

export interface Statement {
  /** With `?` for each parameter. */
  sqlite: string;
  /** With `$1`, `$2` … */
  postgres: string;
  /** Under which an engine keeps it prepared; undefined = not kept. */
  name: string | undefined;
  /** What it does depends on which rows the index of entities has. */
  looksAtIndex: boolean;
}

/** Finds at most one row. */
export interface LookUp extends Statement {
  /** For several values of the last parameter at once, which each row has after its columns. */
  each: Statement;
}

/**
 * The same for every row, after values that all rows share. PostgreSQL runs it once, with an array for each column of
 * the rows; SQLite once a row, or once for several where the statement can be written so.
 */
export interface ManyStatement extends Statement {
  /** SQLite's text for so many rows. */
  severalRows: ((count: number) => string) | undefined;
}

export type Step =
  /** `single`: one row at most is wanted. */
  | { kind: 'rows'; statement: Statement; parameters: SqlValue[]; single?: true }
  /** Answers one row, that says nothing, if anything was changed. */
  | { kind: 'effect'; statement: Statement; parameters: SqlValue[] }
  | { kind: 'many'; statement: ManyStatement; shared: SqlValue[]; rows: SqlValue[][] }
  | { kind: 'announce'; change: Change };

export type Work<Result> = Generator<Step, Result, Row[]>;

const kept: Statement[] = [];

export interface StatementOptions {
  /** Adds a row lock where those exist; SQLite has one writer and needs none. */
  lock?: boolean;
  /** PostgreSQL's own text, still with `?`, where the shared one would let it plan badly. */
  postgres?: string;
  /** False for text that is not likely to come again. */
  keep?: boolean;
}

export function statement(text: string, options: StatementOptions = {}): Statement {
  const { lock = false, keep = true, postgres = text } = options;
  const sqlite = withUnseenLimits(text);
  const whole = numbered(postgres) + (lock ? ' for update' : '');
  if (keep) return keepStatement(sqlite, whole);
  return { sqlite, postgres: whole, name: undefined, looksAtIndex: looksAtIndex(sqlite) };
}

const looksAtIndex = (text: string): boolean => /\bentity_index\b/.test(text) && !text.startsWith('insert');

/**
 * SQLite plans by the value of a limit that is a parameter alone, and compiles the statement anew whenever one is bound:
 * up to 15 us, of the 2 that a small look-up takes.
 */
const withUnseenLimits = (text: string): string => text.replaceAll(/\blimit \?/g, 'limit ? + 0');

function keepStatement(sqlite: string, postgres: string): Statement {
  const name = `keygrid_${kept.length + 1}`;
  const made = { sqlite, postgres, name, looksAtIndex: looksAtIndex(sqlite) };
  kept.push(made);
  return made;
}

/** Every statement that engines keep prepared, of what was loaded and run so far: for a test to compile them all. */
export const statementsKept = (): readonly Statement[] => kept;

function numbered(text: string): string {
  let parameter = 0;
  return text.replaceAll('?', () => `$${++parameter}`);
}

/** A change of at most one row, asked only whether it was made: SQLite need not answer rows for that. */
export const effect = (text: string): Statement =>
  statement(text, { postgres: `${text} returning 1 as done` });

/**
 * Finds one row at most, by values that several look-ups of a turn may share and, last of all, by a bytea `column` of
 * which each asks for another. PostgreSQL answers the look-ups of a turn together.
 */
export function lookUp(columns: string, table: string, shared: readonly string[], column: string): LookUp {
  const conditions = shared.map((name) => `${name} = ?`).join(' and ');
  const select = (what: string, last: string): string =>
    `select ${what} from ${table} where ${conditions} and ${column} ${last}`;
  const each = statement(select(`${columns}, ${column}`, '= ?'), {
    postgres: select(`${columns}, ${column}`, '= any(?::bytea[])'),
  });
  return { ...statement(select(columns, '= ?')), each };
}

/** Columns of a table, with PostgreSQL's name for the type of each. */
export type Columns = Record<string, 'bigint' | 'integer' | 'text' | 'bytea'>;

/** Written with `?1`, `?2` … for SQLite: the shared values, then those of a row. */
export function manyStatement(
  sqlite: string,
  postgres: string,
  severalRows?: ManyStatement['severalRows'],
): ManyStatement {
  return { ...keepStatement(sqlite, postgres), severalRows };
}

/** Parameters of PostgreSQL: `$1::bigint` for each shared column, and a table of the others. */
function parametersOf(shared: Columns, columns: Columns): { values: string[]; table: string } {
  const types = Object.values(shared);
  const arrays = Object.values(columns).map((type, at) => `$${types.length + at + 1}::${type}[]`);
  return {
    values: types.map((type, at) => `$${at + 1}::${type}`),
    table: `unnest(${arrays.join(', ')}) as each_row (${Object.keys(columns).join(', ')})`,
  };
}

/** Inserts each row, but those whose key is there already. */
export function insertEach(table: string, columns: Columns, shared: Columns = {}): ManyStatement {
  const names = [...Object.keys(shared), ...Object.keys(columns)];
  const into = `into ${table} (${names.join(', ')})`;
  const { values, table: rowsTable } = parametersOf(shared, columns);
  // SQLite runs this at once for all rows without a journal of its own, as it would keep for "on conflict".
  const severalRows = (count: number): string =>
    `insert or ignore ${into} values ${sqliteRows(Object.keys(shared).length, Object.keys(columns).length, count)}`;
  const selected = [...values, ...Object.keys(columns).map((name) => `each_row.${name}`)].join(', ');
  const postgres = `insert ${into} select ${selected} from ${rowsTable} on conflict do nothing`;
  return manyStatement(severalRows(1), postgres, severalRows);
}

/** `(?1, ?2), (?1, ?3)`: one shared value, and one more in each of two rows. */
function sqliteRows(shared: number, columns: number, count: number): string {
  const parameters = (from: number, many: number): string[] =>
    Array.from({ length: many }, (_, at) => `?${from + at}`);
  const row = (at: number): string =>
    `(${[...parameters(1, shared), ...parameters(1 + shared + at * columns, columns)].join(', ')})`;
  return Array.from({ length: count }, (_, at) => row(at)).join(', ');
}

/** Deletes each row that has these values; all columns together are the table's key. */
export function deleteEach(table: string, columns: Columns, shared: Columns = {}): ManyStatement {
  const { values, table: rowsTable } = parametersOf(shared, columns);
  const names = [...Object.keys(shared), ...Object.keys(columns)];
  const same = [
    ...Object.keys(shared).map((name, at) => `${table}.${name} = ${values[at]}`),
    ...Object.keys(columns).map((name) => `${table}.${name} = each_row.${name}`),
  ];
  return manyStatement(
    `delete from ${table} where ${names.map((name, at) => `${name} = ?${at + 1}`).join(' and ')}`,
    `delete from ${table} using ${rowsTable} where ${same.join(' and ')}`,
  );
}

export function* rows(which: Statement, ...parameters: SqlValue[]): Work<Row[]> {
  return yield { kind: 'rows', statement: which, parameters };
}

export function* firstRow(which: Statement, ...parameters: SqlValue[]): Work<Row | undefined> {
  return (yield { kind: 'rows', statement: which, parameters, single: true })[0];
}

/** Whether the statement changed anything; see `effect`. */
export function* changes(which: Statement, ...parameters: SqlValue[]): Work<boolean> {
  return (yield { kind: 'effect', statement: which, parameters }).length > 0;
}

export function* forEach(
  which: ManyStatement,
  values: SqlValue[][],
  shared: SqlValue[] = noValues,
): Work<void> {
  if (values.length > 0) yield { kind: 'many', statement: which, shared, rows: values };
}

const noValues: SqlValue[] = [];

export function* announce(change: Change): Work<void> {
  yield { kind: 'announce', change };
}

/** The creation of an entity of a known collection with known paths, that announces nothing. */
export interface Creation {
  application: RealmKey;
  change: EntityChange & { kind: 'create' };
  /** Of each entry of the change's index. */
  pathIds: number[];
}

/** Resolves when the entity is durable; where anything is in its way, does what `otherwise` does. */
export type CreateTogether = (creation: Creation, otherwise: () => Promise<void>) => Promise<void>;

/** What an engine offers to the shared stores. */
export interface SqlEngine {
  /** Runs the work outside a transaction: reads only. */
  read<Result>(work: () => Work<Result>): Promise<Result>;
  /** The row as its values, in the order of the columns. At once where the engine has nothing to wait for. */
  lookUp(which: LookUp, parameters: SqlValue[]): Awaitable<SqlValue[] | undefined>;
  /** Runs the work in a transaction, all or nothing; resolves when it is durable. May run `work` again on conflict. */
  write<Result>(work: () => Work<Result>): Promise<Result>;
  /** A cheaper way than `write` for many creations at once, where the engine has one. */
  createTogether?: CreateTogether;
}

export const text = (row: Row, column: string): string => row[column] as string;
export const integer = (row: Row, column: string): number => row[column] as number;
export const truth = (row: Row, column: string): boolean => row[column] === 1;
export const bytes = (row: Row, column: string): Uint8Array => row[column] as Uint8Array;
export const json = <Value>(row: Row, column: string): Value => JSON.parse(row[column] as string) as Value;
