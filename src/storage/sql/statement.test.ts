import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { statement } from './statement.ts';

test('SQLite does not see that a limit is a parameter, by whose value it would plan; PostgreSQL does', () => {
  const { sqlite, postgres } = statement('select n from numbers where n > ? order by n limit ?', {
    keep: false,
  });
  assert.equal(sqlite, 'select n from numbers where n > ? order by n limit ? + 0');
  assert.equal(postgres, 'select n from numbers where n > $1 order by n limit $2');
  const database = new DatabaseSync(':memory:');
  database.exec('create table numbers (n integer); insert into numbers values (1), (2), (3), (4)');
  const found = database.prepare(sqlite);
  assert.deepEqual(
    [1, 2].map((limit) => found.all(1, limit).map(({ n }) => n)),
    [[2], [2, 3]],
  );
  database.close();
});
