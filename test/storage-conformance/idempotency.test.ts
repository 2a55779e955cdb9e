import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IdempotencyRecord } from '../../src/core/entities/collections/idempotency.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { creation, entityOf, freshRealm, onEachEngine, uuids } from './engines.ts';

const recordOf = (others: Partial<IdempotencyRecord> = {}): IdempotencyRecord => ({
  ...{ digest: 'key', requestDigest: 'request', uuids: [uuids.next()], finished: false, expiresAt: 100 },
  ...others,
});

onEachEngine('idempotency keys', ({ storage, open }) => {
  test('a key is claimed once, in its application, until it expires', async () => {
    const realm = freshRealm();
    const store = storage().idempotency(realm);
    const record = recordOf();
    assert.equal(await store.claim(record, 50), true);
    assert.equal(await store.claim(recordOf(), 99), false);
    assert.equal(await storage().idempotency(freshRealm()).claim(recordOf(), 50), true);
    assert.deepEqual(await store.find('key', 99), record);
    assert.equal(await store.find('key', 100), undefined);
    const later = recordOf({ expiresAt: 200, requestDigest: 'other', finished: true });
    assert.equal(await store.claim(later, 100), true);
    assert.deepEqual(await store.find('key', 150), later);
  });

  test('of claims at once, from several processes, one is granted', async () => {
    const realm = freshRealm();
    const processes: Storage[] = [storage(), await open(), await open()];
    const claims = Array.from({ length: 12 }, (_, at) =>
      processes[at % 3]!.idempotency(realm).claim(recordOf(), 50),
    );
    assert.equal((await Promise.all(claims)).filter((granted) => granted).length, 1);
  });

  test('finishing says what was created, and only who claimed releases', async () => {
    const store = storage().idempotency(freshRealm());
    const record = recordOf();
    await store.claim(record, 50);
    await store.release('key', [uuids.next()]);
    assert.deepEqual(await store.find('key', 50), record);
    const created = [uuids.next(), uuids.next()];
    await store.finish('key', created);
    assert.deepEqual(await store.find('key', 50), { ...record, finished: true, uuids: created });
    await store.release('key', created);
    assert.equal(await store.find('key', 50), undefined);
  });

  test('an entity and its claim are written together or not at all', async () => {
    const realm = freshRealm();
    const [one, another] = [storage(), await open()];
    const change = () => {
      const entity = entityOf('dog');
      const idempotency = { record: recordOf({ uuids: [entity.uuid], finished: true }), now: 50 };
      return { ...creation(entity), idempotency } as ReturnType<typeof creation>;
    };
    const changes = Array.from({ length: 10 }, change);
    const writing = changes.map((each, at) => (at % 2 ? one : another).entities(realm).write(each));
    const outcomes = await Promise.all(writing);
    const written = outcomes.flatMap(({ kind }, at) =>
      kind === 'written' ? [changes[at]!.entity.uuid] : [],
    );
    assert.equal(written.length, 1);
    assert.equal(outcomes.filter(({ kind }) => kind === 'repeated').length, 9);
    assert.deepEqual((await one.idempotency(realm).find('key', 50))?.uuids, written);
    const refused = { ...change(), entity: changes[0]!.entity } as ReturnType<typeof creation>;
    const other = { ...refused, idempotency: { record: recordOf({ digest: 'other' }), now: 50 } };
    assert.deepEqual(
      await one
        .entities(realm)
        .write({ ...other, entity: { ...entityOf('dog'), uuid: written[0]! } } as typeof refused),
      { kind: 'conflict' },
    );
    assert.equal(await one.idempotency(realm).find('other', 50), undefined);
  });

  test('what has expired is swept, and nothing else', async () => {
    const store = storage().idempotency(freshRealm());
    await Promise.all(
      Array.from({ length: 600 }, (_, at) =>
        store.claim(recordOf({ digest: `d${at}`, expiresAt: 10 + (at % 2) }), 0),
      ),
    );
    await store.claim(recordOf({ digest: 'kept', expiresAt: 12 }), 0);
    assert.ok((await storage().idempotencySweep.deleteExpired(11)) >= 600);
    assert.equal((await store.find('kept', 0))?.digest, 'kept');
    assert.equal(await store.find('d1', 0), undefined);
  });
});
