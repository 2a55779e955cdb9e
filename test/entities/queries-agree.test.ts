/** Whatever plan a query gets, its pages together are what filtering and sorting in memory gives. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StoredEntity } from '../../src/core/entities/entity-store.ts';
import { parseQueried, renderIndexedFields } from '../../src/core/entities/index/indexed-fields.ts';
import { maximumCutCharacters } from '../../src/core/entities/index/word-entries.ts';
import {
  type ComparisonOperator,
  type EntityQuery,
  evaluateFilter,
  type Filter,
  type SortKey,
} from '../../src/core/entities/query/filter.ts';
import { type QueryBounds, standardBounds } from '../../src/core/entities/query/query-runner.ts';
import { compareText } from '../../src/core/entities/query/text-matching.ts';
import { timeOfUuid } from '../../src/core/uuid.ts';
import { engines } from '../storage-conformance/engines.ts';
import { bodyOf, openTestEntities, queryFor, readAllPages, type TestEntities } from './support.ts';

const start = 1_700_000_000_000;
const paths = ['a', 'b', 'tags', 'o.x', 'items.n', 'created', 'modified', 'name', 'type', 'uuid'];

const long = 'l'.repeat(950);
/** Too long for its words to be in the index. */
const uncut = `two ${'x '.repeat(maximumCutCharacters / 2)}`;
const text = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      '',
      'a',
      'B',
      'ab',
      'Abc',
      'ß',
      'ÿz',
      'two words',
      `${long}1`,
      `${long}2`,
      '1',
    ),
  },
  { weight: 6, arbitrary: fc.constantFrom('Two', 'a two-word text', 'AB, words!', `two ${long}`, '1 ab') },
  { weight: 1, arbitrary: fc.constant(uncut) },
);
const number = fc.constantFrom(-1.5, -1, 0, 1, 2, 1e10);
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const property = fc.oneof(
  { weight: 4, arbitrary: scalar },
  { weight: 1, arbitrary: fc.array(scalar, { maxLength: 4 }) },
);
const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });

const point = fc.record({
  latitude: fc.constantFrom(0, 0.001, 10),
  longitude: fc.constantFrom(0, 179.999, 180),
});

const body = fc.record({
  a: optional(scalar),
  B: optional(property),
  tags: optional(fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), { maxLength: 4 })),
  o: optional(fc.record({ X: optional(property), place: optional(point) })),
  place: optional(fc.oneof(point, fc.array(point, { maxLength: 2 }))),
  items: optional(fc.array(fc.record({ n: optional(scalar) }), { maxLength: 3 })),
});

/** Settings of the collection, one after the other: each concerns what is written under it. */
const fields = fc.constantFrom(
  [],
  ['a'],
  ['B', 'o'],
  ['o.x', 'items'],
  ['tags', 'items.n', 'place'],
  ['o.place.latitude', 'place.longitude'],
);
const settings = fc.oneof(
  fc.constant([undefined]),
  fc.array(optional(fields.map(renderIndexedFields)), { minLength: 1, maxLength: 4 }),
);

const path = fc.constantFrom(...paths);
const value = fc.oneof(
  text.map((sought) => sought.toLowerCase()),
  number,
  fc.boolean(),
  fc.constantFrom(start, start + 3, start + 5, 'thing', 'name-3'),
);
const operator = fc.constantFrom<ComparisonOperator>('=', '=', '<', '<=', '>', '>=');

const comparison: fc.Arbitrary<Filter> = fc.record({
  kind: fc.constant('comparison' as const),
  path,
  operator,
  value,
});
const wildcard: fc.Arbitrary<Filter> = fc.record({
  kind: fc.constant('wildcard' as const),
  path,
  pattern: fc.constantFrom('a*', '*', 'ab*', '*b', 'a*c', 'name-*', `${long}*`, 'thing*'),
});
const contains: fc.Arbitrary<Filter> = fc.record({
  kind: fc.constant('contains' as const),
  path,
  text: fc.constantFrom('two', 'a*', 'words 1', 'ab', 'TWO a 1', long, '', '*', '*o', 'two a*', 'x', 'w*s'),
});
/** As a filter only: `and` of one at the top would sort by distance, which has tests of its own. */
const within: fc.Arbitrary<Filter> = fc.record({
  kind: fc.constant('within' as const),
  path: fc.constantFrom('place', 'o.place', 'a'),
  meters: fc.constantFrom(0, 1000, 1e7),
  latitude: fc.constantFrom(0, 10),
  longitude: fc.constantFrom(0, 180),
});
const nowhere: Filter = { kind: 'comparison', path: 'nowhere', operator: '=', value: 1 };
const orWithin: fc.Arbitrary<Filter> = within.map((operand) => ({
  kind: 'or',
  operands: [operand, nowhere],
}));
const leaf = fc.oneof(
  { weight: 5, arbitrary: comparison },
  { weight: 1, arbitrary: wildcard },
  { weight: 2, arbitrary: contains },
  { weight: 1, arbitrary: orWithin },
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    { weight: 3, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('and' as const),
        operands: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('or' as const),
        operands: fc.array(tie('filter'), { minLength: 1, maxLength: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), operand: tie('filter') }) },
  ),
}));
/** Several conditions on one path are where narrowing can go wrong. */
const betweens: fc.Arbitrary<Filter> = path.chain((same) =>
  fc.record({
    kind: fc.constant('and' as const),
    operands: fc.array(
      comparison.map((operand) => ({ ...operand, path: same }) as Filter),
      { minLength: 2, maxLength: 3 },
    ),
  }),
);
/** Unions, where merging can go wrong: what several branches have must come once. */
const equality = fc.record({
  kind: fc.constant('comparison' as const),
  path: fc.constantFrom('a', 'b', 'tags', 'items.n'),
  operator: fc.constant('=' as const),
  value: fc.constantFrom('a', 'ab', 1, 2, true),
});
const branch: fc.Arbitrary<Filter> = fc.oneof(
  equality,
  contains,
  fc.tuple(equality, leaf).map((operands): Filter => ({ kind: 'and', operands })),
);
const union: fc.Arbitrary<Filter> = fc
  .array(branch, { minLength: 2, maxLength: 4 })
  .map((operands) => ({ kind: 'or', operands }));
const unions: fc.Arbitrary<Filter> = fc.oneof(
  union,
  fc.tuple(union, fc.oneof(union, leaf)).map((operands): Filter => ({ kind: 'and', operands })),
);
const order: fc.Arbitrary<SortKey[]> = fc.uniqueArray(
  fc.record({ path, direction: fc.constantFrom<SortKey['direction']>('ascending', 'descending') }),
  { maxLength: 3, selector: (key) => key.path },
);

type Scalar = string | number | boolean;
const rank = { number: 0, string: 1, boolean: 2 } as Record<string, number>;

/** Long texts are in the order of their first 900 bytes: the naive order must not look further. */
const cut = (given: string): string => given.toLowerCase().slice(0, 900);

function compareScalars(left: Scalar, right: Scalar): number {
  if (typeof left !== typeof right) return rank[typeof left]! - rank[typeof right]!;
  if (typeof left === 'string') return compareText(cut(left), cut(String(right)));
  return Number(left) - Number(right);
}

/** The naive way to all scalars at a path: everything the entity holds, by path. */
function scalarsAt(entity: unknown, wanted: string, at = ''): Scalar[] {
  if (Array.isArray(entity)) {
    return entity.flatMap((element) => (Array.isArray(element) ? [] : scalarsAt(element, wanted, at)));
  }
  if (typeof entity === 'object' && entity !== null) {
    return Object.entries(entity).flatMap(([name, inner]) =>
      scalarsAt(inner, wanted, `${at}${at && '.'}${name.toLowerCase()}`),
    );
  }
  return at === wanted && entity !== null && entity !== undefined ? [entity as Scalar] : [];
}

const sortValueOf = (entity: unknown, { path: wanted, direction }: SortKey): Scalar | undefined => {
  const sortedValues = scalarsAt(entity, wanted).sort(compareScalars);
  return direction === 'ascending' ? sortedValues[0] : sortedValues.at(-1);
};

function naive(all: StoredEntity[], query: EntityQuery): StoredEntity[] {
  const keys = query.order;
  return all
    .filter((entity) => !query.filter || evaluateFilter(query.filter, parseQueried(entity)))
    .sort((left, right) => {
      const values = (entity: StoredEntity) => keys.map((key) => sortValueOf(parseQueried(entity), key));
      const [leftValues, rightValues] = [values(left), values(right)];
      for (const [at, key] of keys.entries()) {
        const [one, other] = [leftValues[at], rightValues[at]];
        if (one === undefined && other === undefined) continue;
        if (one === undefined || other === undefined) return one === undefined ? 1 : -1;
        const difference = compareScalars(one, other);
        if (difference !== 0) return key.direction === 'ascending' ? difference : -difference;
      }
      // All entities have a type: ordering by it orders nothing.
      const first = keys.findIndex((key) => key.path !== 'type');
      const ascending =
        first !== -1 && leftValues[first] !== undefined && keys[first]!.direction === 'ascending';
      return (ascending ? 1 : -1) * compareAge(left, right);
    });
}

const compareAge = (left: StoredEntity, right: StoredEntity): number =>
  left.created - right.created ||
  timeOfUuid(left.uuid)! - timeOfUuid(right.uuid)! ||
  compareText(left.uuid.slice(0, 8), right.uuid.slice(0, 8));

/** Ties among long texts are broken by a digest in the index, so queries that order by them are left to other tests. */
const ordersLongTexts = (entities: StoredEntity[], keys: SortKey[]): boolean =>
  entities.some((entity) =>
    keys.some((key) => scalarsAt(bodyOf(entity), key.path).some((each) => String(each).length > 900)),
  );

const uuidsOf = (entities: StoredEntity[]): string[] => entities.map(({ uuid }) => uuid);

/** Few rows are much to these, so that plans for large collections are taken. */
const plans: QueryBounds[] = [
  { ...standardBounds, rowsBeforeDoubt: 0 },
  { ...standardBounds, rowsAhead: 1 },
  { ...standardBounds, rowsBeforeDoubt: 2, rowsAhead: 2 },
];

/** Each page by another plan than the one before, and told how. */
async function readByManyPlans(
  tested: TestEntities,
  query: EntityQuery,
  limit: number,
): Promise<StoredEntity[]> {
  const ways = plans.map(tested.boundedBy);
  const found: StoredEntity[] = [];
  let cursor: string | undefined;
  for (let page = 0; page === 0 || cursor !== undefined; page += 1) {
    const way = ways[page % ways.length]!;
    const result = await way.query('thing', query, { limit, cursor, explain: page % 2 === 0 });
    assert.equal(result.explanation !== undefined, page % 2 === 0);
    found.push(...result.entities);
    cursor = result.cursor;
  }
  return found;
}

async function requireAgreement(tested: TestEntities, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      fc.array(body, { minLength: 1, maxLength: 14 }),
      fc.array(
        fc.tuple(fc.oneof(optional(filter), betweens, unions), order, fc.integer({ min: 1, max: 6 })),
        {
          minLength: 8,
          maxLength: 8,
        },
      ),
      settings,
      async (bodies, queries, settingsInTurn) => {
        const application = tested.application();
        tested.clock.milliseconds = start;
        const all: StoredEntity[] = [];
        for (const [at, each] of bodies.entries()) {
          tested.clock.milliseconds += at % 3;
          tested.settings.indexedFields = settingsInTurn[at % settingsInTurn.length];
          const name = at % 2 === 0 ? { name: `Name-${at}` } : {};
          all.push(await application.create('thing', { ...each, ...name }));
        }
        for (const at of all.keys()) {
          tested.clock.milliseconds += 1;
          tested.settings.indexedFields = settingsInTurn[(at + 1) % settingsInTurn.length];
          if (at % 4 === 1) all[at] = await application.update('thing', all[at]!, { a: 'ab', o: null });
        }
        for (const [sought, keys, limit] of queries) {
          if (ordersLongTexts(all, keys)) continue;
          const query = queryFor(sought, { order: keys });
          const expected = uuidsOf(naive(all, query));
          const pages = await readAllPages(application, 'thing', query, limit);
          assert.deepEqual(uuidsOf(pages.flat()), expected);
          assert.deepEqual(uuidsOf(await readByManyPlans(tested, query, limit)), expected);
          assert.ok(pages.slice(0, -1).every((page) => page.length === limit));
        }
      },
    ),
    { numRuns },
  );
}

for (const engine of engines) {
  const numRuns = engine.name === 'SQLite' ? 120 : 30;
  test(`any query on ${engine.name}, page by page and by any plan, agrees with filtering and sorting in memory`, async () => {
    await requireAgreement(await openTestEntities(standardBounds, engine), numRuns);
  });
}
