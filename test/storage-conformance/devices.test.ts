import assert from 'node:assert/strict';
import { test } from 'node:test';
import { creation, entityOf, freshRealm, onEachEngine, uuids } from './engines.ts';

const everything = { limit: 1000, type: undefined, after: undefined };

onEachEngine('devices', ({ storage, open }) => {
  test('UD-135 a device belongs to the user who linked it last, also among many who link it at once', async () => {
    const realm = freshRealm();
    const users = Array.from({ length: 12 }, () => entityOf('user'));
    const device = entityOf('device');
    for (const entity of [device, ...users]) await storage().entities(realm).write(creation(entity));
    const other = await open();
    const owners = async () =>
      (await storage().edges(realm).targets(device.uuid, 'users', everything)).map(
        ({ entity }) => entity.uuid,
      );
    for (const user of users.slice(0, 2)) {
      assert.equal(await storage().devices(realm).link(device.uuid, user.uuid, 1), true);
      assert.deepEqual(await owners(), [user.uuid]);
    }
    for (let round = 0; round < 5; round += 1) {
      const linking = users.map((user, at) =>
        (at % 2 ? storage() : other).devices(realm).link(device.uuid, user.uuid, 2),
      );
      await Promise.all(linking);
      assert.equal((await owners()).length, 1);
    }
    const [owner] = await owners();
    await storage().devices(realm).link(device.uuid, owner!, 9);
    assert.equal((await storage().edges(realm).targets(device.uuid, 'users', everything))[0]?.connectedAt, 9);
  });

  test('what is no device, or none of the application, is linked to nobody', async () => {
    const [realm, theirs] = [freshRealm(), freshRealm()];
    const [user, dog, device] = [entityOf('user'), entityOf('dog'), entityOf('device')];
    for (const entity of [user, dog]) await storage().entities(realm).write(creation(entity));
    await storage().entities(theirs).write(creation(device));
    for (const uuid of [dog.uuid, device.uuid, uuids.next()]) {
      assert.equal(await storage().devices(realm).link(uuid, user.uuid, 1), false);
    }
    assert.deepEqual(await storage().edges(realm).sources(user.uuid, 'users', everything), []);
  });
});
