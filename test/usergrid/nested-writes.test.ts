/** Activities and devices at the end of longer paths: written as below their user. usergrid-data.md 0.1, 4.3 and 8.1. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { keepUsersToTheirOwn, outcome, requireSuccess } from '../support/application.ts';
import { unique } from '../support/organization.ts';
import { type ConnectionWorld, type Entity, onEachEngine, uuidsIn } from './connection-world.ts';

onEachEngine((world) => {
  const create: ConnectionWorld['create'] = (...sent) => world().create(...sent);
  const user = (): Promise<Entity> => world().user();
  const ask: ConnectionWorld['ask'] = (...sent) => world().ask(...sent);
  const asAdmin: ConnectionWorld['app']['asAdmin'] = (...sent) => world().app.asAdmin(...sent);
  const listed = async (path: string): Promise<string[]> => uuidsIn(await ask(`GET /${path}`));
  const follow = (follower: Entity, followed: Entity) =>
    ask(`POST /users/${follower.uuid}/following/users/${followed.uuid}`);
  const json = { verb: 'post', content: 'hello' };

  /** Ann knows Ben, whom Cid follows. */
  async function people() {
    const [ann, ben, cid] = [await user(), await user(), await user()];
    await ask(`POST /users/${ann.uuid}/knows/${ben.uuid}`);
    await follow(cid, ben);
    return { ann, ben, cid, below: `users/${ann.uuid}/knows/users/${ben.username}` };
  }

  /** A group, whose path has a slash, of Ann, Ben, and Cid who follows Ben. */
  async function members() {
    const folk = await people();
    const group = await create('groups', { path: `g-${unique()}/inner` });
    for (const { uuid } of [folk.ann, folk.ben, folk.cid])
      await ask(`POST /groups/${group.uuid}/users/${uuid}`);
    return { ...folk, group };
  }

  describe('activities', () => {
    test('UD-106 UD-111 one that is published through a connection is its user’s', async () => {
      const { ann, ben, cid, below } = await people();
      const answer = await ask(`POST /${below}/activities`, { json });
      const [activity] = answer.body.entities;
      assert.equal(activity.actor.uuid, ben.uuid);
      assert.equal(answer.body.path, `/users/${ann.uuid}/knows/${ben.uuid}/activities`);
      assert.equal(activity.metadata.path, `${answer.body.path}/${activity.uuid}`);
      for (const list of [
        `users/${ben.uuid}/activities`,
        `users/${ben.uuid}/feed`,
        `users/${cid.uuid}/feed`,
        `${below}/activities`,
      ]) {
        assert.deepEqual(await listed(list), [activity.uuid], list);
      }
      assert.deepEqual(await listed(`users/${ann.uuid}/feed`), []);
      const [put] = uuidsIn(await ask(`PUT /${below}/connections/activities`, { json }));
      const batch = uuidsIn(await ask(`POST /${below}/activity`, { json: [json, {}, json] }));
      assert.equal(batch.length, 2);
      assert.deepEqual(await listed(`users/${cid.uuid}/feed`), [...batch.toReversed(), put, activity.uuid]);
    });

    test('UD-109 UD-110 one of a group comes into its feed and those of its members', async () => {
      const { ann, cid, group } = await members();
      for (const start of [
        `users/${ann.uuid}/groups/${group.path}`,
        `users/${ann.uuid}/groups/${group.uuid}`,
      ]) {
        assert.equal(
          outcome(await asAdmin(`POST /${start}/activities`, { json })),
          '400 required_property_not_found',
        );
        const actor = { displayName: 'x' };
        const [uuid] = uuidsIn(await ask(`POST /${start}/activities`, { json: { ...json, actor } }));
        for (const feed of [
          `groups/${group.path}/feed`,
          `users/${ann.uuid}/feed`,
          `users/${cid.uuid}/feed`,
        ]) {
          assert.equal((await listed(feed))[0], uuid, feed);
        }
      }
    });

    test('one of a member of a group reaches the members who follow, by any path through the group', async () => {
      const { ann, ben, cid, group } = await members();
      const outside = await user();
      await follow(outside, ben);
      for (const start of [
        `users/${ann.uuid}/groups/${group.path}/users/${ben.username}`,
        `groups/${group.path}/users/${ben.uuid}`,
      ]) {
        const [activity] = (await ask(`POST /${start}/activities`, { json })).body.entities;
        assert.equal(activity.actor.uuid, ben.uuid);
        for (const { uuid } of [ben, cid])
          assert.equal((await listed(`users/${uuid}/feed`))[0], activity.uuid);
      }
      for (const { uuid } of [ann, outside]) assert.deepEqual(await listed(`users/${uuid}/feed`), []);
    });

    test('one is published again, changed, put under a uuid, and taken out', async () => {
      const { ben, cid, below } = await people();
      const [made] = (await ask('POST /activities', { json: { ...json, actor: { uuid: ben.uuid } } })).body
        .entities;
      await ask(`POST /${below}/activities/${made.uuid}`);
      assert.deepEqual(await listed(`users/${cid.uuid}/feed`), [made.uuid]);
      const patch = { json: { mood: 'fine' } };
      assert.equal((await ask(`PUT /${below}/activities/${made.uuid}`, patch)).body.entities[0].mood, 'fine');
      const uuid = randomUUID();
      assert.deepEqual(uuidsIn(await ask(`PUT /${below}/activities/${uuid}`, { json })), [uuid]);
      assert.deepEqual(await listed(`users/${ben.uuid}/activities`), [uuid, made.uuid]);
      assert.deepEqual(uuidsIn(await ask(`DELETE /${below}/feed/${uuid}`)), [uuid]);
      assert.deepEqual(await listed(`users/${ben.uuid}/feed`), [made.uuid]);
      assert.deepEqual(uuidsIn(await ask(`DELETE /${below}/activities/${uuid}`)), [uuid]);
      assert.deepEqual(await listed(`users/${ben.uuid}/activities`), [made.uuid]);
      assert.deepEqual(uuidsIn(await ask(`GET /activities/${uuid}`)), [uuid]);
      const strange = await ask('POST /activities', { json: { ...json, actor: { displayName: 'x' } } });
      for (const line of [
        `PUT /${below}/activities/${uuidsIn(strange)[0]}`,
        `PUT /${below}/activities/${ben.uuid}`,
        `PUT /${below}/activities/name`,
        `POST /${below}/activities/${randomUUID()}`,
        `DELETE /${below}/activities/${uuid}`,
      ]) {
        const answer = await asAdmin(line, line.startsWith('DELETE') ? {} : { json });
        assert.equal(outcome(answer), '404 service_resource_not_found', line);
      }
    });

    test('a PUT with a query changes what matches, and publishes nothing', async () => {
      const { ben, below } = await people();
      const verbs = ['go', 'stay', 'go'];
      const made = uuidsIn(
        await ask(`POST /${below}/activities`, { json: verbs.map((verb) => ({ verb })) }),
      ).toReversed();
      const [third, second, first] = made;
      const patch = (mood: string) => ({ json: { mood } });
      for (const [path, expected] of [
        [`${below}/activities?ql=verb='go'`, [third, first]],
        [`${below}/activities;ql=verb='stay'`, [second]],
        [`${below}/activities/all`, made],
        [`users/${ben.uuid}/activities/all`, made],
        [`users/${ben.uuid}/activities;ql=verb='stay'`, [second]],
        [`${below}/activities?ql=`, made],
      ] as const) {
        const mood = unique();
        const changed = await ask(`PUT /${path}`, patch(mood));
        assert.deepEqual(uuidsIn(changed), expected, path);
        for (const entity of changed.body.entities) assert.equal(entity.mood, mood);
      }
      assert.deepEqual(await listed(`users/${ben.uuid}/activities`), made);
      const none = await asAdmin(`PUT /${below}/activities?ql=verb='run'`, patch('x'));
      assert.equal(outcome(none), '404 service_resource_not_found');
    });

    test('with an Idempotency-Key one is published once', async () => {
      const { ben, below } = await people();
      const headers = { 'idempotency-key': unique() };
      const first = await ask(`POST /${below}/activities`, { json, headers });
      const again = await ask(`POST /${below}/activities`, { json, headers });
      assert.equal(again.headers['idempotency-replayed'], 'true');
      assert.deepEqual(uuidsIn(again), uuidsIn(first));
      assert.deepEqual(await listed(`users/${ben.uuid}/activities`), uuidsIn(first));
    });

    test('feeds are not posted to, nor lists deleted: the answer says what to do instead', async () => {
      const { ben, below } = await people();
      const [uuid] = uuidsIn(await ask(`POST /${below}/activities`, { json }));
      for (const [line, instead] of [
        [`POST /${below}/feed`, /POST …\/activities/],
        [`PUT /${below}/feed/${uuid}`, /POST …\/activities/],
        [`DELETE /${below}/feed`, /DELETE …\/feed\/\{uuid\}/],
        [`DELETE /${below}/activities`, /DELETE …\/activities\/\{uuid\}/],
        [`DELETE /users/${ben.uuid}/activities/all`, /DELETE …\/activities\/\{uuid\}/],
      ] as const) {
        const answer = await asAdmin(line, line.startsWith('DELETE') ? {} : { json });
        assert.equal(outcome(answer), '405 not_allowed', line);
        assert.match(answer.body.error_description, instead);
      }
      for (const list of ['activities', 'feed'])
        assert.deepEqual(await listed(`users/${ben.uuid}/${list}`), [uuid]);
    });
  });

  describe('devices', () => {
    test('UD-134 UD-135 they are made, linked, changed and unlinked through a connection', async () => {
      const { ann, ben, below } = await people();
      const name = `phone-${unique()}`;
      const answer = await ask(`POST /${below}/devices`, { json: { name } });
      assert.equal(answer.body.path, `/users/${ann.uuid}/knows/${ben.uuid}/devices`);
      const [device] = uuidsIn(answer) as [string];
      assert.deepEqual(await listed(`users/${ben.uuid}/devices`), [device]);
      await ask(`POST /users/${ann.uuid}/devices/${device}`);
      assert.deepEqual(await listed(`users/${ben.uuid}/devices`), []);
      assert.deepEqual(uuidsIn(await ask(`POST /${below}/devices/${name}`)), [device]);
      assert.deepEqual(await listed(`users/${ann.uuid}/devices`), []);
      const changed = await ask(`PUT /${below}/devices/${device}`, { json: { model: 'new' } });
      assert.equal(changed.body.entities[0].model, 'new');
      const uuid = randomUUID();
      await ask(`PUT /${below}/devices/${uuid}`, { json: { model: 'x' } });
      assert.deepEqual(await listed(`users/${ben.uuid}/devices`), [uuid, device]);
      assert.deepEqual(uuidsIn(await ask(`DELETE /${below}/devices/${device}`)), [device]);
      assert.deepEqual(await listed(`users/${ben.uuid}/devices`), [uuid]);
      const again = await asAdmin(`DELETE /${below}/devices/${device}`);
      assert.equal(outcome(again), '404 service_resource_not_found');
    });

    test('UD-135 they change hands from their own end', async () => {
      const { ann, ben } = await people();
      const [device] = uuidsIn(await ask(`POST /users/${ann.uuid}/devices`, { json: { name: unique() } }));
      const users = `users/${ann.uuid}/devices/${device}/users`;
      assert.deepEqual(uuidsIn(await ask(`POST /${users}/${ben.username}`)), [ben.uuid]);
      assert.deepEqual(await listed(`users/${ben.uuid}/devices`), [device]);
      assert.deepEqual(await listed(`users/${ann.uuid}/devices`), []);
      const back = `users/${ben.uuid}/devices/${device}/users/${ben.uuid}`;
      assert.deepEqual(uuidsIn(await ask(`DELETE /${back}`)), [ben.uuid]);
      assert.deepEqual(await listed(`devices/${device}/users`), []);
    });

    test('what has no meaning for them says what to do instead, and changes nothing', async () => {
      const { ben, below } = await people();
      const [device] = uuidsIn(await ask(`POST /${below}/devices`, { json: { name: unique() } }));
      for (const [line, instead] of [
        [`DELETE /${below}/devices`, /DELETE …\/devices\/\{device\}/],
        [`DELETE /users/${ben.uuid}/devices/all`, /DELETE …\/devices\/\{device\}/],
        [`POST /${below}/devices/${device}/users`, /POST …\/users\/\{user\}/],
        [`PUT /${below}/devices/${device}/users/${ben.uuid}`, /POST …\/users\/\{user\}/],
      ] as const) {
        const answer = await asAdmin(line, line.startsWith('DELETE') ? {} : { json: { name: unique() } });
        assert.equal(outcome(answer), '405 not_allowed', line);
        assert.match(answer.body.error_description, instead);
      }
      assert.deepEqual(await listed(`users/${ben.uuid}/devices`), [device]);
    });
  });

  test('a path to a user opens nothing that is the user’s: it takes the right to that', async () => {
    const { app } = world();
    await keepUsersToTheirOwn(app);
    const [ann, ben] = [await app.newUser(), await app.newUser()];
    for (const { uuid } of [ann, ben]) {
      for (const other of [ann, ben]) await ask(`POST /users/${uuid}/knows/${other.uuid}`);
    }
    const [activity] = uuidsIn(await ask(`POST /users/${ben.uuid}/activities`, { json }));
    const [device] = uuidsIn(await ask(`POST /users/${ben.uuid}/devices`, { json: { name: unique() } }));
    const calls = (below: string): string[] => [
      `POST /${below}/activities`,
      `PUT /${below}/activities/${activity}`,
      `PUT /${below}/activities/all`,
      `PUT /${below}/activities?ql=select%20*`,
      `DELETE /${below}/feed/${activity}`,
      `POST /${below}/devices`,
      `PUT /${below}/devices/${device}`,
      `DELETE /${below}/devices/${device}`,
    ];
    const send = (by: typeof ann, line: string) => by.call(line, line.startsWith('DELETE') ? {} : { json });
    for (const line of calls(`users/me/knows/users/${ben.username}`)) {
      assert.equal(outcome(await send(ann, line)), '401 unauthorized', line);
    }
    for (const line of calls(`users/me/knows/users/${ben.username}`)) requireSuccess(await send(ben, line));
    assert.equal((await ask(`GET /activities/${activity}`)).body.entities[0].content, 'hello');
  });
});
