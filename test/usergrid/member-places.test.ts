/** Members of groups and roles around a place, as other lists have them. usergrid-data.md 1.6 and 5. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unique } from '../support/organization.ts';
import { type ConnectionWorld, type Entity, onEachEngine, uuidsIn } from './connection-world.ts';

onEachEngine((world) => {
  const create: ConnectionWorld['create'] = (...sent) => world().create(...sent);
  const ask: ConnectionWorld['ask'] = (...sent) => world().ask(...sent);
  const ql = 'location within 2000 of 37.76,-122.42';

  /** Three users from near to far of the place, added from far to near, and one who is nowhere. */
  async function openMembers() {
    const [group, role] = [await create('groups', { path: `g-${unique()}` }), await create('roles')];
    const users: Entity[] = [];
    for (const latitude of [37.761, 37.765, 37.77]) {
      users.push(await create('users', { username: unique(), location: { latitude, longitude: -122.42 } }));
    }
    const nowhere = await create('users', { username: unique() });
    for (const { uuid } of [...users.toReversed(), nowhere]) {
      await ask(`POST /groups/${group.uuid}/users/${uuid}`);
      await ask(`POST /roles/${role.uuid}/users/${uuid}`);
    }
    const lists = [
      `groups/${group.path}/users`,
      `roles/${role.name}/users`,
      `groups;ql=uuid=${group.uuid}/users`,
    ];
    return { lists, uuids: users.map(({ uuid }) => uuid) };
  }

  test('UD-84 members come nearest first, and say how far away they are, on every page', async () => {
    const { lists, uuids } = await openMembers();
    for (const list of lists) {
      const { body, ...answer } = await ask(`GET /${list}`, { query: { ql } });
      assert.deepEqual(uuidsIn({ ...answer, body }), uuids, list);
      const distances = body.entities.map(({ metadata }: Entity) => Math.round(metadata.distance));
      assert.deepEqual(distances, [111, 556, 1112], list);
      const first = await ask(`GET /${list}`, { query: { ql, limit: 2 } });
      const second = await ask(`GET /${list}`, { query: { ql, limit: 2, cursor: first.body.cursor } });
      assert.deepEqual([...uuidsIn(first), ...uuidsIn(second)], uuids);
      assert.equal(Math.round(second.body.entities[0].metadata.distance), 1112);
    }
  });

  test('UD-84 they say it in an order of their own and with some properties alone; else they do not', async () => {
    const { lists, uuids } = await openMembers();
    for (const list of lists) {
      const ordered = await ask(`GET /${list}`, {
        query: { ql: `select username where ${ql} order by created desc` },
      });
      assert.deepEqual(uuidsIn(ordered), uuids.toReversed(), list);
      for (const { metadata, location } of ordered.body.entities) {
        assert.ok(metadata.distance > 100);
        assert.equal(location, undefined);
      }
      const all = await ask(`GET /${list}`);
      assert.equal(all.body.entities.length, 4);
      assert.ok(all.body.entities.every(({ metadata }: Entity) => !('distance' in metadata)));
    }
  });

  test('groups and roles of a user are found around a place too', async () => {
    const user = await world().user();
    const location = { latitude: 37.76, longitude: -122.42 };
    const group = await create('groups', { path: `g-${unique()}`, location });
    const role = await create('roles', { name: `r-${unique()}`, location });
    await ask(`POST /users/${user.uuid}/groups/${group.uuid}`);
    await ask(`POST /users/${user.uuid}/roles/${role.uuid}`);
    for (const list of ['groups', 'roles']) {
      const [entity] = (await ask(`GET /users/${user.uuid}/${list}`, { query: { ql } })).body.entities;
      assert.equal(entity.metadata.distance, 0, list);
    }
  });
});
