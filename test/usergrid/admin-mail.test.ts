/** New passwords by mail, confirmation, activation: the pages and the mail of admin users. usergrid-auth.md 8.6, 8.7. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { createAdminUser, createOwnedOrganization, newPassword, signIn } from '../support/organization.ts';
import { linkIn, mailTo } from '../support/outbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';

let server: RunningServer;

before(async () => {
  server = await startServer();
});
after(async () => {
  await server?.stop();
});

const askForMail = (email: string) => call(server, 'POST /management/users/resetpw', { form: { email } });
const lastLinkTo = async (address: string) => linkIn((await mailTo(server, address)).at(-1));

test('UA-137 a forgotten password: mail, link, form, new password; and the link works once', async () => {
  const user = await createAdminUser(server);
  const started = await call(server, `POST /management/users/${user.username}/resetpw`, { form: {} });
  assert.equal(started.status, 200);
  const [mail] = await mailTo(server, user.email);
  assert.equal(mail?.subject, 'Password Reset');
  const { path, token } = linkIn(mail);
  assert.equal(path, `/management/users/${user.uuid}/resetpw`);
  assert.match(token, /^ZW0t/);
  assert.ok(mail?.text.trimEnd().endsWith(`token=${token}`));

  const form = await call(server, `GET ${path}`, { query: { token } });
  assert.equal(form.status, 200);
  for (const field of ['token', 'password1', 'password2'])
    assert.match(form.text, new RegExp(`name="${field}"`));
  assert.ok(form.text.includes(`value="${token}"`));

  const password = newPassword();
  const differing = await call(server, `POST ${path}`, {
    form: { token, password1: password, password2: `${password}x` },
  });
  assert.equal(differing.status, 200);
  assert.match(differing.text, /Passwords didn't match, let's try again\.\.\./);
  const short = await call(server, `POST ${path}`, { form: { token, password1: 'abc', password2: 'abc' } });
  assert.match(short.text, /must be at least 4 characters/);

  const set = await call(server, `POST ${path}`, {
    form: { token, password1: password, password2: password },
  });
  assert.equal(set.status, 200);
  assert.match(set.text, /password set/);
  await signIn(server, { username: user.username, password });
  const old = await call(server, 'GET /management/users/me', { bearer: user.token });
  assert.equal(old.status, 401, 'tokens from before the reset are dead');

  const again = await call(server, `POST ${path}`, {
    form: { token, password1: password, password2: password },
  });
  assert.equal(again.status, 200);
  assert.match(again.text, /invalid token/);
  const late = await call(server, `GET ${path}`, { query: { token } });
  assert.match(late.text, /name="email"/);
});

test('the time of the last change moves with a reset', async () => {
  const user = await createAdminUser(server);
  const changedAt = async (password: string) => {
    const answer = await call(server, 'POST /management/token', {
      json: { grant_type: 'password', username: user.username, password },
    });
    return answer.body.passwordChanged as number;
  };
  const before = await changedAt(user.password);
  await askForMail(user.username);
  const { path, token } = await lastLinkTo(user.email);
  const password = newPassword();
  await call(server, `POST ${path}`, { form: { token, password1: password, password2: password } });
  assert.ok((await changedAt(password)) > before);
});

test('of two who use one link at once, one sets the password', async () => {
  const user = await createAdminUser(server);
  await askForMail(user.email);
  const { path, token } = await lastLinkTo(user.email);
  const passwords = [newPassword(), newPassword(), newPassword()];
  const answers = await Promise.all(
    passwords.map((password) =>
      call(server, `POST ${path}`, { form: { token, password1: password, password2: password } }),
    ),
  );
  assert.equal(answers.filter(({ text }) => text.includes('password set')).length, 1);
  assert.equal(answers.filter(({ text }) => text.includes('invalid token')).length, 2);
});

test('UA-138 a reset under an unknown name is refused and leaves the token usable', async () => {
  const user = await createAdminUser(server);
  const stranger = await createAdminUser(server);
  await askForMail(user.email);
  const { path, token } = await lastLinkTo(user.email);
  const password = newPassword();
  const form = { token, password1: password, password2: password };
  const unknown = await call(server, 'POST /management/users/nobody/resetpw', { form });
  assert.equal(unknown.status, 400);
  assert.equal(unknown.body.error, 'management');
  assert.match(unknown.body.error_description, /Could not find/);
  const others = await call(server, `POST /management/users/${stranger.uuid}/resetpw`, { form });
  assert.match(others.text, /invalid token/);
  await signIn(server, stranger);
  assert.match((await call(server, `POST ${path}`, { form })).text, /password set/);
});

test('UA-139 FLAW 2: a mail token is no access token', async () => {
  const user = await createAdminUser(server);
  await askForMail(user.email);
  const { token } = await lastLinkTo(user.email);
  for (const options of [{ bearer: token }, { query: { access_token: token } }]) {
    for (const path of [
      'GET /management/users/me',
      'GET /status',
      'POST /management/users/me/revoketokens',
    ]) {
      const answer = await call(server, path, options);
      assert.equal(answer.status, 401);
      assert.equal(answer.body.error, 'auth_bad_access_token');
    }
  }
});

test('FLAW 11: asking for a new password tells nobody whether there is an account', async () => {
  const user = await createAdminUser(server);
  const known = await askForMail(user.email);
  const unknown = await askForMail('nobody@example.test');
  assert.equal(unknown.status, known.status);
  assert.equal(unknown.text, known.text);
  assert.match(known.text, /If there is such an account, mail was sent/);
  const direct = await call(server, `POST /management/users/nobody-at-all/resetpw`, { form: {} });
  assert.equal(direct.text, known.text);
  const blank = await askForMail(' ');
  assert.match(blank.text, /No email provided, try again\.\.\./);
  const reactivated = [user.username, 'nobody-at-all'].map((reference) =>
    call(server, `GET /management/users/${reference}/reactivate`),
  );
  for (const answer of await Promise.all(reactivated)) {
    assert.equal(answer.status, 200);
    assert.equal(answer.body.action, 'reactivate user');
  }
});

test('UA-140 reactivation sends the mail with the link again', async () => {
  const user = await createAdminUser(server);
  const answer = await call(server, `GET /management/users/${user.email}/reactivate`);
  assert.equal(answer.status, 200);
  assert.equal(answer.body.action, 'reactivate user');
  const [mail] = await mailTo(server, user.email);
  assert.equal(mail?.subject, `User Account Confirmation: ${user.email}`);
  const { path, token } = linkIn(mail);
  const wrong = await call(server, `GET ${path}?token=ZW0t${'A'.repeat(48)}`);
  assert.equal(wrong.status, 200);
  assert.match(wrong.text, /Confirmation token invalid or expired/);
  const swapped = await call(server, `GET /management/users/${user.uuid}/activate`, { query: { token } });
  assert.match(swapped.text, /Activation token invalid or expired/);
  const confirmed = await call(server, `GET ${path}`, { query: { token } });
  assert.equal(confirmed.status, 200);
  assert.match(confirmed.text, /has been successfully activated\./);
  const again = await call(server, `GET ${path}`, { query: { token } });
  assert.match(again.text, /Confirmation token invalid or expired/);
});

test('pages work without script, load nothing from elsewhere, and are not cached', async () => {
  const user = await createAdminUser(server);
  const reset = await call(server, 'GET /management/users/resetpw');
  const link = await call(server, `GET /management/users/${user.uuid}/confirm?token=x`);
  for (const { headers, text } of [reset, link]) {
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'self'/);
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe|script/);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.doesNotMatch(text, /<script|<style| style=|https?:\/\/|\bon[a-z]+=/i);
    for (const [, address] of text.matchAll(/(?:href|src)="([^"]+)"/g)) {
      const file = await call(server, `GET ${address}`);
      assert.equal(file.status, 200, address);
      assert.match(String(file.headers['cache-control']), /immutable/);
    }
  }
});

test('only the pages about passwords may stand in a frame, as the portal shows them', async () => {
  const user = await createAdminUser(server);
  for (const path of ['resetpw', `${user.uuid}/resetpw`, `${user.uuid}/resetpw?token=x`]) {
    const { headers } = await call(server, `GET /management/users/${path}`);
    assert.equal(headers['x-frame-options'], undefined);
    assert.doesNotMatch(String(headers['content-security-policy']), /frame-ancestors/);
  }
  for (const path of ['confirm', 'activate']) {
    const { headers } = await call(server, `GET /management/users/${user.uuid}/${path}?token=x`);
    assert.equal(headers['x-frame-options'], 'DENY');
    assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/);
  }
});

test('what a request brings is escaped in pages', async () => {
  const user = await createAdminUser(server);
  const attack = `"><script>alert(1)</script>`;
  for (const answer of await Promise.all([
    call(server, `GET /management/users/${user.uuid}/resetpw`, { query: { token: attack } }),
    call(server, `POST /management/users/${user.uuid}/resetpw`, {
      form: { token: attack, password1: attack, password2: 'x' },
    }),
    call(server, 'POST /management/users/resetpw', { form: { email: attack } }),
  ])) {
    assert.equal(answer.status, 200);
    assert.doesNotMatch(answer.text, /<script/);
  }
});

test('a link to activate an organization that nobody sent is refused on a page', async () => {
  const { path } = await createOwnedOrganization(server);
  for (const part of ['activate', 'confirm']) {
    for (const query of ['', '?token=x', `?token=ZW0t${'A'.repeat(48)}`]) {
      const answer = await call(server, `GET ${path}/${part}${query}`);
      assert.equal(answer.status, 200);
      assert.match(answer.text, /token invalid or expired/);
    }
  }
  const answer = await call(server, `GET ${path}/reactivate`);
  assert.equal(answer.body.action, 'reactivate organization');
});

test('wrong kinds in the fields of the pages are refused without harm', async () => {
  const user = await createAdminUser(server);
  for (const json of [{ email: 5 }, { email: ['a'] }, { email: { a: 1 } }, { email: null }]) {
    const answer = await call(server, 'POST /management/users/resetpw', { json });
    assert.equal(answer.status, 200);
    assert.match(answer.text, /No email provided/);
  }
  for (const json of [{ token: 5, password1: 5 }, { token: ['x'], password1: {} }, { token: { a: 1 } }]) {
    const answer = await call(server, `POST /management/users/${user.uuid}/resetpw`, { json });
    assert.equal(answer.status, 200, answer.text);
    assert.match(answer.text, /invalid token/);
  }
});
