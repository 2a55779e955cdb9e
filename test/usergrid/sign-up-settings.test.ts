/** What the operator's settings change about sign-up. usergrid-auth.md 8.1 and 8.7. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from '../support/http.ts';
import { createOwnedOrganization, newPassword, signIn, unique } from '../support/organization.ts';
import { linkIn, mailTo, superuserOf } from '../support/outbox.ts';
import { startServer } from '../support/server.ts';

const newcomer = () => {
  const username = `user-${unique()}`;
  return { username, email: `${username}@example.test`, password: newPassword() };
};

test('with sign-up closed, only the superuser makes organizations and admin users', async () => {
  const server = await startServer({ environment: { KEYGRID_SIGNUP: 'closed' } });
  const basic = superuserOf(server);
  const owner = newcomer();
  const organization = `org-${unique()}`;
  const made = await call(server, 'POST /management/orgs', { basic, json: { organization, ...owner } });
  assert.equal(made.status, 200, made.text);
  const bearer = await signIn(server, owner);
  const attempts = [
    ['POST /management/organizations', { organization: `org-${unique()}`, ...newcomer() }],
    ['POST /management/users', newcomer()],
    ['POST /management/users/me/organizations', { organization: `org-${unique()}` }],
  ] as const;
  for (const [path, json] of attempts) {
    const refused = await call(server, path, { json, bearer });
    assert.equal(refused.status, 400, path);
    assert.equal(refused.body.error, 'illegal_argument');
    assert.equal(refused.body.error_description, 'Public organization registration is disabled');
  }
  const user = await call(server, 'POST /management/users', { basic, json: newcomer() });
  assert.equal(user.status, 200, user.text);
  const invited = await call(server, `POST /management/orgs/${organization}/users`, {
    bearer,
    json: { email: newcomer().email },
  });
  assert.equal(invited.status, 200, 'a member may let colleagues in');
  await server.stop();
});

test('the superuser makes a known admin user the owner by leaving the password out, others cannot', async () => {
  const server = await startServer();
  const { admin } = await createOwnedOrganization(server);
  const organization = `org-${unique()}`;
  const json = { organization, email: admin.email };
  const refused = await call(server, 'POST /management/orgs', { json });
  assert.equal(refused.status, 400);
  assert.equal(refused.body.error, 'error_password_policy_violation');
  const made = await call(server, 'POST /management/orgs', { json, basic: superuserOf(server) });
  assert.equal(made.status, 200, made.text);
  assert.equal(made.body.data.owner.uuid, admin.uuid);
  const shown = await call(server, `GET /management/orgs/${organization}`, { bearer: admin.token });
  assert.equal(shown.status, 200);
  await server.stop();
});

test('an organization that waits for approval is of no use until its link is followed', async () => {
  const server = await startServer({ environment: { KEYGRID_ORGANIZATION_APPROVAL: 'true' } });
  const owner = newcomer();
  const organization = `Org-${unique()}`;
  await call(server, 'POST /management/orgs', { json: { organization, ...owner } });
  const bearer = await signIn(server, owner);
  const statuses = async () =>
    Promise.all(
      [`/management/orgs/${organization}`, `/${organization}/sandbox/things`].map(
        async (path) => (await call(server, `GET ${path}`, { bearer })).status,
      ),
    );
  assert.deepEqual(await statuses(), [401, 404]);
  const [mail] = await mailTo(server, 'superuser@localhost');
  assert.equal(mail?.subject, `Request For Organization Account Activation: ${organization}`);
  const { path, token } = linkIn(mail);
  const page = await call(server, `GET ${path}`, { query: { token } });
  assert.ok(page.text.includes(`Your organization ${organization} has been successfully activated.`));
  assert.deepEqual(await statuses(), [200, 200]);
  const again = await call(server, `GET ${path}`, { query: { token } });
  assert.match(again.text, /token invalid or expired/);
  await server.stop();
});

test('the link to approve an organization can be asked for again, and works for that one only', async () => {
  const server = await startServer({ environment: { KEYGRID_ORGANIZATION_APPROVAL: 'true' } });
  const [first, second] = [`org-${unique()}`, `org-${unique()}`];
  for (const organization of [first, second]) {
    await call(server, 'POST /management/orgs', { json: { organization, ...newcomer() } });
  }
  await call(server, `GET /management/orgs/${first}/reactivate`);
  const mails = await mailTo(server, 'superuser@localhost');
  assert.equal(mails.length, 3);
  const { token } = linkIn(mails.at(-1));
  const wrong = await call(server, `GET /management/orgs/${second}/activate`, { query: { token } });
  assert.match(wrong.text, /token invalid or expired/);
  const right = await call(server, `GET /management/orgs/${first}/activate`, { query: { token } });
  assert.match(right.text, /successfully activated/);
  await server.stop();
});

test('with confirmation and approval demanded, a new admin user passes both before signing in', async () => {
  const server = await startServer({
    environment: { KEYGRID_ADMIN_CONFIRMATION: 'true', KEYGRID_ADMIN_APPROVAL: 'true' },
  });
  const user = newcomer();
  const login = () =>
    call(server, 'POST /management/token', {
      json: { grant_type: 'password', username: user.username, password: user.password },
    });
  const made = await call(server, 'POST /management/users', { json: user });
  assert.equal(made.body.data.user.activated, false);
  assert.equal(made.body.data.user.confirmed, false);
  const unconfirmed = await login();
  assert.equal(unconfirmed.status, 403);
  assert.equal(unconfirmed.body.error_description, 'User must be confirmed to authenticate');

  const [confirmation] = await mailTo(server, user.email);
  const confirmed = await call(server, `GET ${linkIn(confirmation).path}`, {
    query: { token: linkIn(confirmation).token },
  });
  assert.match(confirmed.text, /waits for approval/);
  const waiting = await login();
  assert.equal(waiting.status, 400);
  assert.equal(waiting.body.error_description, 'user not activated');

  const [approval] = await mailTo(server, 'superuser@localhost');
  const activated = await call(server, `GET ${linkIn(approval).path}`, {
    query: { token: linkIn(approval).token },
  });
  assert.match(activated.text, /has been successfully activated\./);
  assert.equal((await login()).status, 200);
  await server.stop();
});

test('FLAW 11: mail about one account, and mail asked for from one address, comes in small numbers', async () => {
  const server = await startServer();
  const { admin } = await createOwnedOrganization(server);
  const ask = (email: string) => call(server, 'POST /management/users/resetpw', { form: { email } });
  const statuses: number[] = [];
  for (let at = 0; at < 7; at += 1) statuses.push((await ask(admin.email)).status);
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429]);
  assert.equal((await mailTo(server, admin.email)).length, 5);
  const refused = await ask(admin.email);
  assert.match(refused.text, /Too many attempts/);
  let others = 0;
  while (others < 40 && (await ask(`nobody-${others}@example.test`)).status === 200) others += 1;
  assert.ok(others > 0 && others < 40, 'unknown accounts count as well');
  const reactivate = await call(server, `GET /management/users/${admin.username}/reactivate`);
  assert.equal(reactivate.status, 429);
  await server.stop();
});
