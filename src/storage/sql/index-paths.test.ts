import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKnownPaths } from './index-paths.ts';

test('what is learned of an application is known of it alone, each collection for itself', () => {
  const known = createKnownPaths();
  known(1).learn('dog', new Map([['age', 7]]));
  assert.equal(known(1).of('dog').get('age'), 7);
  assert.equal(known(1).of('cat').get('age'), undefined);
  assert.equal(known(2).of('dog').get('age'), undefined);
});

test('a bounded number of paths is held, whatever names strangers invent', () => {
  const known = createKnownPaths();
  for (let realm = 1; realm <= 60; realm += 1) {
    for (let entity = 0; entity < 10; entity += 1) {
      const names = Array.from({ length: 1000 }, (_, at): [string, number] => [`${entity} ${at}`, at]);
      known(realm).learn('dog', new Map(names));
    }
  }
  let held = 0;
  for (let realm = 1; realm <= 60; realm += 1) held += known(realm).of('dog').size;
  assert.ok(held > 0 && held <= 50_000, `${held} are held`);
});
