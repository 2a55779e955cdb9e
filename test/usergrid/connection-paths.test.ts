/** Paths through several connections, and from many entities at once. usergrid-data.md 0.1 and 3.2. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { outcome } from '../support/application.ts';
import { unique } from '../support/organization.ts';
import { type ConnectionWorld, type Entity, onEachEngine, uuidsIn } from './connection-world.ts';

onEachEngine((world) => {
  const create: ConnectionWorld['create'] = (...sent) => world().create(...sent);
  const user = (): Promise<Entity> => world().user();
  const ask: ConnectionWorld['ask'] = (...sent) => world().ask(...sent);
  const asAdmin: ConnectionWorld['app']['asAdmin'] = (...sent) => world().app.asAdmin(...sent);

  describe('a path of many levels', () => {
    test('each level must be connected to the one before', async () => {
      const [ann, rex, bone, shop] = [
        await user(),
        await create('pets'),
        await create('foods'),
        await create('shops'),
      ];
      await ask(`POST /users/${ann.uuid}/likes/pets/${rex.name}`);
      await ask(`POST /users/${ann.uuid}/likes/pets/${rex.name}/eats/foods/${bone.name}`);
      await ask(`POST /pets/${rex.uuid}/eats/${bone.uuid}/soldBy/${shop.uuid}`);
      const start = `users/${ann.username}/likes`;
      const found = await ask(`GET /${start}/pets/${rex.name}/eats`);
      assert.deepEqual(uuidsIn(found), [bone.uuid]);
      assert.equal(found.body.path, `/users/${ann.uuid}/likes/${rex.uuid}/eats`);
      for (const path of [
        `${start}/pets/${rex.name}/eats/foods/${bone.name}/soldby`,
        `${start}/${rex.uuid}/eats/${bone.uuid}/soldby/shops/${shop.name}`,
        `${start}/${rex.uuid}/connections/eats/${bone.uuid}/connections`,
      ]) {
        assert.deepEqual(uuidsIn(await ask(`GET /${path}`)), [shop.uuid], path);
      }
      const back = `shops/${shop.name}/connecting/soldby/foods/${bone.name}/connecting/eats/${rex.uuid}/connecting/likes`;
      assert.deepEqual(uuidsIn(await ask(`GET /${back}`)), [ann.uuid]);
      await ask(`DELETE /users/${ann.uuid}/likes/${rex.uuid}`);
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const answer = await asAdmin(`${method} /${start}/pets/${rex.name}/eats/${bone.uuid}`);
        assert.equal(outcome(answer), '404 service_resource_not_found', method);
      }
      assert.deepEqual(uuidsIn(await ask(`GET /pets/${rex.uuid}/eats`)), [bone.uuid]);
    });

    test('memberships on the way are the sub-collections that they are elsewhere', async () => {
      const [ann, ben, role] = [await user(), await user(), await create('roles')];
      const path = `g-${unique()}/inner`;
      const group = await create('groups', { path });
      await ask(`POST /users/${ann.uuid}/knows/users/${ben.username}`);
      const below = `users/${ann.uuid}/knows/users/${ben.username}`;
      assert.deepEqual(uuidsIn(await ask(`POST /${below}/groups/${path}`)), [group.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /groups/${path}/users`)), [ben.uuid]);
      assert.deepEqual(uuidsIn(await ask(`POST /${below}/groups/${path}/roles/${role.name}`)), [role.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /groups/${group.uuid}/roles`)), [role.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /${below}/groups`)), [group.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ben.uuid}/groups/${path}/roles`)), [role.uuid]);
      const made = await ask(`POST /users/${ben.uuid}/groups/${path}/users/${ben.uuid}/roles`, {
        json: { name: `r-${unique()}` },
      });
      assert.deepEqual(uuidsIn(await ask(`GET /users/${ben.uuid}/roles`)), uuidsIn(made));
      assert.deepEqual(uuidsIn(await ask(`DELETE /${below}/groups/${path}`)), [group.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /groups/${path}/users`)), []);
      assert.equal(
        outcome(await asAdmin(`DELETE /${below}/groups/${path}`)),
        '404 service_resource_not_found',
      );
    });

    test('activities and feeds are read there', async () => {
      const [ann, ben] = [await user(), await user()];
      await ask(`POST /users/${ann.uuid}/knows/${ben.uuid}`);
      const json = { verb: 'post', content: 'hello' };
      const [activity] = (await ask(`POST /users/${ben.uuid}/activities`, { json })).body.entities;
      const below = `users/${ann.uuid}/knows/${ben.uuid}`;
      for (const list of ['activities', 'feed']) {
        assert.deepEqual(uuidsIn(await ask(`GET /${below}/${list}`)), [activity.uuid]);
        assert.deepEqual(uuidsIn(await ask(`GET /${below}/connections/${list}`)), [activity.uuid]);
      }
    });

    test('a level may be chosen by a group’s path, by email, and by me', async () => {
      const member = await world().app.newUser();
      const group = await create('groups', { path: `g-${unique()}/a/b` });
      const rex = await create('dogs');
      await ask(`POST /dogs/${rex.uuid}/belongsTo/groups/${group.path}`);
      await ask(`POST /dogs/${rex.uuid}/ownedBy/users/${member.email}`);
      await ask(`POST /groups/${group.path}/users/${member.email}`);
      await ask(`POST /users/${member.uuid}/eats/${rex.uuid}`);
      assert.deepEqual(uuidsIn(await ask(`GET /dogs/${rex.uuid}/belongsto/groups/${group.path}/users`)), [
        member.uuid,
      ]);
      const own = await member.call(`GET /dogs/${rex.uuid}/ownedby/users/me/eats`);
      assert.deepEqual(uuidsIn(own), [rex.uuid]);
    });

    test('what is no connection is not one below another entity either', async () => {
      const [ann, ben] = [await user(), await user()];
      await ask(`POST /users/${ann.uuid}/knows/${ben.uuid}`);
      for (const name of ['permissions', 'rolenames']) {
        for (const path of [`users/${ann.uuid}/knows/${ben.uuid}/${name}`, `users/${ann.uuid}/${name}/x/y`]) {
          assert.equal((await asAdmin(`GET /${path}`)).status, 404, path);
          assert.equal((await asAdmin(`POST /${path}/${ben.uuid}`)).status, 404, path);
        }
      }
    });
  });

  describe('a path from many entities', () => {
    /** Three people of one kind who like five pets in all, one of them twice. */
    async function people() {
      const kind = `kind${unique().replace(/\W/g, '')}`;
      const folk: Entity[] = [];
      for (let age = 1; age <= 3; age += 1) {
        folk.push(await create('users', { username: `u-${unique()}`, fullname: `${kind} Smith`, age }));
      }
      const pets: Entity[] = [];
      for (let weight = 1; weight <= 5; weight += 1) pets.push(await create('pets', { kind, weight }));
      const likes = [
        [0, 0],
        [0, 1],
        [1, 2],
        [1, 0],
        [2, 3],
        [2, 4],
      ];
      for (const [who, what] of likes) await ask(`POST /users/${folk[who!].uuid}/likes/${pets[what!].uuid}`);
      return {
        kind,
        folk,
        pets,
        weights: (answer: Parameters<typeof uuidsIn>[0]) =>
          answer.body.entities.map(({ weight }: Entity) => weight),
      };
    }
    const matrix = (kind: string, more = ''): string =>
      encodeURIComponent(`ql=select * where fullname contains '${kind}'${more}`).replaceAll('%3D', '=');

    test('UD-147 what is connected to all that match a query is listed once each', async () => {
      const { kind, pets, weights } = await people();
      const all = await ask(`GET /users;${matrix(kind)};limit=1000/likes`);
      assert.deepEqual(weights(all), [5, 4, 1, 3, 2]);
      assert.equal(all.body.count, undefined);
      assert.equal(all.body.entities[0].metadata.path, `/pets/${pets[4].uuid}`);
      assert.deepEqual(weights(await ask(`GET /users;${matrix(kind, ' and age > 2')}/likes`)), [5, 4]);
      assert.deepEqual(
        weights(await ask(`GET /users;${matrix(kind, ' order by age')};limit=1/likes`)),
        [2, 1],
      );
      assert.deepEqual(weights(await ask(`GET /users;${matrix(kind)}/likes/pets`)), [5, 4, 1, 3, 2]);
      assert.deepEqual(weights(await ask(`GET /users;${matrix(kind)}/likes/cats`)), []);
      assert.deepEqual(weights(await ask(`GET /users;${matrix(`${kind}x`)}/likes`)), []);
    });

    test('UD-147 the last level is queried, ordered and paged without repeats', async () => {
      const { kind, weights } = await people();
      const path = `/users;${matrix(kind)}/likes`;
      assert.deepEqual(weights(await ask(`GET ${path}`, { query: { ql: 'weight > 2' } })), [5, 4, 3]);
      assert.deepEqual(
        weights(await ask(`GET ${path}`, { query: { ql: 'order by weight' } })),
        [1, 2, 3, 4, 5],
      );
      const seen: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await ask(`GET ${path}`, { query: { limit: 2, ...(cursor && { cursor }) } });
        seen.push(...weights(page));
        cursor = page.body.cursor;
      } while (cursor);
      assert.deepEqual(seen, [5, 4, 1, 3, 2]);
    });

    test('any level may be a query, by matrix parameters, all, or JSON', async () => {
      const { kind, folk, pets, weights } = await people();
      const foods = [await create('foods', { weight: 10 }), await create('foods', { weight: 20 })];
      for (const pet of [pets[0], pets[3]]) await ask(`POST /pets/${pet.uuid}/eats/${foods[0].uuid}`);
      await ask(`POST /pets/${pets[4].uuid}/eats/${foods[1].uuid}`);
      const json = encodeURIComponent(JSON.stringify({ ql: `fullname contains '${kind}'` }));
      const start = `users;${matrix(kind)}`;
      const expected: Record<string, number[]> = {
        [`${start}/likes/all/eats`]: [20, 10],
        [`users/${json}/likes/all/eats`]: [20, 10],
        [`${start}/likes;${matrix(kind).replace('fullname', 'kind')}/eats`]: [20, 10],
        [`${start}/likes;ql=weight<4/eats`]: [10],
        [`${start}/likes/pets;ql=weight=5/eats`]: [20],
        [`${start}/likes/pets/all/eats/foods`]: [20, 10],
        [`${start}/likes/all/eats/foods/${foods[1].name ?? foods[1].uuid}`]: [20],
        [`users/${folk[2].uuid}/likes/all/eats`]: [20, 10],
        [`users/${folk[0].uuid}/likes;limit=1/eats`]: [],
        [`users/${folk[1].uuid}/likes;limit=1/eats`]: [10],
        'foods/all/connecting/eats;ql=weight=5/eats': [20],
        'foods;ql=weight=20/connecting/eats': [5],
      };
      for (const [path, list] of Object.entries(expected)) {
        assert.deepEqual(weights(await ask(`GET /${path}`)), list, path);
      }
    });

    test('members of all groups that match are listed once each', async () => {
      const [ann, ben, kind] = [await user(), await user(), `kind-${unique()}`];
      for (let at = 0; at < 2; at += 1) {
        const group = await create('groups', { path: `g-${unique()}`, kind });
        for (const each of at ? [ann, ben] : [ann])
          await ask(`POST /groups/${group.uuid}/users/${each.uuid}`);
      }
      assert.deepEqual(uuidsIn(await ask(`GET /groups;ql=kind='${kind}'/users`)), [ben.uuid, ann.uuid]);
      const json = encodeURIComponent(JSON.stringify({ ql: `kind='${kind}'` }));
      assert.deepEqual(uuidsIn(await ask(`GET /groups/${json}/users`)), [ben.uuid, ann.uuid]);
      assert.equal(
        (await ask(`GET /users/${ann.uuid}/groups;ql=kind='${kind}'/users`)).body.entities.length,
        2,
      );
    });

    test('several entities are read, and never written', async () => {
      const { kind, pets } = await people();
      const other = await create('pets');
      for (const line of [
        `POST /users;${matrix(kind)}/likes/${other.uuid}`,
        `PUT /users;${matrix(kind)}/likes/${pets[0].uuid}`,
        `DELETE /users;${matrix(kind)}/likes/${pets[0].uuid}`,
        `DELETE /users/all/likes/${pets[0].uuid}`,
        `POST /users;${matrix(kind)}/likes/pets`,
        `POST /users/all/activities`,
        `PUT /users/all/activities/${pets[0].uuid}`,
        `DELETE /groups/all/users/${pets[0].uuid}`,
        `POST /users/all/roles`,
        `POST /users/all/devices/${pets[0].uuid}`,
        `DELETE /devices;limit=5/users/${pets[0].uuid}`,
      ]) {
        const answer = await asAdmin(
          line,
          line.startsWith('DELETE') ? {} : { json: { name: `n-${unique()}` } },
        );
        assert.equal(outcome(answer), '400 illegal_argument', line);
        const [method, path] = line.split(' ') as [string, string];
        const list = path.split('/')[path.includes('/all/') ? 3 : 2];
        const instead = `${method} /{collection}/{id}/${list}/… of each`;
        assert.ok(answer.body.error_description.endsWith(instead), answer.text);
      }
      assert.equal((await ask(`GET /pets/${pets[0].uuid}/connecting/likes`)).body.entities.length, 2);
    });

    test('members are not added or removed by a query', async () => {
      const [ann, group] = [await user(), await create('groups', { path: `g-${unique()}` })];
      await ask(`POST /groups/${group.uuid}/users/${ann.uuid}`);
      for (const method of ['POST', 'DELETE']) {
        for (const end of ['users/all', 'users;ql=age>1', `users/${ann.uuid}/groups/all`]) {
          const answer = await asAdmin(`${method} /groups/${group.uuid}/${end}`);
          assert.equal(outcome(answer), '400 illegal_argument', `${method} ${end}`);
          assert.match(answer.body.error_description, /one by one/);
        }
      }
      assert.deepEqual(uuidsIn(await ask(`GET /groups/${group.uuid}/users`)), [ann.uuid]);
    });

    test('queries in a path are few, and their faults are told', async () => {
      const { kind } = await people();
      const deep = `users;${matrix(kind)}${'/likes/all'.repeat(7)}/likes`;
      assert.equal(outcome(await asAdmin(`GET /${deep}`)), '400 illegal_argument');
      assert.equal(outcome(await asAdmin('GET /users;ql=age%20%3D/likes')), '400 query_parse');
      assert.equal((await asAdmin('GET /users;ql=%zz/likes')).status, 400);
      assert.equal(outcome(await asAdmin('GET /users/all/all/likes')), '400 illegal_argument');
    });
  });
});
