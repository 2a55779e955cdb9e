import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { createTestDatabase } from '../../../test/support/postgres.ts';
import { createBinaryArray, integersInBinary, oidOf } from './binary-arrays.ts';

let client: pg.Client;
let drop: () => Promise<void>;
before(async () => {
  const database = await createTestDatabase();
  drop = database.drop;
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
after(async () => {
  await client.end();
  await drop();
});

async function echo(type: string, array: Buffer): Promise<unknown> {
  const { rows } = await client.query(`select $1::${type}[] as echoed`, [array]);
  return rows[0]?.echoed;
}

test('PostgreSQL reads whole numbers as they were', async () => {
  for (const numbers of [[], [7], [0, -1, 2 ** 31 - 1, -(2 ** 31)]]) {
    assert.deepEqual(await echo('int', integersInBinary(numbers)), numbers);
  }
});

test('PostgreSQL reads texts of bytes as they were, empty ones and those with any byte in them', async () => {
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  for (const elements of [[], [Buffer.alloc(0)], [everyByte, Buffer.alloc(0), Buffer.from('a')]]) {
    const array = createBinaryArray(oidOf.bytea, 4 * elements.length + 300);
    for (const element of elements) array.add((target, from) => from + element.copy(target, from));
    assert.deepEqual(await echo('bytea', array.finish()), elements);
  }
});
