import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../errors.ts';
import { creationOf } from './entity-changes.ts';
import { builtInTypes, entityType, requireCreatableType } from './entity-types.ts';

const uuid = '00000000-0000-1000-8000-000000000001';
const birth = { uuid, now: 5 };
const create = (type: string, body: object) => creationOf(type, body, birth);

const refusal = (code: string, property?: string) => (error: unknown) =>
  error instanceof KeygridError &&
  error.code === code &&
  (property === undefined || error.subject.property === property);

test('every built-in type has the collection that the reference gives it', () => {
  assert.deepEqual(
    builtInTypes.map(({ collection }) => collection),
    ['users', 'groups', 'roles', 'devices', 'activities', 'events', 'assets', 'folders'].concat([
      'notifications',
      'notifiers',
      'receipts',
    ]),
  );
});

test('any other type has names that are unique, and demands nothing', () => {
  assert.deepEqual(entityType('dog').unique, ['name']);
  assert.equal(entityType('dog').alias, 'name');
  assert.deepEqual(create('dog', {}).claims, []);
});

test('types that begin with entity or entities are refused, and application', () => {
  for (const type of ['entity', 'entities', 'entityx', 'application']) {
    assert.throws(() => requireCreatableType(type), refusal('invalid_argument'));
  }
  assert.equal(requireCreatableType('applicationform').type, 'applicationform');
});

test('a type that no key could hold is refused', () => {
  for (const type of ['', 'x'.repeat(101), 'a\0b']) {
    assert.throws(() => entityType(type), refusal('invalid_argument'));
  }
});

test('what a type requires must be there', () => {
  const missing: [string, object, string][] = [
    ['user', { name: 'x' }, 'username'],
    ['user', { username: '' }, 'username'],
    ['role', {}, 'name'],
    ['activity', { verb: 'go' }, 'actor'],
    ['activity', { actor: {} }, 'verb'],
    ['asset', { path: 'a' }, 'owner'],
    ['folder', { owner: uuid }, 'path'],
    ['notification', {}, 'payloads'],
    ['notifier', {}, 'provider'],
  ];
  for (const [type, body, property] of missing) {
    assert.throws(() => create(type, body), refusal('missing_property', property), `${type}.${property}`);
  }
});

test('a group path holds letters, digits, dash, dot and slash, and may begin with a slash', () => {
  for (const path of ['a/b', '/a.b-1']) create('group', { path });
  for (const path of ['a b', 'a_b', 'ä', undefined]) {
    assert.throws(() => create('group', { path }), refusal('invalid_argument', 'path'), String(path));
  }
});

test('nobody is called me', () => {
  assert.throws(() => create('user', { username: 'Me' }), refusal('invalid_argument', 'username'));
});

test('an owner is a uuid', () => {
  assert.throws(() => create('asset', { path: 'a', owner: 'fred' }), refusal('invalid_argument', 'owner'));
  assert.deepEqual(create('asset', { path: '/A', owner: uuid }).claims, [{ property: 'path', value: 'a' }]);
});

test('activities and events get their time when they bring none', () => {
  assert.equal(JSON.parse(create('event', { timestamp: 0 }).entity.body).timestamp, 5);
  assert.equal(JSON.parse(create('event', { timestamp: 3 }).entity.body).timestamp, 3);
  assert.equal(JSON.parse(create('activity', { actor: {}, verb: 'go' }).entity.body).published, 5);
});

test('unique values are claimed without regard to case, and long ones by a bounded text', () => {
  const user = create('user', { username: 'Fred', email: 'F@X.y', name: 'Fred' });
  assert.deepEqual(user.claims, [
    { property: 'username', value: 'fred' },
    { property: 'email', value: 'f@x.y' },
  ]);
  const [one] = create('dog', { name: `${'x'.repeat(5000)}1` }).claims;
  const [other] = create('dog', { name: `${'x'.repeat(5000)}2` }).claims;
  assert.ok(one!.value.length < 600 && one!.value !== other!.value);
});
