import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { IndexWalk } from '../../src/core/entities/entity-store.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { creation, entityOf, entry, freshRealm, onEachEngine } from './engines.ts';

const walkOf = (path: string, parts: Partial<IndexWalk> = {}): IndexWalk => ({
  type: 'dog',
  range: { path, from: undefined, fromInclusive: true, to: undefined, toInclusive: true },
  descending: false,
  probes: [],
  after: undefined,
  limit: 100,
  scanLimit: 100,
  ...parts,
});

const foundAt = async (storage: Storage, realm: number, path: string): Promise<string[]> =>
  (await storage.entities(realm).walk(walkOf(path))).entities.map(({ entity }) => entity.uuid);

onEachEngine('paths of the index', ({ engine, storage, open }) => {
  test('a walk where nobody has a value gives nothing, until somebody has one', async () => {
    const realm = freshRealm();
    const store = storage().entities(realm);
    await store.write(creation(entityOf('dog'), [], [entry('age', '3')]));
    assert.deepEqual(await store.walk(walkOf('name')), { entities: [], position: undefined, lookedAt: 0 });
    const rex = entityOf('dog');
    await store.write(creation(rex, [], [entry('name', 'rex')]));
    assert.deepEqual(await foundAt(storage(), realm, 'name'), [rex.uuid]);
  });

  test('a probe where nobody has a value lets nothing through, and the walk goes on all the same', async () => {
    const store = storage().entities(freshRealm());
    for (const age of ['1', '2', '3']) {
      await store.write(creation(entityOf('dog'), [], [entry('age', age)]));
    }
    const walk = walkOf('age', { probes: [entry('name', 'rex')], scanLimit: 2 });
    const { entities, position, lookedAt } = await store.walk(walk);
    assert.deepEqual([entities, lookedAt], [[], 2]);
    assert.equal(Buffer.from(position!.value).toString(), '2');
  });

  test('the same path is another one in another collection, and in another application', async () => {
    const [realm, otherRealm] = [freshRealm(), freshRealm()];
    const [dog, cat, stranger] = [entityOf('dog'), entityOf('cat'), entityOf('dog')];
    await storage()
      .entities(realm)
      .write(creation(dog, [], [entry('age', '1')]));
    await storage()
      .entities(realm)
      .write(creation(cat, [], [entry('age', '1')]));
    await storage()
      .entities(otherRealm)
      .write(creation(stranger, [], [entry('age', '1')]));
    assert.deepEqual(await foundAt(storage(), realm, 'age'), [dog.uuid]);
    assert.deepEqual(await foundAt(storage(), otherRealm, 'age'), [stranger.uuid]);
  });

  test('processes that meet new paths at once agree on their numbers', async () => {
    const realm = freshRealm();
    const storages = [storage(), await open(), await open()];
    const written = Array.from({ length: 30 }, (_, at) => ({ dog: entityOf('dog'), own: `own ${at}` }));
    await Promise.all(
      written.map(({ dog, own }, at) => {
        const index = [entry(own, '1'), entry('shared', '1'), entry(`shared by ${at % 5}`, '1')];
        const change = creation(dog, [], at % 2 ? index : index.toReversed());
        return storages[at % 3]!.entities(realm).write(change);
      }),
    );
    for (const each of storages) {
      assert.equal((await foundAt(each, realm, 'shared')).length, 30);
      assert.equal((await foundAt(each, realm, 'shared by 3')).length, 6);
      for (const { dog, own } of written) assert.deepEqual(await foundAt(each, realm, own), [dog.uuid]);
    }
  });

  test('a write that fails leaves behind no number that is not in the database', async () => {
    const realm = freshRealm();
    const store = storage().entities(realm);
    const taken = [{ property: 'name', value: 'rex' }];
    await store.write(creation(entityOf('dog'), taken));
    const [refused, dog, tooLong] = [entityOf('dog'), entityOf('dog'), entityOf('dog')];
    const claims = [{ property: 'tag', value: '1' }, ...taken];
    const outcomes = await Promise.all([
      store.write(creation(dog, [], [entry('color', 'red')])),
      store.write(creation(refused, claims, [entry('color', 'red'), entry('size', '1')])),
    ]);
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['written', 'duplicate'],
    );
    // PostgreSQL has a limit to what it indexes, and so fails when the path has its number.
    const value = randomBytes(20_000);
    const writing = store.write(creation(tooLong, [], [{ path: 'weight', value }]));
    if (engine.name === 'PostgreSQL') await assert.rejects(writing, { code: 'invalid_argument' });
    await writing.catch(() => {});
    const light = entityOf('dog');
    await store.write(creation(light, [], [entry('weight', '1'), entry('size', '1')]));
    for (const each of [storage(), await open()]) {
      assert.deepEqual(await foundAt(each, realm, 'color'), [dog.uuid]);
      assert.deepEqual(await foundAt(each, realm, 'size'), [light.uuid]);
      assert.ok((await foundAt(each, realm, 'weight')).includes(light.uuid));
    }
  });

  test('an entity may bring a thousand new paths, of any characters', async () => {
    const realm = freshRealm();
    const dog = entityOf('dog');
    const names = ['\ud800', 'Zoë 🐕', `it's "so"`, '%', '?', '$1'];
    const index = [...names, ...Array.from({ length: 1000 }, (_, at) => `path ${at}`)].map((path) =>
      entry(path, '1'),
    );
    await storage()
      .entities(realm)
      .write(creation(dog, [], index));
    const other = await open();
    for (const { path } of index.slice(0, 20)) {
      assert.deepEqual(await foundAt(other, realm, path), [dog.uuid], path);
    }
    await other.entities(realm).write({ kind: 'delete', entity: dog, claims: [], index });
    for (const { path } of index.slice(0, 20))
      assert.deepEqual(await foundAt(storage(), realm, path), [], path);
  });
});
