/** PUT with a query below an entity: what it leads to is changed, as in a collection. usergrid-data.md 1.4. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keepUsersToTheirOwn, outcome, requireSuccess } from '../support/application.ts';
import { unique } from '../support/organization.ts';
import { type ConnectionWorld, type Entity, onEachEngine, uuidsIn } from './connection-world.ts';

const isNone = '404 service_resource_not_found';
const statement = (text: string): string => encodeURIComponent(text);

onEachEngine((world) => {
  const create: ConnectionWorld['create'] = (...sent) => world().create(...sent);
  const user = (): Promise<Entity> => world().user();
  const ask: ConnectionWorld['ask'] = (...sent) => world().ask(...sent);
  const asAdmin: ConnectionWorld['app']['asAdmin'] = (...sent) => world().app.asAdmin(...sent);
  const listed = async (path: string): Promise<string[]> => uuidsIn(await ask(`GET /${path}`));

  /** Changed at each of these paths, and found so; nothing is made. */
  async function assertChanges(cases: readonly (readonly [path: string, expected: Entity[]])[]) {
    for (const [path, expected] of cases) {
      const mood = unique();
      const answer = await ask(`PUT /${path}`, { json: { mood } });
      assert.deepEqual(
        uuidsIn(answer),
        expected.map(({ uuid }) => uuid),
        path,
      );
      for (const entity of [
        ...answer.body.entities,
        ...(await Promise.all(expected.map((each) => world().read(each)))),
      ])
        assert.equal(entity.mood, mood, path);
    }
  }

  describe('connections', () => {
    /** Ann likes two dogs and a cat; a third dog is there too. */
    async function likes() {
      const ann = await user();
      const [rex, tom] = [await create('dogs', { size: 1 }), await create('dogs', { size: 2 })];
      const [cat, other] = [await create('cats', { size: 2 }), await create('dogs', { size: 2 })];
      for (const { uuid } of [rex, tom, cat]) await ask(`POST /users/${ann.uuid}/likes/${uuid}`);
      return { ann, rex, tom, cat, other, path: `users/${ann.uuid}/likes` };
    }

    test('UD-77 what matches is changed, of one type or of all, and nothing is made or connected', async () => {
      const { ann, rex, tom, cat, other, path } = await likes();
      const big = statement('size = 2');
      await assertChanges([
        [`${path}/dogs?ql=${big}`, [tom]],
        [`${path}/dogs;ql=${big}`, [tom]],
        [`${path}?ql=${big}`, [cat, tom]],
        [`${path}?ql=${big}&type=cat`, [cat]],
        [`${path}/dogs/all`, [tom, rex]],
        [`${path}/dogs?ql=`, [tom, rex]],
        [`${path}/dogs?limit=1`, [tom, rex]],
        [`${path}?${rex.uuid}`, [rex]],
        [
          `users/${ann.username}/connections/likes/any?ql=${statement('order by size, type')}`,
          [rex, cat, tom],
        ],
        [`users/${ann.username}/connections?connectionType=likes&ql=${big}`, [cat, tom]],
      ]);
      assert.deepEqual(await listed(path), [cat.uuid, tom.uuid, rex.uuid]);
      assert.equal((await world().read(other)).mood, undefined);
    });

    test('the answer has the path of the list, and each entity at it', async () => {
      const { ann, tom, path } = await likes();
      const { body } = await ask(`PUT /${path}/dogs?ql=size=2`, { json: { a: 1 } });
      assert.equal(body.path, `/users/${ann.uuid}/likes`);
      assert.equal(body.entities[0].metadata.path, `/users/${ann.uuid}/likes/${tom.uuid}`);
    });

    test('UD-78 where nothing matches it is 404, and nothing is made of the body', async () => {
      const { path } = await likes();
      const name = `n-${unique()}`;
      for (const end of ['dogs?ql=size=9', 'birds?ql=size=2', 'birds/all', 'dogs?ql=size=2&type=cat']) {
        assert.equal(outcome(await asAdmin(`PUT /${path}/${end}`, { json: { name } })), isNone, end);
      }
      for (const collection of ['dogs', 'birds'])
        assert.equal((await asAdmin(`GET /${collection}/${name}`)).status, 404);
    });

    test('more than a page is changed, whatever the limit', async () => {
      const ann = await user();
      const dogs = uuidsIn(
        await ask('POST /dogs', { json: Array.from({ length: 25 }, (_, at) => ({ at })) }),
      );
      for (const uuid of dogs) await ask(`POST /users/${ann.uuid}/walks/${uuid}`);
      const changed = await ask(`PUT /users/${ann.uuid}/walks?limit=3`, { json: { walked: true } });
      assert.deepEqual(uuidsIn(changed), dogs.toReversed());
      assert.equal((await listed(`users/${ann.uuid}/walks?ql=walked=true&limit=100`)).length, 25);
    });

    test('it takes one body and no If-Match, and analyzeOnly changes nothing', async () => {
      const { rex, path } = await likes();
      const list = `PUT /${path}/dogs?ql=size=1`;
      for (const options of [
        { json: [{ a: 1 }] },
        { json: { a: 1 }, headers: { 'if-match': '*' } },
        { json: { name: rex.uuid, uuid: 5, size: 'x'.repeat(5_000_000) } },
      ]) {
        assert.ok([400, 413].includes((await asAdmin(list, options)).status));
      }
      const { body } = await ask(`${list}&analyzeOnly=true`, { json: { a: 1 } });
      assert.deepEqual([body.action, body.entities], ['query analysis only', []]);
      assert.equal(outcome(await asAdmin(`PUT /${path}/dogs?ql=size%20==`, { json: {} })), '400 query_parse');
      assert.equal((await world().read(rex)).a, undefined);
    });

    test('without a verb, and from where they end, they are still only read', async () => {
      const { ann, rex, path } = await likes();
      for (const list of [
        `dogs/${rex.uuid}/connecting/likes?ql=select%20*`,
        `users/${ann.uuid}/connections?ql=select%20*`,
        `users/${ann.uuid}/followers/all`,
      ]) {
        assert.equal(
          outcome(await asAdmin(`PUT /${list}`, { json: { a: 1 } })),
          '400 illegal_argument',
          list,
        );
      }
      const several = await asAdmin('PUT /users/all/likes?ql=select%20*', { json: { a: 1 } });
      assert.equal(outcome(several), '400 illegal_argument');
      assert.deepEqual(uuidsIn(await ask(`PUT /${path}`, { json: { a: 1 } })), await listed(path));
      for (const entity of [ann, rex]) assert.equal((await world().read(entity)).a, undefined);
    });

    test('a longer path leads there too', async () => {
      const { ann, tom, path } = await likes();
      const ben = await user();
      await ask(`POST /users/${ben.uuid}/knows/${ann.uuid}`);
      await assertChanges([[`users/${ben.uuid}/knows/users/${ann.username}/likes/dogs?ql=size=2`, [tom]]]);
      assert.equal((await listed(path)).length, 3);
    });
  });

  describe('members', () => {
    test('UD-77 those that match are changed, from either end, and nobody is added', async () => {
      const [ann, ben, group] = [
        await user(),
        await user(),
        await create('groups', { path: `g-${unique()}` }),
      ];
      for (const { uuid } of [ann, ben]) await ask(`POST /groups/${group.uuid}/users/${uuid}`);
      await ask(`POST /users/${ann.uuid}/knows/${ben.uuid}`);
      const named = statement(`username = '${ann.username}'`);
      await assertChanges([
        [`groups/${group.path}/users?ql=${named}`, [ann]],
        [`groups/${group.path}/users;ql=${named}`, [ann]],
        [`groups/${group.uuid}/users/all`, [ben, ann]],
        [`group/${group.uuid}/user?ql=`, [ben, ann]],
        [`users/${ann.username}/groups?limit=1`, [group]],
        [`users/${ann.uuid}/knows/users/${ben.username}/groups/${group.path}/users?ql=${named}`, [ann]],
      ]);
      const sent = { json: { username: `u-${unique()}` } };
      const none = await asAdmin(`PUT /groups/${group.path}/users?ql=username='nobody'`, sent);
      assert.equal(outcome(none), isNone);
      assert.deepEqual(await listed(`groups/${group.path}/users`), [ben.uuid, ann.uuid]);
    });

    test('without a query one is made, as before', async () => {
      const group = await create('groups', { path: `g-${unique()}` });
      const [made] = uuidsIn(
        await ask(`PUT /groups/${group.path}/users`, { json: { username: `u-${unique()}` } }),
      );
      assert.deepEqual(await listed(`groups/${group.path}/users`), [made]);
    });
  });

  describe('devices', () => {
    test('UD-77 those of the user that match are changed, and none is registered', async () => {
      const [ann, ben] = [await user(), await user()];
      await ask(`POST /users/${ben.uuid}/knows/${ann.uuid}`);
      const register = async (of: Entity, model: string): Promise<Entity> =>
        (await ask(`POST /users/${of.uuid}/devices`, { json: { model } })).body.entities[0];
      const [old, fresh, other] = [
        await register(ann, 'old'),
        await register(ann, 'new'),
        await register(ben, 'old'),
      ];
      const below = `users/${ben.uuid}/knows/users/${ann.username}/devices`;
      await assertChanges([
        [`users/${ann.uuid}/devices?ql=model='old'`, [old]],
        [`users/${ann.uuid}/devices/all`, [fresh, old]],
        [`users/${ann.uuid}/devices;ql=model='new'`, [fresh]],
        [`${below}?ql=model='old'`, [old]],
        [`${below}/all`, [fresh, old]],
      ]);
      const sent = { json: { name: `n-${unique()}` } };
      assert.equal(outcome(await asAdmin(`PUT /users/${ann.uuid}/devices?ql=model='x'`, sent)), isNone);
      assert.deepEqual(await listed(`users/${ann.uuid}/devices`), [fresh.uuid, old.uuid]);
      assert.equal((await world().read(other)).mood, undefined);
      assert.equal((await ask(`PUT /users/${ann.uuid}/devices`, sent)).body.entities.length, 1);
      assert.equal((await listed(`users/${ann.uuid}/devices`)).length, 3);
    });
  });

  describe('what it takes', () => {
    test('the right to read and change each of them, before any is changed', async () => {
      const { app } = world();
      await keepUsersToTheirOwn(app);
      const [ann, mine, secret] = [await app.newUser(), await create('notes'), await create('notes')];
      for (const { uuid } of [mine, secret]) await ask(`POST /users/${ann.uuid}/keeps/${uuid}`);
      const grant = (permission: string) =>
        ask(`POST /users/${ann.uuid}/permissions`, { json: { permission } });
      const change = () => ann.call('PUT /users/me/keeps?ql=select%20*', { json: { by: ann.username } });
      assert.equal(outcome(await change()), '401 unauthorized');
      await grant(`get,put:/notes/${mine.uuid}`);
      assert.equal(outcome(await change()), '401 unauthorized');
      for (const note of [mine, secret]) assert.equal((await world().read(note)).by, undefined);
      await grant(`put:/notes/${secret.uuid}`);
      assert.equal(outcome(await change()), '401 unauthorized');
      await grant(`get:/notes/${secret.uuid}`);
      assert.deepEqual(uuidsIn(requireSuccess(await change())), [secret.uuid, mine.uuid]);
    });

    test('the right to read the list', async () => {
      const { app } = world();
      await keepUsersToTheirOwn(app);
      const [ann, ben] = [await app.newUser(), await app.newUser()];
      await ask(`POST /users/${ben.uuid}/devices`, { json: { model: 'x' } });
      await ask(`POST /users/${ann.uuid}/knows/${ben.uuid}`);
      const grant = (permission: string) =>
        ask(`POST /users/${ann.uuid}/permissions`, { json: { permission } });
      const json = { model: 'y' };
      const ways = [`/users/${ben.username}/devices`, `/users/me/knows/users/${ben.username}/devices`];
      await grant(`put:/users/${ben.uuid}/devices`);
      for (const end of ['?limit=1', '/all', ';ql=*']) {
        for (const way of ways)
          assert.equal(outcome(await ann.call(`PUT ${way}${end}`, { json })), '401 unauthorized', way + end);
      }
      await grant(`get:/users/${ben.uuid}/devices`);
      for (const way of ways) requireSuccess(await ann.call(`PUT ${way}?limit=1`, { json }));
    });

    test('being among the members changes none of them', async () => {
      const { app } = world();
      await keepUsersToTheirOwn(app);
      const [ann, ben, group] = [
        await app.newUser(),
        await app.newUser(),
        await create('groups', { path: `g-${unique()}` }),
      ];
      for (const { uuid } of [ann, ben]) await ask(`POST /groups/${group.uuid}/users/${uuid}`);
      const permission = `get,put,post:/groups/${group.uuid}/**`;
      await ask(`POST /users/${ann.uuid}/permissions`, { json: { permission } });
      const json = { email: `${unique()}@example.test` };
      const all = await ann.call(`PUT /groups/${group.path}/users/all`, { json });
      assert.equal(outcome(all), '401 unauthorized');
      const self = `PUT /groups/${group.path}/users?ql=username='${ann.username}'`;
      assert.deepEqual(uuidsIn(requireSuccess(await ann.call(self, { json }))), [ann.uuid]);
      assert.equal((await ask(`GET /users/${ben.uuid}`)).body.entities[0].email, ben.email);
    });
  });
});
