// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${user} is the placeholder's own text
/** Attempts to get past permissions: what is checked and what is served must be the same path. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { after, before, test } from 'node:test';
import {
  type ApplicationAccess,
  type ApplicationUser,
  accessTo,
  outcome,
  requireSuccess,
} from '../support/application.ts';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

const refused = '401 unauthorized';

let server: RunningServer;
let tenant: Tenant;
let app: ApplicationAccess;
/** May do everything with `/things` and nothing else. */
let mallory: ApplicationUser;
let victim: ApplicationUser;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  app = accessTo(server, tenant);
  requireSuccess(await app.asAdmin('DELETE /roles/default'));
  mallory = await app.newUser();
  victim = await app.newUser();
  for (const permission of ['get,put,post,delete:/things/**']) {
    await app.asAdmin(`POST /users/${mallory.uuid}/permissions`, { json: { permission } });
  }
});
after(async () => {
  await server?.stop();
});

const everyUser = () => new RegExp(`${victim.uuid}|${victim.email}`);

test('no spelling of a path leads to users by way of things', async () => {
  for (const path of [
    '/things/../users',
    '/things/%2e%2e/users',
    '/things%2f..%2fusers',
    '/things%2F..%2Fusers',
    '/things/..%2fusers',
    '/things%5c..%5cusers',
    '/things;/../users',
    '/things;x=/users',
    '/things/..;/users',
    '//things/../users',
    '/things/./../users/',
    '/things%00/../users',
    '/%75sers',
    '/%2575sers',
    '/USERS',
    '/Users/',
    '/users;things',
    '/users;ql=select%20*',
    '/users%3bthings',
    '/users%2f',
    '/users%20',
    '/users/%2e',
    `/users/${victim.username}%2f..%2fthings`,
    `/users/${victim.username};/../things`,
    `/users/all`,
    '/users/%7B%22limit%22:10%7D',
    `/things/x/../../users/${victim.username}`,
    `/users/%6De%2f..%2f${victim.username}`,
    `/users/me/../${victim.username}`,
    `/users/me%2f..%2f${victim.username}`,
  ]) {
    for (const method of ['GET', 'HEAD']) {
      const answer = await mallory.call(`${method} ${path}`);
      assert.ok(answer.status <= 404 || answer.status === 501, `${method} ${path}: ${answer.status}`);
      assert.doesNotMatch(answer.text, everyUser(), path);
    }
  }
});

test('doubled slashes before the application do not shift what is checked', async () => {
  const name = 'things';
  const created = await call(server, `POST /management/organizations/${tenant.organization}/applications`, {
    bearer: tenant.admin.token,
    json: { name },
  });
  requireSuccess(created);
  const things = accessTo(server, tenant, name);
  await things.asAdmin('DELETE /roles/default');
  const user = await things.newUser();
  await things.asAdmin(`POST /users/${user.uuid}/permissions`, { json: { permission: '/things/**' } });
  for (const url of [
    `//${tenant.organization}/things/users`,
    `/${tenant.organization}//things/users`,
    `//${tenant.organization}//things//users`,
    `/orgs//${tenant.organization}/things/users`,
    `/${tenant.organization}/apps//things/users`,
    `/${tenant.organization}/things//users//`,
  ]) {
    const answer = await call(server, `GET ${url}`, { bearer: user.token });
    assert.notEqual(answer.status, 200, url);
    assert.ok(answer.status < 500, url);
  }
});

test('RFC 9112 3.2.2 a whole URL as the target is checked and served as its path', async () => {
  const { organization } = tenant;
  const { path } = app;
  const [user, other] = [await app.newUser(), await app.newUser()];
  await app.asAdmin(`POST /users/${user.uuid}/permissions`, { json: { permission: `/${organization}/**` } });
  const send = async (target: string, { token }: { token: string }): Promise<number | undefined> => {
    const sent = request({
      ...{ host: '127.0.0.1', port: new URL(server.url).port, method: 'POST', path: target },
      headers: { authorization: `Bearer ${token}`, 'content-length': 0 },
    }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  };
  for (const below of [`/users/${other.username}/revoketokens`, '/things']) {
    assert.equal(await send(`http://x${path}${below}`, user), 401, below);
    assert.equal(await send(`http://x${path}${below}`, tenant.admin), 200, below);
  }
});

test('me is decoded as it is checked', async () => {
  const reader = await app.newUser();
  await app.asAdmin(`POST /users/${reader.uuid}/permissions`, { json: { permission: 'get:/users/me/**' } });
  for (const path of ['/users/%6De/groups', '/users/ME/groups', '/user/me/groups', '/USERS/me/GROUPS/']) {
    requireSuccess(await reader.call(`GET ${path}`));
  }
  for (const reference of [`me;${victim.username}`, `${victim.username};me`, `me%2f${victim.uuid}`]) {
    const answer = await reader.call(`GET /users/${reference}/groups`);
    assert.doesNotMatch(answer.text, everyUser(), reference);
  }
});

test("an address that is another's username opens nobody's account", async () => {
  const address = `shared-${victim.username}@example.test`;
  const owner = await app.newUser();
  requireSuccess(await app.asAdmin(`PUT /users/${owner.uuid}`, { json: { email: address } }));
  const impostor = await app.newUser(address).catch(() => undefined);
  if (!impostor) return;
  await app.asAdmin(`POST /users/${impostor.uuid}/permissions`, {
    json: { permission: 'get:/users/${user}/**' },
  });
  const answer = await impostor.call(`GET /users/${address}/groups`);
  assert.equal(outcome(answer), refused);
});

test('a user called like a role, a uuid or a wildcard gets no rights by it', async () => {
  await app.asAdmin('POST /roles', { json: { name: 'named' } });
  await app.asAdmin('POST /roles/named/permissions', { json: { permission: 'get:/users/${user}/**' } });
  for (const username of ['*', '**', '?*', 'named', '${user}', 'default', 'guest', 'all']) {
    const created = await app.asAdmin('POST /users', { json: { username, password: 'long-enough-1' } });
    if (created.status !== 200) continue;
    const { uuid } = created.body.entities[0];
    await app.asAdmin(`POST /users/${uuid}/roles/named`);
    const token = await app.signIn({ username, password: 'long-enough-1' });
    const answer = await app.as(token)(`GET /users/${victim.uuid}/groups`);
    assert.equal(outcome(answer), refused, username);
  }
  assert.equal(
    outcome(await app.asAdmin('POST /users', { json: { username: 'me', password: 'long-enough-1' } })),
    '400 illegal_argument',
  );
});

test('without permissions nobody makes oneself an administrator', async () => {
  const { username, uuid } = mallory;
  await app.asAdmin('POST /groups', { json: { path: 'staff' } });
  for (const [request, json] of [
    ['GET /roles'],
    ['GET /roles/default/permissions'],
    ['POST /roles', { name: 'mine' }],
    ['POST /role/guest/permissions', { permission: '/**' }],
    ['POST /ROLES/guest/permissions', { permission: '/**' }],
    ['POST /users/me/permissions', { permission: '/**' }],
    [`POST /users/${uuid}/permissions`, { permission: '/**' }],
    [`POST /user/${username}/Permissions/`, { permission: '/**' }],
    ['POST /users/me/roles/admin'],
    ['PUT /users/me/rolenames', { name: 'admin' }],
    [`POST /roles/admin/users/${uuid}`],
    ['POST /groups/staff/users/me'],
    ['POST /users/me/groups/staff'],
    ['POST /groups/staff/permissions', { permission: '/**' }],
    ['POST /resetroles'],
    ['PUT /', { accesstokenttl: 0 }],
    ['POST /credentials'],
    [`PUT /users/${victim.uuid}`, { name: 'x' }],
    [`POST /users/${victim.uuid}/deactivate`],
    [`POST /users/${victim.uuid}/revoketokens`],
  ] as [string, unknown?][]) {
    const answer = await mallory.call(request, json === undefined ? {} : { json });
    assert.equal(outcome(answer), refused, request);
  }
});

test('the right to one’s own profile is not the right to give oneself rights', async () => {
  const user = await app.newUser();
  const permission = 'get,put,post,delete:/users/me/**';
  await app.asAdmin(`POST /users/${user.uuid}/permissions`, { json: { permission } });
  requireSuccess(await user.call('GET /users/me/permissions'));
  for (const [request, json] of [
    ['POST /users/me/permissions', { permission: '/**' }],
    ['PUT /users/me/permissions', { permission: '/**' }],
    ['POST /users/me/roles/admin'],
    ['PUT /users/me/roles/guest'],
    ['POST /users/me/roles', { name: 'fresh' }],
    ['POST /users/me/rolenames', { name: 'admin' }],
    ['POST /users/me/rolenames/admin'],
    ['POST /users/me/groups/staff'],
    ['POST /users/me/groups', { path: 'fresh' }],
  ] as [string, unknown?][]) {
    const answer = await user.call(request, json === undefined ? {} : { json });
    assert.equal(outcome(answer), refused, request);
  }
});

test('nothing of another application is reached by its uuids', async () => {
  const other = await createTenant(server);
  const theirs = accessTo(server, other);
  const role = (await theirs.asAdmin('GET /roles/default')).body.entities[0].uuid;
  const [group] = (await theirs.asAdmin('POST /groups', { json: { path: 'theirs' } })).body.entities;
  for (const request of [
    `GET /users/${other.user.uuid}`,
    `GET /users/${other.user.uuid}/permissions`,
    `POST /users/${victim.uuid}/roles/${role}`,
    `POST /roles/guest/users/${other.user.uuid}`,
    `GET /roles/${role}/permissions`,
    `GET /groups/${group.uuid}/users`,
    `POST /groups/${group.uuid}/users/${victim.uuid}`,
    `POST /users/${victim.uuid}/groups/${group.uuid}`,
    `POST /users/${other.user.uuid}/revoketokens`,
    `POST /users/${other.user.uuid}/deactivate`,
    `GET /users/${other.user.uuid}/token`,
  ]) {
    assert.equal((await app.asAdmin(request)).status, 404, request);
  }
  requireSuccess(await theirs.as(other.user.token)('GET /users/me'));
});

test('odd values in every place are refused without a fault', async () => {
  const { uuid } = victim;
  const odd: unknown[] = [
    null,
    1,
    true,
    [],
    {},
    [{}],
    { $ne: 1 },
    'x'.repeat(100_000),
    '\u0000',
    '__proto__',
    '${user}',
  ];
  for (const value of odd) {
    for (const [request, json] of [
      ['POST /roles', { name: value }],
      ['POST /roles', value],
      ['POST /roles', [value]],
      ['POST /roles/guest/permissions', { permission: value }],
      [`POST /users/${uuid}/permissions`, value],
      [`PUT /users/${uuid}/rolenames`, { name: value }],
      [`POST /users/${uuid}/roles`, value],
      ['POST /groups/staff/users', value],
      [`POST /users/${uuid}/password`, { newpassword: value }],
      [`POST /users/${uuid}/password`, value],
    ] as [string, unknown][]) {
      const answer = await app.asAdmin(request, { json });
      assert.ok(answer.status < 500, `${request} ${JSON.stringify(json).slice(0, 80)}: ${answer.text}`);
    }
    const text = encodeURIComponent(String(value)).slice(0, 2000);
    for (const request of [
      `GET /users/${text}/roles`,
      `POST /users/${uuid}/roles/${text}`,
      `GET /roles/${text}/users`,
      `DELETE /roles/guest/permissions?permission=${text}`,
      `GET /users/${uuid}/roles?limit=${text}&cursor=${text}`,
      `PUT /users/${uuid}/revoketoken?token=${text}`,
      `GET /users/${uuid}/token?ttl=${text}`,
      `GET /groups/${text}/${text}/users`,
    ]) {
      const answer = await app.asAdmin(request);
      assert.ok(answer.status < 500, `${request.slice(0, 100)}: ${answer.text}`);
    }
  }
});
