import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ComparisonOperator,
  type EntityQuery,
  type Filter,
  matchesEverything,
} from '../../../core/entities/query/filter.ts';
import { KeygridError } from '../../../core/errors.ts';
import { parseQuery } from './parser.ts';
import { printQuery } from './printer.ts';

const reserved = new Set('select where and or not of true false lt lte eq gt gte'.split(' '));
const name = fc
  .oneof(
    fc.stringMatching(/^[a-z_][a-z0-9_.-]{0,8}$/),
    fc.constantFrom('asc', 'desc', 'contains', 'within', 'direct', 'order', 'by'),
  )
  .filter((text) => !reserved.has(text));
const lowerCase = (text: string): string => text.toLowerCase();
const text = fc
  .string({
    unit: fc.oneof(fc.constantFrom("'", '\\', '*', '+', ' ', '\n'), fc.string({ unit: 'grapheme' })),
    maxLength: 8,
  })
  .map(lowerCase);
const number = fc
  .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => value + 0);
const value = fc.oneof(text, number, fc.boolean(), fc.uuid());

const comparison = fc
  .record({
    kind: fc.constant('comparison' as const),
    path: name,
    operator: fc.constantFrom<ComparisonOperator>('=', '<', '<=', '>', '>='),
    value,
  })
  .map((filter) =>
    filter.operator === '=' && typeof filter.value === 'string'
      ? { ...filter, value: filter.value.replaceAll('*', '').trim() }
      : filter,
  );
const wildcard = fc.record({
  kind: fc.constant('wildcard' as const),
  path: name,
  pattern: text.map((pattern) => `${pattern}*`.trim()),
});
const contains = fc.record({ kind: fc.constant('contains' as const), path: name, text });
const within = fc.record({
  kind: fc.constant('within' as const),
  path: name,
  meters: number,
  latitude: number,
  longitude: number,
});
const { filter } = fc.letrec<{ filter: Filter; operands: Filter[] }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(comparison, wildcard, contains, within),
    fc.record({ kind: fc.constantFrom('and' as const, 'or' as const), operands: tie('operands') }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('filter') }),
  ),
  operands: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
}));

const query: fc.Arbitrary<EntityQuery> = fc
  .record({
    filter: fc.option(filter, { nil: undefined }),
    direct: fc.option(fc.array(fc.oneof(name, fc.uuid()), { minLength: 1, maxLength: 3 }), {
      nil: undefined,
    }),
    order: fc.uniqueArray(
      fc.record({ path: name, direction: fc.constantFrom('ascending' as const, 'descending' as const) }),
      { selector: ({ path }) => path, maxLength: 3 },
    ),
    projection: fc.option(fc.array(fc.record({ source: name, as: name }), { minLength: 1, maxLength: 3 }), {
      nil: undefined,
    }),
  })
  .map((parts) => structuredClone(parts.direct === undefined ? parts : { ...parts, filter: undefined }));

test('a printed query is read as the same query', () => {
  fc.assert(
    fc.property(query, (original) => {
      const statement = printQuery(original);
      fc.pre(statement.length <= 8192);
      assert.deepEqual(parseQuery(statement), original);
    }),
    { numRuns: 1000 },
  );
});

test('prints what people write', () => {
  assert.equal(printQuery(matchesEverything), 'select *');
  const statement =
    "select {n: name, age: age} where (a = 1 or b contains 'it\\'s') and not c < true order by d desc, e";
  assert.equal(printQuery(parseQuery(statement)), statement);
});

const scraps = fc.constantFrom(
  ...'select where order+by contains within of direct and or not true asc eq && = <= ( ) { } , : * 1 -2.5 1e9 a b.c'.split(
    ' ',
  ),
  ...["'x'", "'", '\\', '"', '!', '\n', ' ', '\u{1f600}', '7b2a1e0c-1111-11e4-8c21-0242ac110002'],
);

test('any text is a query or a query_syntax error, and a query stays the same when printed', () => {
  const anything = fc.oneof(
    fc.array(scraps, { maxLength: 12 }).map((words) => words.join(' ').replaceAll('order+by', 'order by')),
    fc.string({ unit: 'binary' }),
  );
  fc.assert(
    fc.property(anything, (statement) => {
      let parsed: EntityQuery;
      try {
        parsed = parseQuery(statement);
      } catch (error) {
        assert.ok(error instanceof KeygridError && error.code === 'query_syntax', String(error));
        assert.ok(Number(error.subject.column) >= 1 && Number(error.subject.line) >= 1);
        return;
      }
      assert.deepEqual(parseQuery(printQuery(parsed)), parsed);
    }),
    { numRuns: 3000 },
  );
});
