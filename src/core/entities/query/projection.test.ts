import assert from 'node:assert/strict';
import { test } from 'node:test';
import { project } from './projection.ts';

const body = JSON.stringify({
  uuid: 'u',
  type: 'dog',
  name: 'rex',
  created: 1,
  actor: { displayName: 'Fred', email: 'f@x', deep: { er: 1 } },
  someProp: 'some',
  items: [{ n: 1, m: 2 }, { m: 3 }, 5],
  'apple.notifier.id': 'token',
});
const select = (...names: string[]) =>
  project(
    body,
    names.map((name) => ({ source: name, as: name })),
  );

test('uuid and type are always there, and are all there is of select uuid', () => {
  assert.equal(select('uuid'), '{"uuid":"u","type":"dog"}');
});

test('a selected part of an object comes alone, in its spelling and place', () => {
  assert.equal(
    select('someprop', 'actor.displayname', 'actor.deep.er'),
    '{"uuid":"u","type":"dog","actor":{"displayName":"Fred","deep":{"er":1}},"someProp":"some"}',
  );
});

test('a whole object wins over its parts', () => {
  assert.deepEqual(JSON.parse(select('actor', 'actor.email')).actor, JSON.parse(body).actor);
});

test('what the entity lacks is simply absent', () => {
  assert.equal(select('nothing', 'actor.nothing', 'name.first'), '{"uuid":"u","type":"dog"}');
});

test('parts are taken through arrays of objects and of names that hold dots', () => {
  assert.deepEqual(JSON.parse(select('items.n', 'apple.notifier.id')), {
    uuid: 'u',
    type: 'dog',
    items: [{ n: 1 }],
    'apple.notifier.id': 'token',
  });
});

test('a renamed property goes out at the first level', () => {
  const projection = [
    { source: 'name', as: 'title' },
    { source: 'actor.email', as: 'mail' },
    { source: 'items', as: 'list' },
    { source: 'nothing', as: 'none' },
  ];
  assert.deepEqual(JSON.parse(project(body, projection)), {
    uuid: 'u',
    type: 'dog',
    title: 'rex',
    mail: 'f@x',
    list: [{ n: 1, m: 2 }, { m: 3 }, 5],
  });
});
