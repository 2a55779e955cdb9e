import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ComparisonOperator,
  evaluateFilter,
  type Filter,
  matchesEverything,
  type ScalarValue,
} from './filter.ts';

const is = (path: string, operator: ComparisonOperator, value: ScalarValue): Filter => ({
  kind: 'comparison',
  path,
  operator,
  value,
});
const equals = (path: string, value: ScalarValue): Filter => is(path, '=', value);
const contains = (path: string, text: string): Filter => ({ kind: 'contains', path, text });
const wildcard = (path: string, pattern: string): Filter => ({ kind: 'wildcard', path, pattern });
const not = (operand: Filter): Filter => ({ kind: 'not', operand });

function holds(filter: Filter, entity: Record<string, unknown>): void {
  assert.ok(
    evaluateFilter(filter, entity),
    `${JSON.stringify(filter)} should hold for ${JSON.stringify(entity)}`,
  );
}

function fails(filter: Filter, entity: Record<string, unknown>): void {
  assert.ok(
    !evaluateFilter(filter, entity),
    `${JSON.stringify(filter)} should not hold for ${JSON.stringify(entity)}`,
  );
}

test('a comparison matches values of its own type only', () => {
  holds(equals('size', 20), { size: 20 });
  holds(equals('open', true), { open: true });
  fails(equals('size', '20'), { size: 20 });
  fails(equals('size', 20), { size: '20' });
  fails(equals('open', 1), { open: true });
  fails(is('size', '>', '1000'), { size: 2000 });
});

test('UD-22 comparisons include or exclude their bound', () => {
  for (const [operator, low, same, high] of [
    ['<', true, false, false],
    ['<=', true, true, false],
    ['=', false, true, false],
    ['>=', false, true, true],
    ['>', false, false, true],
  ] as const) {
    const outcomes = [14, 15, 16].map((ordinal) => evaluateFilter(is('ordinal', operator, 15), { ordinal }));
    assert.deepEqual(outcomes, [low, same, high]);
  }
});

test('texts compare without regard to case, by code points', () => {
  holds(equals('name', 'fred'), { name: 'FRED' });
  holds(is('name', '<', 'b'), { name: 'Anna' });
  holds(is('name', '>', '\u{fffd}'), { name: '\u{1f600}' });
});

test('false comes before true', () => {
  holds(is('open', '<', true), { open: false });
  fails(is('open', '<', false), { open: true });
});

test('UD-25 property names match without regard to case', () => {
  holds(equals('ordinal', 1), { Ordinal: 1 });
  holds(equals('actor.displayname', 'x'), { actor: { displayName: 'X' } });
});

test('UD-26 a wildcard covers the whole text', () => {
  holds(wildcard('name', 'john*'), { name: 'John Smith' });
  holds(wildcard('name', '*ith'), { name: 'John Smith' });
  holds(wildcard('name', 'j*n*h'), { name: 'John Smith' });
  fails(wildcard('name', 'smith*'), { name: 'John Smith' });
  fails(wildcard('name', 'ab*ba'), { name: 'aba' });
  fails(wildcard('name', '*'), { size: 1 });
});

test('UD-27 UD-28 contains finds any of its words anywhere, with wildcards in a word', () => {
  holds(contains('name', 'smith'), { name: 'John Smith' });
  holds(contains('name', 'miller smith'), { name: 'John Smith' });
  holds(contains('prop', 'test*'), { prop: 'a testprop' });
  fails(contains('name', 'smi'), { name: 'John Smith' });
  fails(contains('name', 'john*h'), { name: 'John Smith' });
  fails(contains('name', ''), { name: 'John Smith' });
});

test('UD-94 UD-95 arrays match if any element does, objects in them by their properties', () => {
  holds(equals('tags', 'a'), { tags: ['b', 'a'] });
  holds(equals('items.name', 'rocks'), { items: [{ name: 'sand' }, { name: 'rocks' }] });
  holds(equals('a.b.c', 1), { a: { b: [{ c: [2, 1] }] } });
  fails(equals('tags', 'a'), { tags: [['a']] });
});

test('a name with a dot in it is reached like a nested one', () => {
  holds(equals('a.b.c', 1), { 'a.b': { c: 1 } });
});

test('what is missing, null or an object matches no comparison', () => {
  for (const entity of [{}, { name: null }, { name: { first: 'x' } }, { other: 'x' }]) {
    fails(is('name', '>=', ''), entity);
  }
});

test('UD-96 not matches also what lacks the property', () => {
  holds(not(equals('verb', 'go')), { verb: 'stop' });
  holds(not(equals('verb', 'go')), {});
  fails(not(equals('verb', 'go')), { verb: 'Go' });
});

test('UD-84 UD-87 within takes points at most that far away, nested ones too', () => {
  const near: Filter = { kind: 'within', path: 'location', meters: 10000, latitude: 37.7, longitude: -122.4 };
  holds(near, { location: { latitude: 37.776753, longitude: -122.407846 } });
  fails(near, { location: { latitude: 37.8, longitude: -122.4 } });
  fails(near, { location: { latitude: 'x', longitude: 1 } });
  fails(near, {});
  holds(
    { ...near, path: 'actor.location' },
    { actor: { location: { latitude: 37.7, longitude: -122.4, town: 'x' } } },
  );
});

test('within takes other properties only if they hold nothing but a point', () => {
  const near: Filter = { kind: 'within', path: 'home', meters: 1, latitude: 1, longitude: 2 };
  holds(near, { home: { latitude: 1, longitude: 2 } });
  fails(near, { home: { latitude: 1, longitude: 2, town: 'x' } });
});

test('within a very large radius lies every point', () => {
  const everywhere: Filter = {
    kind: 'within',
    path: 'location',
    meters: 2147483647,
    latitude: 0,
    longitude: 0,
  };
  holds(everywhere, { location: { latitude: 0, longitude: 180 } });
});

test('the query that matches everything cannot be changed', () => {
  assert.throws(() => matchesEverything.order.push({ path: 'a', direction: 'ascending' }), TypeError);
});

const scalar = fc.oneof(fc.constantFrom('', 'a', 'B', 'ab'), fc.integer({ min: -2, max: 2 }), fc.boolean());
const entity = fc.dictionary(
  fc.constantFrom('a', 'B', 'c'),
  fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), fc.dictionary(fc.constantFrom('a', 'b'), scalar)),
);
const comparison = fc.record({
  kind: fc.constant('comparison' as const),
  path: fc.constantFrom('a', 'b', 'c.a'),
  operator: fc.constantFrom<ComparisonOperator>('=', '<', '<=', '>', '>='),
  value: scalar,
});

test('and, or and not follow the laws of logic', () => {
  fc.assert(
    fc.property(comparison, comparison, entity, (left, right, subject) => {
      const operands = [left, right];
      const neither = evaluateFilter(not({ kind: 'or', operands }), subject);
      assert.equal(neither, evaluateFilter({ kind: 'and', operands: operands.map(not) }, subject));
      assert.equal(neither, !evaluateFilter(left, subject) && !evaluateFilter(right, subject));
    }),
  );
});

test('a scalar property is below, equal to or above a value of its type, and nothing else', () => {
  fc.assert(
    fc.property(scalar, scalar, (stored, value) => {
      const held = (['<', '=', '>'] as const).filter((operator) =>
        evaluateFilter(is('a', operator, value), { a: stored }),
      );
      assert.equal(held.length, typeof stored === typeof value ? 1 : 0);
    }),
  );
});
