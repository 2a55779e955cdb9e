/** Conditions on the end of a connection, of a membership, and of a device's link. RFC 9110 §13.1. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepUsersToTheirOwn, outcome, requireSuccess } from '../support/application.ts';
import type { Answer } from '../support/http.ts';
import { unique } from '../support/organization.ts';
import { type ConnectionWorld, type Entity, onEachEngine, uuidsIn } from './connection-world.ts';

const failed = '412 precondition_failed';
const tagOf = ({ headers }: Answer): string => headers.etag ?? assert.fail('no ETag');
const headersOf = (tag: string) => ({ headers: { 'if-match': tag } });

onEachEngine((world) => {
  const create: ConnectionWorld['create'] = (...sent) => world().create(...sent);
  const user = (): Promise<Entity> => world().user();
  const ask: ConnectionWorld['ask'] = (...sent) => world().ask(...sent);
  const asAdmin: ConnectionWorld['app']['asAdmin'] = (...sent) => world().app.asAdmin(...sent);
  const listed = async (path: string): Promise<string[]> => uuidsIn(await ask(`GET ${path}`));

  /** Only with the tag of the version that is there is it unlinked, and what is unlinked is not changed by it. */
  async function assertUnlinkedByTag(list: string, reference: string, { type, uuid }: Entity) {
    const [link, itself] = [`${list}/${reference}`, `/${type}s/${uuid}`];
    const early = tagOf(await ask(`GET ${link}`));
    await ask(`PUT ${itself}`, { json: { title: unique() } });
    for (const headers of [
      { 'if-match': early },
      { 'if-match': '"none"' },
      { 'if-none-match': '*' },
    ] as Record<string, string>[]) {
      assert.equal(outcome(await asAdmin(`DELETE ${link}`, { headers })), failed, link);
    }
    assert.deepEqual(await listed(list), [uuid], list);
    const tag = tagOf(await ask(`GET ${link}`));
    assert.deepEqual(uuidsIn(await ask(`DELETE ${link}`, headersOf(`"x", W/${tag}`))), [uuid]);
    assert.deepEqual(await listed(list), []);
    await ask(`PUT ${itself}`, { ...headersOf(tag), json: { title: unique() } });
  }

  test('a connection is ended only as what the request says is connected, by any form of the path', async () => {
    const [ann, ben] = [await user(), await user()];
    await ask(`POST /users/${ben.uuid}/knows/${ann.uuid}`);
    for (const start of [`/users/${ann.uuid}`, `/users/${ben.uuid}/knows/users/${ann.username}`]) {
      const rex = await create('dogs');
      for (const reference of [rex.uuid, `dogs/${rex.name}`]) {
        await ask(`POST ${start}/likes/${rex.uuid}`);
        await assertUnlinkedByTag(`${start}/likes`, reference, rex);
      }
    }
  });

  test('whom one follows is a connection too', async () => {
    const [ann, ben] = [await user(), await user()];
    await ask(`POST /users/${ann.uuid}/following/${ben.uuid}`);
    await assertUnlinkedByTag(`/users/${ann.uuid}/following`, `users/${ben.username}`, ben);
  });

  test('a membership is ended under the same conditions, from either end', async () => {
    const [ann, group] = [await user(), await create('groups', { path: `g-${unique()}` })];
    const role = await create('roles', { name: `r-${unique()}` });
    await ask(`POST /users/${ann.uuid}/knows/${ann.uuid}`);
    for (const [list, member] of [
      [`/groups/${group.path}/users`, ann],
      [`/users/${ann.username}/groups`, group],
      [`/users/${ann.username}/roles`, role],
      [`/groups/${group.uuid}/roles`, role],
      [`/users/${ann.uuid}/knows/users/${ann.username}/groups`, group],
    ] as const) {
      await ask(`POST ${list}/${member.uuid}`);
      await assertUnlinkedByTag(list, member.uuid, member);
    }
  });

  test('members, devices and what is connected are linked only as the request says, too', async () => {
    const [ann, group, device] = [
      await user(),
      await create('groups', { path: `g-${unique()}` }),
      await create('devices'),
    ];
    const dog = await create('dogs');
    for (const [list, end] of [
      [`/groups/${group.path}/users`, ann],
      [`/users/${ann.username}/devices`, device],
      [`/devices/${device.uuid}/users`, ann],
      [`/users/${ann.uuid}/likes`, dog],
    ] as const) {
      const [method, link] = [list.endsWith('likes') ? 'PUT' : 'POST', `${list}/${end.uuid}`];
      const refused = await asAdmin(`${method} ${link}`, { headers: { 'if-match': '"none"' } });
      assert.equal(outcome(refused), failed, link);
      assert.deepEqual(await listed(list), [], list);
      const tag = tagOf(await ask(`GET /${end.type}s/${end.uuid}`));
      assert.deepEqual(uuidsIn(await ask(`${method} ${link}`, headersOf(tag))), [end.uuid]);
      await ask(`DELETE ${link}`);
    }
  });

  test('a device is unlinked under the same conditions, from either end', async () => {
    const [ann, device] = [await user(), await create('devices')];
    await ask(`POST /users/${ann.uuid}/knows/${ann.uuid}`);
    for (const [list, reference, end] of [
      [`/users/${ann.username}/devices`, device.uuid, device],
      [`/devices/${device.name}/users`, ann.username, ann],
      [`/users/${ann.uuid}/devices`, device.name, device],
      [`/users/${ann.uuid}/knows/users/${ann.uuid}/devices`, device.uuid, device],
    ] as const) {
      await ask(`POST /users/${ann.uuid}/devices/${device.uuid}`);
      await assertUnlinkedByTag(list, reference, end);
    }
  });

  test('a PUT that only connects does so under the condition that it has', async () => {
    const [ann, rex] = [await user(), await create('dogs')];
    const link = `PUT /users/${ann.uuid}/likes/${rex.uuid}`;
    const tag = tagOf(await ask(`GET /dogs/${rex.uuid}`));
    assert.equal(outcome(await asAdmin(link, headersOf('"none"'))), failed);
    assert.deepEqual(await listed(`/users/${ann.uuid}/likes`), []);
    await ask(link, headersOf(tag));
    assert.deepEqual(await listed(`/users/${ann.uuid}/likes`), [rex.uuid]);
  });

  test('what is not linked is answered as without a condition, and its version is told to readers alone', async () => {
    const { app } = world();
    const [ann, rex, group] = [
      await user(),
      await create('dogs'),
      await create('groups', { path: unique() }),
    ];
    const never = headersOf('"none"');
    assert.equal(outcome(await asAdmin(`DELETE /users/${ann.uuid}/likes/${rex.uuid}`, never)), failed);
    for (const path of [`/groups/${group.path}/users/${ann.uuid}`, `/users/${ann.uuid}/likes/dogs/nobody`]) {
      assert.equal(outcome(await asAdmin(`DELETE ${path}`, never)), '404 service_resource_not_found', path);
    }
    const device = await create('devices');
    const unlinked = await asAdmin(`DELETE /users/${ann.uuid}/devices/${device.uuid}`, never);
    assert.equal(outcome(unlinked), '404 service_resource_not_found');
    await keepUsersToTheirOwn(app);
    const caller = await app.newUser();
    const tag = tagOf(await ask(`GET /dogs/${rex.uuid}`));
    for (const guess of [tag, '"none"']) {
      const answer = await caller.call(`DELETE /users/me/likes/${rex.uuid}`, headersOf(guess));
      assert.equal(outcome(answer), '401 unauthorized');
    }
    await ask(`POST /users/${caller.uuid}/likes/${rex.uuid}`);
    const remove = (guess: string) => caller.call(`DELETE /users/me/likes/${rex.uuid}`, headersOf(guess));
    assert.equal(outcome(await remove('"none"')), failed);
    requireSuccess(await remove(tag));
  });
});
