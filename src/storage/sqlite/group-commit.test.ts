import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createGroupCommit } from './group-commit.ts';

function observed(clock = { now: () => 0 }) {
  const database = new DatabaseSync(':memory:');
  database.exec('create table numbers (number integer)');
  const insert = database.prepare('insert into numbers values (?)');
  const sizes: number[] = [];
  let size = 0;
  const { write } = createGroupCommit(database, {
    beforeBatch: () => {
      size = 0;
    },
    afterBegin() {},
    beforeCommit() {},
    afterCommit: () => void sizes.push(size),
    clock,
  });
  const writeMany = (many: number): Promise<unknown> =>
    Promise.all(
      Array.from({ length: many }, (_, number) =>
        write(() => {
          size += 1;
          insert.run(number);
        }),
      ),
    );
  return { writeMany, sizes };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('writes that come a turn apart share a transaction, if the one before had as many', async () => {
  const { writeMany, sizes } = observed();
  await writeMany(4);
  const some = writeMany(1);
  await turn();
  await turn();
  await Promise.all([some, writeMany(3)]);
  assert.deepEqual(sizes, [4, 4]);
});

test('a write does not wait for long after many, and the next after it not at all', async () => {
  const { writeMany, sizes } = observed();
  await writeMany(100);
  await writeMany(1);
  const alone = writeMany(1);
  await turn();
  await turn();
  const other = writeMany(1);
  await Promise.all([alone, other]);
  assert.deepEqual(sizes, [100, 1, 1, 1]);
});

test('a write does not wait into the next millisecond', async () => {
  let time = 0;
  const { writeMany, sizes } = observed({ now: () => time++ });
  await writeMany(4);
  const some = writeMany(1);
  await turn();
  await turn();
  await Promise.all([some, writeMany(3)]);
  assert.deepEqual(sizes, [4, 1, 3]);
});
