// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${user} is the placeholder's own text
/** What permissions let users and guests do, and when a change of them counts. usergrid-auth.md 4.3, 4.4, 7.1, 7.2. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type ApplicationAccess,
  type ApplicationUser,
  accessTo,
  outcome,
  requireSuccess,
} from '../support/application.ts';
import { call } from '../support/http.ts';
import { superuserOf } from '../support/outbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

const refused = '401 unauthorized';

let server: RunningServer;
let tenant: Tenant;
/** Its role `default` is deleted: users may do what they were given, and nothing else. */
let app: ApplicationAccess;
/** As it was made. */
let open: { tenant: Tenant; app: ApplicationAccess };

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  app = accessTo(server, tenant);
  const other = await createTenant(server);
  open = { tenant: other, app: accessTo(server, other) };
  requireSuccess(await app.asAdmin('DELETE /roles/default'));
});
after(async () => {
  await server?.stop();
});

const give = async (holder: string, ...permissions: string[]): Promise<void> => {
  for (const permission of permissions) {
    requireSuccess(await app.asAdmin(`POST ${holder}/permissions`, { json: { permission } }));
  }
};

async function userWith(...permissions: string[]): Promise<ApplicationUser> {
  const user = await app.newUser();
  await give(`/users/${user.uuid}`, ...permissions);
  return user;
}

async function roleWith(name: string, ...permissions: string[]): Promise<void> {
  requireSuccess(await app.asAdmin('POST /roles', { json: { name } }));
  await give(`/roles/${name}`, ...permissions);
}

const thing = (name: string) => ({ json: { name } });

test("UA-50 a user's token of one application does nothing on another", async () => {
  for (const path of [
    'GET /users',
    'GET /users/me',
    'POST /things',
    'GET /roles',
    'POST /users/me/revoketokens',
  ]) {
    assert.equal(outcome(await app.as(open.tenant.user.token)(path)), refused, path);
  }
  const { sandbox } = open.tenant;
  const theirSandbox = accessTo(server, open.tenant, sandbox);
  assert.equal(outcome(await theirSandbox.as(open.tenant.user.token)('GET /things')), refused);
});

test('UA-51 UA-52 a guest may sign up and not look around', async () => {
  assert.equal(outcome(await app.asGuest('GET /users')), refused);
  const { status } = await app.asGuest('POST /users', {
    json: { username: 'newcomer', password: 'secret-enough' },
  });
  assert.equal(status, 200);
  assert.equal(outcome(await app.asGuest('GET /users/newcomer')), refused);
  assert.equal(outcome(await app.asGuest('PUT /users/newcomer', { json: { name: 'x' } })), refused);
});

test('UA-53 in the sandbox a guest may do everything', async () => {
  const sandbox = accessTo(server, open.tenant, 'sandbox');
  requireSuccess(await sandbox.asGuest('POST /things', thing('one')));
  requireSuccess(await sandbox.asGuest('PUT /things/one', { json: { size: 2 } }));
  requireSuccess(await sandbox.asGuest('GET /things/one'));
  requireSuccess(await sandbox.asGuest('DELETE /things/one'));
});

test('UA-54 what a guest may see is decided by the role guest, from the next request on', async () => {
  const other = accessTo(server, await createTenant(server));
  assert.equal(outcome(await other.asGuest('GET /roles/guest')), refused);
  await other.asAdmin('POST /roles/guest/permissions', { json: { permission: 'get:/**' } });
  assert.equal((await other.asGuest('GET /roles/banana')).status, 404);
  requireSuccess(await other.asGuest('GET /roles/guest'));
  await other.asAdmin('DELETE /roles/guest/permissions?permission=get:/**');
  assert.equal(outcome(await other.asGuest('GET /roles/banana')), refused);
  requireSuccess(await other.asAdmin('DELETE /roles/guest'));
  assert.equal(outcome(await other.asGuest('POST /users', { json: { username: 'late' } })), refused);
});

test('UA-55 a guest gets at no file, no sign-in with other providers and no queue', async () => {
  for (const path of [
    `/assets/${tenant.applicationUuid}/data`,
    '/auth/facebook',
    '/auth/foursquare',
    '/auth/pingident',
    '/queues',
  ]) {
    assert.equal(outcome(await app.asGuest(`GET ${path}`)), refused, path);
  }
});

test('UA-56 a refusal on an application path asks for no credentials', async () => {
  const { headers } = await app.asGuest('GET /users');
  assert.equal(headers['www-authenticate'], undefined);
});

test('UA-57 the superuser signs every request with Basic, or is told how', async () => {
  const basic = superuserOf(server);
  const path = `GET /management/organizations/${tenant.organization}`;
  assert.equal((await call(server, path, { basic })).status, 200);
  assert.equal((await call(server, `GET ${app.path}/users`, { basic })).status, 200);
  const wrong = await call(server, path, { basic: { ...basic, password: 'wrong-one' } });
  assert.equal(outcome(wrong), refused);
  assert.equal(wrong.headers['www-authenticate'], 'Basic realm="Usergrid Authentication"');
});

test('UA-58 credentials are never echoed among the parameters', async () => {
  const { id, secret } = tenant.applicationClient;
  const query = { client_id: id, client_secret: secret, limit: 1, token: 'x', access_token: '' };
  const { body } = requireSuccess(await app.asGuest('GET /users', { query }));
  assert.deepEqual(body.params, { limit: ['1'] });
});

test('UA-93 a role allows what it lists, and no more', async () => {
  await roleWith('reviewer', 'get,put,post:/reviews/**');
  const user = await app.newUser();
  assert.equal(outcome(await user.call('POST /reviews', thing('early'))), refused);
  requireSuccess(await app.asAdmin(`POST /users/${user.username}/roles/reviewer`));
  requireSuccess(await user.call('POST /reviews', thing('first')));
  requireSuccess(await user.call('GET /reviews/first'));
  requireSuccess(await user.call('GET /reviews'));
  assert.equal(outcome(await user.call('DELETE /reviews/first')), refused);
  assert.equal(outcome(await user.call('GET /other')), refused);
  requireSuccess(await app.asAdmin(`DELETE /users/${user.username}/roles/reviewer`));
  assert.equal(outcome(await user.call('GET /reviews/first')), refused);
});

test('UA-94 the role of a group counts for its members while they are members', async () => {
  await roleWith('group-reviewer', 'get,put,post:/opinions/**');
  const user = await app.newUser();
  requireSuccess(await app.asAdmin('POST /groups', { json: { path: 'reviewers' } }));
  requireSuccess(await app.asAdmin('POST /groups/reviewers/roles/group-reviewer'));
  assert.equal(outcome(await user.call('GET /opinions')), refused);
  requireSuccess(await app.asAdmin(`POST /groups/reviewers/users/${user.username}`));
  requireSuccess(await user.call('POST /opinions', thing('mine')));
  assert.equal(outcome(await user.call('DELETE /opinions/mine')), refused);
  requireSuccess(await app.asAdmin(`DELETE /users/${user.username}/groups/reviewers`));
  assert.equal(outcome(await user.call('GET /opinions')), refused);
  requireSuccess(await app.asAdmin(`POST /users/${user.username}/groups/reviewers`));
  requireSuccess(await user.call('GET /opinions'));
  requireSuccess(await app.asAdmin('DELETE /groups/reviewers'));
  assert.equal(outcome(await user.call('GET /opinions')), refused);
});

test('FLAW group permissions: those given to a group itself count, which the original forgot', async () => {
  const user = await app.newUser();
  requireSuccess(await app.asAdmin('POST /groups', { json: { path: 'readers' } }));
  await give('/groups/readers', 'get:/books/**');
  requireSuccess(await app.asAdmin(`POST /groups/readers/users/${user.username}`));
  requireSuccess(await user.call('GET /books'));
  assert.equal(outcome(await user.call('POST /books', thing('x'))), refused);
});

test('UA-95 a star stands for the collection itself too', async () => {
  const user = await userWith('get,post:/cats/*');
  requireSuccess(await user.call('POST /cats', thing('tom')));
  requireSuccess(await user.call('GET /cats/tom'));
  assert.equal(outcome(await user.call('PUT /cats/tom', { json: { age: 1 } })), refused);
  assert.equal(outcome(await user.call('DELETE /cats/tom')), refused);
});

test('UA-96 me in a permission stands for the user under every name', async () => {
  const user = await userWith('get,put:/users/me/**');
  const other = await app.newUser();
  for (const reference of ['me', user.username, user.uuid, user.email, user.username.toUpperCase()]) {
    requireSuccess(await user.call(`GET /users/${reference}`));
    requireSuccess(await user.call(`GET /users/${reference}/groups`));
    requireSuccess(await user.call(`PUT /users/${reference}`, { json: { seen: reference } }));
  }
  for (const reference of [other.username, other.uuid, other.email]) {
    assert.equal(outcome(await user.call(`GET /users/${reference}`)), refused, reference);
    assert.equal(outcome(await user.call(`GET /users/${reference}/groups`)), refused, reference);
  }
});

test('UA-97 ${user} stands for the user and for nobody else', async () => {
  const user = await userWith('get:/users/${user}', 'get:/notes/${user}/**');
  const other = await app.newUser();
  for (const reference of ['me', user.username, user.uuid, user.email]) {
    requireSuccess(await user.call(`GET /users/${reference}`));
  }
  assert.equal(outcome(await user.call(`GET /users/${other.username}`)), refused);
  assert.equal(outcome(await user.call(`GET /users/${other.uuid}`)), refused);
  assert.equal((await user.call(`GET /notes/${user.username}`)).status, 404);
  assert.equal(outcome(await user.call(`GET /notes/${other.username}`)), refused);
});

test('UA-98 a star in the middle stands for one segment', async () => {
  const user = await userWith('get:/books/*/review/*');
  assert.notEqual(outcome(await user.call('GET /books/1/review/2')), refused);
  assert.equal(outcome(await user.call('GET /books')), refused);
  assert.equal(outcome(await user.call('GET /books/1')), refused);
});

test('UA-99 two stars stand for any number of segments', async () => {
  const user = await userWith('get:**/likes');
  requireSuccess(await user.call('GET /likes'));
  assert.notEqual(outcome(await user.call('GET /users/likes')), refused);
  assert.equal(outcome(await user.call('GET /users')), refused);
});

test('a permission written with the name counts for the uuid, and the other way round', async () => {
  const [entity] = requireSuccess(await app.asAdmin('POST /papers', thing('Report'))).body.entities;
  await app.asAdmin('POST /papers', thing('secret'));
  const byName = await userWith('get:/papers/report');
  const byUuid = await userWith(`get:/papers/${entity.uuid}`);
  for (const user of [byName, byUuid]) {
    requireSuccess(await user.call('GET /papers/REPORT'));
    requireSuccess(await user.call(`GET /paper/${entity.uuid}`));
    assert.equal(outcome(await user.call('GET /papers/secret')), refused);
    assert.equal(outcome(await user.call('GET /papers')), refused);
  }
});

test('UA-100 who I am is told without any permission, and nothing more', async () => {
  const user = await app.newUser();
  const me = requireSuccess(await user.call('GET /users/me'));
  assert.equal(me.body.entities[0].uuid, user.uuid);
  assert.equal(outcome(await user.call('DELETE /users/me')), refused);
  assert.equal(outcome(await user.call('PUT /users/me', { json: { name: 'x' } })), refused);
  assert.equal(outcome(await user.call('GET /users/me/groups')), refused);
  assert.equal(outcome(await user.call(`GET /users/${user.username}`)), refused);
});

test('me is nobody for guests, clients and admin users', async () => {
  const { organizationClient, applicationClient } = tenant;
  const notFound = '404 service_resource_not_found';
  assert.equal(outcome(await app.asGuest('GET /users/me')), notFound);
  for (const { id, secret } of [organizationClient, applicationClient]) {
    const query = { client_id: id, client_secret: secret };
    assert.equal(outcome(await app.asGuest('GET /users/me', { query })), notFound);
  }
  assert.equal(outcome(await app.asAdmin('GET /users/me')), '404 entity_not_found');
  assert.equal(outcome(await app.asAdmin('GET /users/me/roles')), '404 entity_not_found');
});

test('UA-101 users do not inherit what guests may do', async () => {
  const user = await app.newUser();
  assert.equal((await app.asGuest('POST /devices', { json: { name: 'phone' } })).status, 200);
  assert.equal(outcome(await user.call('POST /devices', { json: { name: 'tablet' } })), refused);
});

test('UA-105 users have the same rights where the application is named by its uuid', async () => {
  const user = await userWith('get,post:/parcels/**');
  const paths = [
    `/${tenant.applicationUuid}`,
    `/${tenant.organization}/${tenant.applicationUuid}`,
    `/apps/${tenant.applicationUuid}`,
    `/${tenant.organizationUuid}/${tenant.applicationUuid}`,
  ];
  for (const path of paths) {
    assert.equal((await call(server, `GET ${path}/parcels`, { bearer: user.token })).status, 200, path);
    assert.equal(outcome(await call(server, `GET ${path}/users`, { bearer: user.token })), refused, path);
  }
});

test('HEAD needs what GET needs', async () => {
  const reader = await userWith('get:/pages/**');
  const writer = await userWith('post:/pages/**');
  assert.equal((await reader.call('HEAD /pages')).status, 200);
  assert.equal((await writer.call('HEAD /pages')).status, 401);
});

test('deleting by query needs the permission to delete in the collection', async () => {
  requireSuccess(await app.asAdmin('POST /leaves', thing('one')));
  const one = await userWith('delete:/leaves/one');
  assert.equal(outcome(await one.call('DELETE /leaves?limit=10')), refused);
  const all = await userWith('delete:/leaves');
  requireSuccess(await all.call('DELETE /leaves?limit=10'));
});

test('a new username takes the rights of ${user} along', async () => {
  const user = await userWith('get:/diaries/${user}');
  const earlier = user.username;
  const later = `${earlier}-later`;
  requireSuccess(await app.asAdmin(`PUT /users/${user.uuid}`, { json: { username: later } }));
  assert.equal((await user.call(`GET /diaries/${later}`)).status, 404);
  assert.equal(outcome(await user.call(`GET /diaries/${earlier}`)), refused);
});

test('who was deleted may do nothing, also under the same name', async () => {
  const user = await userWith('get:/vaults/**');
  requireSuccess(await user.call('GET /vaults'));
  requireSuccess(await app.asAdmin(`DELETE /users/${user.username}`));
  assert.equal((await user.call('GET /vaults')).status, 401);
  const again = await app.newUser(user.username);
  assert.equal(outcome(await again.call('GET /vaults')), refused);
  assert.deepEqual((await app.asAdmin(`GET /users/${again.uuid}/permissions`)).body.data, []);
});

test('application admins need no permission, and only in their own organization', async () => {
  const clients = [tenant.organizationClient, tenant.applicationClient];
  for (const { id, secret } of clients) {
    const query = { client_id: id, client_secret: secret };
    requireSuccess(await app.asGuest('GET /users', { query }));
    requireSuccess(await app.asGuest('GET /roles/guest/permissions', { query }));
    assert.equal(outcome(await open.app.asGuest('GET /users', { query })), refused);
    assert.equal(outcome(await open.app.asGuest('GET /users/me', { query })), refused);
  }
  assert.equal(outcome(await open.app.as(tenant.admin.token)('GET /users')), refused);
  assert.equal(outcome(await open.app.as(tenant.admin.token)('GET /users/me')), refused);
});
