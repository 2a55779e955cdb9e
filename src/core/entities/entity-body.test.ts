import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { KeygridError } from '../errors.ts';
import {
  type EntityParts,
  maximumBodyBytes,
  maximumNesting,
  mergeProperties,
  type PropertyMap,
  parseProperties,
  readProperties,
  renderBody,
  withoutAbsent,
} from './entity-body.ts';
import { entityType } from './entity-types.ts';

const dog = entityType('dog');
const uuid = '00000000-0000-1000-8000-000000000001';

const partsWith = (properties: PropertyMap): EntityParts => ({
  uuid,
  type: 'dog',
  created: 1,
  modified: 2,
  properties,
});
const stored = (sent: unknown): string => renderBody(partsWith(withoutAbsent(readProperties(dog, sent))));
const parsed = (sent: unknown): Record<string, unknown> => JSON.parse(stored(sent));
const refusedWith = (code: string) => (error: unknown) =>
  error instanceof KeygridError && error.code === code;

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 1; level < levels; level += 1) value = level % 2 ? { a: value } : [value];
  return value;
}

describe('a new body', () => {
  test('begins with uuid, type, name, created and modified', () => {
    assert.equal(
      stored({ b: [1], name: 'rex', 1: true }),
      `{"uuid":"${uuid}","type":"dog","name":"rex","created":1,"modified":2,"1":true,"b":[1]}`,
    );
  });

  test('leaves out null and the empty text at the first level only', () => {
    assert.deepEqual(
      stored({ a: null, b: '', c: false, d: 0, e: [], f: {}, g: { h: null, i: '' } }),
      stored({ c: false, d: 0, e: [], f: {}, g: { h: null, i: '' } }),
    );
    assert.equal('a' in parsed({ a: null }), false);
  });

  test('has one spelling of a property: the last (UD-149)', () => {
    const body = parsed({ testProp: 'one', other: 1, TESTPROP: 'two' });
    assert.equal(body.TESTPROP, 'two');
    assert.equal('testProp' in body, false);
  });

  test('takes nothing that the server owns from the caller, however it is spelled', () => {
    const body = parsed({
      UUID: 'x',
      Type: 'cat',
      created: 9,
      MODIFIED: 9,
      metadata: {},
      membership: {},
      connection: {},
    });
    assert.deepEqual(body, { uuid, type: 'dog', created: 1, modified: 2 });
  });

  test('has a text as its name, even if a number was sent', () => {
    assert.equal(parsed({ name: 12 }).name, '12');
    assert.throws(() => stored({ name: { first: 'rex' } }), refusedWith('invalid_argument'));
  });

  test('keeps U+0000 out of names and lets it stand elsewhere', () => {
    assert.throws(() => stored({ name: 'a\0b' }), refusedWith('invalid_argument'));
    assert.equal(parsed({ note: 'a\0b' }).note, 'a\0b');
    assert.ok(!stored({ note: 'a\0b' }).includes('\0'));
  });

  test('never stores the password of a user', () => {
    const user = entityType('user');
    const properties = readProperties(user, { username: 'a', password: 'x', PIN: '1', newpassword: 'y' });
    assert.deepEqual([...properties.keys()], ['username']);
  });

  test('treats __proto__ and constructor as names like any other', () => {
    const body = parsed(JSON.parse('{"__proto__":{"admin":true},"constructor":1,"a":{"__proto__":2}}'));
    assert.deepEqual(Object.keys(body).slice(-3), ['__proto__', 'constructor', 'a']);
    assert.equal(({} as Record<string, unknown>).admin, undefined);
  });

  test('is refused if it is no object, nests too deep or is too large', () => {
    for (const sent of [null, [], 'x', 1, undefined]) {
      assert.throws(() => stored(sent), refusedWith('invalid_argument'));
    }
    stored({ a: nested(maximumNesting) });
    assert.throws(() => stored({ a: nested(maximumNesting + 1) }), refusedWith('invalid_argument'));
    stored({ a: 'é'.repeat(maximumBodyBytes / 2 - 100) });
    assert.throws(() => stored({ a: 'é'.repeat(maximumBodyBytes / 2) }), refusedWith('entity_too_large'));
  });

  test('leaves out what JSON has no number for', () => {
    assert.equal('a' in parsed(JSON.parse('{"a":1e999}')), false);
  });
});

describe('an update', () => {
  const merge = (type: string, before: object, patch: object) => {
    const rules = entityType(type);
    const merged = mergeProperties(rules, readProperties(rules, before), readProperties(rules, patch));
    return Object.fromEntries([...merged.values()].map(({ name, value }) => [name, value]));
  };

  test('replaces at the first level and keeps what was not sent (UD-9)', () => {
    assert.deepEqual(merge('dog', { a: { x: 1, y: 2 }, b: 1 }, { a: { x: 3 } }), { a: { x: 3 }, b: 1 });
  });

  test('removes what is sent as null or empty, in any spelling (UD-8)', () => {
    assert.deepEqual(merge('dog', { One: 1, two: 2, three: 3 }, { ONE: null, two: '' }), { three: 3 });
  });

  test('keeps what the type requires and what it calls immutable', () => {
    assert.deepEqual(merge('user', { username: 'a' }, { username: null, x: 1 }), { username: 'a', x: 1 });
    assert.deepEqual(merge('role', { name: 'a' }, { name: 'b' }), { name: 'a' });
    assert.deepEqual(merge('event', { category: 'a' }, { category: 'b', new: 1 }), { category: 'a' });
    assert.deepEqual(merge('activity', { verb: 'go' }, { verb: 'stay', x: 1 }), { verb: 'go', x: 1 });
  });

  test('reads back exactly what was stored', () => {
    const body = stored({ name: 'rex', a: { b: [null, '', { c: 1 }] }, 7: 'x' });
    assert.equal(renderBody(partsWith(parseProperties(body))), body);
  });
});
