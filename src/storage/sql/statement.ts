/**
 * Statements that both engines run, and units of work made of them. A unit of work is a generator: it yields steps
 * and gets their rows back, so that SQLite can run it without leaving the turn of the event loop (which is what makes
 * group commit cheap) and PostgreSQL can await each step.
 */
import type { Change } from '../../core/oauth/revocation-store.ts';

export type SqlValue = string | number | null | Uint8Array;
export type Row = Record<string, SqlValue>;

export interface Statement {
  /** With `?` for each parameter. */
  sqlite: string;
  /** With `$1`, `$2` … */
  postgres: string;
  /** Under which PostgreSQL keeps it prepared. */
  name: string;
}

export type Step =
  | { kind: 'rows'; statement: Statement; parameters: SqlValue[] }
  /** The same insert for every row. */
  | { kind: 'many'; statement: Statement; rows: SqlValue[][] }
  | { kind: 'announce'; change: Change };

export type Work<Result> = Generator<Step, Result, Row[]>;

let statements = 0;

/** `lock` is added where row locks exist; SQLite has one writer and needs none. */
export function statement(text: string, options: { lock?: boolean } = {}): Statement {
  let parameter = 0;
  const postgres = text.replaceAll('?', () => `$${++parameter}`) + (options.lock ? ' for update' : '');
  statements += 1;
  return { sqlite: text, postgres, name: `keygrid_${statements}` };
}

export function* rows(which: Statement, ...parameters: SqlValue[]): Work<Row[]> {
  return yield { kind: 'rows', statement: which, parameters };
}

export function* firstRow(which: Statement, ...parameters: SqlValue[]): Work<Row | undefined> {
  return (yield { kind: 'rows', statement: which, parameters })[0];
}

export function* insertMany(which: Statement, values: SqlValue[][]): Work<void> {
  if (values.length > 0) yield { kind: 'many', statement: which, rows: values };
}

export function* announce(change: Change): Work<void> {
  yield { kind: 'announce', change };
}

/** What an engine offers to the shared stores. */
export interface SqlEngine {
  /** Runs the work outside a transaction: reads only. */
  read<Result>(work: () => Work<Result>): Promise<Result>;
  /** Runs the work in a transaction, all or nothing; resolves when it is durable. May run `work` again on conflict. */
  write<Result>(work: () => Work<Result>): Promise<Result>;
}

export const text = (row: Row, column: string): string => row[column] as string;
export const integer = (row: Row, column: string): number => row[column] as number;
export const truth = (row: Row, column: string): boolean => row[column] === 1;
export const bytes = (row: Row, column: string): Uint8Array => row[column] as Uint8Array;
export const json = <Value>(row: Row, column: string): Value => JSON.parse(row[column] as string) as Value;
