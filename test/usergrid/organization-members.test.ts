/** Who belongs to an organization. usergrid-auth.md 8.2. */
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
import { linkIn, mailTo } from '../support/outbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';

let server: RunningServer;
let acme: OwnedOrganization;
let other: OwnedOrganization;

before(async () => {
  server = await startServer();
  acme = await createOwnedOrganization(server);
  other = await createOwnedOrganization(server);
});
after(async () => {
  await server?.stop();
});

const asAdmin = () => ({ bearer: acme.admin.token });
const membersOf = async (organization: OwnedOrganization): Promise<string[]> => {
  const { body } = await call(server, `GET ${organization.path}/users`, { bearer: organization.admin.token });
  return body.data.map(({ username }: { username: string }) => username).sort();
};

test('UA-116 the members of an organization are an array', async () => {
  const answer = await call(server, `GET ${acme.path}/users`, asAdmin());
  assert.equal(answer.status, 200);
  assert.equal(answer.body.action, 'get organization users');
  assert.ok(Array.isArray(answer.body.data));
  assert.equal(answer.body.data[0].uuid, acme.admin.uuid);
});

test('UA-117 adding a member again changes nothing', async () => {
  for (const reference of [acme.admin.username, acme.admin.email, acme.admin.uuid, 'me']) {
    const answer = await call(server, `PUT ${acme.path}/users/${reference}`, asAdmin());
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.action, 'add user to organization');
    assert.equal(answer.body.data.user.uuid, acme.admin.uuid);
  }
  assert.deepEqual(await membersOf(acme), [acme.admin.username]);
  assert.deepEqual(await mailTo(server, acme.admin.email), []);
});

test('UA-118 an address alone makes a member, who gets mail to choose a password, then of the invitation', async () => {
  const email = `only+mail'${unique()}@example.test`;
  const answer = await call(server, `POST ${acme.path}/users`, { ...asAdmin(), json: { email } });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.action, 'create user');
  assert.equal(answer.body.data.user.username, email);
  const mails = await mailTo(server, email);
  assert.deepEqual(
    mails.map(({ subject }) => subject),
    ['Password Reset', 'User Invited To Organization'],
  );
  const { path, token } = linkIn(mails[0]);
  const password = newPassword();
  const reset = await call(server, `POST ${path}`, {
    form: { token, password1: password, password2: password },
  });
  assert.match(reset.text, /password set/);
  const bearer = await signIn(server, { username: email, password });
  assert.equal((await call(server, `GET ${acme.path}`, { bearer })).status, 200);
});

test('an invitation adds the admin user who has the address, or demands that nobody has it', async () => {
  const known = await createAdminUser(server);
  const refused = await call(server, `POST ${acme.path}/users`, {
    ...asAdmin(),
    form: { email: known.email, username: unique(), invite: 'false' },
  });
  assert.equal(refused.status, 400);
  assert.equal(refused.body.error, 'duplicate_unique_property_exists');
  const added = await call(server, `POST ${acme.path}/users`, {
    ...asAdmin(),
    form: { email: known.email.toUpperCase(), password: 'ignored-password-1' },
  });
  assert.equal(added.status, 200, added.text);
  assert.equal(added.body.data.user.uuid, known.uuid);
  assert.deepEqual(
    (await mailTo(server, known.email)).map(({ subject }) => subject),
    ['User Invited To Organization'],
  );
  await signIn(server, known);
});

test('an invitation with the password of choice lets the new member in at once', async () => {
  const given = { username: `colleague-${unique()}`, password: newPassword() };
  const answer = await call(server, `POST ${acme.path}/users`, {
    ...asAdmin(),
    json: { ...given, email: `${given.username}@example.test`, title: 'Dr.' },
  });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.body.data.user.properties, { title: 'Dr.' });
  await signIn(server, given);
});

test('an invitation without an address, or with a bad name or password, makes no one', async () => {
  const before = await membersOf(acme);
  const email = () => `user-${unique()}@example.test`;
  const cases = [
    {},
    { email: '' },
    { email: 5 },
    { email: email(), username: 'me' },
    { email: email(), username: acme.admin.username },
    { email: email(), password: 'abc' },
    { email: email(), password: 12345 },
  ];
  for (const json of cases) {
    const answer = await call(server, `POST ${acme.path}/users`, { ...asAdmin(), json });
    assert.equal(answer.status, 400, JSON.stringify(json));
  }
  assert.deepEqual(await membersOf(acme), before);
});

test('UA-119 a member who is removed loses access at once, and gets it back when added again', async () => {
  const user = await createAdminUser(server);
  const path = `${acme.path}/users/${user.username}`;
  const look = async () => (await call(server, `GET ${acme.path}`, { bearer: user.token })).status;
  assert.equal(await look(), 401);
  assert.equal((await call(server, `PUT ${path}`, asAdmin())).status, 200);
  assert.equal(await look(), 200);
  const removed = await call(server, `DELETE ${path}`, asAdmin());
  assert.equal(removed.status, 200);
  assert.equal(removed.body.action, 'remove user from organization');
  assert.equal(removed.body.data.user.uuid, user.uuid);
  assert.equal(await look(), 401);
  assert.equal((await call(server, `PUT ${path}`, asAdmin())).status, 200);
  assert.equal(await look(), 200);
  await call(server, `DELETE ${path}`, asAdmin());
});

test('UA-120 the last member stays, however the request names it', async () => {
  const { admin, path } = other;
  for (const reference of [admin.username, admin.uuid, admin.uuid.toUpperCase(), admin.email, 'me']) {
    const answer = await call(server, `DELETE ${path}/users/${reference}`, { bearer: admin.token });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error, 'unable_to_leave_organization');
    assert.equal(answer.body.error_description, 'Organizations must have at least one member.');
  }
});

test('FLAW 8.2: of two members who remove each other at once, one stays', async () => {
  const pair = await createOwnedOrganization(server);
  const second = await createAdminUser(server);
  await call(server, `PUT ${pair.path}/users/${second.uuid}`, { bearer: pair.admin.token });
  const answers = await Promise.all([
    call(server, `DELETE ${pair.path}/users/${second.uuid}`, { bearer: pair.admin.token }),
    call(server, `DELETE ${pair.path}/users/${pair.admin.uuid}`, { bearer: second.token }),
  ]);
  assert.ok(answers.some(({ status }) => status === 200));
  assert.ok(answers.some(({ status }) => status === 400 || status === 401));
  const looks = await Promise.all(
    [pair.admin.token, second.token].map((bearer) => call(server, `GET ${pair.path}`, { bearer })),
  );
  assert.deepEqual(looks.map(({ status }) => status).sort(), [200, 401]);
});

test('members of another organization and guests change nothing', async () => {
  const user = await createAdminUser(server);
  for (const options of [{}, { bearer: other.admin.token }, { bearer: user.token }]) {
    for (const [method, part] of [
      ['POST', ''],
      ['PUT', `/${user.uuid}`],
      ['DELETE', `/${acme.admin.uuid}`],
    ]) {
      const answer = await call(server, `${method} ${acme.path}/users${part}`, {
        ...options,
        json: { email: user.email },
      });
      assert.equal(answer.status, 401, answer.text);
    }
  }
  assert.ok((await membersOf(acme)).includes(acme.admin.username));
  assert.ok(!(await membersOf(acme)).includes(user.username));
});

test('an unknown user is reported as such', async () => {
  for (const method of ['PUT', 'DELETE']) {
    for (const reference of ['nobody', 'no@body.test', '11111111-2222-3333-4444-555555555555']) {
      const answer = await call(server, `${method} ${acme.path}/users/${reference}`, asAdmin());
      assert.equal(answer.status, 400);
      assert.equal(answer.body.error, 'management');
      assert.match(answer.body.error_description, /Could not find user/);
    }
  }
});
