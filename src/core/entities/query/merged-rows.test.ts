import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Row, rowOf } from '../index/index-rows.ts';
import type { Filter } from './filter.ts';
import { mergedRows } from './merged-rows.ts';

const rowAt = (created: number, last = created): Row =>
  rowOf({
    uuid: `00000000-0000-11ee-8000-00000000000${last}`,
    type: 'dog',
    created,
    modified: created,
    version: 1,
    body: '{}',
  });
const where = (path: string): Filter[] => [{ kind: 'comparison', path, operator: '=', value: 1 }];

/** In chunks of two. */
async function* chunksOf(rows: Row[]): AsyncGenerator<Row[]> {
  for (let at = 0; at < rows.length; at += 2) yield rows.slice(at, at + 2);
}

async function rowsOf(walks: Parameters<typeof mergedRows>[0], isOver = () => false) {
  const found = [];
  for await (const rows of mergedRows(walks, isOver)) found.push(...rows);
  return found;
}

test('walks come as one, newest first, ties by uuid', async () => {
  const found = await rowsOf([
    { chunks: chunksOf([9, 7, 4].map((time) => rowAt(time))), residual: [] },
    { chunks: chunksOf([rowAt(8), rowAt(7, 8), rowAt(1)]), residual: [] },
    { chunks: chunksOf([]), residual: [] },
  ]);
  assert.deepEqual(
    found.map(({ entity }) => entity.created),
    [9, 8, 7, 7, 4, 1],
  );
  assert.match(found[2]!.entity.uuid, /8$/);
});

test('an entity in several walks comes once, and may satisfy what any of them asks', async () => {
  const found = await rowsOf([
    { chunks: chunksOf([rowAt(5), rowAt(3)]), residual: where('a') },
    { chunks: chunksOf([rowAt(5), rowAt(2)]), residual: where('b') },
  ]);
  assert.deepEqual(
    found.map(({ residuals }) => residuals),
    [[where('a'), where('b')], [where('a')], [where('b')]],
  );
});

test('nothing comes after a walk that had to stop early', async () => {
  let stopped = false;
  async function* stopping(): AsyncGenerator<Row[]> {
    yield [rowAt(9)];
    stopped = true;
  }
  const walks = [
    { chunks: stopping(), residual: [] },
    { chunks: chunksOf([8, 7].map((time) => rowAt(time))), residual: [] },
  ];
  assert.equal((await rowsOf(walks, () => stopped)).length, 1);
});
