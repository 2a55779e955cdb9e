/** An engine that asks for the plan of every statement before it runs it: what the shared stores do is the input. */
import type { DatabaseSync } from 'node:sqlite';
import type pg from 'pg';
import { valuesOf } from '../../src/storage/postgres/engine.ts';
import { toArray } from '../../src/storage/postgres/look-ups.ts';
import type { LookUp, Row, SqlEngine, SqlValue, Step, Work } from '../../src/storage/sql/statement.ts';

/** Of one access to a table: which table or index, and the conditions by which it is entered. */
export interface Access {
  what: string;
  by: string;
}

export interface Plan {
  sql: string;
  accesses: Access[];
  /** Whether rows are brought into order after they were read. */
  sorts: boolean;
}

type SqlStep = Exclude<Step, { kind: 'announce' }>;

export interface ExplainingEngine extends SqlEngine {
  /** Plans of what was run since the last call. */
  takePlans(): Plan[];
}

function explainingEngine(
  explain: (step: SqlStep) => Promise<Plan>,
  execute: (step: SqlStep) => Promise<Row[]>,
  lookUpStep: (which: LookUp, parameters: SqlValue[]) => SqlStep,
): ExplainingEngine {
  let plans: Plan[] = [];
  async function run<Result>(work: () => Work<Result>): Promise<Result> {
    const steps = work();
    let next = steps.next();
    while (!next.done) {
      const step = next.value;
      if (step.kind === 'announce') {
        next = steps.next([]);
        continue;
      }
      plans.push(await explain(step));
      next = steps.next(await execute(step));
    }
    return next.value;
  }
  return {
    read: run,
    lookUp: (which, parameters) =>
      run(function* (): Work<SqlValue[] | undefined> {
        const row = (yield lookUpStep(which, parameters))[0];
        return row && Object.values(row);
      }),
    write: run,
    takePlans() {
      const taken = plans;
      plans = [];
      return taken;
    },
  };
}

const firstParameters = (step: SqlStep): SqlValue[] =>
  step.kind === 'many' ? [...step.shared, ...(step.rows[0] ?? [])] : step.parameters;

export function explainSqlite(database: DatabaseSync): ExplainingEngine {
  return explainingEngine(
    async (step) => {
      const sql = step.statement.sqlite;
      const details = database.prepare(`explain query plan ${sql}`).all(...firstParameters(step));
      return readSqlitePlan(
        sql,
        details.map((row) => String(row.detail)),
      );
    },
    async (step) => {
      const prepared = database.prepare(step.statement.sqlite);
      if (step.kind === 'rows') return prepared.all(...step.parameters) as Row[];
      if (step.kind === 'effect') return prepared.run(...step.parameters).changes > 0 ? [{}] : [];
      for (const parameters of step.rows) prepared.run(...step.shared, ...parameters);
      return [];
    },
    (which, parameters) => ({ kind: 'rows', statement: which, parameters }),
  );
}

/** What statements name of their own: rows that were found before, and values. */
const derived = /^SCAN (?:s|newest|near|ids|known|outgoing|incoming|CONSTANT ROW|\d+ CONSTANT ROWS)$/;

function readSqlitePlan(sql: string, details: string[]): Plan {
  const accesses = details
    .filter((detail) => /^(SEARCH|SCAN)/.test(detail) && !derived.test(detail))
    .map((detail) => ({ what: detail.split(' (')[0]!, by: detail.match(/\((.*)\)/)?.[1] ?? '' }));
  return { sql, accesses, sorts: details.some((detail) => detail.includes('TEMP B-TREE')) };
}

/** With `generic`, the plan that is kept for every parameter; otherwise the one for these. */
export function explainPostgres(client: pg.ClientBase, generic: boolean): ExplainingEngine {
  return explainingEngine(
    async (step) => {
      const sql = step.statement.postgres;
      const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        generic
          ? { text: `explain (format json, generic_plan) ${sql}` }
          : { text: `explain (format json) ${sql}`, values: valuesOf(step) },
      );
      return readPostgresPlan(sql, rows[0]!['QUERY PLAN'][0].Plan);
    },
    async (step) => (await client.query<Row>({ text: step.statement.postgres, values: valuesOf(step) })).rows,
    (which, parameters) => {
      const value = Buffer.from(parameters.at(-1) as Uint8Array).toString('hex');
      const all = [...parameters.slice(0, -1), toArray([value])];
      return { kind: 'rows', statement: which.each, parameters: all };
    },
  );
}

interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Index Cond'?: string;
  Plans?: PlanNode[];
}

function readPostgresPlan(sql: string, root: PlanNode): Plan {
  const plan: Plan = { sql, accesses: [], sorts: false };
  const visit = (node: PlanNode): void => {
    const type = node['Node Type'];
    if (type.includes('Sort')) plan.sorts = true;
    if (type.includes('Scan') && !/^(Subquery|Function|CTE|WorkTable|Values|Bitmap Heap) Scan$/.test(type)) {
      const what = `${type} ${node['Relation Name'] ?? ''} ${node['Index Name'] ?? ''}`;
      plan.accesses.push({ what, by: node['Index Cond'] ?? '' });
    }
    node.Plans?.forEach(visit);
  };
  visit(root);
  return plan;
}
