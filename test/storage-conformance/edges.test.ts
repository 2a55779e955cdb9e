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

  test('nothing is connected to what is not there, or to what is being deleted', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const [bob, ...dogs] = await created(
      storage(),
      realm,
      'user',
      ...Array.from({ length: 20 }, () => 'dog'),
    );
    const missing = { ...likes(bob!, bob!), target: uuids.next() };
    assert.equal(await edges.connect(missing, 1), false);
    assert.equal(await edges.connect({ ...missing, source: missing.target, target: bob!.uuid }, 1), false);
    assert.equal(await edges.isConnected(bob!.uuid, 'likes', missing.target), false);
    assert.equal(await edges.connect(likes(bob!, bob!), 1), true);
    await Promise.all(
      dogs.flatMap((dog) => [
        edges.connect({ ...likes(bob!, dog), isConnection: true }, 2),
        storage().entities(realm).write({ kind: 'delete', entity: dog, claims: [], index: [] }),
        edges.connect({ ...likes(dog, bob!), isConnection: true }, 2),
      ]),
    );
    const left = await edges.endsOf('outgoing', [bob!.uuid], ['likes'], 100);
    assert.deepEqual(left, [{ uuid: bob!.uuid, type: 'user', connectedAt: 1 }]);
    assert.equal((await edges.endsOf('incoming', [bob!.uuid], ['likes'], 100)).length, 1);
  });

  test('one application never sees another’s edges', async () => {
    const [mine, theirs] = [freshRealm(), freshRealm()];
    const [bob, rex] = (await created(storage(), mine, 'user', 'dog')) as [StoredEntity, StoredEntity];
    await storage().edges(mine).connect(likes(bob, rex), 1);
    const other = storage().edges(theirs);
    assert.equal(await other.isConnected(bob.uuid, 'likes', rex.uuid), false);
    assert.deepEqual(await other.targets(bob.uuid, 'likes', pageOf()), []);
    assert.equal(await other.disconnect(bob.uuid, 'likes', rex.uuid), false);
    assert.equal(await other.connect(likes(bob, rex), 5), false);
    assert.deepEqual(await other.targets(bob.uuid, 'likes', pageOf()), []);
    assert.equal((await storage().edges(mine).targets(bob.uuid, 'likes', pageOf()))[0]?.connectedAt, 1);
  });

  test('edges of one list made within a millisecond keep the order in which they were made', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const [bob, ...dogs] = await created(storage(), realm, 'user', 'dog', 'dog', 'dog', 'dog');
    for (const dog of dogs) await edges.connect(likes(bob!, dog), 7);
    await edges.connect(likes(bob!, dogs[1]!), 7);
    const expected = [dogs[1], dogs[3], dogs[2], dogs[0]].map((dog) => dog!.uuid);
    assert.deepEqual(uuidsOf(await edges.targets(bob!.uuid, 'likes', pageOf())), expected);
  });

  test('the verbs of many entities are listed, each once, from both ends', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const [bob, ann, ...dogs] = await created(storage(), realm, 'user', 'user', 'dog', 'dog', 'dog');
    for (const dog of dogs) {
      for (const verb of ['walks', 'feeds', 'likes']) await edges.connect({ ...likes(bob!, dog), verb }, 1);
    }
    await edges.connect({ ...likes(dogs[0]!, bob!), verb: 'bites' }, 1);
    const verbs = await edges.verbsOf([bob!, ann!, ...dogs].map(({ uuid }) => uuid));
    const sorted = (uuid: string) => {
      const { outgoing = [], incoming = [] } = verbs.get(uuid) ?? {};
      return { outgoing: outgoing.toSorted(), incoming: incoming.toSorted() };
    };
    assert.deepEqual(sorted(bob!.uuid), { outgoing: ['feeds', 'likes', 'walks'], incoming: ['bites'] });
    assert.deepEqual(sorted(dogs[0]!.uuid), { outgoing: ['bites'], incoming: ['feeds', 'likes', 'walks'] });
    assert.deepEqual(sorted(dogs[1]!.uuid), { outgoing: [], incoming: ['feeds', 'likes', 'walks'] });
    assert.equal(verbs.has(ann!.uuid), false);
    assert.deepEqual(await storage().edges(freshRealm()).verbsOf([bob!.uuid]), new Map());
  });

  test('of the verbs of an entity a bounded number is listed', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const [bob, rex] = (await created(storage(), realm, 'user', 'dog')) as [StoredEntity, StoredEntity];
    await Promise.all(
      Array.from({ length: 120 }, (_, at) => edges.connect({ ...likes(bob, rex), verb: `verb-${at}` }, 1)),
    );
    const verbs = await edges.verbsOf([bob.uuid, rex.uuid]);
    assert.equal(verbs.get(bob.uuid)?.outgoing.length, 100);
    assert.equal(verbs.get(rex.uuid)?.incoming.length, 100);
  });

  test('the ends of the edges of many entities and verbs are read together, up to a limit', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const entities = await created(storage(), realm, ...Array.from({ length: 130 }, () => 'dog'));
    const [hub, ...others] = entities as [StoredEntity, ...StoredEntity[]];
    await Promise.all(
      others.map((other, at) =>
        edges.connect({ ...likes(other, hub), verb: at % 2 ? 'likes' : 'bites' }, at),
      ),
    );
    const near = others.map(({ uuid }) => uuid);
    const ends = await edges.endsOf('outgoing', near, ['likes', 'bites'], 1000);
    assert.equal(ends.length, 129);
    assert.deepEqual(new Set(ends.map(({ uuid, type }) => `${uuid} ${type}`)), new Set([`${hub.uuid} dog`]));
    assert.equal((await edges.endsOf('outgoing', near, ['bites'], 1000)).length, 65);
    assert.equal((await edges.endsOf('outgoing', near, ['likes', 'bites'], 30)).length, 30);
    const sources = await edges.endsOf('incoming', [hub.uuid], ['likes', 'bites'], 1000);
    assert.deepEqual(new Set(sources.map(({ uuid }) => uuid)), new Set(near));
    assert.deepEqual(await storage().edges(freshRealm()).endsOf('outgoing', near, ['likes'], 1000), []);
  });

  test('connections mark both of their ends, memberships neither', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const store = storage().entities(realm);
    const [bob, rex, tom] = (await created(storage(), realm, 'user', 'dog', 'cat')) as StoredEntity[];
    await edges.connect(likes(bob!, rex!), 1);
    assert.equal((await store.findByUuid(rex!.uuid))?.connected, undefined);
    await Promise.all([
      edges.connect({ ...likes(bob!, rex!), isConnection: true }, 1),
      edges.connect({ ...likes(rex!, bob!), isConnection: true }, 1),
    ]);
    const found = await store.findEach([tom!, rex!, bob!].map(({ uuid }) => uuid));
    assert.deepEqual(
      found.map(({ uuid, connected }) => [uuid, connected]),
      [
        [tom!.uuid, undefined],
        [rex!.uuid, true],
        [bob!.uuid, true],
      ],
    );
    const [end] = await edges.targets(bob!.uuid, 'likes', pageOf());
    assert.equal(end?.entity.connected, true);
  });

  test('deleting an entity takes its edges of both directions with it', async () => {
    const realm = freshRealm();
    const edges = storage().edges(realm);
    const [bob, rex, tom] = (await created(storage(), realm, 'user', 'dog', 'cat')) as StoredEntity[];
    await edges.connect(likes(bob!, rex!), 1);
    await edges.connect(likes(rex!, tom!), 1);
    await storage().entities(realm).write({ kind: 'delete', entity: rex!, claims: [], index: [] });
    assert.deepEqual(await edges.verbsOf([bob!, rex!, tom!].map(({ uuid }) => uuid)), new Map());
    assert.equal(await edges.isConnected(bob!.uuid, 'likes', rex!.uuid), false);
  });

  test('many entities are found at once, in the order they were asked for', async () => {
    const realm = freshRealm();
    const store = storage().entities(realm);
    const dogs = await created(storage(), realm, ...Array.from({ length: 113 }, () => 'dog'));
    const asked = [...dogs.map(({ uuid }) => uuid), uuids.next()].toReversed();
    assert.deepEqual(await store.findEach(asked), dogs.toReversed());
    assert.deepEqual(await store.findEach([]), []);
    assert.deepEqual(await storage().entities(freshRealm()).findEach(asked), []);
  });
});
