/** Statements of a connection, prepared once, and the steps of work that are made of them. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Change } from '../../core/oauth/revocation-store.ts';
import type { ManyStatement, Row, SqlValue, Statement, Step } from '../sql/statement.ts';

/** What the writes of a transaction have done so far. */
export interface Transaction {
  changes: Change[];
  /** Whether the write that is running has changed anything. */
  hasWritten: boolean;
  /** By many writes. */
  isShared: boolean;
  /** No row of the index is known to be missing in it. */
  indexIsWhole: boolean;
}

export const newTransaction = (isShared = false): Transaction => ({
  changes: [],
  hasWritten: false,
  isShared,
  indexIsWhole: false,
});

export interface PreparedStatements {
  prepare(which: Statement): StatementSync;
  /** The row as its values, in the order of the columns. */
  lookUp(which: Statement, parameters: SqlValue[]): SqlValue[] | undefined;
  perform(step: Step, during: Transaction): Row[];
  /** @param values of all rows, one after the other. */
  performMany(which: ManyStatement, shared: SqlValue[], values: SqlValue[], rows: number): void;
}

/** Of one statement: enough for most entities, and few enough to be kept prepared for each number. */
const rowsAtOnce = 16;

export function createPreparedStatements(database: DatabaseSync): PreparedStatements {
  const prepared = new Map<string, StatementSync>();
  const lookUps = new Map<Statement, StatementSync>();
  const preparedForRows = new Map<string, StatementSync[]>();
  const insertChange = database.prepare('insert into changes (topic, realm) values (?, ?)');

  function prepare(which: Statement): StatementSync {
    if (which.name === undefined) return database.prepare(which.sqlite);
    let found = prepared.get(which.name);
    if (!found) {
      found = database.prepare(which.sqlite);
      prepared.set(which.name, found);
    }
    return found;
  }

  function lookUp(which: Statement, parameters: SqlValue[]): SqlValue[] | undefined {
    let found = lookUps.get(which);
    if (!found) {
      found = database.prepare(which.sqlite);
      found.setReturnArrays(true);
      lookUps.set(which, found);
    }
    return found.get(...parameters) as unknown as SqlValue[] | undefined;
  }

  function prepareFor(many: ManyStatement, rows: number): StatementSync {
    if (!many.severalRows || many.name === undefined) return prepare(many);
    let byRows = preparedForRows.get(many.name);
    if (!byRows) {
      byRows = [];
      preparedForRows.set(many.name, byRows);
    }
    byRows[rows] ??= database.prepare(many.severalRows(rows));
    return byRows[rows];
  }

  function performMany(which: ManyStatement, shared: SqlValue[], values: SqlValue[], rows: number): void {
    const atOnce = which.severalRows ? rowsAtOnce : 1;
    if (rows <= atOnce) {
      prepareFor(which, rows).run(...shared, ...values);
      return;
    }
    const columns = values.length / rows;
    for (let from = 0; from < rows; from += atOnce) {
      const count = Math.min(atOnce, rows - from);
      const some = values.slice(from * columns, (from + count) * columns);
      prepareFor(which, count).run(...shared, ...some);
    }
  }

  function performRows(step: Step & { kind: 'rows' }, during: Transaction): Row[] {
    const found = prepare(step.statement);
    during.hasWritten ||= !step.statement.sqlite.startsWith('select');
    if (step.single) return toRows(found.get(...step.parameters) as Row | undefined);
    return found.all(...step.parameters) as Row[];
  }

  function perform(step: Step, during: Transaction): Row[] {
    if (step.kind === 'rows') return performRows(step, during);
    if (step.kind === 'effect') {
      const isDone = prepare(step.statement).run(...step.parameters).changes > 0;
      during.hasWritten ||= isDone;
      return isDone ? done : noRows;
    }
    during.hasWritten = true;
    if (step.kind === 'many') {
      performMany(step.statement, step.shared, step.rows.flat(), step.rows.length);
    } else {
      during.changes.push(step.change);
      insertChange.run(step.change.topic, step.change.realm);
    }
    return noRows;
  }

  return { prepare, lookUp, perform, performMany };
}

const noRows: Row[] = [];
const done: Row[] = [{}];
const toRows = (row: Row | undefined): Row[] => (row ? [row] : noRows);
