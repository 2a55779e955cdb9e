import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EntityChange, StoredEntity, WriteOutcome } from '../../src/core/entities/entity-store.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { creation, entityOf, entry, freshRealm, onEachEngine, uuids } from './engines.ts';

const kinds = (outcomes: WriteOutcome[]): string[] => outcomes.map(({ kind }) => kind).sort();

const replacement = (
  entity: StoredEntity,
  parts: Partial<EntityChange & { kind: 'replace' }> = {},
): EntityChange => ({
  kind: 'replace',
  entity: { ...entity, version: entity.version + 1, modified: entity.modified + 5 },
  claimsAdded: [],
  claimsRemoved: [],
  indexAdded: [],
  indexRemoved: [],
  ...parts,
});

const deletion = (
  entity: StoredEntity,
  parts: Partial<EntityChange & { kind: 'delete' }> = {},
): EntityChange => ({
  kind: 'delete',
  entity,
  claims: [],
  index: [],
  ...parts,
});

/** The entities that have this exact value at the path. */
async function having(
  storage: Storage,
  realm: number,
  type: string,
  path: string,
  value: string,
): Promise<string[]> {
  const at = Buffer.from(value);
  const { entities } = await storage.entities(realm).walk({
    type,
    range: { path, from: at, fromInclusive: true, to: at, toInclusive: true },
    descending: false,
    probes: [],
    after: undefined,
    limit: 100,
    scanLimit: 100,
  });
  return entities.map(({ entity }) => entity.uuid);
}

onEachEngine('entities', ({ storage, open }) => {
  test('an entity is found by uuid as it was written', async () => {
    const store = storage().entities(freshRealm());
    const dog = entityOf('dog', {
      name: 'Zoë\u2028 "\\',
      nul: '\u0000',
      emoji: '🐕',
      deep: { list: [1, null, true] },
    });
    assert.deepEqual(await store.write(creation(dog)), { kind: 'written' });
    assert.deepEqual(await store.findByUuid(dog.uuid), dog);
    assert.equal(await store.findByUuid(uuids.next()), undefined);
  });

  test('many that are looked up at the same time are each found, some twice, and none in another application', async () => {
    const [one, other] = [storage().entities(freshRealm()), storage().entities(freshRealm())];
    const dogs = Array.from({ length: 30 }, (_, age) => entityOf('dog', { age }));
    for (const dog of dogs) await one.write(creation(dog));
    const asked = [...dogs, ...dogs.slice(0, 5), entityOf('dog')];
    const found = asked.flatMap(({ uuid }) => [one.findByUuid(uuid), other.findByUuid(uuid)]);
    const expected = [...dogs, ...dogs.slice(0, 5), undefined].flatMap((dog) => [dog, undefined]);
    assert.deepEqual(await Promise.all(found), expected);
  });

  test('entities of several applications, written at the same time, are found in their own application alone', async () => {
    const realms = [freshRealm(), freshRealm(), freshRealm()];
    // The collections and the paths of the index are known from then on.
    const first = realms.map((realm) => ({
      realm,
      dog: entityOf('dog'),
      claims: [{ property: 'name', value: 'first' }],
    }));
    const others = Array.from({ length: 60 }, (_, at) => ({
      ...{ realm: realms[at % 3]!, dog: entityOf('dog', { at }) },
      claims: [{ property: 'name', value: `dog ${at}` }],
    }));
    for (const some of [first, others]) {
      const writing = some.map(({ realm, dog, claims }) =>
        storage()
          .entities(realm)
          .write(creation(dog, claims, [entry('color', 'black'), entry('kind', 'dog')])),
      );
      assert.ok((await Promise.all(writing)).every(({ kind }) => kind === 'written'));
    }
    for (const realm of realms) {
      const own = [...first, ...others].filter((each) => each.realm === realm);
      const uuidsOfOwn = own.map(({ dog }) => dog.uuid).sort();
      for (const [path, value] of [
        ['color', 'black'],
        ['kind', 'dog'],
      ] as const) {
        assert.deepEqual((await having(storage(), realm, 'dog', path, value)).sort(), uuidsOfOwn);
      }
      for (const { dog, claims } of own) {
        assert.deepEqual(
          await storage().entities(realm).findByUniqueValue('dog', 'name', claims[0]!.value),
          dog,
        );
      }
    }
  });

  test('an entity is found by a unique value of its type', async () => {
    const store = storage().entities(freshRealm());
    const bob = entityOf('user');
    await store.write(creation(bob, [{ property: 'username', value: 'bob' }]));
    assert.deepEqual(await store.findByUniqueValue('user', 'username', 'bob'), bob);
    assert.equal(await store.findByUniqueValue('user', 'username', 'bo'), undefined);
    assert.equal(await store.findByUniqueValue('user', 'email', 'bob'), undefined);
    assert.equal(await store.findByUniqueValue('device', 'username', 'bob'), undefined);
  });

  test('a taken unique value is named and nothing of the refused entity is kept', async () => {
    const realm = freshRealm();
    const store = storage().entities(realm);
    await store.write(creation(entityOf('user'), [{ property: 'email', value: 'b@x' }]));
    const second = entityOf('user');
    const claims = [
      { property: 'username', value: 'new' },
      { property: 'email', value: 'b@x' },
    ];
    const outcome = await store.write(creation(second, claims, [entry('name', 'n')]));
    assert.deepEqual(outcome, { kind: 'duplicate', property: 'email', value: 'b@x' });
    assert.equal(await store.findByUuid(second.uuid), undefined);
    assert.equal(await store.findByUniqueValue('user', 'username', 'new'), undefined);
    assert.deepEqual(await having(storage(), realm, 'user', 'name', 'n'), []);
  });

  test('one unique value may stand under two types and two properties', async () => {
    const store = storage().entities(freshRealm());
    const claim = { property: 'name', value: 'x' };
    assert.equal((await store.write(creation(entityOf('cat'), [claim]))).kind, 'written');
    assert.equal((await store.write(creation(entityOf('dog'), [claim]))).kind, 'written');
    const other = { property: 'title', value: 'x' };
    assert.equal((await store.write(creation(entityOf('dog'), [other]))).kind, 'written');
  });

  test('of two creations with one unique value exactly one is written', async () => {
    const store = storage().entities(freshRealm());
    for (let round = 0; round < 20; round++) {
      const claims = [{ property: 'username', value: `same-${round}` }];
      const outcomes = await Promise.all([1, 2].map(() => store.write(creation(entityOf('user'), claims))));
      assert.deepEqual(kinds(outcomes), ['duplicate', 'written']);
    }
  });

  test('of two stores that create one unique value at once exactly one writes', async () => {
    const realm = freshRealm();
    const second = await open();
    for (let round = 0; round < 10; round++) {
      const claims = [{ property: 'username', value: `same-${round}` }];
      const outcomes = await Promise.all(
        [storage(), second].map((one) => one.entities(realm).write(creation(entityOf('user'), claims))),
      );
      assert.deepEqual(kinds(outcomes), ['duplicate', 'written']);
    }
  });

  test('claims wanted crosswise by two creations at once go to one or to neither, never to both', async () => {
    const store = storage().entities(freshRealm());
    for (let round = 0; round < 2; round++) {
      const claims = ['a', 'b'].map((property) => ({ property, value: `cross-${round}` }));
      const outcomes = await Promise.all([
        store.write(creation(entityOf('user'), claims)),
        store.write(creation(entityOf('user'), claims.toReversed())),
      ]);
      assert.deepEqual(kinds(outcomes), ['duplicate', 'written']);
    }
  });

  test('fifty creations at once are all written', async () => {
    const realm = freshRealm();
    const store = storage().entities(realm);
    const entities = Array.from({ length: 50 }, () => entityOf('dog'));
    const outcomes = await Promise.all(
      entities.map((entity, at) =>
        store.write(
          creation(
            entity,
            [{ property: 'name', value: `dog ${at}` }],
            [entry('kind', 'dog'), entry('created', `${at}`)],
          ),
        ),
      ),
    );
    assert.deepEqual(new Set(kinds(outcomes)), new Set(['written']));
    assert.equal((await having(storage(), realm, 'dog', 'kind', 'dog')).length, 50);
    for (const entity of entities) assert.deepEqual(await store.findByUuid(entity.uuid), entity);
  });

  test('a duplicate among fifty creations at once takes none of the others with it', async () => {
    const store = storage().entities(freshRealm());
    await store.write(creation(entityOf('dog'), [{ property: 'name', value: 'dog 7' }]));
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        store.write(creation(entityOf('dog'), [{ property: 'name', value: `dog ${at}` }])),
      ),
    );
    assert.deepEqual(
      outcomes.filter(({ kind }) => kind !== 'written'),
      [{ kind: 'duplicate', property: 'name', value: 'dog 7' }],
    );
    assert.equal(outcomes[7]?.kind, 'duplicate');
  });

  test('a uuid can be created once', async () => {
    const store = storage().entities(freshRealm());
    const dog = entityOf('dog');
    await store.write(creation(dog));
    assert.deepEqual(await store.write(creation({ ...dog, body: '{}' })), { kind: 'conflict' });
    assert.equal((await store.findByUuid(dog.uuid))?.body, dog.body);
    const cat = entityOf('cat');
    const outcomes = await Promise.all([1, 2, 3].map(() => store.write(creation(cat))));
    assert.deepEqual(kinds(outcomes), ['conflict', 'conflict', 'written']);
  });

  test('an index entry given twice is kept once', async () => {
    const realm = freshRealm();
    const dog = entityOf('dog');
    const twice = [entry('tags', 'a'), entry('tags', 'a')];
    assert.equal(
      (
        await storage()
          .entities(realm)
          .write(creation(dog, [], twice))
      ).kind,
      'written',
    );
    assert.deepEqual(await having(storage(), realm, 'dog', 'tags', 'a'), [dog.uuid]);
  });

  test('a replacement moves body, version, claims and index entries', async () => {
    const realm = freshRealm();
    const store = storage().entities(realm);
    const bob = entityOf('user');
    await store.write(
      creation(bob, [{ property: 'username', value: 'bob' }], [entry('age', '1'), entry('kept', 'k')]),
    );
    const change = replacement(
      { ...bob, body: '{"new":1}' },
      {
        claimsRemoved: [{ property: 'username', value: 'bob' }],
        claimsAdded: [{ property: 'username', value: 'rob' }],
        indexRemoved: [entry('age', '1')],
        indexAdded: [entry('age', '2')],
      },
    );
    assert.deepEqual(await store.write(change), { kind: 'written' });
    assert.deepEqual(await store.findByUuid(bob.uuid), change.entity);
    assert.equal(await store.findByUniqueValue('user', 'username', 'bob'), undefined);
    assert.equal((await store.findByUniqueValue('user', 'username', 'rob'))?.uuid, bob.uuid);
    assert.deepEqual(await having(storage(), realm, 'user', 'age', '1'), []);
    assert.deepEqual(await having(storage(), realm, 'user', 'age', '2'), [bob.uuid]);
    assert.deepEqual(await having(storage(), realm, 'user', 'kept', 'k'), [bob.uuid]);
  });

  test('a replacement made from an old version is a conflict and changes nothing', async () => {
    const realm = freshRealm();
    const store = storage().entities(realm);
    const dog = entityOf('dog');
    await store.write(creation(dog, [{ property: 'name', value: 'rex' }]));
    await store.write(replacement(dog));
    const stale = replacement(dog, {
      claimsRemoved: [{ property: 'name', value: 'rex' }],
      indexAdded: [entry('a', 'b')],
    });
    assert.deepEqual(await store.write(stale), { kind: 'conflict' });
    assert.equal((await store.findByUniqueValue('dog', 'name', 'rex'))?.version, 2);
    assert.deepEqual(await having(storage(), realm, 'dog', 'a', 'b'), []);
    assert.deepEqual(await store.write(replacement(entityOf('dog'))), { kind: 'conflict' });
  });

  test('of ten replacements of one version at once exactly one is written', async () => {
    const store = storage().entities(freshRealm());
    const dog = entityOf('dog');
    await store.write(creation(dog));
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => store.write(replacement(dog))));
    assert.equal(kinds(outcomes).filter((kind) => kind === 'written').length, 1);
    assert.equal((await store.findByUuid(dog.uuid))?.version, 2);
  });

  test('a replacement that claims a taken value is refused whole', async () => {
    const store = storage().entities(freshRealm());
    await store.write(creation(entityOf('user'), [{ property: 'username', value: 'ann' }]));
    const bob = entityOf('user');
    await store.write(creation(bob, [{ property: 'username', value: 'bob' }]));
    const change = replacement(bob, {
      claimsRemoved: [{ property: 'username', value: 'bob' }],
      claimsAdded: [{ property: 'username', value: 'ann' }],
    });
    assert.deepEqual(await store.write(change), { kind: 'duplicate', property: 'username', value: 'ann' });
    assert.deepEqual(await store.findByUniqueValue('user', 'username', 'bob'), bob);
  });

  test('a claim is freed by its holder only', async () => {
    const store = storage().entities(freshRealm());
    const ann = entityOf('user');
    await store.write(creation(ann, [{ property: 'username', value: 'ann' }]));
    const bob = entityOf('user');
    await store.write(creation(bob));
    await store.write(replacement(bob, { claimsRemoved: [{ property: 'username', value: 'ann' }] }));
    assert.equal((await store.findByUniqueValue('user', 'username', 'ann'))?.uuid, ann.uuid);
  });

  test('a deletion frees claims, index entries, edges, permissions and the password', async () => {
    const realm = freshRealm();
    const store = storage().entities(realm);
    const [bob, cat] = [entityOf('user'), entityOf('cat')];
    await store.write(creation(bob, [{ property: 'username', value: 'bob' }], [entry('age', '1')]));
    await store.write(creation(cat));
    const edges = storage().edges(realm);
    await edges.connect(
      { source: bob.uuid, sourceType: 'user', verb: 'likes', target: cat.uuid, targetType: 'cat' },
      1,
    );
    await edges.connect(
      { source: cat.uuid, sourceType: 'cat', verb: 'likes', target: bob.uuid, targetType: 'user' },
      1,
    );
    await storage().permissions(realm).add(bob.uuid, 'get:/**');
    await storage().credentials(realm).set(bob.uuid, { passwordHash: 'h', changedAt: 1, history: [] });
    const gone = deletion(bob, {
      claims: [{ property: 'username', value: 'bob' }],
      index: [entry('age', '1')],
    });
    assert.deepEqual(await store.write(gone), { kind: 'written' });
    assert.equal(await store.findByUuid(bob.uuid), undefined);
    assert.deepEqual(await having(storage(), realm, 'user', 'age', '1'), []);
    assert.equal(await edges.isConnected(bob.uuid, 'likes', cat.uuid), false);
    assert.equal(await edges.isConnected(cat.uuid, 'likes', bob.uuid), false);
    assert.deepEqual(await storage().permissions(realm).list(bob.uuid), []);
    assert.equal(await storage().credentials(realm).find(bob.uuid), undefined);
    const again = await store.write(creation(entityOf('user'), [{ property: 'username', value: 'bob' }]));
    assert.deepEqual(again, { kind: 'written' });
  });

  test('a deletion of another version, or of what is gone, is a conflict', async () => {
    const store = storage().entities(freshRealm());
    const dog = entityOf('dog');
    await store.write(creation(dog));
    assert.deepEqual(await store.write(deletion({ ...dog, version: 2 })), { kind: 'conflict' });
    const outcomes = await Promise.all([1, 2, 3].map(() => store.write(deletion(dog))));
    assert.deepEqual(kinds(outcomes), ['conflict', 'conflict', 'written']);
  });

  test('one application never sees or touches what is another’s', async () => {
    const [mine, theirs] = [freshRealm(), freshRealm()];
    const [own, other] = [storage().entities(mine), storage().entities(theirs)];
    const dog = entityOf('dog');
    const claim = { property: 'name', value: 'rex' };
    await own.write(creation(dog, [claim], [entry('age', '1')]));
    assert.equal(await other.findByUuid(dog.uuid), undefined);
    assert.equal(await other.findByUniqueValue('dog', 'name', 'rex'), undefined);
    assert.deepEqual(await having(storage(), theirs, 'dog', 'age', '1'), []);
    assert.deepEqual(await other.collections(), []);
    assert.deepEqual(await other.write(replacement(dog)), { kind: 'conflict' });
    assert.deepEqual(await other.write(deletion(dog)), { kind: 'conflict' });
    assert.deepEqual(
      await other.write(creation({ ...dog, body: '{"other":1}' }, [claim], [entry('age', '1')])),
      { kind: 'written' },
    );
    await other.write(deletion(dog, { claims: [claim], index: [entry('age', '1')] }));
    assert.deepEqual(await own.findByUniqueValue('dog', 'name', 'rex'), dog);
    assert.deepEqual(await having(storage(), mine, 'dog', 'age', '1'), [dog.uuid]);
  });

  test('collections are those ever written or declared, with what they hold now', async () => {
    const store = storage().entities(freshRealm());
    await store.declareCollection('empty');
    await store.declareCollection('empty');
    const dogs = [entityOf('dog'), entityOf('dog'), entityOf('dog')];
    const index = [entry('created', 'c')];
    await Promise.all(dogs.map((dog) => store.write(creation(dog, [], index))));
    const cat = entityOf('cat');
    await store.write(creation(cat, [], index));
    await store.write(deletion(cat, { index }));
    assert.deepEqual(await store.collections(), [
      { type: 'cat', count: 0 },
      { type: 'dog', count: 3 },
      { type: 'empty', count: 0 },
    ]);
  });

  test('a refused first creation does not make a collection known', async () => {
    const store = storage().entities(freshRealm());
    const dog = entityOf('dog');
    await store.write(creation(dog));
    await store.write(creation({ ...dog, type: 'cat' }));
    assert.deepEqual(await store.collections(), [{ type: 'dog', count: 0 }]);
    await store.write(creation(entityOf('cat')));
    assert.deepEqual(
      (await store.collections()).map(({ type }) => type),
      ['cat', 'dog'],
    );
  });
});
