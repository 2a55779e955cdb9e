import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { createTestDatabase } from '../../../test/support/postgres.ts';
import { createArrayWriter, oidOf } from './binary-arrays.ts';

const arrays = createArrayWriter();
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
    assert.deepEqual(await echo('int', arrays.integers(numbers)), numbers);
  }
  const long = [0, -1, 2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
  assert.deepEqual(await echo('bigint', arrays.longIntegers(long)), long.map(String));
});

test('PostgreSQL reads texts as they were', async () => {
  const texts = ['', 'NULL', '{"a":"\\\\"}', 'é€\u{1f600}', 'x'.repeat(5000)];
  assert.deepEqual(await echo('text', arrays.texts(texts)), texts);
});

test('PostgreSQL reads texts of bytes as they were, empty ones and those with any byte in them', async () => {
  const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  for (const elements of [[], [Buffer.alloc(0)], [everyByte, Buffer.alloc(0), Buffer.from('a')]]) {
    assert.deepEqual(await echo('bytea', arrays.bytes(elements)), elements);
  }
});

test('room that is not needed is not sent', async () => {
  const array = arrays.written(oidOf.bytea, 1, 1000, (add) =>
    add((target, from) => from + target.write('abc', from)),
  );
  assert.deepEqual(await echo('bytea', array), [Buffer.from('abc')]);
});

test('arrays of one statement stay as they are, however many there are, and the next statement takes their room', () => {
  arrays.reset();
  const long = 'x'.repeat(50_000);
  const made = Array.from({ length: 30 }, (_, at) => arrays.texts([long, String(at)]));
  for (const [at, array] of made.entries()) assert.ok(array.toString('latin1').endsWith(String(at)));
  arrays.reset();
  const first = arrays.integers([1]);
  arrays.reset();
  const second = arrays.integers([2]);
  assert.deepEqual(first, second, 'both are in the same place');
});
