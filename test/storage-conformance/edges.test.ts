import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Edge, EdgePage, StoredEntity } from '../../src/core/entities/entity-store.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { creation, entityOf, freshRealm, onEachEngine, uuids } from './engines.ts';

const pageOf = (parts: Partial<EdgePage> = {}): EdgePage => ({
  limit: 100,
  type: undefined,
  after: undefined,
  ...parts,
});

const likes = (source: StoredEntity, target: StoredEntity): Edge => ({
  source: source.uuid,
  sourceType: source.type,
  verb: 'likes',
  target: target.uuid,
  targetType: target.type,
});

async function created(storage: Storage, realm: number, ...types: string[]): Promise<StoredEntity[]> {
  const entities = types.map((type) => entityOf(type));
  await Promise.all(entities.map((entity) => storage.entities(realm).write(creation(entity))));
  return entities;
}

const uuidsOf = (ends: { entity: StoredEntity }[]): string[] => ends.map(({ entity }) => entity.uuid);

onEachEngine('edges', ({ storage }) => {
  test('an edge goes one way', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const [bob, rex] = (await created(storage(), realm, 'user', 'dog')) as [StoredEntity, StoredEntity];
    await edges.connect(likes(bob, rex), 10);
    assert.equal(await edges.isConnected(bob.uuid, 'likes', rex.uuid), true);
    assert.equal(await edges.isConnected(rex.uuid, 'likes', bob.uuid), false);
    assert.equal(await edges.isConnected(bob.uuid, 'hates', rex.uuid), false);
    assert.deepEqual(await edges.targets(bob.uuid, 'likes', pageOf()), [{ entity: rex, connectedAt: 10 }]);
    assert.deepEqual(await edges.sources(rex.uuid, 'likes', pageOf()), [{ entity: bob, connectedAt: 10 }]);
    assert.deepEqual(await edges.targets(rex.uuid, 'likes', pageOf()), []);
  });

  test('disconnecting says whether there was an edge', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const [bob, rex] = (await created(storage(), realm, 'user', 'dog')) as [StoredEntity, StoredEntity];
    await edges.connect(likes(bob, rex), 10);
    const answers = await Promise.all([1, 2, 3].map(() => edges.disconnect(bob.uuid, 'likes', rex.uuid)));
    assert.deepEqual(answers.sort(), [false, false, true]);
    assert.equal(await edges.isConnected(bob.uuid, 'likes', rex.uuid), false);
  });

  test('the last connected comes first, and connecting again moves an edge there', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const [bob, ...dogs] = await created(storage(), realm, 'user', 'dog', 'dog', 'dog');
    for (const [at, dog] of dogs.entries()) await edges.connect(likes(bob!, dog), at + 1);
    assert.deepEqual(
      uuidsOf(await edges.targets(bob!.uuid, 'likes', pageOf())),
      dogs.map(({ uuid }) => uuid).toReversed(),
    );
    await Promise.all([1, 2, 3].map(() => edges.connect(likes(bob!, dogs[0]!), 9)));
    const expected = [dogs[0], dogs[2], dogs[1]].map((dog) => dog!.uuid);
    assert.deepEqual(uuidsOf(await edges.targets(bob!.uuid, 'likes', pageOf())), expected);
  });

  test('pages of both directions follow each other without repeat or gap, also among edges of one moment', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const [bob, ...dogs] = await created(
      storage(),
      realm,
      'user',
      ...Array.from({ length: 23 }, () => 'dog'),
    );
    for (const [at, dog] of dogs.entries()) {
      await edges.connect(likes(bob!, dog), Math.floor(at / 6));
      await edges.connect(likes(dog, bob!), Math.floor(at / 6));
    }
    for (const direction of ['targets', 'sources'] as const) {
      const all = await edges[direction](bob!.uuid, 'likes', pageOf());
      assert.equal(all.length, 23);
      const paged: typeof all = [];
      let after: EdgePage['after'];
      for (;;) {
        const page = await edges[direction](bob!.uuid, 'likes', pageOf({ limit: 4, after }));
        if (page.length === 0) break;
        paged.push(...page);
        const last = page.at(-1)!;
        after = { connectedAt: last.connectedAt, uuid: last.entity.uuid };
      }
      assert.deepEqual(paged, all);
    }
  });

  test('the far ends may be asked for by type', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const [bob, rex, tom] = (await created(storage(), realm, 'user', 'dog', 'cat')) as StoredEntity[];
    await edges.connect(likes(bob!, rex!), 1);
    await edges.connect(likes(bob!, tom!), 2);
    await edges.connect(likes(tom!, rex!), 3);
    await edges.connect(likes(bob!, rex!), 3);
    assert.deepEqual(uuidsOf(await edges.targets(bob!.uuid, 'likes', pageOf({ type: 'dog' }))), [rex!.uuid]);
    assert.deepEqual(uuidsOf(await edges.sources(rex!.uuid, 'likes', pageOf({ type: 'cat' }))), [tom!.uuid]);
    assert.deepEqual(await edges.targets(bob!.uuid, 'likes', pageOf({ type: 'bird' })), []);
  });

  test('an edge to what is not there leads nowhere', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const [bob] = (await created(storage(), realm, 'user')) as [StoredEntity];
    await edges.connect(
      { source: bob.uuid, sourceType: 'user', verb: 'likes', target: uuids.next(), targetType: 'dog' },
      1,
    );
    assert.deepEqual(await edges.targets(bob.uuid, 'likes', pageOf()), []);
  });

  test('one application never sees another’s edges', async () => {
    const [mine, theirs] = [freshRealm(), freshRealm()];
    const [bob, rex] = (await created(storage(), mine, 'user', 'dog')) as [StoredEntity, StoredEntity];
    await storage().edges(mine).connect(likes(bob, rex), 1);
    const other = storage().edges(theirs);
    assert.equal(await other.isConnected(bob.uuid, 'likes', rex.uuid), false);
    assert.deepEqual(await other.targets(bob.uuid, 'likes', pageOf()), []);
    assert.equal(await other.disconnect(bob.uuid, 'likes', rex.uuid), false);
    await other.connect(likes(bob, rex), 5);
    assert.deepEqual(await other.targets(bob.uuid, 'likes', pageOf()), []);
    assert.equal((await storage().edges(mine).targets(bob.uuid, 'likes', pageOf()))[0]?.connectedAt, 1);
  });
});
