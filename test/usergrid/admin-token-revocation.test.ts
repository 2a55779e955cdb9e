/** Ending access tokens of admin users. usergrid-auth.md 6.3. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { createAdminUser, signIn } from '../support/organization.ts';
import { superuserOf } from '../support/outbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import type { TenantAccount } from '../support/tenant.ts';

let server: RunningServer;
let other: TenantAccount;

before(async () => {
  server = await startServer();
  other = await createAdminUser(server);
});
after(async () => {
  await server?.stop();
});

const statusOf = async (bearer: string): Promise<number> =>
  (await call(server, 'GET /management/users/me', { bearer })).status;

test('UA-79 the user itself and the superuser end all its tokens, or one and not the other', async () => {
  const user = await createAdminUser(server);
  for (const method of ['POST', 'PUT']) {
    const [first, second] = [await signIn(server, user), await signIn(server, user)];
    const one = await call(server, `${method} /management/users/${user.username}/revoketoken`, {
      bearer: second,
      query: { token: first },
    });
    assert.equal(one.status, 200, one.text);
    assert.equal(one.body.action, 'revoked user tokens');
    assert.deepEqual([await statusOf(first), await statusOf(second)], [401, 200]);
    const all = await call(server, `${method} /management/users/${user.email}/revoketokens`, {
      bearer: second,
    });
    assert.equal(all.status, 200);
    assert.equal(all.body.action, 'revoked user tokens');
    assert.equal(await statusOf(second), 401);
  }
  const third = await signIn(server, user);
  const path = `POST /management/users/${user.uuid}/revoketokens`;
  assert.equal((await call(server, path, { basic: superuserOf(server) })).status, 200);
  const refused = await call(server, 'GET /management/users/me', { bearer: third });
  assert.equal(refused.status, 401);
  assert.equal(refused.body.error, 'auth_invalid');
  assert.equal(await statusOf(await signIn(server, user)), 200);
});

test('UA-80 FLAW 3: nobody else ends the tokens of an admin user', async () => {
  const user = await createAdminUser(server);
  for (const options of [{}, { bearer: other.token }]) {
    for (const path of ['revoketokens', `revoketoken?token=${user.token}`]) {
      for (const method of ['PUT', 'POST']) {
        const answer = await call(server, `${method} /management/users/${user.username}/${path}`, options);
        assert.equal(answer.status, 401, answer.text);
        assert.equal(answer.body.error, 'unauthorized');
      }
    }
  }
  assert.equal(await statusOf(user.token), 200);
});

test('UA-81 revoketoken without a token is refused', async () => {
  const user = await createAdminUser(server);
  for (const query of ['', '?token=']) {
    const answer = await call(server, `PUT /management/users/me/revoketoken${query}`, { bearer: user.token });
    assert.equal(answer.status, 400);
    assert.equal(answer.body.error, 'illegal_argument');
    assert.equal(answer.body.error_description, 'token is required');
  }
});

test('a token of another user, or none of ours, is not ended, and not repeated in the answer', async () => {
  const user = await createAdminUser(server);
  for (const token of [other.token, 'garbage', `${user.token}x`]) {
    const answer = await call(server, 'PUT /management/users/me/revoketoken', {
      bearer: user.token,
      query: { token },
    });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error, 'token');
    assert.ok(!answer.text.includes(token));
  }
  assert.equal(await statusOf(other.token), 200);
});
