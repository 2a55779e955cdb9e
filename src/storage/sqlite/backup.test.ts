import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { copyDatabase } from './backup.ts';
import { openDatabase } from './engine.ts';

test('the copy is of one moment and comes to an end, however much is written meanwhile', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'keygrid-test-copy-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const source = join(directory, 'source.sqlite');
  const target = join(directory, 'target.sqlite');
  const writer = openDatabase(source);
  writer.exec('create table pairs (side text, amount integer, filler text)');
  const insert = writer.prepare('insert into pairs values (?, ?, ?)');
  const writePair = (amount: number): void => {
    writer.exec('begin');
    for (const side of ['left', 'right']) insert.run(side, amount, 'x'.repeat(3000));
    writer.exec('commit');
  };
  for (let amount = 0; amount < 2000; amount++) writePair(amount);

  let steps = 0;
  await copyDatabase(source, target, () => {
    steps += 1;
    writePair(-steps);
  });
  writer.close();

  assert.ok(steps > 1, `${steps} steps`);
  const copy = openDatabase(target, true);
  const count = copy.prepare('select side, count(*) as count from pairs group by side order by side').all();
  assert.deepEqual(
    count.map((row) => [row.side, row.count]),
    [
      ['left', 2000],
      ['right', 2000],
    ],
  );
  copy.close();
  assert.deepEqual(
    readdirSync(directory).filter((name) => name.startsWith('target')),
    ['target.sqlite'],
  );
});
