/** Roles, permissions of holders, and who has which role. usergrid-auth.md 7.3 to 7.5. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ApplicationAccess, accessTo, outcome, requireSuccess } from '../support/application.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let app: ApplicationAccess;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  app = accessTo(server, tenant);
});
after(async () => {
  await server?.stop();
});

const namesOf = (entities: { name: string }[]) => entities.map(({ name }) => name).sort();

async function newRole(name: string): Promise<string> {
  return requireSuccess(await app.asAdmin('POST /roles', { json: { name } })).body.entities[0].uuid;
}

test('UA-82 a new application has the roles admin, default and guest with their permissions', async () => {
  const roles = requireSuccess(await app.asAdmin('GET /roles')).body.entities;
  assert.deepEqual(namesOf(roles), ['admin', 'default', 'guest']);
  const titles = Object.fromEntries(roles.map((role: Record<string, string>) => [role.name, role.title]));
  assert.deepEqual(titles, { admin: 'Administrator', default: 'Default', guest: 'Guest' });
  const permissionsOf = async (name: string) =>
    (await app.asAdmin(`GET /roles/${name}/permissions`)).body.data;
  assert.deepEqual(await permissionsOf('admin'), []);
  assert.deepEqual(await permissionsOf('default'), ['get,put,post,delete:/**']);
  assert.deepEqual((await permissionsOf('guest')).sort(), ['post:/devices', 'post:/users', 'put:/devices/*']);
});

test('UA-83 in the sandbox guests may do everything as well', async () => {
  const sandbox = accessTo(server, tenant, 'sandbox');
  const { data } = (await sandbox.asAdmin('GET /roles/guest/permissions')).body;
  assert.deepEqual(
    data.sort(),
    ['get,post,put,delete:/**', 'post:/devices', 'post:/users', 'put:/devices/*']
      .map((permission) => (permission.includes('**') ? 'get,put,post,delete:/**' : permission))
      .sort(),
  );
});

test('UA-84 a new role has its name, its title and where its members and permissions are', async () => {
  const [role] = requireSuccess(await app.asAdmin('POST /roles', { json: { name: 'manager' } })).body
    .entities;
  assert.equal(role.type, 'role');
  assert.equal(role.name, 'manager');
  assert.equal(role.roleName, 'manager');
  assert.equal(role.title, 'manager');
  assert.equal(role.inactivity, 0);
  const path = `/roles/${role.uuid}`;
  assert.deepEqual(role.metadata.sets, { permissions: `${path}/permissions` });
  assert.deepEqual(role.metadata.collections, { groups: `${path}/groups`, users: `${path}/users` });
});

test('UA-85 a role without a name is refused', async () => {
  for (const json of [{}, { title: 'x' }, { name: '' }, { name: null }]) {
    assert.equal(
      outcome(await app.asAdmin('POST /roles', { json: { title: 'x', ...json } })),
      '400 required_property_not_found',
    );
  }
});

test('a role name is lower case, found in any case, unique, and stays', async () => {
  const uuid = await newRole('Night-Shift');
  const found = requireSuccess(await app.asAdmin('GET /role/NIGHT-shift')).body.entities[0];
  assert.equal(found.uuid, uuid);
  assert.equal(found.name, 'night-shift');
  assert.equal(
    outcome(await app.asAdmin('POST /roles', { json: { name: 'NIGHT-SHIFT' } })),
    '400 duplicate_unique_property_exists',
  );
  const changed = await app.asAdmin(`PUT /roles/${uuid}`, {
    json: { name: 'day', roleName: 'day', title: 'Late', inactivity: '600000' },
  });
  const [role] = requireSuccess(changed).body.entities;
  assert.equal(role.name, 'night-shift');
  assert.equal(role.roleName, 'night-shift');
  assert.equal(role.title, 'Late');
  assert.equal(role.inactivity, 600000);
});

test('a role takes no name that could not be addressed, and no inactivity that is no time', async () => {
  for (const json of [
    { name: 'a/b' },
    { name: {} },
    { name: ['x'] },
    { name: tenant.applicationUuid },
    { name: 'x'.repeat(300) },
    { name: 'with\u0000zero' },
    { name: 'idle', inactivity: -1 },
    { name: 'idle', inactivity: 'soon' },
    { name: 'idle', inactivity: {} },
    { name: 'titled', title: {} },
  ]) {
    assert.equal(
      outcome(await app.asAdmin('POST /roles', { json })),
      '400 illegal_argument',
      JSON.stringify(json),
    );
  }
});

test('UA-86 UA-89 a permission is added once, in lower case, and listed', async () => {
  await newRole('editor');
  const added = await app.asAdmin('POST /roles/editor/permissions', {
    json: { permission: 'GET,put,POST:/Foo/**' },
  });
  assert.deepEqual(requireSuccess(added).body.data, ['get,put,post:/foo/**']);
  assert.deepEqual(added.body.entities, []);
  assert.equal(added.body.path, undefined);
  assert.ok(added.body.uri.endsWith(app.path.toLowerCase()));
  await app.asAdmin('PUT /roles/editor/permissions', { json: { permission: 'get,put,post:/foo/**' } });
  assert.deepEqual((await app.asAdmin('GET /roles/Editor/permissions')).body.data, ['get,put,post:/foo/**']);
});

test('UA-87 a permission that is missing or none is refused', async () => {
  await newRole('refused');
  for (const json of [
    {},
    { permission: '' },
    { permission: 7 },
    { permission: ['get:/x'] },
    { permission: 'fly:/x' },
  ]) {
    const answer = await app.asAdmin('POST /roles/refused/permissions', { json });
    assert.equal(outcome(answer), '400 illegal_argument', JSON.stringify(json));
  }
  assert.equal(outcome(await app.asAdmin('POST /roles/refused/permissions')), '400 illegal_argument');
  assert.match(
    (await app.asAdmin('POST /roles/refused/permissions', { json: {} })).text,
    /supply a 'permission' property/,
  );
});

test('UA-88 permissions are taken away one by one or several at once', async () => {
  await newRole('shrinking');
  for (const permission of ['get:/a', 'get:/b', 'get:/c', 'get:/d']) {
    await app.asAdmin('POST /roles/shrinking/permissions', { json: { permission } });
  }
  const one = await app.asAdmin('DELETE /roles/shrinking/permissions?permission=get%3A%2Fa');
  assert.deepEqual(requireSuccess(one).body.data, ['get:/b', 'get:/c', 'get:/d']);
  assert.deepEqual(one.body.params, { permission: ['get:/a'] });
  const two = await app.asAdmin('DELETE /roles/shrinking/permissions?permission=GET:/b&permission=get:/c');
  assert.deepEqual(requireSuccess(two).body.data, ['get:/d']);
  assert.equal(outcome(await app.asAdmin('DELETE /roles/shrinking/permissions')), '400 illegal_argument');
  assert.equal(
    outcome(await app.asAdmin('DELETE /roles/shrinking/permissions?permission=')),
    '400 illegal_argument',
  );
});

test('UA-90 a user gets permissions of its own', async () => {
  const tom = await app.newUser();
  const added = await app.asAdmin(`POST /users/${tom.username}/permissions`, {
    json: { permission: 'post:/users' },
  });
  assert.deepEqual(requireSuccess(added).body.entities, []);
  assert.deepEqual(added.body.data, ['post:/users']);
  assert.deepEqual((await app.asAdmin(`GET /user/${tom.email}/permissions`)).body.data, ['post:/users']);
  const left = await app.asAdmin(`DELETE /users/${tom.uuid}/permissions?permission=post:/users`);
  assert.deepEqual(left.body.data, []);
});

test('UA-91 a role is given from either end: the answer is the entity at the far end', async () => {
  const role = await newRole('both-ends');
  const [first, second] = [await app.newUser(), await app.newUser()];
  const fromRole = requireSuccess(await app.asAdmin(`POST /roles/both-ends/users/${first.username}`)).body;
  assert.equal(fromRole.entities[0].uuid, first.uuid);
  assert.equal(fromRole.path, `/roles/${role}/users`);
  const fromUser = requireSuccess(await app.asAdmin(`POST /users/${second.username}/roles/both-ends`)).body;
  assert.equal(fromUser.entities[0].uuid, role);
  assert.equal(fromUser.path, `/users/${second.uuid}/roles`);
  const members = requireSuccess(await app.asAdmin('GET /roles/both-ends/users')).body.entities;
  assert.deepEqual(
    members.map(({ uuid }: { uuid: string }) => uuid),
    [second.uuid, first.uuid],
  );
});

test('UA-92 UD-105 a role that was taken away is not found any more', async () => {
  await newRole('taken');
  const { username } = await app.newUser();
  await app.asAdmin(`POST /users/${username}/roles/taken`);
  requireSuccess(await app.asAdmin(`GET /users/${username}/roles/taken`));
  requireSuccess(await app.asAdmin(`DELETE /users/${username}/roles/taken`));
  assert.equal(
    outcome(await app.asAdmin(`GET /users/${username}/roles/taken`)),
    '404 service_resource_not_found',
  );
  assert.equal(
    outcome(await app.asAdmin(`DELETE /users/${username}/roles/taken`)),
    '404 service_resource_not_found',
  );
  requireSuccess(await app.asAdmin('GET /roles/taken'));
});

test('an unknown user, group or role is a 404 wherever it stands', async () => {
  await newRole('known');
  const { username } = await app.newUser();
  for (const path of [
    'POST /users/nobody/roles/known',
    `POST /users/${username}/roles/unknown`,
    `POST /users/${tenant.applicationUuid}/roles/known`,
    'GET /roles/unknown/permissions',
    'POST /roles/unknown/users/nobody',
    'GET /groups/unknown/users',
    'GET /groups/unknown/rolenames',
    `GET /users/${username}/roles/known/permissions`,
  ]) {
    assert.equal((await app.asAdmin(path)).status, 404, path);
  }
});

test('UA-104 rolenames are a map by name; one is put and deleted by name', async () => {
  const role = await newRole('named');
  const { username } = await app.newUser();
  const put = await app.asAdmin(`PUT /users/${username}/rolenames`, { json: { name: 'Named' } });
  assert.deepEqual(Object.keys(requireSuccess(put).body.data), ['named']);
  assert.equal(put.body.data.named.uuid, role);
  assert.equal((await app.asAdmin(`GET /users/${username}/rolenames`)).body.data.named.title, 'named');
  assert.equal(
    outcome(await app.asAdmin(`PUT /users/${username}/rolenames`, { json: {} })),
    '400 illegal_argument',
  );
  const removed = await app.asAdmin(`DELETE /users/${username}/rolenames/named`);
  assert.deepEqual(requireSuccess(removed).body.data, {});
});

test('the permissions of a role are seen through a user that has it', async () => {
  await newRole('seen');
  await app.asAdmin('POST /roles/seen/permissions', { json: { permission: 'get:/seen' } });
  const { username } = await app.newUser();
  await app.asAdmin(`POST /users/${username}/roles/seen`);
  assert.deepEqual((await app.asAdmin(`GET /users/${username}/roles/seen/permissions`)).body.data, [
    'get:/seen',
  ]);
});

test('long lists of members come in pages', async () => {
  await newRole('crowd');
  const users = await Promise.all([app.newUser(), app.newUser(), app.newUser()]);
  for (const { uuid } of users) await app.asAdmin(`POST /roles/crowd/users/${uuid}`);
  const first = requireSuccess(await app.asAdmin('GET /roles/crowd/users?limit=2')).body;
  assert.equal(first.entities.length, 2);
  const rest = requireSuccess(
    await app.asAdmin(`GET /roles/crowd/users?limit=2&cursor=${first.cursor}`),
  ).body;
  assert.equal(rest.cursor, undefined);
  const seen = [...first.entities, ...rest.entities].map(({ uuid }) => uuid);
  assert.deepEqual(seen.sort(), users.map(({ uuid }) => uuid).sort());
  assert.equal(outcome(await app.asAdmin('GET /roles/crowd/users?cursor=nonsense')), '400 illegal_argument');
});

test('UA-102 the default role is deleted by the singular in any case, and resetroles brings it back', async () => {
  const other = accessTo(server, await createTenant(server));
  requireSuccess(await other.asAdmin('DELETE /role/Default'));
  assert.equal((await other.asAdmin('GET /roles/default')).status, 404);
  await other.asAdmin('DELETE /roles/guest/permissions?permission=post:/users');
  await other.asAdmin('POST /roles/guest/permissions', { json: { permission: 'get:/kept' } });
  requireSuccess(await other.asAdmin('POST /resetroles'));
  assert.deepEqual(namesOf((await other.asAdmin('GET /roles')).body.entities), ['admin', 'default', 'guest']);
  assert.deepEqual((await other.asAdmin('GET /roles/default/permissions')).body.data, [
    'get,put,post,delete:/**',
  ]);
  assert.deepEqual((await other.asAdmin('GET /roles/guest/permissions')).body.data.sort(), [
    'get:/kept',
    'post:/devices',
    'post:/users',
    'put:/devices/*',
  ]);
});

test('a deleted role takes its permissions along, also when it is made again', async () => {
  await newRole('short-lived');
  await app.asAdmin('POST /roles/short-lived/permissions', { json: { permission: 'get:/x' } });
  const { username } = await app.newUser();
  await app.asAdmin(`POST /users/${username}/roles/short-lived`);
  requireSuccess(await app.asAdmin('DELETE /roles/short-lived'));
  assert.deepEqual((await app.asAdmin(`GET /users/${username}/roles`)).body.entities, []);
  await newRole('short-lived');
  assert.deepEqual((await app.asAdmin('GET /roles/short-lived/permissions')).body.data, []);
});
