/** Devices of users. usergrid-data.md 8.1. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type ApplicationAccess,
  type ApplicationUser,
  accessTo,
  keepUsersToTheirOwn,
  outcome,
  requireSuccess,
} from '../support/application.ts';
import type { Answer } from '../support/http.ts';
import { unique } from '../support/organization.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';

let server: RunningServer;
let app: ApplicationAccess;

before(async () => {
  server = await startServer();
  app = accessTo(server, await createTenant(server));
  await keepUsersToTheirOwn(app);
});
after(async () => {
  await server?.stop();
});

const uuidsOf = ({ body }: Answer): string[] => body.entities.map(({ uuid }: { uuid: string }) => uuid);
const devicesOf = async ({ username }: ApplicationUser): Promise<string[]> =>
  uuidsOf(requireSuccess(await app.asAdmin(`GET /users/${username}/devices`)));

async function registered(user: ApplicationUser, json: object = {}): Promise<string> {
  return uuidsOf(requireSuccess(await user.call('POST /users/me/devices', { json })))[0]!;
}

test('UD-134 a device made at /users/me/devices is its user’s, and nobody’s below another user', async () => {
  const [owner, other] = [await app.newUser(), await app.newUser()];
  const name = `phone-${unique()}`;
  const made = requireSuccess(await owner.call('POST /users/me/devices', { json: { name, model: 'x' } }));
  const [device] = uuidsOf(made);
  assert.equal(made.body.path, `/users/${owner.uuid}/devices`);
  assert.equal(made.body.entities[0].type, 'device');
  assert.equal(made.body.entities[0].metadata.path, `/users/${owner.uuid}/devices/${device}`);
  for (const reference of [name, device]) {
    requireSuccess(await owner.call(`GET /users/me/devices/${reference}`));
    assert.equal(
      outcome(await other.call(`GET /users/me/devices/${reference}`)),
      '404 service_resource_not_found',
    );
    requireSuccess(await app.asAdmin(`GET /devices/${reference}`));
  }
  assert.deepEqual(uuidsOf(await owner.call('GET /users/me/devices')), [device]);
  assert.deepEqual(uuidsOf(await other.call('GET /users/me/devices')), []);
});

test('UD-135 linking a device to a second user takes it from the first', async () => {
  const [first, second] = [await app.newUser(), await app.newUser()];
  const device = await registered(first);
  requireSuccess(await second.call(`POST /users/me/devices/${device}`));
  assert.deepEqual(await devicesOf(first), []);
  assert.deepEqual(await devicesOf(second), [device]);
  const owners = requireSuccess(await app.asAdmin(`GET /devices/${device}/users`));
  assert.deepEqual(uuidsOf(owners), [second.uuid]);
  assert.equal(owners.body.path, `/devices/${device}/users`);
});

test('UD-135 linked by many users at once, a device is one user’s', async () => {
  const users = await Promise.all(Array.from({ length: 6 }, () => app.newUser()));
  const device = await registered(users[0]!);
  await Promise.all(users.map(({ call }) => call(`POST /users/me/devices/${device}`)));
  assert.equal((await Promise.all(users.map(devicesOf))).flat().length, 1);
  assert.equal(uuidsOf(await app.asAdmin(`GET /devices/${device}/users`)).length, 1);
});

test('a PUT registers a device under the uuid that the app chose, and links it', async () => {
  const [owner, other] = [await app.newUser(), await app.newUser()];
  const uuid = `b7a1f3c0-1111-4222-8333-${Date.now().toString().padStart(12, '0').slice(-12)}`;
  const path = `PUT /users/me/devices/${uuid}`;
  assert.deepEqual(uuidsOf(requireSuccess(await owner.call(path, { json: { model: 'a' } }))), [uuid]);
  const changed = requireSuccess(await owner.call(path, { json: { color: 'red' } }));
  assert.deepEqual([changed.body.entities[0].model, changed.body.entities[0].color], ['a', 'red']);
  assert.deepEqual(await devicesOf(owner), [uuid]);
  assert.equal(outcome(await other.call(path, { json: { color: 'stolen' } })), '401 unauthorized');
  requireSuccess(await other.call(`POST /users/me/devices/${uuid}`));
  requireSuccess(await other.call(path, { json: { color: 'blue' } }));
  assert.deepEqual(await devicesOf(owner), []);
});

test('a device is unlinked from either end, and survives it', async () => {
  const owner = await app.newUser();
  const device = await registered(owner);
  requireSuccess(await owner.call(`DELETE /users/me/devices/${device}`));
  assert.equal(
    outcome(await owner.call(`DELETE /users/me/devices/${device}`)),
    '404 service_resource_not_found',
  );
  requireSuccess(await app.asAdmin(`POST /device/${device}/user/${owner.username}`));
  assert.deepEqual(await devicesOf(owner), [device]);
  requireSuccess(await app.asAdmin(`GET /devices/${device}/users/${owner.uuid}`));
  requireSuccess(await app.asAdmin(`DELETE /devices/${device}/users/${owner.uuid}`));
  assert.equal(
    outcome(await app.asAdmin(`GET /devices/${device}/users/${owner.uuid}`)),
    '404 service_resource_not_found',
  );
  requireSuccess(await app.asAdmin(`GET /devices/${device}`));
});

test('devices of a user are listed last linked first, in pages, and by a statement', async () => {
  const owner = await app.newUser();
  const json = Array.from({ length: 12 }, (_, at) => ({ model: `m${at}` }));
  const made = uuidsOf(requireSuccess(await owner.call('POST /users/me/devices', { json })));
  const first = requireSuccess(await owner.call('GET /users/me/devices'));
  const next = requireSuccess(await owner.call(`GET /users/me/devices?cursor=${first.body.cursor}`));
  assert.deepEqual([uuidsOf(first).length, uuidsOf(next).length], [10, 2]);
  assert.deepEqual([...uuidsOf(first), ...uuidsOf(next)].toSorted(), made.toSorted());
  const ql = encodeURIComponent("model = 'm3'");
  assert.deepEqual(uuidsOf(await owner.call(`GET /users/me/devices?ql=${ql}`)), [made[3]]);
});

test('the right to one’s own devices is none to those of others', async () => {
  const [owner, other] = [await app.newUser(), await app.newUser()];
  const device = await registered(owner);
  for (const call of [
    `GET /users/${owner.username}/devices`,
    `GET /users/${owner.uuid}/devices/${device}`,
    `DELETE /users/${owner.uuid}/devices/${device}`,
    `POST /users/${owner.uuid}/devices`,
    `GET /devices/${device}`,
    `GET /devices/${device}/users`,
    `POST /devices/${device}/users/me`,
  ]) {
    assert.equal(outcome(await other.call(call, { json: {} })), '401 unauthorized', call);
  }
  assert.deepEqual(await devicesOf(owner), [device]);
});

test('a device of which only the name is known is not taken', async () => {
  const [owner, other] = [await app.newUser(), await app.newUser()];
  const name = `phone-${unique()}`;
  const device = await registered(owner, { name });
  assert.equal(outcome(await other.call(`POST /users/me/devices/${name}`)), '401 unauthorized');
  requireSuccess(await owner.call(`POST /users/me/devices/${name}`));
  assert.deepEqual(await devicesOf(owner), [device]);
});

test('a device that is deleted is nobody’s', async () => {
  const owner = await app.newUser();
  const device = await registered(owner);
  requireSuccess(await app.asAdmin(`DELETE /devices/${device}`));
  assert.deepEqual(await devicesOf(owner), []);
  assert.equal(outcome(await owner.call(`POST /users/me/devices/${device}`)), '404 entity_not_found');
});

test('a link to a device gives no rights and is no connection', async () => {
  const owner = await app.newUser();
  const device = await registered(owner);
  for (const path of [`/users/${owner.uuid}`, `/devices/${device}`]) {
    const { metadata } = requireSuccess(await app.asAdmin(`GET ${path}`)).body.entities[0];
    assert.equal(metadata.connections, undefined);
    assert.equal(metadata.connecting, undefined);
  }
});
