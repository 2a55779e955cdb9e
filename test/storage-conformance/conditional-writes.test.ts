import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApplicationEntities, createEntities } from '../../src/core/entities/entities.ts';
import type { StoredEntity } from '../../src/core/entities/entity-store.ts';
import { KeygridError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { freshRealm, onEachEngine, uuids } from './engines.ts';

const isRefused = (reason: unknown): boolean =>
  reason instanceof KeygridError && /precondition_failed|entity_not_found/.test(reason.code);

onEachEngine('conditional writes', ({ storage, open }) => {
  const entitiesOver = (over: Storage, key: number): ApplicationEntities =>
    createEntities({ storeFor: over.entities, clock: systemClock, uuids }).of({ key });

  /** Of which the first and the last belong to processes of their own. */
  async function processes(): Promise<ApplicationEntities[]> {
    const key = freshRealm();
    return [entitiesOver(storage(), key), entitiesOver(await open(), key), entitiesOver(await open(), key)];
  }

  test('of changes and deletions of one version, from several processes, exactly one is made', async () => {
    const each = await processes();
    for (let round = 0; round < 5; round += 1) {
      const dog = await each[0]!.create('dog', { name: `rex ${round}` });
      const precondition = ({ version }: StoredEntity): boolean => version === dog.version;
      const writing = Array.from({ length: 12 }, (_, at) =>
        at % 4 === 3
          ? each[at % 3]!.delete('dog', dog.uuid, { precondition })
          : each[at % 3]!.update('dog', dog.uuid, { at }, { precondition }),
      );
      const settled = await Promise.allSettled(writing);
      assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 1);
      assert.ok(settled.every((result) => result.status === 'fulfilled' || isRefused(result.reason)));
    }
  });

  test('of creations that are not to update, from several processes, exactly one is made', async () => {
    const each = await processes();
    const precondition = (): boolean => false;
    const uuid = crypto.randomUUID();
    const byUuid = each.flatMap((one, at) => [
      one.putByUuid('dog', uuid, { at }, { precondition }),
      one.putByName('cat', 'tom', { at }, { precondition }),
    ]);
    const settled = await Promise.allSettled(byUuid);
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 2);
    assert.ok(settled.every((result) => result.status === 'fulfilled' || isRefused(result.reason)));
  });
});
