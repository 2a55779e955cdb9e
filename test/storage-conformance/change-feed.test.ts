import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Change } from '../../src/core/oauth/revocation-store.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { creation, entityOf, freshRealm, onEachEngine, uuids } from './engines.ts';

function listen(storage: Storage): Change[] {
  const heard: Change[] = [];
  storage.changes.subscribe((change) => heard.push(change));
  return heard;
}

async function waitUntil(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    if (waited > 10_000) throw new Error(`waited in vain until ${what}`);
    await delay(20);
  }
}

const heardOf = (heard: Change[], topic: string, realm: number): boolean =>
  heard.some((change) => change.topic === topic && change.realm === realm);

const revocation = () => ({
  kind: 'token' as const,
  subject: uuids.next(),
  issuedBefore: 1,
  reason: 'revoked' as const,
  expiresAt: 9e12,
});

onEachEngine('the change feed', ({ storage, open }) => {
  test('the writing process hears of a change before the write is acknowledged', async () => {
    const heard = listen(storage());
    const realm = freshRealm();
    await storage().permissions(realm).add(uuids.next(), 'get:/**');
    assert.deepEqual(heard, [{ topic: 'permissions', realm }]);
  });

  test('another process hears of every kind of change', async () => {
    const other = await open();
    const heard = listen(other);
    const realm = freshRealm();
    await storage().permissions(realm).add(uuids.next(), 'get:/**');
    await storage().revocations.add([revocation()]);
    const [role, user] = [entityOf('role'), entityOf('user')];
    await storage().entities(realm).write(creation(role));
    await storage()
      .entities(realm)
      .write({ ...creation(user), announces: 'tenancy' });
    const edge = {
      source: role.uuid,
      sourceType: 'role',
      verb: 'users',
      target: user.uuid,
      targetType: 'user',
    };
    await waitUntil(() => heardOf(heard, 'tenancy', realm), 'the change was heard of');
    assert.ok(heardOf(heard, 'permissions', realm));
    assert.ok(heardOf(heard, 'revocations', 0));
    heard.length = 0;
    await storage().edges(realm).connect(edge, 1, 'permissions');
    await waitUntil(() => heardOf(heard, 'permissions', realm), 'the connection was heard of');
  });

  test('what is announced can be read by whoever hears of it', async () => {
    const other = await open();
    const readable: Promise<boolean>[] = [];
    for (const one of [storage(), other]) {
      one.changes.subscribe(({ topic }) => {
        if (topic !== 'revocations') return;
        readable.push(
          one.revocations
            .listLive(0)
            .then((live) => live.revocations.some(({ subject }) => subject === added.subject)),
        );
      });
    }
    const added = revocation();
    await storage().revocations.add([added]);
    await waitUntil(() => readable.length >= 2, 'both heard of the revocation');
    assert.ok((await Promise.all(readable)).every(Boolean));
  });

  test('a write that is refused announces nothing', async () => {
    const other = await open();
    const [here, there] = [listen(storage()), listen(other)];
    const realm = freshRealm();
    const user = entityOf('user');
    await storage().entities(realm).write(creation(user));
    await storage()
      .entities(realm)
      .write({ ...creation(user), announces: 'permissions' });
    const marker = freshRealm();
    await storage().permissions(marker).add(uuids.next(), 'x');
    await waitUntil(() => heardOf(there, 'permissions', marker), 'the next change was heard of');
    assert.equal(heardOf(here, 'permissions', realm), false);
    assert.equal(heardOf(there, 'permissions', realm), false);
  });

  test('nothing of fifty changes at once, made by two processes, is missed by a third', async () => {
    const [writer, reader] = [await open(), await open()];
    const heard = listen(reader);
    const realms = Array.from({ length: 50 }, freshRealm);
    await Promise.all(
      realms.map((realm, at) => [storage(), writer][at % 2]!.permissions(realm).add(uuids.next(), 'x')),
    );
    const all = () => realms.every((realm) => heardOf(heard, 'permissions', realm));
    await waitUntil(all, 'all of them were heard of');
  });

  test('a listener that fails keeps neither the others from hearing nor the write from being acknowledged', async () => {
    const stop = storage().changes.subscribe(() => {
      throw new Error('a listener of the test');
    });
    const heard = listen(storage());
    const realm = freshRealm();
    await storage().permissions(realm).add(uuids.next(), 'x');
    assert.ok(heardOf(heard, 'permissions', realm));
    stop();
  });

  test('who stopped listening hears nothing more', async () => {
    const heard: Change[] = [];
    const stop = storage().changes.subscribe((change) => heard.push(change));
    stop();
    await storage().permissions(freshRealm()).add(uuids.next(), 'x');
    assert.deepEqual(heard, []);
  });

  test('the feed stays young while the database can be reached', async () => {
    await waitUntil(() => storage().changes.ageMilliseconds() < 1500, 'the feed was read');
  });
});
