/**
 * Look-ups of single rows, those of a turn in one statement: while some are on their way, those that come wait together
 * and go next. A statement costs the server and this process far more than one row of it.
 */
import type pg from 'pg';
import type { LookUp, SqlEngine, SqlValue } from '../sql/statement.ts';
import { createBatches, worthAnotherRead } from './batches.ts';
import { types } from './connection.ts';
import type { Reader } from './reader.ts';

type Read = Reader['readArrays'];

interface Waiting {
  which: LookUp;
  /** The parameters before the last. */
  shared: SqlValue[];
  /** The last parameter, in hexadecimal. */
  value: string;
  resolve(row: SqlValue[] | undefined): void;
  reject(reason: unknown): void;
}

const valuesAtMost = 500;

export interface LookUps {
  lookUp: SqlEngine['lookUp'];
  /** Resolves when those that were asked for are answered. */
  finish(): Promise<void>;
}

export function createLookUps(read: Read): LookUps {
  const { add, finish } = createBatches<Waiting>({
    count: (waiting) => Math.min(valuesAtMost, waiting.length),
    write: (batch) => answerAll(read, batch),
    worthAnother: worthAnotherRead,
  });
  const lookUp = (which: LookUp, parameters: SqlValue[]): Promise<SqlValue[] | undefined> =>
    new Promise((resolve, reject) => {
      const value = asHex(parameters.at(-1) as Uint8Array);
      add({ which, shared: parameters.slice(0, -1), value, resolve, reject });
    });
  return { lookUp, finish };
}

async function answerAll(read: Read, batch: readonly Waiting[]): Promise<void> {
  const first = batch[0]!;
  // Most batches are one application's, and then nothing need be made to tell them apart.
  if (batch.every((each) => isAlike(each, first))) return answer(read, batch);
  const byStatement = Map.groupBy(batch, ({ which, shared }) => `${which.name} ${shared.join(' ')}`);
  await Promise.all(Array.from(byStatement.values(), (some) => answer(read, some)));
}

const isAlike = (one: Waiting, other: Waiting): boolean =>
  one.which === other.which && one.shared.every((value, at) => value === other.shared[at]);

/** @param waiting for the same statement with the same values before the last. */
async function answer(read: Read, waiting: readonly Waiting[]): Promise<void> {
  try {
    const { which, shared } = waiting[0]!;
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
