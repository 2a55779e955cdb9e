/** The parameters `type` and `connectionType` of lists. usergrid-data.md 2.1. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { outcome } from '../support/application.ts';
import type { CallOptions } from '../support/http.ts';
import { unique } from '../support/organization.ts';
import { type ConnectionWorld, type Entity, onEachEngine, uuidsIn } from './connection-world.ts';

onEachEngine((world) => {
  const create: ConnectionWorld['create'] = (...sent) => world().create(...sent);
  const user = (): Promise<Entity> => world().user();
  const ask: ConnectionWorld['ask'] = (...sent) => world().ask(...sent);
  const asAdmin: ConnectionWorld['app']['asAdmin'] = (...sent) => world().app.asAdmin(...sent);
  const listed = async (path: string, query: NonNullable<CallOptions['query']>): Promise<string[]> =>
    uuidsIn(await ask(`GET /${path}`, { query }));

  /** Ann likes a dog and a cat, and eats a food; the cat likes Ann. */
  async function likes() {
    const [ann, dog, cat, food] = [
      await user(),
      await create('dogs', { name: `d-${unique()}`, age: 3 }),
      await create('cats', { name: `c-${unique()}`, age: 3 }),
      await create('foods'),
    ];
    for (const { uuid } of [dog, cat]) await ask(`POST /users/${ann.uuid}/likes/${uuid}`);
    await ask(`POST /users/${ann.uuid}/eats/${food.uuid}`);
    await ask(`POST /cats/${cat.uuid}/likes/${ann.uuid}`);
    return { ann, dog, cat, food };
  }

  describe('type', () => {
    test('lists of connections have the entities of that type alone, whatever the form of its name', async () => {
      const { ann, dog, cat, food } = await likes();
      for (const type of ['dog', 'dogs', 'Dogs', ' DOG ']) {
        assert.deepEqual(await listed(`users/${ann.uuid}/likes`, { type }), [dog.uuid], type);
      }
      for (const [path, type, expected] of [
        [`users/${ann.uuid}/likes`, 'any', [cat.uuid, dog.uuid]],
        [`users/${ann.uuid}/likes`, '', [cat.uuid, dog.uuid]],
        [`users/${ann.uuid}/likes`, 'bird', []],
        [`users/${ann.uuid}/likes/dogs`, 'dog', [dog.uuid]],
        [`users/${ann.uuid}/likes/dogs`, 'cat', []],
        [`users/${ann.uuid}/connections`, 'food', [food.uuid]],
        [`users/${ann.uuid}/connecting`, 'cat', [cat.uuid]],
        [`users/${ann.uuid}/connecting/likes`, 'user', []],
      ] as const) {
        assert.deepEqual(await listed(path, { type }), expected, `${path} ${type}`);
      }
    });

    test('it goes with a statement, with pages, and with the segments of a path', async () => {
      const { ann, dog, cat, food } = await likes();
      const second = await create('dogs', { name: `d-${unique()}`, age: 5 });
      await ask(`POST /users/${ann.uuid}/likes/${second.uuid}`);
      const path = `users/${ann.uuid}/likes`;
      assert.deepEqual(await listed(path, { type: 'dog', ql: 'age = 3' }), [dog.uuid]);
      assert.deepEqual(await listed(path, { type: 'dog', ql: 'order by age' }), [dog.uuid, second.uuid]);
      const first = await ask(`GET /${path}`, { query: { type: 'dog', limit: 1 } });
      assert.deepEqual(uuidsIn(first), [second.uuid]);
      const { cursor } = first.body;
      assert.deepEqual(await listed(path, { type: 'dog', limit: 1, cursor }), [dog.uuid]);
      await ask(`POST /cats/${cat.uuid}/eats/${food.uuid}`);
      assert.deepEqual(await listed(`${path};type=cats/eats`, {}), [food.uuid]);
      assert.deepEqual(await listed(`${path};type=dogs/eats`, {}), []);
      assert.deepEqual(await listed(`users;ql=uuid=${ann.uuid}/likes`, { type: 'cat' }), [cat.uuid]);
      assert.deepEqual(await listed(`users;ql=uuid=${ann.uuid};type=role/likes`, {}), []);
    });

    test('a list of one type has either all of it or nothing', async () => {
      const [ann, group, role] = [
        await user(),
        await create('groups', { path: `g-${unique()}` }),
        await create('roles'),
      ];
      await ask(`POST /groups/${group.uuid}/users/${ann.uuid}`);
      await ask(`POST /groups/${group.uuid}/roles/${role.uuid}`);
      const [device] = uuidsIn(await ask(`POST /users/${ann.uuid}/devices`, { json: { name: unique() } }));
      const json = { verb: 'post', content: 'hello' };
      const [activity] = uuidsIn(await ask(`POST /users/${ann.uuid}/activities`, { json }));
      for (const [path, type, uuid] of [
        [`groups/${group.uuid}/users`, 'users', ann.uuid],
        [`groups/${group.uuid}/roles`, 'role', role.uuid],
        [`users/${ann.uuid}/devices`, 'device', device],
        [`devices/${device}/users`, 'user', ann.uuid],
        [`users/${ann.uuid}/activities`, 'activities', activity],
        [`users/${ann.uuid}/feed`, 'activity', activity],
        [`devices/${device}/users/${ann.uuid}/activities`, 'activity', activity],
      ] as const) {
        assert.deepEqual(await listed(path, { type }), [uuid], path);
        assert.deepEqual(await listed(path, { type: 'bird' }), [], path);
        assert.deepEqual(await listed(path, { type: 'bird', ql: 'order by created' }), [], path);
      }
    });

    test('collections are listed, changed and deleted by it like by any other condition', async () => {
      const name = `things-${unique()}`;
      const thing = await create(name, { name: 'only' });
      const { body } = await ask(`GET /${name}`, { query: { type: 'dog' } });
      assert.deepEqual([body.entities, body.count], [[], 0]);
      assert.deepEqual(await listed(name, { type: name, ql: "name = 'only'" }), [thing.uuid]);
      const change = { json: { changed: true }, query: { ql: 'select *', type: 'dog' } };
      assert.equal(outcome(await asAdmin(`PUT /${name}`, change)), '404 service_resource_not_found');
      assert.deepEqual(uuidsIn(await ask(`DELETE /${name}`, { query: { limit: 10, type: 'dog' } })), []);
      assert.deepEqual(await listed(name, {}), [thing.uuid]);
    });

    test('alone it chooses nothing to be changed or deleted', async () => {
      const name = `things-${unique()}`;
      const thing = await create(name, { name: 'first' });
      const answer = await asAdmin(`DELETE /${name}`, { query: { type: thing.type } });
      assert.equal(outcome(answer), '405 unsupported_service_operation');
      await ask(`PUT /${name}`, { json: { name: 'second' }, query: { type: thing.type } });
      assert.equal((await listed(name, {})).length, 2);
    });

    test('what cannot be the name of a type is refused', async () => {
      const { ann } = await likes();
      for (const type of [ann.uuid, 'x'.repeat(200), 'a/b', 'a\0b']) {
        for (const path of [`users/${ann.uuid}/likes`, 'dogs', `users/${ann.uuid}/roles`]) {
          const answer = await asAdmin(`GET /${path}`, { query: { type } });
          assert.equal(outcome(answer), '400 illegal_argument', `${path} ${type}`);
        }
      }
    });
  });

  describe('connectionType', () => {
    test('says which of all connections are meant, as the path may say it', async () => {
      const { ann, dog, cat, food } = await likes();
      for (const [path, connectionType, expected] of [
        ['connections', 'likes', [cat.uuid, dog.uuid]],
        ['connections', 'LIKES', [cat.uuid, dog.uuid]],
        ['connections', 'eats', [food.uuid]],
        ['connections', 'hates', []],
        ['connections', 'any', [food.uuid, cat.uuid, dog.uuid]],
        ['connections/dogs', '', []],
        ['connections/any/dogs', 'likes', [dog.uuid]],
        ['connecting', 'likes', [cat.uuid]],
        ['connecting', 'eats', []],
        ['likes', 'likes', [cat.uuid, dog.uuid]],
        ['connecting/likes', 'Likes', [cat.uuid]],
      ] as const) {
        const query = { connectionType };
        assert.deepEqual(
          await listed(`users/${ann.uuid}/${path}`, query),
          expected,
          `${path} ${connectionType}`,
        );
      }
      const query = { connectionType: 'likes', type: 'dog' };
      const answer = await ask(`GET /users/${ann.username}/connections`, { query });
      assert.equal(answer.body.path, `/users/${ann.uuid}/likes`);
      assert.equal(answer.body.entities[0].metadata.path, `/users/${ann.uuid}/likes/${dog.uuid}`);
    });

    test('it stands in the segments of a path as well, and follows users', async () => {
      const { ann, dog, cat, food } = await likes();
      await ask(`POST /dogs/${dog.uuid}/eats/${food.uuid}`);
      const path = `users/${ann.uuid}/connections`;
      assert.deepEqual(await listed(`${path};connectionType=likes/eats`, {}), [food.uuid]);
      assert.deepEqual(await listed(`${path};connectionType=eats/eats`, {}), []);
      const ben = await user();
      await ask(`POST /users/${ann.uuid}/following/users/${ben.uuid}`);
      for (const list of [path, `users/${ann.uuid}/following`]) {
        assert.deepEqual(await listed(list, { connectionType: 'following' }), [ben.uuid], list);
      }
      assert.deepEqual(await listed(`users/${ben.uuid}/followers`, { connectionType: 'following' }), [
        ann.uuid,
      ]);
      assert.deepEqual(await listed(`users;ql=uuid=${ann.uuid}/connections`, { connectionType: 'likes' }), [
        cat.uuid,
        dog.uuid,
      ]);
    });

    test('another verb than that of the path is refused, and so is what is no verb', async () => {
      const { ann } = await likes();
      for (const [path, connectionType] of [
        ['likes', 'eats'],
        ['connections/likes', 'eats'],
        ['connecting/likes', 'eats'],
        ['followers', 'likes'],
        ['connections', ann.uuid],
        ['connections', 'connecting'],
        ['connections', 'x'.repeat(200)],
        ['connections', 'roles'],
      ]) {
        const answer = await asAdmin(`GET /users/${ann.uuid}/${path}`, {
          query: { connectionType: connectionType! },
        });
        assert.equal(outcome(answer), '400 illegal_argument', `${path} ${connectionType}`);
      }
    });

    test('lists of anything but connections refuse it', async () => {
      const [ann, group, query] = [
        await user(),
        await create('groups', { path: `g-${unique()}` }),
        { connectionType: 'likes' },
      ];
      await ask(`POST /groups/${group.uuid}/users/${ann.uuid}`);
      for (const path of [
        'dogs',
        'users;connectionType=likes/likes',
        `groups/${group.uuid}/users`,
        `users/${ann.uuid}/activities`,
        `users/${ann.uuid}/devices`,
        `groups/${group.uuid}/users/${ann.uuid}/groups`,
      ]) {
        const answer = await asAdmin(`GET /${path}`, { query });
        assert.equal(outcome(answer), '400 illegal_argument', path);
        assert.match(answer.body.error_description, /connectionType/);
      }
      const dogs = { query: { ...query, limit: 1 }, json: { age: 1 } };
      for (const method of ['PUT', 'DELETE']) {
        assert.equal(outcome(await asAdmin(`${method} /dogs`, dogs)), '400 illegal_argument', method);
      }
    });
  });
});
