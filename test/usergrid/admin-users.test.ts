/** Admin users: creating, showing, changing, their passwords and organizations. usergrid-auth.md 8.5. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import {
  createAdminUser,
  createOwnedOrganization,
  newPassword,
  type OwnedOrganization,
  signIn,
  unique,
} from '../support/organization.ts';
import { superuserOf } from '../support/outbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';

let server: RunningServer;
let acme: OwnedOrganization;
let other: OwnedOrganization;

before(async () => {
  server = await startServer();
  acme = await createOwnedOrganization(server, { properties: { securityLevel: 5 } });
  other = await createOwnedOrganization(server);
});
after(async () => {
  await server?.stop();
});

const login = (username: string, password: string) =>
  call(server, 'POST /management/token', { json: { grant_type: 'password', username, password } });

test('UA-130 a form or JSON makes an admin user; `me` and short passwords are refused', async () => {
  for (const encoding of ['form', 'json'] as const) {
    const username = `user-${unique()}`;
    const given = { username, name: 'Jo', email: `${username}@example.test`, password: newPassword() };
    const answer = await call(server, 'POST /management/users', { [encoding]: given });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.action, 'create user');
    assert.equal(answer.body.status, 'ok');
    const { user } = answer.body.data;
    assert.equal(user.username, username);
    assert.equal(user.adminUser, true);
    assert.equal(user.applicationId, '00000000-0000-0000-0000-000000000001');
    assert.equal(user.mailTo, `Jo <${given.email}>`);
    assert.doesNotMatch(answer.text, /password/i);
    await signIn(server, given);
  }
  const email = () => `user-${unique()}@example.test`;
  const me = await call(server, 'POST /management/users', {
    form: { username: 'me', email: email(), password: newPassword() },
  });
  assert.equal(me.status, 400);
  assert.equal(me.body.error, 'illegal_argument');
  assert.equal(me.body.error_description, "Username 'me' is reserved");
  const short = { username: unique(), email: email(), password: 'abc' };
  const refused = await call(server, 'POST /management/users', { form: short });
  assert.equal(refused.status, 400);
  assert.equal(refused.body.error, 'error_password_policy_violation');
  assert.match(refused.body.error_description, /error_length_policy: must be at least 4 characters/);
  const nobody = await call(server, `GET /management/users/${short.username}`);
  assert.match(nobody.body.error_description, /Could not find user/);
  const noAddress = await call(server, 'POST /management/users', { form: { username: unique() } });
  assert.equal(noAddress.status, 400);
  const taken = await call(server, 'POST /management/users', {
    form: { username: unique(), email: acme.admin.email, password: newPassword() },
  });
  assert.equal(taken.body.error, 'duplicate_unique_property_exists');
});

test('UA-131 an admin user is shown to itself and the superuser, by every name, and to nobody else', async () => {
  const { admin } = acme;
  for (const reference of [admin.username, admin.username.toUpperCase(), admin.email, admin.uuid, 'me']) {
    const answer = await call(server, `GET /management/users/${reference}`, { bearer: admin.token });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.action, 'get admin user');
    assert.equal(answer.body.data.uuid, admin.uuid);
    assert.equal(answer.body.data.token, admin.token);
    const organization = answer.body.data.organizations[acme.organization];
    assert.equal(organization.uuid, acme.organizationUuid);
    assert.deepEqual(organization.properties, { securityLevel: 5 });
    assert.ok(organization.applications[`${acme.organization}/sandbox`]);
    assert.equal(organization.users[admin.username].email, admin.email);
  }
  const shallow = await call(server, 'GET /management/users/me?shallow=true', { bearer: admin.token });
  const [organization] = Object.values<Record<string, unknown>>(shallow.body.data.organizations);
  assert.ok(organization && !('users' in organization) && !('applications' in organization));
  const superuser = await call(server, `GET /management/users/${admin.username}`, {
    basic: superuserOf(server),
  });
  assert.equal(superuser.status, 200);
  assert.ok(!('token' in superuser.body.data));
  for (const options of [{}, { bearer: other.admin.token }]) {
    const answer = await call(server, `GET /management/users/${admin.username}`, options);
    assert.equal(answer.status, 401);
    assert.equal(answer.body.error, 'unauthorized');
    assert.equal(answer.body.error_description, 'No admin user access authorized');
  }
});

test('`me` without an admin identity is refused', async () => {
  const { client_id, client_secret } = (
    await call(server, `GET ${acme.path}/credentials`, { bearer: acme.admin.token })
  ).body.credentials;
  for (const query of [{}, { client_id, client_secret }]) {
    for (const path of ['GET /management/users/me', 'PUT /management/users/me/password']) {
      const answer = await call(server, path, { query, json: { newpassword: 'x' } });
      assert.equal(answer.status, 401, answer.text);
      assert.equal(answer.body.error, 'unauthorized');
      assert.equal(answer.body.error_description, 'No admin identity for access credentials provided');
    }
  }
});

test('UA-132 an admin user is changed by itself and the superuser, and by nobody else', async () => {
  const user = await createAdminUser(server);
  const put = (json: unknown, options: object) =>
    call(server, `PUT /management/users/${user.username}`, { json, ...options });
  const show = async () =>
    (await call(server, `GET /management/users/${user.uuid}`, { bearer: user.token })).body.data;
  const changed = await put(
    { name: 'New Name', title: 'Dr.', password: 'ignored-1234' },
    { bearer: user.token },
  );
  assert.equal(changed.status, 200, changed.text);
  assert.equal(changed.body.action, 'update user info');
  assert.ok(!('data' in changed.body));
  const bySuperuser = await put({ team: 'blue', title: '' }, { basic: superuserOf(server) });
  assert.equal(bySuperuser.status, 200);
  const shown = await show();
  assert.equal(shown.name, 'New Name');
  assert.deepEqual(shown.properties, { team: 'blue' });
  await signIn(server, user);
  assert.equal((await put({ name: 'X' }, {})).status, 401);
  assert.equal((await put({ name: 'X' }, { bearer: other.admin.token })).status, 401);
  assert.equal((await show()).name, 'New Name');
  const slash = await call(server, `PUT /management/users/${user.uuid}/`, {
    bearer: user.token,
    json: { name: 'Slash' },
  });
  assert.equal(slash.status, 200);
});

test('an admin user cannot raise itself, take the name of another, or be called `me`', async () => {
  const user = await createAdminUser(server);
  const put = (json: unknown) =>
    call(server, `PUT /management/users/${user.uuid}`, { json, bearer: user.token });
  const raised = await put({
    superuser: true,
    activated: false,
    uuid: acme.admin.uuid,
    properties: { superuser: true, nested: 1 },
  });
  assert.equal(raised.status, 200);
  assert.equal((await call(server, 'GET /management/orgs', { bearer: user.token })).status, 401);
  for (const wrong of [
    { username: 'me' },
    { username: 5 },
    { email: 'none' },
    { email: { a: 1 } },
    { biography: 'x'.repeat(70_000) },
    { username: acme.admin.username },
    { email: acme.admin.email.toUpperCase() },
  ]) {
    const answer = await put(wrong);
    assert.equal(answer.status, 400, JSON.stringify(wrong));
  }
  assert.equal((await put([1])).status, 400);
  const text = await call(server, `PUT /management/users/${user.uuid}`, { bearer: user.token });
  assert.equal(text.status, 400);
});

test('UA-133 the old password is enough to set a new one, by PUT and by POST', async () => {
  const user = await createAdminUser(server);
  let oldpassword = user.password;
  for (const method of ['PUT', 'POST']) {
    const newpassword = newPassword();
    const answer = await call(server, `${method} /management/users/${user.username}/password`, {
      json: { oldpassword, newpassword },
    });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.action, 'set user password');
    const old = await login(user.username, oldpassword);
    assert.equal(old.status, 400);
    assert.equal(old.body.error, 'invalid_grant');
    await signIn(server, { username: user.username, password: newpassword });
    oldpassword = newpassword;
  }
});

test('a change of password keeps the token it was made with and ends the others', async () => {
  const user = await createAdminUser(server);
  const second = await signIn(server, user);
  const newpassword = newPassword();
  const answer = await call(server, 'PUT /management/users/me/password', {
    bearer: user.token,
    json: { oldpassword: user.password, newpassword },
  });
  assert.equal(answer.status, 200, answer.text);
  const look = (bearer: string) => call(server, 'GET /management/users/me', { bearer });
  assert.equal((await look(user.token)).status, 200);
  assert.equal((await look(second)).status, 401);
});

test('UA-134 a wrong old password is refused, and so is one of somebody who does not exist', async () => {
  const user = await createAdminUser(server);
  for (const reference of [user.username, `nobody-${unique()}`]) {
    const answer = await call(server, `PUT /management/users/${reference}/password`, {
      json: { oldpassword: 'not-it', newpassword: newPassword() },
    });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error, 'auth_invalid_username_or_password');
    assert.equal(
      answer.body.error_description,
      'Unable to authenticate due to username or password being incorrect',
    );
  }
  await signIn(server, user);
});

test('FLAW 6: a change of password that lacks a password is refused, not answered with 200', async () => {
  const user = await createAdminUser(server);
  const put = (json: unknown) =>
    call(server, `PUT /management/users/${user.uuid}/password`, { json, bearer: user.token });
  for (const json of [{}, { newpassword: newPassword() }, { oldpassword: user.password }]) {
    const answer = await put(json);
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error, 'illegal_argument');
  }
  const short = await put({ oldpassword: user.password, newpassword: 'abc' });
  assert.equal(short.body.error, 'error_password_policy_violation');
  for (const wrong of [5, { a: 1 }, ['x'], true]) {
    assert.equal((await put({ oldpassword: wrong, newpassword: 'long-enough' })).status, 400);
    assert.equal((await put({ oldpassword: user.password, newpassword: wrong })).status, 400);
  }
  await signIn(server, user);
});

test('FLAW 8.5: the change of password is no way around the throttle of sign-in', async () => {
  const user = await createAdminUser(server);
  const guess = () =>
    call(server, `POST /management/users/${user.username}/password`, {
      json: { oldpassword: 'a-guess', newpassword: 'long-enough' },
      headers: { 'X-Forwarded-For': '203.0.113.5' },
    });
  const statuses = [];
  for (let at = 0; at < 14; at += 1) statuses.push((await guess()).status);
  assert.equal(statuses[0], 400);
  assert.equal(statuses.at(-1), 429);
  const last = await guess();
  assert.ok(Number(last.headers['retry-after']) > 0);
});

test('UA-135 the superuser needs no old password, others do, whatever they administer', async () => {
  const user = await createAdminUser(server);
  const newpassword = newPassword();
  const refused = await call(server, `PUT /management/users/${user.username}/password`, {
    bearer: acme.admin.token,
    json: { newpassword },
  });
  assert.equal(refused.status, 400);
  const answer = await call(server, `PUT /management/users/${user.username}/password`, {
    basic: superuserOf(server),
    json: { newpassword },
  });
  assert.equal(answer.status, 200, answer.text);
  await signIn(server, { username: user.username, password: newpassword });
  const unknown = await call(server, `PUT /management/users/nobody/password`, {
    basic: superuserOf(server),
    json: { newpassword },
  });
  assert.equal(unknown.status, 400);
  assert.equal(unknown.body.error, 'management');
});

test('a profile update with both passwords changes the password as well, as the SDK does it', async () => {
  const user = await createAdminUser(server);
  const newpassword = newPassword();
  const put = (json: unknown) =>
    call(server, `PUT /management/users/${user.uuid}/`, { json, bearer: user.token });
  const refused = await put({ name: 'Changed', oldpassword: 'not-it', newpassword });
  assert.equal(refused.status, 400);
  const changed = await put({ name: 'Changed', oldpassword: user.password, newpassword });
  assert.equal(changed.status, 200, changed.text);
  await signIn(server, { username: user.username, password: newpassword });
  const shown = await call(server, 'GET /management/users/me', { bearer: user.token });
  assert.equal(shown.body.data.name, 'Changed');
  assert.deepEqual(shown.body.data.properties, {});
});

test('UA-136 with a password history of 1, neither the current nor the previous password comes again', async () => {
  const owned = await createOwnedOrganization(server, { properties: { passwordHistorySize: 1 } });
  const { username, password: first } = owned.admin;
  const set = (oldpassword: string, newpassword: string) =>
    call(server, `PUT /management/users/${username}/password`, { json: { oldpassword, newpassword } });
  const second = newPassword();
  assert.equal((await set(first, second)).status, 200);
  for (const reused of [first, second]) {
    const answer = await set(second, reused);
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.body.error, 'recently_used_password');
  }
  assert.equal((await set(second, newPassword())).status, 200);
});

test('UA-141 an admin user makes an organization without a sandbox, and lists its own', async () => {
  const user = await createAdminUser(server);
  const as = { bearer: user.token };
  for (const encoding of ['json', 'form'] as const) {
    const organization = `Second-${unique()}`;
    const answer = await call(server, 'POST /management/users/me/organizations', {
      ...as,
      [encoding]: { organization },
    });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.action, 'new organization for user');
    assert.equal(answer.body.data.name, organization);
    const applications = await call(server, `GET /management/orgs/${organization}/apps`, as);
    assert.deepEqual(applications.body.data, {});
    const list = await call(server, `GET /management/users/${user.uuid}/orgs`, as);
    assert.equal(list.body.action, 'get user management');
    assert.equal(list.body.data[organization.toLowerCase()], answer.body.data.uuid);
    const again = await call(server, `POST /management/users/${user.username}/orgs`, {
      ...as,
      json: { organization },
    });
    assert.equal(again.status, 400);
    assert.equal(again.body.error, 'duplicate_unique_property_exists');
  }
  for (const options of [{}, { bearer: other.admin.token }]) {
    for (const path of ['GET', 'POST'].map(
      (method) => `${method} /management/users/${user.uuid}/organizations`,
    )) {
      const answer = await call(server, path, { ...options, json: { organization: `x-${unique()}` } });
      assert.equal(answer.status, 401);
    }
  }
});

test('usergrid-auth.md 8.5 whoever is a member of an organization leaves it, and lets others in', async () => {
  const user = await createAdminUser(server);
  await call(server, `PUT ${acme.path}/users/${user.uuid}`, { bearer: acme.admin.token });
  const path = `/management/users/${user.username}/organizations/${acme.organizationUuid}`;
  const left = await call(server, `DELETE ${path}`, { bearer: user.token });
  assert.equal(left.status, 200, left.text);
  assert.equal(left.body.action, 'remove user from organization');
  assert.equal(left.body.data.name, acme.organization);
  assert.equal((await call(server, `PUT ${path}`, { bearer: user.token })).status, 401);
  assert.equal((await call(server, `GET ${acme.path}`, { bearer: user.token })).status, 401);
  for (const options of [{ bearer: acme.admin.token }, { basic: superuserOf(server) }]) {
    const added = await call(server, `PUT ${path}`, options);
    assert.equal(added.status, 200, added.text);
    assert.equal(added.body.action, 'add user to organization');
    assert.equal(added.body.data.name, acme.organization);
    assert.equal((await call(server, `GET ${acme.path}`, { bearer: user.token })).status, 200);
    assert.equal((await call(server, `DELETE ${path}`, options)).status, 200);
    assert.equal((await call(server, `GET ${acme.path}`, { bearer: user.token })).status, 401);
  }
  for (const method of ['PUT', 'DELETE']) {
    const stranger = await call(server, `${method} ${path}`, { bearer: other.admin.token });
    assert.equal(stranger.status, 401);
  }
});

test('UA-142 addresses with + _ - and apostrophe sign in and resolve in paths', async () => {
  for (const sign of ['+', '_', '-', "'"]) {
    const email = `a${sign}b${unique()}@example.test`;
    const password = newPassword();
    const made = await call(server, 'POST /management/users', {
      form: { username: unique(), email, password },
    });
    assert.equal(made.status, 200, made.text);
    const bearer = await signIn(server, { username: email, password });
    const byGet = await call(server, 'GET /management/token', {
      query: { grant_type: 'password', username: email, password },
    });
    assert.equal(byGet.status, 200);
    const plain = await call(server, `GET /management/users/${email}`, { bearer });
    assert.equal(plain.body.data?.email, email, plain.text);
    const encoded = await call(server, `GET /management/users/${encodeURIComponent(email)}`, { bearer });
    assert.equal(encoded.body.data.email, email);
  }
});

test('an unknown admin user is reported, in the words for a name, an address or a uuid', async () => {
  for (const [reference, text] of [
    ['nobody', 'Could not find user for username: nobody'],
    ['no@body.test', 'Could not find user for email: no@body.test'],
    [
      '11111111-2222-3333-4444-555555555555',
      'Could not find user for user id: 11111111-2222-3333-4444-555555555555',
    ],
  ] as const) {
    for (const path of ['', '/organizations', '/feed']) {
      const answer = await call(server, `GET /management/users/${reference}${path}`);
      if (path === '/feed') assert.equal(answer.status, 404);
      else {
        assert.equal(answer.status, 400);
        assert.equal(answer.body.error, 'management');
        assert.equal(answer.body.error_description, text);
      }
    }
  }
  for (const odd of ['%00', '%F0%9F%98%80', '..', 'x'.repeat(3000), '__proto__']) {
    const answer = await call(server, `GET /management/users/${odd}`);
    assert.ok(answer.status >= 400 && answer.status < 500, `${odd}: ${answer.status}`);
  }
});

test('FLAW 2.6: users and clients of applications are nobody in the management API', async () => {
  const tenant = await createTenant(server);
  const issued = await call(server, `POST /${tenant.organization}/${tenant.application}/token`, {
    json: {
      grant_type: 'client_credentials',
      client_id: tenant.applicationClient.id,
      client_secret: tenant.applicationClient.secret,
    },
  });
  for (const bearer of [tenant.user.token, issued.body.access_token]) {
    for (const path of [
      'GET /management/users/me',
      `GET /management/users/${tenant.admin.username}`,
      `GET /management/orgs/${tenant.organization}`,
      `GET /management/orgs/${tenant.organization}/apps/${tenant.application}/credentials`,
      'GET /management/organizations',
    ]) {
      const answer = await call(server, path, { bearer });
      assert.equal(answer.status, 401, `${path}: ${answer.text}`);
    }
  }
});

test('FLAW 14: requests at once do not see each other', async () => {
  const users = await Promise.all([
    createAdminUser(server),
    createAdminUser(server),
    createAdminUser(server),
  ]);
  const looks = Array.from({ length: 60 }, (_, at) => users[at % users.length]!);
  await Promise.all(
    looks.map(async ({ token, uuid }) => {
      const answer = await call(server, 'GET /management/users/me', { bearer: token });
      assert.equal(answer.body.data.uuid, uuid);
      assert.equal(answer.body.data.token, token);
    }),
  );
});
