/**
 * Look-ups of single rows, those of a turn in one statement: while some are on their way, those that come wait together
 * and go next. A statement costs the server and this process far more than one row of it.
 */
import type pg from 'pg';
import type { LookUp, SqlEngine, SqlValue } from '../sql/statement.ts';
import { types } from './connection.ts';
import type { Reader } from './reader.ts';

type Read = Reader['readArrays'];

interface Waiting {
  /** The last parameter, in hexadecimal. */
  value: string;
  resolve(row: SqlValue[] | undefined): void;
  reject(reason: unknown): void;
}

/** Of the same statement with the same values before the last. */
interface Group {
  which: LookUp;
  shared: SqlValue[];
  waiting: Waiting[];
}

const statementsAtOnce = 2;
const valuesAtMost = 500;

export function createLookUps(read: Read): SqlEngine['lookUp'] {
  const groups = new Map<string, Group>();
  let underWay = 0;
  let scheduled = false;

  function groupOf(which: LookUp, shared: SqlValue[]): Group {
    const key = `${which.name} ${shared.join(' ')}`;
    let group = groups.get(key);
    if (!group) {
      group = { which, shared, waiting: [] };
      groups.set(key, group);
    }
    return group;
  }

  function dispatch(): void {
    scheduled = false;
    for (const [key, group] of groups) {
      if (underWay === statementsAtOnce) return;
      const waiting = group.waiting.splice(0, valuesAtMost);
      if (group.waiting.length === 0) groups.delete(key);
      underWay += 1;
      void answer(read, { ...group, waiting }).finally(() => {
        underWay -= 1;
        dispatch();
      });
    }
  }

  return (which, parameters) =>
    new Promise<SqlValue[] | undefined>((resolve, reject) => {
      const value = asHex(parameters.at(-1) as Uint8Array);
      groupOf(which, parameters.slice(0, -1)).waiting.push({ value, resolve, reject });
      if (scheduled) return;
      scheduled = true;
      setImmediate(dispatch);
    });
}

async function answer(read: Read, { which, shared, waiting }: Group): Promise<void> {
  try {
    const values = [...shared, toArray(waiting.map(({ value }) => value))];
    const query = { name: which.each.name!, text: which.each.postgres, values, types: withBytesAsWritten };
    const found = new Map<SqlValue | undefined, SqlValue[]>();
    for (const row of await read(query)) found.set(row.at(-1), row);
    for (const { value, resolve } of waiting) resolve(found.get(`\\x${value}`));
  } catch (error) {
    for (const { reject } of waiting) reject(error);
  }
}

const bytea = 17;

/** The value that was looked for comes back as it was written: to read it and write it anew would take longer. */
const withBytesAsWritten: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === bytea ? String : types.getTypeParser(oid, format)) as pg.CustomTypesConfig['getTypeParser'],
};

/** As PostgreSQL writes arrays of bytes: the driver would look at each element anew. */
export const toArray = (values: string[]): string =>
  `{${values.map((value) => `"\\\\x${value}"`).join(',')}}`;

const asHex = (value: Uint8Array): string =>
  Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
