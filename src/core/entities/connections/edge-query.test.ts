import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../../errors.ts';
import { type EntityQuery, matchesEverything } from '../query/filter.ts';
import { type FarEnd, queryFarEnds, type ReadFarEnds } from './edge-query.ts';

const uuidOf = (index: number): string => `00000000-0000-1000-8000-${String(index).padStart(12, '0')}`;

/** `count` entities with `age` 0 and up, the last connected first. */
function readerOf(count: number): ReadFarEnds {
  const ends: FarEnd[] = Array.from({ length: count }, (_, age) => ({
    connectedAt: 1000 + age,
    entity: {
      ...{ uuid: uuidOf(age), type: 'dog', created: age, modified: age, version: 1 },
      body: JSON.stringify({ uuid: uuidOf(age), type: 'dog', name: `Dog ${age}`, age }),
    },
  })).reverse();
  return async (limit, after) =>
    ends
      .filter(({ connectedAt }) => connectedAt < (after?.connectedAt ?? Number.MAX_SAFE_INTEGER))
      .slice(0, limit);
}

const olderThan = (age: number): EntityQuery => ({
  ...matchesEverything,
  filter: { kind: 'comparison', path: 'age', operator: '>=', value: age },
});

/** Ages on each page, to the end. */
async function pagesOf(count: number, query: EntityQuery, limit: number): Promise<number[][]> {
  const pages: number[][] = [];
  let cursor: string | undefined;
  do {
    const page = await queryFarEnds(readerOf(count), query, { limit, cursor });
    pages.push(page.entities.map(({ body }) => JSON.parse(body).age));
    cursor = page.cursor;
  } while (cursor);
  return pages;
}

test('pages come last connected first, and a full one has a cursor', async () => {
  assert.deepEqual(await pagesOf(5, matchesEverything, 2), [[4, 3], [2, 1], [0]]);
  assert.deepEqual(await pagesOf(2, matchesEverything, 2), [[1, 0], []]);
});

test('a filter looks through as many pages of edges as it takes', async () => {
  assert.deepEqual(
    await pagesOf(1203, { ...matchesEverything, filter: { kind: 'not', operand: olderThan(3).filter! } }, 2),
    [[2, 1], [0]],
  );
});

test('an order sorts all that match, and is paged by place', async () => {
  const query: EntityQuery = { ...olderThan(1), order: [{ path: 'age', direction: 'ascending' }] };
  assert.deepEqual(await pagesOf(5, query, 2), [[1, 2], [3, 4], []]);
});

test('entities are named directly by uuid or name', async () => {
  const query = { ...matchesEverything, direct: [uuidOf(1), 'dog 3'] };
  assert.deepEqual(await pagesOf(5, query, 10), [[3, 1]]);
});

test('a query that would look at too many says so', async () => {
  const code = (error: unknown) => error instanceof KeygridError && error.code;
  await assert.rejects(
    pagesOf(10_001, olderThan(1_000_000), 1),
    (error) => code(error) === 'query_too_broad',
  );
  assert.deepEqual(await pagesOf(9_999, olderThan(9_998), 10), [[9_998]]);
});

test('a cursor of something else is refused', async () => {
  for (const cursor of [
    'nonsense',
    Buffer.from('1 2').toString('base64url'),
    Buffer.from('-1').toString('base64url'),
  ]) {
    await assert.rejects(
      queryFarEnds(readerOf(1), matchesEverything, { limit: 1, cursor }),
      (error) => error instanceof KeygridError && error.code === 'invalid_argument',
    );
  }
});

test('a page of large entities ends early, and reads them a few at a time', async () => {
  const asked: number[] = [];
  const large = 'x'.repeat(2_000_000);
  const read = readerOf(100);
  const readLarge: ReadFarEnds = async (limit, after) => {
    asked.push(limit);
    const ends = await read(limit, after);
    return ends.map(({ entity, connectedAt }) => ({
      connectedAt,
      entity: { ...entity, body: JSON.stringify({ large }) },
    }));
  };
  const page = await queryFarEnds(readLarge, matchesEverything, { limit: 1000 });
  assert.ok(page.entities.length < 20, `${page.entities.length} entities`);
  const next = await queryFarEnds(readLarge, matchesEverything, { limit: 30, cursor: page.cursor });
  assert.equal(next.entities[0]?.uuid, uuidOf(99 - page.entities.length));
  assert.ok(asked.every((limit) => limit <= 20));
});
