import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { createEntities } from '../../src/core/entities/entities.ts';
import { deletionOf, replacementOf } from '../../src/core/entities/entity-changes.ts';
import { renderIndexedFields } from '../../src/core/entities/index/indexed-fields.ts';
import { reindexCollection, reindexingOf } from '../../src/core/entities/index/reindex.ts';
import { createUuidSource } from '../../src/core/uuid.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { freshRealm, onEachEngine } from './engines.ts';

const uuids = createUuidSource(systemClock, { bytes: (length) => randomBytes(length) });
const everyPath = undefined;
const onlyAge = renderIndexedFields(['age']);

function application(storage: Storage) {
  const key = freshRealm();
  const entities = createEntities({ storeFor: storage.entities, clock: systemClock, uuids }).of({ key });
  const found = async (path: string, value: string | number): Promise<number> => {
    const filter = { kind: 'comparison', operator: '=', path, value } as const;
    const page = { limit: 1000, cursor: undefined };
    return (
      await entities.query('dog', { filter, order: [], projection: undefined, direct: undefined }, page)
    ).entities.length;
  };
  return { entities, store: storage.entities(key), found };
}

onEachEngine('indexing a collection anew', ({ storage }) => {
  test('takes away the entries of paths that are no longer indexed, and brings them back', async () => {
    const { entities, store, found } = application(storage());
    await entities.createMany(
      'dog',
      Array.from({ length: 250 }, () => ({ color: 'red', age: 3 })),
    );
    assert.equal(await reindexCollection(store, 'dog', onlyAge), 250);
    assert.deepEqual([await found('color', 'red'), await found('age', 3)], [0, 250]);
    await reindexCollection(store, 'dog', everyPath);
    assert.deepEqual([await found('color', 'red'), await found('age', 3)], [250, 250]);
  });

  test('writes nothing for an entity that was changed or deleted since it was read', async () => {
    const { entities, store, found } = application(storage());
    const dog = await entities.create('dog', { color: 'red' });
    await store.write(replacementOf(dog, { color: 'blue' }, systemClock.now()));
    assert.deepEqual(await store.write(reindexingOf(dog, everyPath)), { kind: 'conflict' });
    assert.equal(await found('color', 'red'), 0);
    const now = await store.findByUuid(dog.uuid);
    await store.write(deletionOf(now!));
    assert.deepEqual(await store.write(reindexingOf(now!, everyPath)), { kind: 'conflict' });
    assert.equal(await found('color', 'blue'), 0);
  });

  test('leaves the entries right that are written meanwhile', async () => {
    const { entities, store, found } = application(storage());
    const dogs = await entities.createMany(
      'dog',
      Array.from({ length: 60 }, () => ({ color: 'red' })),
    );
    const writing = dogs.map((dog, at) =>
      at % 3 === 0 ? entities.delete('dog', dog) : entities.update('dog', dog, { color: 'blue' }),
    );
    await Promise.all([reindexCollection(store, 'dog', everyPath), ...writing]);
    assert.deepEqual([await found('color', 'red'), await found('color', 'blue')], [0, 40]);
  });
});
