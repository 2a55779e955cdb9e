/** Connections between entities: made, listed, ended. usergrid-data.md 3. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { outcome, requireSuccess } from '../support/application.ts';
import type { Answer } from '../support/http.ts';
import { unique } from '../support/organization.ts';
import { type ConnectionWorld, type Entity, onEachEngine, uuidsIn } from './connection-world.ts';

onEachEngine((world) => {
  const create: ConnectionWorld['create'] = (...sent) => world().create(...sent);
  const user = (): Promise<Entity> => world().user();
  const ask: ConnectionWorld['ask'] = (...sent) => world().ask(...sent);
  const asAdmin: ConnectionWorld['app']['asAdmin'] = (...sent) => world().app.asAdmin(...sent);

  describe('connecting', () => {
    test('UD-52 by uuid: the answer is the target, at a path below the source', async () => {
      const [ann, rex] = [await user(), await create('dogs')];
      const { body } = await ask(`POST /users/${ann.username}/likes/${rex.uuid}`);
      assert.equal(body.action, 'post');
      assert.equal(body.path, `/users/${ann.uuid}/likes`);
      assert.equal(body.count, undefined);
      assert.equal(body.entities.length, 1);
      const [target] = body.entities;
      assert.equal(target.name, rex.name);
      assert.equal(target.metadata.path, `/users/${ann.uuid}/likes/${rex.uuid}`);
      const link = `/users/${ann.uuid}/likes/${rex.uuid}/connecting/likes`;
      assert.deepEqual(target.metadata.connecting, { likes: link });
    });

    test('UD-53 by type and name, in any case and number, with a body or without', async () => {
      const [ann, pizza] = [await user(), await create('pizzas', { name: `Pepperoni-${unique()}` })];
      for (const path of ['pizzas', 'pizza', 'Pizzas']) {
        const { body } = await ask(`POST /users/${ann.uuid}/likes/${path}/${pizza.name.toUpperCase()}`);
        assert.equal(body.entities[0].uuid, pizza.uuid);
        assert.equal(body.path, `/users/${ann.uuid}/likes`);
      }
      await ask(`POST /user/${ann.username}/likes/pizza/${pizza.uuid}/`, { json: {} });
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ann.uuid}/likes`)), [pizza.uuid]);
    });

    test('what is not there is not connected', async () => {
      const [ann, missing] = [await user(), '11111111-1111-11e8-8111-111111111111'];
      for (const path of [
        `likes/${missing}`,
        `likes/dogs/${missing}`,
        'likes/dogs/nobody',
        'likes/users/nobody',
      ]) {
        assert.equal(
          outcome(await asAdmin(`POST /users/${ann.uuid}/${path}`)),
          '404 service_resource_not_found',
        );
      }
      const rex = await create('dogs');
      for (const path of ['users/nobody', `users/${missing}`, 'dogs/nobody']) {
        assert.equal(
          outcome(await asAdmin(`POST /${path}/likes/${rex.uuid}`)),
          '404 service_resource_not_found',
        );
      }
      // By a name of another type.
      assert.equal(
        outcome(await asAdmin(`POST /users/${ann.uuid}/likes/cats/${rex.uuid}`)),
        '404 service_resource_not_found',
      );
    });

    test('UD-60 a body is created in its collection and connected; of an array the first', async () => {
      const tempe = await create('cities');
      const name = `r-${unique()}`;
      const made = await ask(`POST /cities/${tempe.name}/likes/restaurants`, { json: { name } });
      assert.equal(made.body.entities[0].type, 'restaurant');
      assert.equal((await ask(`GET /restaurants/${name}`)).body.entities[0].uuid, made.body.entities[0].uuid);
      const names = [`r-${unique()}`, `r-${unique()}`];
      await ask(`POST /cities/${tempe.uuid}/likes/restaurants`, {
        json: names.map((each) => ({ name: each })),
      });
      const listed = (await ask(`GET /cities/${tempe.uuid}/likes`)).body.entities;
      assert.deepEqual(
        listed.map((each: Entity) => each.name),
        [names[0], name],
      );
      assert.equal((await asAdmin(`GET /restaurants/${names[1]}`)).status, 404);
    });

    test('a body without a collection to create it in makes nothing', async () => {
      const [ann, rex] = [await user(), await create('dogs')];
      await ask(`POST /users/${ann.uuid}/likes/${rex.uuid}`);
      const answer = await ask(`POST /users/${ann.uuid}/likes`, { json: { name: 'nothing' } });
      assert.deepEqual(uuidsIn(answer), [rex.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ann.uuid}/likes`)), [rex.uuid]);
    });

    test('PUT changes the target, or creates it under its name, and connects', async () => {
      const [ann, rex] = [await user(), await create('dogs')];
      const put = await ask(`PUT /users/${ann.uuid}/likes/${rex.uuid}`, { json: { color: 'black' } });
      assert.equal(put.body.entities[0].color, 'black');
      assert.equal((await ask(`GET /dogs/${rex.uuid}`)).body.entities[0].color, 'black');
      const name = `d-${unique()}`;
      const [made] = (await ask(`PUT /users/${ann.uuid}/likes/dogs/${name}`, { json: { color: 'red' } })).body
        .entities;
      assert.equal(made.name, name);
      const uuid = '22222222-1111-11e8-8111-111111111111';
      await ask(`PUT /users/${ann.uuid}/likes/dogs/${uuid}`, { json: { color: 'white' } });
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ann.uuid}/likes`)), [uuid, made.uuid, rex.uuid]);
    });

    test('UD-61 the last connected comes first, and connecting again moves to the front', async () => {
      const [ann, ...dogs] = [await user(), await create('dogs'), await create('dogs'), await create('dogs')];
      for (const { uuid } of dogs) await ask(`POST /users/${ann.uuid}/likes/${uuid}`);
      const [first, second, third] = dogs.map(({ uuid }) => uuid);
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ann.uuid}/likes`)), [third, second, first]);
      await ask(`POST /users/${ann.uuid}/likes/${first}`);
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ann.uuid}/likes`)), [first, third, second]);
      await ask(`PUT /users/${ann.uuid}/likes/${second}`, { json: { again: true } });
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ann.uuid}/likes`)), [second, first, third]);
      const byTime = await ask(`GET /users/${ann.uuid}/likes`, { query: { ql: 'order by created asc' } });
      assert.deepEqual(uuidsIn(byTime), [first, second, third]);
    });

    test('verbs are kept in lower case and match in any; the path keeps what was typed', async () => {
      const [book, ann] = [await create('books'), await user()];
      const { body } = await ask(`POST /books/${book.name}/reviewedBy/users/${ann.username}`);
      assert.equal(body.path, `/books/${book.uuid}/reviewedBy`);
      assert.deepEqual(uuidsIn(await ask(`GET /books/${book.uuid}/REVIEWEDBY`)), [ann.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ann.uuid}/connecting/ReviewedBy`)), [book.uuid]);
      const [entity] = (await ask(`GET /books/${book.uuid}`)).body.entities;
      assert.deepEqual(entity.metadata.connections, { reviewedby: `/books/${book.uuid}/reviewedby` });
    });

    test('an entity may be connected to itself, and to one other by several verbs', async () => {
      const [rex, tom] = [await create('dogs'), await create('dogs')];
      for (const path of [`likes/${rex.uuid}`, `likes/${tom.uuid}`, `bites/${tom.uuid}`]) {
        await ask(`POST /dogs/${rex.uuid}/${path}`);
      }
      assert.deepEqual(uuidsIn(await ask(`GET /dogs/${rex.uuid}/likes`)), [tom.uuid, rex.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /dogs/${rex.uuid}/connecting/likes`)), [rex.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /dogs/${rex.uuid}/connections`)), [tom.uuid, rex.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /dogs/${tom.uuid}/connecting`)), [rex.uuid]);
    });

    test('what cannot be a verb is refused', async () => {
      const [rex, tom] = [await create('dogs'), await create('dogs')];
      for (const verb of [
        'x'.repeat(101),
        'connections',
        'connecting',
        '00000000-0000-1000-8000-000000000001',
      ]) {
        const answer = await asAdmin(`POST /dogs/${rex.uuid}/${verb}/${tom.uuid}`);
        assert.equal(outcome(answer), '400 illegal_argument', verb);
      }
      assert.deepEqual(uuidsIn(await ask(`GET /dogs/${rex.uuid}/connections`)), []);
    });

    test('nothing is created or changed for a connection that is refused', async () => {
      const [ann, rex] = [await user(), await create('dogs')];
      const name = `d-${unique()}`;
      for (const path of [`${'x'.repeat(101)}/dogs`, 'following/any/dogs']) {
        const made = await asAdmin(`POST /users/${ann.uuid}/${path}`, { json: { name } });
        assert.equal(outcome(made), '400 illegal_argument', path);
        const changed = await asAdmin(`PUT /users/${ann.uuid}/${path}/${rex.uuid}`, { json: { age: 1 } });
        assert.equal(outcome(changed), '400 illegal_argument', path);
      }
      assert.equal((await asAdmin(`GET /dogs/${name}`)).status, 404);
      assert.equal((await ask(`GET /dogs/${rex.uuid}`)).body.entities[0].age, undefined);
    });

    test('connections are made from where they begin', async () => {
      const [rex, tom] = [await create('dogs'), await create('dogs')];
      for (const method of ['POST', 'PUT', 'DELETE']) {
        for (const [path, instead] of [
          [`connecting/likes/${tom.uuid}`, 'likes/{other}'],
          [`connecting/Likes/dogs/${tom.name}`, 'likes/{other}'],
          [`connecting/${tom.uuid}`, '{verb}/{other}'],
          [`connections/${tom.uuid}`, '{verb}/{other}'],
        ]) {
          const answer = await asAdmin(`${method} /dogs/${rex.uuid}/${path}`);
          assert.equal(outcome(answer), '400 illegal_argument', `${method} ${path}`);
          const expected = `${method} /{collection}/{id}/${instead}`;
          assert.ok(answer.body.error_description.endsWith(expected), answer.text);
        }
      }
      await ask(`POST /dogs/${rex.uuid}/connections/likes/${tom.uuid}`);
      assert.deepEqual(uuidsIn(await ask(`GET /dogs/${rex.uuid}/likes`)), [tom.uuid]);
    });

    test('a dog may have users and groups of its own, which are no members', async () => {
      const [rex, ann] = [await create('dogs'), await user()];
      const group = await create('groups', { path: `g-${unique()}` });
      await ask(`POST /groups/${group.uuid}/users/${ann.uuid}`);
      await ask(`POST /dogs/${rex.uuid}/users/users/${ann.username}`);
      await ask(`POST /dogs/${rex.uuid}/groups/${group.uuid}`);
      assert.deepEqual(uuidsIn(await ask(`GET /dogs/${rex.uuid}/users`)), [ann.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ann.uuid}/connecting/users`)), [rex.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /groups/${group.uuid}/users`)), [ann.uuid]);
      const [entity] = (await ask(`GET /users/${ann.uuid}`)).body.entities;
      assert.deepEqual(entity.metadata.connecting, { users: `/users/${ann.uuid}/connecting/users` });
      const [plain] = (await ask(`GET /groups/${group.uuid}`)).body.entities;
      assert.equal(plain.metadata.connections, undefined);
    });
  });

  describe('lists', () => {
    test('UD-54 UD-55 UD-56 targets and sources, by each form of the path', async () => {
      const [ann, ben, rex, pizza] = [
        await user(),
        await user(),
        await create('dogs'),
        await create('pizzas'),
      ];
      for (const { uuid } of [rex, pizza]) await ask(`POST /users/${ann.uuid}/likes/${uuid}`);
      await ask(`POST /users/${ben.uuid}/likes/${rex.uuid}`);
      await ask(`POST /users/${ben.uuid}/walks/${rex.uuid}`);
      const expected: Record<string, string[]> = {
        [`users/${ann.username}/likes`]: [pizza.uuid, rex.uuid],
        [`users/${ann.username}/likes/`]: [pizza.uuid, rex.uuid],
        [`users/${ann.uuid}/connections/likes`]: [pizza.uuid, rex.uuid],
        [`users/${ann.uuid}/likes/any`]: [pizza.uuid, rex.uuid],
        [`users/${ann.uuid}/likes/all`]: [pizza.uuid, rex.uuid],
        [`users/${ann.uuid}/likes/dogs`]: [rex.uuid],
        [`users/${ann.uuid}/likes/pizza`]: [pizza.uuid],
        [`users/${ann.uuid}/likes/cats`]: [],
        [`users/${ann.uuid}/connections`]: [pizza.uuid, rex.uuid],
        [`users/${ann.uuid}/hates`]: [],
        [`users/${ann.uuid}/likes/dogs/${rex.name}`]: [rex.uuid],
        [`users/${ann.uuid}/likes/any/${rex.uuid}`]: [rex.uuid],
        [`users/${ann.uuid}/likes/${rex.uuid}`]: [rex.uuid],
        [`users/${ann.uuid}/connections/${rex.uuid}`]: [rex.uuid],
        [`dogs/${rex.name}/connecting/likes`]: [ben.uuid, ann.uuid],
        [`dogs/${rex.name}/connecting/walks`]: [ben.uuid],
        [`dogs/${rex.uuid}/connecting`]: [ben.uuid, ann.uuid],
        [`dogs/${rex.uuid}/connecting/likes/users/${ann.username}`]: [ann.uuid],
        [`dogs/${rex.uuid}/connecting/${ann.uuid}`]: [ann.uuid],
        [`dogs/${rex.uuid}/likes`]: [],
      };
      for (const [path, uuids] of Object.entries(expected)) {
        const answer = await ask(`GET /${path}`);
        assert.deepEqual(uuidsIn(answer), uuids, path);
        assert.equal(answer.body.count, undefined);
        assert.equal(answer.body.cursor, undefined);
      }
    });

    test('paths of answers have uuids for names, and neither type nor keyword', async () => {
      const [ann, rex] = [await user(), await create('dogs')];
      await ask(`POST /users/${ann.uuid}/likes/${rex.uuid}`);
      const pathOf = async (path: string) => (await ask(`GET /${path}`)).body.path;
      const list = `/users/${ann.uuid}/likes`;
      assert.equal(await pathOf(`users/${ann.username}/likes`), list);
      assert.equal(await pathOf(`users/${ann.username}/likes/dogs`), list);
      assert.equal(await pathOf(`users/${ann.username}/likes/dogs/${rex.name}`), list);
      assert.equal(await pathOf(`users/${ann.username}/connections/likes`), list);
      assert.equal(await pathOf(`user/${ann.username}/likes`), list);
      assert.equal(await pathOf(`dogs/${rex.name}/connecting/likes`), `/dogs/${rex.uuid}/connecting`);
      assert.equal(await pathOf(`dogs/${rex.name}/connecting`), `/dogs/${rex.uuid}/connecting`);
      assert.equal(await pathOf(`users/${ann.username}/connections`), `/users/${ann.uuid}/connections`);
    });

    test('UD-59 what is not connected is not found, whether it exists or not', async () => {
      const [ann, rex, tom] = [await user(), await create('dogs'), await create('dogs')];
      await ask(`POST /users/${ann.uuid}/likes/${rex.uuid}`);
      const missing = '11111111-1111-11e8-8111-111111111111';
      for (const path of [
        `likes/dogs/${tom.name}`,
        `likes/${tom.uuid}`,
        `likes/${missing}`,
        'likes/dogs/nobody',
        `likes/cats/${rex.uuid}`,
        `hates/${rex.uuid}`,
        `connecting/likes/${rex.uuid}`,
      ]) {
        const answer = await asAdmin(`GET /users/${ann.uuid}/${path}`);
        assert.equal(outcome(answer), '404 service_resource_not_found', path);
      }
    });

    test('UD-62 a list without a limit has up to 1000, and pages of any size follow each other', async () => {
      const ann = await user();
      const dogs = requireSuccess(
        await asAdmin('POST /dogs', { json: Array.from({ length: 23 }, () => ({ kind: 'paged' })) }),
      ).body.entities.map(({ uuid }: Entity) => uuid) as string[];
      for (const uuid of dogs) await ask(`POST /users/${ann.uuid}/likes/${uuid}`);
      const all = await ask(`GET /users/${ann.uuid}/likes`);
      assert.deepEqual(uuidsIn(all), dogs.toReversed());
      assert.equal(all.body.cursor, undefined);
      for (const path of [`users/${ann.uuid}/likes`, `users/${ann.uuid}/connections`]) {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page: Answer = await ask(`GET /${path}`, { query: { limit: 5, ...(cursor && { cursor }) } });
          seen.push(...uuidsIn(page));
          cursor = page.body.cursor;
        } while (cursor);
        assert.deepEqual(seen, dogs.toReversed(), path);
      }
      assert.equal(
        outcome(await asAdmin(`GET /users/${ann.uuid}/likes?cursor=nonsense`)),
        '400 illegal_argument',
      );
    });

    test('UD-64 a query filters, orders and projects targets and sources', async () => {
      const ann = await user();
      const dogs: Entity[] = [];
      for (const age of [3, 1, 2]) dogs.push(await create('dogs', { age, color: 'black' }));
      for (const { uuid } of dogs) await ask(`POST /users/${ann.uuid}/likes/${uuid}`);
      for (const { uuid } of dogs) await ask(`POST /dogs/${uuid}/loves/${ann.uuid}`);
      for (const path of [
        `users/${ann.uuid}/likes`,
        `users/${ann.uuid}/connecting/loves`,
        `users/${ann.uuid}/connections`,
      ]) {
        const agesOf = async (ql: string, more: object = {}) =>
          (await ask(`GET /${path}`, { query: { ql, ...more } })).body.entities.map(({ age }: Entity) => age);
        assert.deepEqual(await agesOf('age > 1'), [2, 3], path);
        assert.deepEqual(await agesOf('order by age asc'), [1, 2, 3]);
        assert.deepEqual(
          await agesOf("select * where color = 'black' order by age desc", { limit: 2 }),
          [3, 2],
        );
      }
      const [projected] = (
        await ask(`GET /users/${ann.uuid}/likes`, { query: { ql: 'select age where age = 3' } })
      ).body.entities;
      assert.deepEqual([projected.age, projected.color, projected.type], [3, undefined, 'dog']);
      assert.equal(outcome(await asAdmin(`GET /users/${ann.uuid}/likes?ql=age+=`)), '400 query_parse');
    });
  });

  describe('ending', () => {
    test('UD-58 DELETE ends the connection and keeps the entity', async () => {
      const [ann, rex, tom] = [await user(), await create('dogs'), await create('dogs')];
      for (const { uuid } of [rex, tom]) await ask(`POST /users/${ann.uuid}/likes/${uuid}`);
      const ended = await ask(`DELETE /users/${ann.username}/likes/${rex.uuid}`);
      assert.deepEqual(uuidsIn(ended), [rex.uuid]);
      assert.equal(ended.body.path, `/users/${ann.uuid}/likes`);
      await ask(`DELETE /users/${ann.username}/likes/dogs/${tom.name}`);
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ann.uuid}/likes`)), []);
      assert.deepEqual(uuidsIn(await ask(`GET /dogs/${rex.uuid}`)), [rex.uuid]);
      // Nothing was connected any more, and the entity is there.
      assert.deepEqual(uuidsIn(await ask(`DELETE /users/${ann.uuid}/likes/${rex.uuid}`)), [rex.uuid]);
      for (const path of ['dogs/nobody', '11111111-1111-11e8-8111-111111111111']) {
        const answer = await asAdmin(`DELETE /users/${ann.uuid}/likes/${path}`);
        assert.equal(outcome(answer), '404 service_resource_not_found');
      }
    });

    test('DELETE of a whole list ends nothing and answers the list', async () => {
      const [ann, rex] = [await user(), await create('dogs')];
      await ask(`POST /users/${ann.uuid}/likes/${rex.uuid}`);
      for (const path of [
        'likes',
        'likes/dogs',
        'connections',
        'likes/all',
        'likes/dogs?ql=select%20*',
        'likes?limit=5',
      ]) {
        assert.deepEqual(uuidsIn(await ask(`DELETE /users/${ann.uuid}/${path}`)), [rex.uuid], path);
      }
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ann.uuid}/likes`)), [rex.uuid]);
    });

    test('UD-63 deleting one end leaves the other readable and its lists clean', async () => {
      const [ann, rex, tom] = [await user(), await create('dogs'), await create('dogs')];
      for (const { uuid } of [rex, tom]) await ask(`POST /users/${ann.uuid}/likes/${uuid}`);
      await ask(`POST /dogs/${tom.uuid}/bites/${rex.uuid}`);
      await ask(`DELETE /dogs/${rex.uuid}`);
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ann.uuid}/likes`)), [tom.uuid]);
      const [left] = (await ask(`GET /dogs/${tom.uuid}`)).body.entities;
      assert.equal(left.metadata.connections, undefined);
      await ask(`DELETE /users/${ann.uuid}`);
      assert.deepEqual(uuidsIn(await ask(`GET /dogs/${tom.uuid}/connecting`)), []);
      assert.equal((await ask(`GET /dogs/${tom.uuid}`)).body.entities[0].metadata.connecting, undefined);
    });
  });
});
