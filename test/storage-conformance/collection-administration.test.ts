import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CollectionJob } from '../../src/core/entities/collections/collection-jobs.ts';
import type { CollectionSettings } from '../../src/core/entities/collections/collection-settings.ts';
import { createEntities } from '../../src/core/entities/entities.ts';
import { type IndexedFields, renderIndexedFields } from '../../src/core/entities/index/indexed-fields.ts';
import type { EntityQuery, Filter } from '../../src/core/entities/query/filter.ts';
import type { Change } from '../../src/core/oauth/revocation-store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { freshRealm, onEachEngine, uuids } from './engines.ts';

const settings: CollectionSettings = { lastUpdated: 1, lastUpdateBy: 'me', lastReindexed: 0, fields: ['a'] };

const jobOf = (application: number): CollectionJob => ({
  ...{ id: uuids.next(), application, type: 'dog', kind: 'clear', status: 'STARTED' },
  ...{
    startedAt: 1,
    lastUpdated: 1,
    updatedBefore: 2,
    checked: 0,
    done: 0,
    failures: 0,
    position: undefined,
  },
});

onEachEngine('settings of collections', ({ storage, open }) => {
  test('they are those of one application and type, and can be taken away', async () => {
    const [realm, other] = [freshRealm(), freshRealm()];
    const store = storage().collectionSettings(realm);
    assert.deepEqual(await store.change('dog', () => settings), settings);
    assert.deepEqual(await store.list(), new Map([['dog', settings]]));
    assert.equal((await storage().collectionSettings(other).list()).size, 0);
    assert.equal(await store.change('dog', () => undefined), undefined);
    assert.equal((await store.list()).size, 0);
  });

  test('of changes at once none is lost', async () => {
    const [one, another] = [storage(), await open()];
    const realm = freshRealm();
    const writes = Array.from({ length: 20 }, (_, at) =>
      (at % 2 ? one : another)
        .collectionSettings(realm)
        .change('dog', (before = settings) => ({ ...before, lastUpdated: before.lastUpdated + 1 })),
    );
    await Promise.all(writes);
    const stored = (await one.collectionSettings(realm).list()).get('dog');
    assert.equal(stored?.lastUpdated, 21);
  });

  test('a change is announced before it is acknowledged', async () => {
    const heard: Change[] = [];
    const stop = storage().changes.subscribe((change) => heard.push(change));
    const realm = freshRealm();
    await storage()
      .collectionSettings(realm)
      .change('dog', () => settings);
    stop();
    assert.ok(heard.some((change) => change.topic === 'collections' && change.realm === realm));
  });
});

onEachEngine('what of an entity is indexed', ({ storage }) => {
  const queryOf = (filter: Filter): EntityQuery => ({
    ...{ filter, order: [], projection: undefined, direct: undefined },
  });
  const equals = (path: string): Filter => ({ kind: 'comparison', operator: '=', path, value: 1 });

  test('is stored with it, and is what every way of querying sees', async () => {
    let fields: IndexedFields | undefined = renderIndexedFields(['a']);
    const key = freshRealm();
    const indexedFields = () => fields;
    const made = createEntities({ storeFor: storage().entities, clock: systemClock, uuids, indexedFields });
    const entities = made.of({ key });
    const found = async (filter: Filter): Promise<number> =>
      (await entities.query('dog', queryOf(filter), { limit: 10 })).entities.length;
    const dog = await entities.create('dog', { a: 1, b: 1, name: 'rex' });
    assert.equal((await storage().entities(key).findByUuid(dog.uuid))?.indexedFields, '["a"]');
    assert.equal((await entities.findByAlias('dog', 'rex'))?.indexedFields, '["a"]');
    assert.deepEqual([await found(equals('a')), await found(equals('b'))], [1, 0]);
    assert.equal(await found({ kind: 'not', operand: equals('b') }), 1);
    const both: Filter = { kind: 'or', operands: [equals('b'), { kind: 'not', operand: equals('a') }] };
    assert.equal(await found(both), 0);
    fields = undefined;
    await entities.createMany('dog', [{ a: 1, b: 1 }]);
    assert.deepEqual([await found(equals('a')), await found(equals('b'))], [2, 1]);
    await entities.update('dog', dog, { c: 1 });
    assert.deepEqual(
      [await found(equals('a')), await found(equals('b')), await found(equals('c'))],
      [2, 2, 1],
    );
  });
});

onEachEngine('jobs of collections', ({ storage, open }) => {
  test('a job is found as it was saved, by its application', async () => {
    const realm = freshRealm();
    const store = storage().collectionJobs(realm);
    const job = jobOf(realm);
    await store.create(job, 10);
    const { position: _, ...stored } = job;
    assert.deepEqual(await store.find(job.id), stored);
    await store.save({ ...job, status: 'INPROGRESS', position: 'x' }, 20);
    assert.deepEqual(await store.find(job.id), { ...job, status: 'INPROGRESS', position: 'x' });
    assert.equal(await storage().collectionJobs(freshRealm()).find(job.id), undefined);
    await store.delete(job.id);
    assert.equal(await store.find(job.id), undefined);
  });

  test('what is due is found in all applications, the longest due first', async () => {
    const jobs = [jobOf(freshRealm()), jobOf(freshRealm()), jobOf(freshRealm())];
    for (const [at, job] of jobs.entries())
      await storage()
        .collectionJobs(job.application)
        .create(job, 50 - at);
    const due = await storage().collectionJobQueue.due(49, 10);
    assert.deepEqual(
      due.map(({ job, dueAt }) => [job.id, dueAt]),
      [
        [jobs[2]!.id, 48],
        [jobs[1]!.id, 49],
      ],
    );
    for (const job of jobs) await storage().collectionJobs(job.application).delete(job.id);
  });

  test('of several processes that take up a job one gets it', async () => {
    const realm = freshRealm();
    const processes = [storage(), await open(), await open()];
    const job = jobOf(realm);
    await storage().collectionJobs(realm).create(job, 10);
    const taken = await Promise.all(
      processes.map((each) => each.collectionJobs(realm).take(job.id, 10, 100)),
    );
    assert.deepEqual(taken.sort(), [false, false, true]);
    await storage().collectionJobs(realm).delete(job.id);
  });
});
