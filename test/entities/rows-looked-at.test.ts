/** What a query looks at does not grow with its collection: index rows are counted, in one collection ten times another. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationEntities } from '../../src/core/entities/entities.ts';
import type { EntityQuery } from '../../src/core/entities/query/filter.ts';
import { parseQuery } from '../../src/dialects/usergrid/query-language/index.ts';
import { openTestEntities } from './support.ts';

const sizes = [2_000, 20_000] as const;
/** What a look-ahead, a last chunk or a small range more may cost. */
const roundingRows = 200;

const words = ['amber', 'basalt', 'cedar', 'dune', 'ember', 'fjord', 'gale', 'heath'];

/** `half`, `tenth` and `percent` are of a collection's size; of `rare` there are always ten. */
const bodyAt = (at: number, size: number) => ({
  name: `thing-${at}`,
  n: (at * 7919) % size,
  half: at % 2 === 0,
  tenth: `t${at % 10}`,
  percent: `p${at % 100}`,
  rare: at % (size / 10) === 0 ? 'yes' : `no-${at}`,
  title: `${words[at % 8]} and ${words[(at >> 3) % 8]}`,
  notes: at % (size / 10) === 1 ? 'a seldom word' : 'plain notes',
  tags: [`tag${at % 5}`, `tag${at % 7}`],
});

const tested = await openTestEntities();
const collections = [await collectionOf(sizes[0]), await collectionOf(sizes[1])];

async function collectionOf(size: number): Promise<ApplicationEntities> {
  const application = tested.application();
  for (let from = 0; from < size; from += 1000) {
    tested.clock.milliseconds += 1;
    const bodies = Array.from({ length: 1000 }, (_, at) => bodyAt(from + at, size));
    await application.createMany('thing', bodies);
  }
  return application;
}

async function rowsOfPage(application: ApplicationEntities, query: EntityQuery, pages: number) {
  let cursor: string | undefined;
  let rows = 0;
  for (let page = 1; page <= pages; page += 1) {
    const result = await application.query('thing', query, { limit: 10, cursor, explain: page === pages });
    rows = result.explanation?.rows ?? 0;
    cursor = result.cursor;
    assert.equal(result.entities.length, 10);
  }
  return rows;
}

const statements: { ql: string; mostRows: number; pages?: number }[] = [
  { ql: '', mostRows: 10 },
  { ql: "tenth = 't3'", mostRows: 10 },
  { ql: "tenth = 't3'", mostRows: 10, pages: 20 },
  { ql: 'n > 100 order by n', mostRows: 11 },
  { ql: 'n > 100 and n < 1900 order by n desc', mostRows: 11 },
  { ql: 'order by n', mostRows: 11, pages: 100 },
  { ql: 'order by name desc', mostRows: 11, pages: 100 },
  { ql: "rare = 'yes' and half = true", mostRows: 200 },
  { ql: "half = true and rare = 'yes'", mostRows: 200 },
  { ql: "half = true and percent = 'p4'", mostRows: 300 },
  { ql: "title contains 'dune'", mostRows: 30 },
  { ql: "title contains 'dune'", mostRows: 40, pages: 20 },
  { ql: "title contains 'dune gale'", mostRows: 60 },
  { ql: "notes contains 'seldom'", mostRows: 30 },
  { ql: "title contains 'and' and rare = 'yes'", mostRows: 300 },
  { ql: "half = true and notes contains 'seldom' or rare = 'yes'", mostRows: 300 },
  { ql: "tenth = 't3' or percent = 'p4' or rare = 'yes'", mostRows: 60 },
  { ql: "tags = 'tag1' and tags = 'tag2'", mostRows: 600 },
  { ql: "rare = 'yes' order by n", mostRows: 60 },
  { ql: "notes contains 'seldom' order by n", mostRows: 60 },
  { ql: "tenth = 't3' order by n", mostRows: 700 },
  { ql: "title contains 'dune' order by n", mostRows: 200 },
  { ql: "not tenth = 't3'", mostRows: 50 },
  { ql: "title = 'dune*'", mostRows: 200 },
  { ql: "title contains 'du*'", mostRows: 200 },
  { ql: "title contains '*ne'", mostRows: 200 },
];

for (const { ql, mostRows, pages = 1 } of statements) {
  const called = `${ql || 'everything'}${pages > 1 ? `, page ${pages}` : ''}`;
  test(`a page looks at ${mostRows} index rows at most, in a large collection too: ${called}`, async () => {
    const [small, large] = await Promise.all(
      collections.map((collection) => rowsOfPage(collection, parseQuery(ql), pages)),
    );
    assert.ok(large! <= mostRows, `${large} rows`);
    assert.ok(large! <= small! * 2 + roundingRows, `${small} rows, then ${large}`);
  });
}
