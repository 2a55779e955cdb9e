import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createEntities } from '../../src/core/entities/entities.ts';
import { replacementOf } from '../../src/core/entities/entity-changes.ts';
import { indexVersion } from '../../src/core/entities/index/entity-index.ts';
import {
  type IndexRebuildStore,
  isCurrent,
  rebuildIndex,
} from '../../src/core/entities/index/index-rebuild.ts';
import { matchesEverything } from '../../src/core/entities/query/filter.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { entityOf, freshRealm, onEachEngine, uuids } from './engines.ts';
import { olderDatabases } from './older-database.ts';

const rebuilder = fileURLToPath(new URL('./index-rebuilder.ts', import.meta.url));
const realm = 7;
const dogs = (count: number) =>
  Array.from({ length: count }, (_, at) => entityOf('dog', { color: 'red', age: at % 10 }));

async function rebuild(store: IndexRebuildStore, version = indexVersion): Promise<[number, number][]> {
  const told: [number, number][] = [];
  await rebuildIndex({
    store,
    version,
    onProgress: ({ done, total }) => told.push([done, total]),
  });
  return told;
}

function counting({ entities: storeFor }: Storage, key: number) {
  const entities = createEntities({ storeFor, clock: systemClock, uuids }).of({ key });
  return async (path: string, value: string | number): Promise<number> => {
    const filter = { kind: 'comparison', operator: '=', path, value } as const;
    const { entities: found } = await entities.query(
      'dog',
      { ...matchesEverything, filter },
      { limit: 1000 },
    );
    return found.length;
  };
}

async function assertRebuilt(storage: Storage): Promise<void> {
  assert.ok(isCurrent(await storage.indexRebuild.state()));
  const count = counting(storage, realm);
  assert.deepEqual([await count('color', 'red'), await count('age', 3)], [800, 80]);
  assert.deepEqual(await storage.entities(realm).collections(), [{ type: 'dog', count: 800 }]);
}

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  describe(`a database of the release before, on ${engine}`, () => {
    test('is indexed anew, and tells how far that is', async () => {
      const older = await olderDatabases[engine](realm, dogs(800));
      const storage = await older.open();
      assert.equal(isCurrent(await storage.indexRebuild.state()), false);
      const told = await rebuild(storage.indexRebuild);
      assert.deepEqual(told.at(0), [20, 800]);
      assert.deepEqual(told.at(-1), [800, 800]);
      await assertRebuilt(storage);
      assert.deepEqual(await rebuild(storage.indexRebuild), [], 'once');
      await storage.close();
      await older.drop();
    });

    test('goes on where it was when a kill came between', async () => {
      const older = await olderDatabases[engine](realm, dogs(800));
      const child = spawn(process.execPath, [rebuilder, engine, older.place], { stdio: 'inherit' });
      assert.deepEqual(await once(child, 'close'), [null, 'SIGKILL']);
      const storage = await older.open();
      const state = await storage.indexRebuild.state();
      assert.ok(state && !state.isWhole && state.entities >= 520, JSON.stringify(state));
      const told = await rebuild(storage.indexRebuild);
      assert.ok(told[0]![0] > 520);
      await assertRebuilt(storage);
      await storage.close();
      await older.drop();
    });

    test('is shared by processes that start at once', async () => {
      const older = await olderDatabases[engine](realm, dogs(800));
      const storages = [await older.open(), await older.open(), await older.open()];
      await Promise.all(storages.map(({ indexRebuild }) => rebuild(indexRebuild)));
      for (const storage of storages) {
        await assertRebuilt(storage);
        await storage.close();
      }
      await older.drop();
    });
  });
}

onEachEngine('making the index anew', ({ storage }) => {
  test('of an empty database only says so', async () => {
    assert.deepEqual(await rebuild(storage().indexRebuild), [[0, 0]]);
    assert.ok(isCurrent(await storage().indexRebuild.state()));
  });

  test('reads again what was changed since it was read', async () => {
    const key = freshRealm();
    const entities = createEntities({ storeFor: storage().entities, clock: systemClock, uuids }).of({ key });
    const [dog, other] = await entities.createMany('dog', [{ color: 'red' }, { color: 'red' }]);
    const store = storage().indexRebuild;
    let pages = 0;
    await rebuild(
      {
        ...store,
        async page(after, limit) {
          const page = await store.page(after, limit);
          pages += 1;
          if (pages > 1) return page;
          await storage()
            .entities(key)
            .write(replacementOf(dog!, { color: 'blue' }, systemClock.now()));
          await entities.delete('dog', other!);
          return page;
        },
      },
      indexVersion + 1,
    );
    const count = counting(storage(), key);
    assert.deepEqual([await count('color', 'red'), await count('color', 'blue')], [0, 1]);
  });
});
