/**
 * Statements that both engines run, and units of work made of them. A unit of work is a generator: it yields steps
 * and gets their rows back, so that SQLite can run it without leaving the turn of the event loop (which is what makes
 * group commit cheap) and PostgreSQL can await each step.
 */
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
}

/** The same for every row: SQLite runs it once a row, PostgreSQL once with an array for each parameter. */
export interface ManyStatement extends Statement {
  many: true;
}

export type Step =
  /** `single`: one row at most is wanted. */
  | { kind: 'rows'; statement: Statement; parameters: SqlValue[]; single?: true }
  | { kind: 'many'; statement: ManyStatement; rows: SqlValue[][] }
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
  const whole = numbered(postgres) + (lock ? ' for update' : '');
  return keep ? keepStatement(text, whole) : { sqlite: text, postgres: whole, name: undefined };
}

function keepStatement(sqlite: string, postgres: string): Statement {
  const made = { sqlite, postgres, name: `keygrid_${kept.length + 1}` };
  kept.push(made);
  return made;
}

/** Every statement that engines keep prepared, of what was loaded and run so far: for a test to compile them all. */
export const statementsKept = (): readonly Statement[] => kept;

function numbered(text: string): string {
  let parameter = 0;
  return text.replaceAll('?', () => `$${++parameter}`);
}

/** Columns of a table, with PostgreSQL's name for the type of each. */
export type Columns = Record<string, 'bigint' | 'text' | 'bytea'>;

const arraysOf = (columns: Columns): string =>
  `unnest(${Object.values(columns)
    .map((type) => `?::${type}[]`)
    .join(', ')})`;

/** Inserts each row, but those whose key is there already. */
export function insertEach(table: string, columns: Columns): ManyStatement {
  const names = Object.keys(columns);
  const into = `insert into ${table} (${names.join(', ')})`;
  const values = names.map(() => '?').join(', ');
  const made = keepStatement(
    `${into} values (${values}) on conflict do nothing`,
    numbered(`${into} select * from ${arraysOf(columns)} on conflict do nothing`),
  );
  return { ...made, many: true };
}

/** Deletes each row that has these values; `columns` are the table's key. */
export function deleteEach(table: string, columns: Columns): ManyStatement {
  const names = Object.keys(columns);
  const same = names.map((name) => `${table}.${name} = gone.${name}`).join(' and ');
  const made = keepStatement(
    `delete from ${table} where ${names.map((name) => `${name} = ?`).join(' and ')}`,
    numbered(`delete from ${table} using ${arraysOf(columns)} as gone (${names.join(', ')}) where ${same}`),
  );
  return { ...made, many: true };
}

export function* rows(which: Statement, ...parameters: SqlValue[]): Work<Row[]> {
  return yield { kind: 'rows', statement: which, parameters };
}

export function* firstRow(which: Statement, ...parameters: SqlValue[]): Work<Row | undefined> {
  return (yield { kind: 'rows', statement: which, parameters, single: true })[0];
}

export function* forEach(which: ManyStatement, values: SqlValue[][]): Work<void> {
  if (values.length > 0) yield { kind: 'many', statement: which, rows: values };
}

export function* announce(change: Change): Work<void> {
  yield { kind: 'announce', change };
}

/** The creation of an entity of a known collection, that announces nothing. */
export interface Creation {
  application: RealmKey;
  change: EntityChange & { kind: 'create' };
}

/** Resolves when the entity is durable; where anything is in its way, does what `otherwise` does. */
export type CreateTogether = (creation: Creation, otherwise: () => Promise<void>) => Promise<void>;

/** What an engine offers to the shared stores. */
export interface SqlEngine {
  /** Runs the work outside a transaction: reads only. */
  read<Result>(work: () => Work<Result>): Promise<Result>;
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
