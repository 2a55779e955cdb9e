import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { KeygridError } from '../../errors.ts';
import { readProperties } from '../entity-body.ts';
import type { IndexedValue } from '../entity-store.ts';
import { entityType } from '../entity-types.ts';
import { diffIndex, indexEntriesOf, isIndexedPath, manyValuesPath, maximumEntries } from './entity-index.ts';
import { encodeIndexValue } from './index-key.ts';

const rules = entityType('dog');
const entriesOf = (body: object) =>
  indexEntriesOf({
    uuid: 'u',
    type: 'dog',
    created: 1,
    modified: 2,
    properties: readProperties(rules, body),
  });

/** Path and value, without created and modified. */
const pairsOf = (body: object): string[] =>
  entriesOf(body)
    .slice(2)
    .map(({ path, value }) => `${path} ${Buffer.from(bytesOf(value)).toString('hex')}`);
const bytesOf = (value: IndexedValue['value']): Uint8Array =>
  value instanceof Uint8Array ? value : encodeIndexValue(value);
const pair = (path: string, value: string | number | boolean): string =>
  `${path} ${encodeIndexValue(value).toString('hex')}`;

const tooMany = (error: unknown) => error instanceof KeygridError && error.code === 'invalid_argument';

describe('the index of an entity', () => {
  test('has created and modified once, and neither uuid nor type', () => {
    const paths = entriesOf({ created: 5, Created: 6, uuid: 'x', type: 'y' }).map(({ path }) => path);
    assert.deepEqual(paths, ['created', 'modified']);
  });

  test('has every scalar at its lower-case dot path, and no null', () => {
    assert.deepEqual(pairsOf({ Name: 'Rex', o: { In: { N: -1 } }, 'dotted.Key': true, n: { x: null } }), [
      pair('name', 'rex'),
      pair('o.in.n', -1),
      pair('dotted.key', true),
    ]);
  });

  test('has each element of an array once, goes through arrays of objects and not into arrays of arrays', () => {
    assert.deepEqual(pairsOf({ tags: ['b', 'a', 'B', ['c']], items: [{ n: 1 }, { n: 2 }, [{ n: 3 }]] }), [
      pair('tags', 'b'),
      pair('tags', 'a'),
      pair(manyValuesPath('tags'), true),
      pair('items.n', 1),
      pair('items.n', 2),
      pair(manyValuesPath('items.n'), true),
    ]);
    assert.deepEqual(pairsOf({ tags: ['a', 'a'] }), [pair('tags', 'a')]);
  });

  test('ends where it is too deep, and a path that may lead there counts as not indexed', () => {
    const nest = (levels: number): object => (levels === 1 ? { x: 1 } : { x: nest(levels - 1) });
    const path = (levels: number): string => Array(levels).fill('x').join('.');
    assert.deepEqual(pairsOf(nest(32)), [pair(path(32), 1)]);
    assert.deepEqual(pairsOf(nest(33)), []);
    assert.ok(isIndexedPath(path(32)));
    assert.ok(!isIndexedPath(path(33)));
  });

  test('leaves out paths that are too long or that no key can hold', () => {
    assert.deepEqual(pairsOf({ ['p'.repeat(300)]: 1, 'a\0b': 1, 'a[]': 1 }), []);
    for (const path of ['p'.repeat(300), 'a\0b', 'a[]', 'uuid', 'type']) assert.ok(!isIndexedPath(path));
  });

  test('is bounded, with a refusal that says so', () => {
    const list = (length: number) => ({ list: Array.from({ length }, (_, at) => at) });
    assert.equal(entriesOf(list(maximumEntries - 3)).length, maximumEntries);
    assert.throws(() => entriesOf(list(maximumEntries - 2)), tooMany);
    assert.throws(() => entriesOf({ list: Array.from({ length: 1e6 }, (_, at) => at) }), /1000 values/);
  });
});

test('the difference of two indexes is what to add and what to remove', () => {
  const { added, removed } = diffIndex(
    entriesOf({ a: 1, b: 'x', tags: ['p', 'q'] }),
    entriesOf({ a: '1', b: 'X', tags: ['q'] }),
  );
  assert.deepEqual(added, [{ path: 'a', value: '1' }]);
  assert.deepEqual(removed, [
    { path: 'a', value: 1 },
    { path: 'tags', value: 'p' },
    { path: manyValuesPath('tags'), value: true },
  ]);
});

test('texts that are the same bytes in the index are the same to it', () => {
  const { added, removed } = diffIndex(
    entriesOf({ tags: ['\ud800', '\ufffd'] }),
    entriesOf({ tags: '\ufffd' }),
  );
  assert.deepEqual(
    { added, removed },
    { added: [], removed: [{ path: manyValuesPath('tags'), value: true }] },
  );
});
