/** Accounts of application users: passwords, tokens, deactivation, mail. usergrid-auth.md 6.2 and 9. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ApplicationAccess, accessTo, outcome, requireSuccess } from '../support/application.ts';
import type { Answer } from '../support/http.ts';
import { newPassword, unique } from '../support/organization.ts';
import { linkIn, mailTo } from '../support/outbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

const refused = '401 unauthorized';

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

const login = (username: string, password: string): Promise<Answer> =>
  app.asGuest('POST /token', { json: { grant_type: 'password', username, password } });

test('UA-76 UA-78 a user ends all its tokens, by PUT or POST', async () => {
  const user = await app.newUser();
  for (const method of ['PUT', 'POST']) {
    const tokens = [await app.signIn(user), await app.signIn(user)];
    const answer = requireSuccess(await app.as(tokens[0]!)(`${method} /users/${user.username}/revoketokens`));
    assert.equal(answer.body.action, 'revoked user tokens');
    assert.equal(answer.body.organization, undefined);
    for (const token of tokens) {
      assert.equal(outcome(await app.as(token)('GET /users/me')), '401 auth_invalid');
    }
  }
  requireSuccess(await app.as(await app.signIn(user))('GET /users/me'));
});

test('FLAW revocation: a guest ends nobody’s tokens', async () => {
  const user = await app.newUser();
  for (const request of ['POST', 'PUT'].flatMap((method) => [
    `${method} /users/${user.username}/revoketokens`,
    `${method} /users/${user.username}/revoketoken?token=${user.token}`,
  ])) {
    assert.equal(outcome(await app.asGuest(request)), refused, request);
  }
  requireSuccess(await user.call('GET /users/me'));
});

test('UA-77 one token is ended and the others live on', async () => {
  const user = await app.newUser();
  const other = await app.signIn(user);
  const path = `PUT /users/${user.email}/revoketoken?token=${user.token}`;
  const answer = requireSuccess(await user.call(path));
  assert.equal(answer.body.action, 'revoked user token');
  assert.equal(answer.body.params, undefined);
  assert.equal(outcome(await user.call('GET /users/me')), '401 auth_invalid');
  requireSuccess(await app.as(other)('GET /users/me'));
});

test('UA-81 revoketoken without a token is refused', async () => {
  const user = await app.newUser();
  for (const query of ['', '?token=', '?token=garbage']) {
    assert.equal(
      outcome(await user.call(`PUT /users/me/revoketoken${query}`)),
      '400 illegal_argument',
      query,
    );
  }
});

test('FLAW revocation: only a token of the very user that the path names is ended', async () => {
  const [user, other] = [await app.newUser(), await app.newUser()];
  for (const token of [other.token, tenant.admin.token]) {
    const answer = await app.asAdmin(`PUT /users/${user.uuid}/revoketoken`, { query: { token } });
    assert.equal(outcome(answer), '400 illegal_argument');
    assert.doesNotMatch(answer.text, new RegExp(token));
  }
  requireSuccess(await other.call('GET /users/me'));
});

test('an old browser client appends its own token after a second question mark', async () => {
  const user = await app.newUser();
  const { status } = await app.asGuest(
    `PUT /users/${user.username}/revoketoken?token=${user.token}?access_token=${user.token}`,
  );
  assert.equal(status, 200);
  assert.equal(outcome(await user.call('GET /users/me')), '401 auth_invalid');
});

test('UA-143 the old password is the proof for a new one, by PUT or POST, without a token', async () => {
  const user = await app.newUser();
  let { password } = user;
  for (const [method, reference] of [
    ['PUT', user.username],
    ['POST', user.email],
    ['PUT', user.uuid],
  ]) {
    const newpassword = newPassword();
    const json = { oldpassword: password, newpassword };
    const answer = await app.asGuest(`${method} /users/${reference}/password`, { json });
    assert.equal(requireSuccess(answer).body.action, 'set user password');
    assert.equal(outcome(await login(user.username, password)), '400 invalid_grant');
    requireSuccess(await login(user.username, newpassword));
    password = newpassword;
  }
});

test('a wrong old password is refused, and a missing one', async () => {
  const user = await app.newUser();
  const json = { oldpassword: 'not the one', newpassword: newPassword() };
  const path = `PUT /users/${user.username}/password`;
  assert.equal(outcome(await app.asGuest(path, { json })), '400 auth_invalid_username_or_password');
  assert.equal(
    outcome(await user.call('PUT /users/me/password', { json })),
    '400 auth_invalid_username_or_password',
  );
  for (const [fields, message] of [
    [{ oldpassword: user.password }, /newpassword is required/],
    [{ newpassword: newPassword() }, /oldpassword and newpassword are both required/],
    [{}, /newpassword is required/],
  ] as [object, RegExp][]) {
    const answer = await user.call(path, { json: fields });
    assert.equal(outcome(answer), '400 illegal_argument');
    assert.match(answer.body.error_description, message);
  }
  requireSuccess(await login(user.username, user.password));
  assert.equal((await app.asGuest('PUT /users/nobody/password', { json })).status, 404);
});

test('a new password ends all tokens but the one that asked for it', async () => {
  const user = await app.newUser();
  const other = await app.signIn(user);
  const json = { oldpassword: user.password, newpassword: newPassword() };
  requireSuccess(await user.call('PUT /users/me/password', { json }));
  requireSuccess(await user.call('GET /users/me'));
  assert.equal(outcome(await app.as(other)('GET /users/me')), '401 auth_invalid');
});

test('UA-144 an administrator of the application sets a password without the old one', async () => {
  const user = await app.newUser();
  const { organizationClient, applicationClient } = tenant;
  const clients = [organizationClient, applicationClient].map(({ id, secret }) => ({
    client_id: id,
    client_secret: secret,
  }));
  for (const query of [{ access_token: tenant.admin.token }, ...clients]) {
    const newpassword = newPassword();
    requireSuccess(
      await app.asGuest(`PUT /users/${user.username}/password`, { query, json: { newpassword } }),
    );
    requireSuccess(await login(user.username, newpassword));
  }
});

test('UA-146 FLAW password: an administrator of another tenant needs the old one', async () => {
  const user = await app.newUser();
  const other = await createTenant(server);
  const path = `PUT /users/${user.username}/password`;
  for (const bearer of [other.admin.token, other.user.token]) {
    const alone = await app.as(bearer)(path, { json: { newpassword: newPassword() } });
    assert.equal(outcome(alone), '400 illegal_argument');
    const guessed = await app.as(bearer)(path, {
      json: { oldpassword: 'guess', newpassword: newPassword() },
    });
    assert.equal(outcome(guessed), '400 auth_invalid_username_or_password');
  }
  requireSuccess(await login(user.username, user.password));
});

test('UA-145 a password below the policy is refused and leaves no user behind', async () => {
  const username = `short-${unique()}`;
  const refusal = '400 error_password_policy_violation';
  assert.equal(outcome(await app.asGuest('POST /users', { json: { username, password: 'foo' } })), refusal);
  assert.equal((await app.asAdmin(`GET /users/${username}`)).status, 404);
  const user = await app.newUser();
  const json = { oldpassword: user.password, newpassword: 'foo' };
  assert.equal(outcome(await user.call('PUT /users/me/password', { json })), refusal);
  assert.equal(
    outcome(await app.asAdmin(`POST /groups/none/users`, { json: { username, password: 'foo' } })).slice(
      0,
      3,
    ),
    '404',
  );
  requireSuccess(await login(user.username, user.password));
});

test('UA-147 UD-154 nobody is called me', async () => {
  for (const username of ['me', 'Me', 'ME']) {
    assert.equal(
      outcome(await app.asAdmin('POST /users', { json: { username, password: newPassword() } })),
      '400 illegal_argument',
    );
    assert.equal(
      outcome(await app.asAdmin(`PUT /users/${tenant.user.uuid}`, { json: { username } })),
      '400 illegal_argument',
    );
  }
});

test('UA-148 only administrators get tokens for users', async () => {
  const user = await app.newUser();
  const path = `GET /users/${user.username}/token`;
  assert.equal(outcome(await user.call(path)), '403 forbidden_service_operation');
  assert.equal(outcome(await user.call('GET /users/me/token')), '403 forbidden_service_operation');
  assert.equal(outcome(await app.as('blah')(path)), '401 auth_bad_access_token');
  assert.equal(outcome(await app.asGuest(path)), refused);
  const { body } = requireSuccess(await app.asAdmin(path, { query: { ttl: 60_000 } }));
  assert.equal(body.expires_in, 60);
  assert.equal(body.user.uuid, user.uuid);
  const me = requireSuccess(await app.as(body.access_token)('GET /users/me'));
  assert.equal(me.body.entities[0].uuid, user.uuid);
  assert.equal(outcome(await app.asAdmin(path, { query: { ttl: 604_800_001 } })), '400 illegal_argument');
  const other = await createTenant(server);
  assert.equal(outcome(await app.as(other.admin.token)(path)), refused);
  assert.equal(outcome(await app.as(other.user.token)(path)), refused);
});

test('UA-149 UA-29 UD-153 who is deactivated is signed out and stays out until activated', async () => {
  const user = await app.newUser();
  const answer = requireSuccess(await app.asAdmin(`POST /users/${user.username}/deactivate`));
  assert.equal(answer.body.action, 'Deactivate user');
  const [entity] = answer.body.entities;
  assert.equal(entity.activated, false);
  assert.ok(Math.abs(entity.deactivated - answer.body.timestamp) < 60_000);
  const denied = await login(user.username, user.password);
  assert.equal(outcome(denied), '400 invalid_grant');
  assert.equal(denied.body.error_description, 'user not activated');
  assert.equal((await user.call('GET /users/me')).status, 401);
  assert.equal(outcome(await app.asAdmin(`GET /users/${user.username}/token`)), '400 invalid_grant');
  const back = requireSuccess(
    await app.asAdmin(`PUT /users/${user.username}`, { json: { activated: true } }),
  );
  assert.equal(back.body.entities[0].deactivated, undefined);
  requireSuccess(await login(user.username, user.password));
  assert.equal((await user.call('GET /users/me')).status, 401);
});

test('a link in mail leads to a new password, once', async () => {
  const user = await app.newUser();
  const page = await app.asGuest('GET /users/resetpw');
  assert.match(page.text, /name="email"/);
  const blank = await app.asGuest('POST /users/resetpw', { form: { email: '' } });
  assert.match(blank.text, /No email provided, try again/);
  requireSuccess(await app.asGuest('POST /users/resetpw', { form: { email: user.username } }));
  const unknown = await app.asGuest('POST /users/resetpw', { form: { email: 'nobody@example.test' } });
  assert.match(unknown.text, /If there is such an account/);
  const { path, token } = linkIn((await mailTo(server, user.email)).at(-1));
  assert.equal(path.toLowerCase(), `${app.path}/users/${user.uuid}/resetpw`.toLowerCase());
  const local = path.slice(app.path.length);
  const form = await app.asGuest(`GET ${local}?token=${token}`);
  assert.match(form.text, /name="password1"[\s\S]*name="password2"/);
  assert.ok(form.text.includes(token));

  const password = newPassword();
  const post = (fields: Record<string, string>) =>
    app.asGuest(`POST ${local}`, { form: { token, password1: password, password2: password, ...fields } });
  assert.match((await post({ password2: 'another' })).text, /Passwords didn't match/);
  assert.match((await post({ password1: 'foo', password2: 'foo' })).text, /at least 4 characters/);
  assert.match((await post({ token: 'ZW0tnone' })).text, /invalid token/);
  assert.match((await post({})).text, /password set/);
  assert.match((await post({})).text, /invalid token/);
  assert.equal(outcome(await user.call('GET /users/me')), '401 auth_invalid');
  requireSuccess(await login(user.username, password));
});

test('FLAW mail tokens: the token of a link is no access token, and good for its own user only', async () => {
  const [user, other] = [await app.newUser(), await app.newUser()];
  requireSuccess(await app.asGuest(`POST /users/${user.username}/resetpw`, { form: {} }));
  const { token } = linkIn((await mailTo(server, user.email)).at(-1));
  assert.equal((await app.as(token)('GET /users/me')).status, 401);
  const form = { token, password1: newPassword(), password2: newPassword() };
  const password1 = newPassword();
  const wrong = await app.asGuest(`POST /users/${other.username}/resetpw`, {
    form: { ...form, password1, password2: password1 },
  });
  assert.match(wrong.text, /invalid token/);
  assert.equal((await app.asGuest('POST /users/nobody/resetpw', { form })).status, 404);
  const good = await app.asGuest(`POST /users/${user.username}/resetpw`, {
    form: { token, password1, password2: password1 },
  });
  assert.match(good.text, /password set/);
});

test('where addresses are confirmed, a user signs in after following the link', async () => {
  const strict = accessTo(server, await createTenant(server));
  requireSuccess(await strict.asAdmin('PUT /', { json: { registration_requires_email_confirmation: true } }));
  const username = `new-${unique()}`;
  const json = { username, email: `${username}@example.test`, password: newPassword() };
  const created = requireSuccess(await strict.asGuest('POST /users', { json: { ...json, activated: true } }));
  assert.equal(created.body.entities[0].activated, false);
  const grant = { json: { grant_type: 'password', username, password: json.password } };
  assert.equal((await strict.asGuest('POST /token', grant)).body.error_description, 'user not activated');

  const again = requireSuccess(await strict.asGuest(`GET /users/${username}/reactivate`));
  assert.equal(again.body.action, 'reactivate user');
  const mails = await mailTo(server, json.email);
  assert.equal(mails.length, 2);
  assert.equal(mails[1]!.subject, `User Account Confirmation: ${json.email}`);
  const { path, token } = linkIn(mails[1]);
  const local = path.slice(strict.path.length);
  assert.match(
    (await strict.asGuest(`GET ${local}?token=ZW0twrong`)).text,
    /Confirmation token invalid or expired/,
  );
  assert.match((await strict.asGuest(`GET ${local}?token=${token}`)).text, /successfully activated/);
  assert.match(
    (await strict.asGuest(`GET ${local}?token=${token}`)).text,
    /Confirmation token invalid or expired/,
  );
  requireSuccess(await strict.asGuest('POST /token', grant));
  assert.match(
    (await strict.asGuest(`GET /users/${username}/activate?token=x`)).text,
    /Activation token invalid/,
  );
});

test('asking for mail tells nobody who has an account', async () => {
  const known = await app.newUser();
  for (const request of ['GET /users/$/reactivate', 'POST /users/$/resetpw']) {
    const [yes, no] = await Promise.all(
      [known.username, `nobody-${unique()}`].map((name) =>
        app.asGuest(request.replace('$', name), request.startsWith('POST') ? { form: {} } : {}),
      ),
    );
    assert.equal(yes?.status, no?.status);
    const plain = (answer: Answer | undefined) => answer?.text.replace(/"(timestamp|duration)":\d+/g, '');
    assert.equal(plain(yes), plain(no), request);
  }
});

test('PINs and stored credentials are left out', async () => {
  const { username } = tenant.user;
  const pin = { grant_type: 'pin', username, pin: '1234' };
  assert.equal(outcome(await app.asGuest('POST /token', { json: pin })), '400 invalid_grant');
  assert.equal(outcome(await app.asAdmin(`POST /users/${username}/setpin?pin=1`)), '400 invalid_grant');
  assert.equal(outcome(await app.asAdmin(`GET /users/${username}/sendpin`)), '400 invalid_grant');
  assert.equal((await app.asAdmin(`GET /users/${username}/credentials`)).status, 404);
});

test('force says what a reference to a user is', async () => {
  const first = await app.newUser();
  const shared = first.email;
  const second = await app.asAdmin('POST /users', { json: { username: shared, email: `x-${shared}` } });
  const secondUuid = requireSuccess(second).body.entities[0].uuid;
  const rolesOf = async (query: string) =>
    requireSuccess(await app.asAdmin(`GET /users/${shared}/roles${query}`)).body.path;
  assert.equal(await rolesOf('?force=email'), `/users/${first.uuid}/roles`);
  assert.equal(await rolesOf('?force=name'), `/users/${secondUuid}/roles`);
});
