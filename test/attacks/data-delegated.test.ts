/** A token that was given to a client writes data, and by no way of writing data the accounts, rights or settings. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type CallOptions, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import type { Tenant } from '../support/tenant.ts';
import { createAuthorizeTenant, delegatedToken, registerClient } from '../usergrid/authorize-world.ts';

const scopes = ['data:read', 'data:create', 'data:write', 'data:search'];

let server: RunningServer;
let tenant: Tenant;
let data: string;

const asAdmin = (methodAndPath: string, options: CallOptions = {}) =>
  call(server, methodAndPath, { bearer: tenant.admin.token, ...options });

before(async () => {
  server = await startServer();
  tenant = await createAuthorizeTenant(server);
  data = `/${tenant.organization}/${tenant.application}`;
  await asAdmin(`POST ${data}/things`, { json: [{ name: 'one' }, { name: 'two' }] });
  await asAdmin(`POST ${data}/groups`, { json: { path: 'staff' } });
  await asAdmin(`POST ${data}/users`, { json: { username: 'other', email: 'other@example.test' } });
  await asAdmin(`POST ${data}/things/one/likes/users/other`);
  await asAdmin(`POST ${data}/things/one/likes/groups/staff`);
  await asAdmin(`POST ${data}/things/one/likes/roles/guest`);
});
after(async () => {
  await server?.stop();
});

for (const realm of ['application', 'management'] as const) {
  describe(`of the ${realm} realm`, () => {
    let bearer: string;
    before(async () => {
      const client = await registerClient(server, tenant, { scopes, realm });
      bearer = await delegatedToken(server, tenant, client, realm);
    });

    test('data are connected, and read by their connections', async () => {
      assert.equal((await call(server, `POST ${data}/things/one/likes/things/two`, { bearer })).status, 200);
      const { status, body } = await call(server, `GET ${data}/things/one/likes/things`, { bearer });
      assert.equal(status, 200);
      assert.equal(body.entities[0].name, 'two');
    });

    test('accounts, groups, roles and settings are not changed from somewhere else', async () => {
      const me = tenant.user.username;
      const attacks: [string, unknown?][] = [
        ['PUT /things/one/likes/users/other', { email: 'mine@evil.example' }],
        [`PUT /things/one/likes/users/${me}`, { email: 'mine@evil.example' }],
        ['PUT /things/one/likes/users/fresh', { username: 'fresh', password: 'long-enough-1' }],
        ['POST /things/one/likes/users', { username: 'fresh', password: 'long-enough-1' }],
        ['POST /things/one/likes/groups', { path: 'fresh' }],
        ['PUT /things/one/likes/groups/staff', { path: 'renamed' }],
        ['POST /things/one/likes/groups/staff/users/other'],
        [`POST /things/one/likes/groups/staff/users/${me}`],
        ['POST /things/one/likes/groups/staff/roles/admin'],
        ['POST /things/one/likes/roles', { name: 'fresh' }],
        ['PUT /things/one/likes/roles/guest', { title: 'mine' }],
        ['POST /things/one/likes/roles/guest/users/other'],
        ['DELETE /things/one/likes/users/other/roles/guest'],
        ['POST /things/one/likes/users/other/groups/staff'],
        ['POST /things/one/likes/users/other/roles/admin'],
        [`PUT /users/${me}/following/users/other`, { email: 'mine@evil.example' }],
        [`POST /users/${me}/likes/things/one`],
        [`POST /users/${me}/roles/admin`],
        [`POST /groups/staff/users/${me}`],
        ['POST /users;ql=*/roles/admin'],
        ['POST /things/_clear', {}],
        ['POST /things/_settings', { fields: 'none' }],
        ['DELETE /things/_settings'],
        ['POST /things/_reindex', {}],
      ];
      for (const [request, json] of attacks) {
        const methodAndPath = request.replace(' ', ` ${data}`);
        const { status, text } = await call(server, methodAndPath, {
          bearer,
          ...(json !== undefined && { json }),
        });
        assert.ok([400, 401, 403, 404, 405].includes(status), `${request}: ${status} ${text}`);
      }
      const namesAt = async (path: string): Promise<string[]> =>
        (await asAdmin(`GET ${data}${path}?limit=100`)).body.entities.map(
          ({ username, path: ofGroup, name }: Record<string, string>) => username ?? ofGroup ?? name,
        );
      assert.deepEqual(await namesAt('/groups'), ['staff']);
      assert.deepEqual(await namesAt('/groups/staff/users'), []);
      assert.deepEqual(await namesAt('/groups/staff/roles'), []);
      assert.deepEqual((await namesAt('/roles')).sort(), ['admin', 'default', 'guest']);
      assert.deepEqual((await namesAt('/users')).sort(), ['other', me].sort());
      assert.deepEqual(await namesAt('/users/other/roles'), []);
      assert.equal((await asAdmin(`GET ${data}/users/other`)).body.entities[0].email, 'other@example.test');
    });
  });
}
