/** What a token that was given to a client opens: what its user may do, narrowed by its scopes, and no administration. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type CallOptions, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import type { Tenant } from '../support/tenant.ts';
import { clientIn, createAuthorizeTenant, delegatedToken, registerClient } from './authorize-world.ts';

let server: RunningServer;
let tenant: Tenant;
let data: string;
let management: string;
let uuid: string;

before(async () => {
  server = await startServer();
  tenant = await createAuthorizeTenant(server);
  data = `/${tenant.organization}/${tenant.application}`;
  management = `/management/organizations/${tenant.organization}`;
  const json = { name: 'first' };
  const made = await call(server, `POST ${data}/things`, { json, bearer: tenant.admin.token });
  assert.equal(made.status, 200);
  uuid = made.body.entities[0].uuid;
  // From now on the server answers reads of this collection without its framework.
  await call(server, `GET ${data}/things/${uuid}`, { bearer: tenant.admin.token });
});
after(async () => {
  await server?.stop();
});

type Realm = 'management' | 'application';

async function tokenWith(scopes: string[], realm: Realm): Promise<string> {
  const client = await registerClient(server, tenant, { scopes, realm });
  return delegatedToken(server, tenant, client, realm);
}

const statusOf = async (bearer: string, methodAndPath: string, options: CallOptions = {}) =>
  (await call(server, methodAndPath, { bearer, ...options })).status;

async function assertRefused(
  bearer: string,
  methodAndPath: string,
  options: CallOptions = {},
): Promise<void> {
  const answer = await call(server, methodAndPath, { bearer, ...options });
  assert.equal(answer.status, 403, `${methodAndPath}: ${answer.status} ${answer.text}`);
  assert.equal(answer.body.error, 'insufficient_scope');
  assert.match(String(answer.headers['www-authenticate']), /^Bearer error="insufficient_scope"/);
}

/** Every operation with the scopes of which one opens it. */
const operations = (): [methodAndPath: string, options: CallOptions, opening: string[]][] => [
  [`GET ${data}/things`, {}, ['data:read', 'data:search']],
  [`GET ${data}/things/first`, {}, ['data:read', 'data:search']],
  [`GET ${data}/things/${uuid}`, {}, ['data:read', 'data:search']],
  [`GET ${data}/users/me`, {}, ['data:read', 'data:search']],
  [`GET ${data}`, {}, ['data:read', 'data:search']],
  [`POST ${data}/things`, { json: {} }, ['data:create', 'data:write']],
  [`PUT ${data}/things/first`, { json: { a: 1 } }, ['data:write']],
];

for (const realm of ['application', 'management'] as const) {
  describe(`a token of the ${realm} realm`, () => {
    for (const scope of [
      'openid',
      'profile',
      'data:read',
      'data:search',
      'data:create',
      'data:write',
      'account:read',
    ]) {
      test(`with ${scope} alone opens what that names, and nothing else`, async () => {
        const token = await tokenWith([scope], realm);
        for (const [methodAndPath, options, opening] of operations()) {
          if (!opening.includes(scope)) await assertRefused(token, methodAndPath, options);
          // Who an admin user is among the users of an application, nobody can say: that is a 404.
          else if (realm === 'application' || !methodAndPath.endsWith('/users/me')) {
            assert.equal(await statusOf(token, methodAndPath, options), 200, `${scope}: ${methodAndPath}`);
          }
        }
      });
    }

    test('with every scope for data still administers nothing', async () => {
      const token = await tokenWith(['data:read', 'data:create', 'data:write', 'data:search'], realm);
      const me = `users/${tenant.user.username}`;
      const administration: [string, CallOptions][] = [
        [`PUT ${data}`, { json: { accesstokenttl: 0 } }],
        [`PUT ${data}`, { json: { redirectUris: ['https://evil.example/'] } }],
        [`GET ${data}/credentials`, {}],
        [`POST ${data}/credentials`, {}],
        [`POST ${data}/roles`, { json: { name: 'mine' } }],
        [`PUT ${data}/roles/guest`, { json: { title: 'x' } }],
        [`DELETE ${data}/roles/guest`, {}],
        [`POST ${data}/roles/guest/permissions`, { json: { permission: 'get:/**' } }],
        [`POST ${data}/role/guest/users/${tenant.user.uuid}`, {}],
        [`POST ${data}/${me}/roles/admin`, {}],
        [`POST ${data}/${me}/permissions`, { json: { permission: 'get:/**' } }],
        [`PUT ${data}/${me}/rolenames`, { json: { name: 'admin' } }],
        [`POST ${data}/users`, { json: { username: 'mine', password: 'a long password' } }],
        [`PUT ${data}/${me}`, { json: { email: 'mine@evil.example' } }],
        [`PUT ${data}/USERS/${tenant.user.uuid}`, { json: { email: 'mine@evil.example' } }],
        [`PUT ${data}/user/${tenant.user.email}`, { json: { email: 'mine@evil.example' } }],
        [`PUT ${data}/users?ql=select%20*`, { json: { email: 'mine@evil.example' } }],
        [`DELETE ${data}/${me}`, {}],
        [`POST ${data}/${me}/deactivate`, {}],
        [`POST ${data}/${me}/revoketokens`, {}],
        [`POST ${data}/groups`, { json: { path: 'mine' } }],
      ];
      for (const [methodAndPath, options] of administration) {
        await assertRefused(token, methodAndPath, options);
      }
      const others = [`GET ${data}/users/${tenant.user.uuid}/token`, `POST ${data}/${me}/password`];
      for (const methodAndPath of others) {
        const json = { newpassword: 'a long new password' };
        const status = await statusOf(token, methodAndPath, methodAndPath.startsWith('POST') ? { json } : {});
        assert.ok(status >= 400 && status < 500, `${methodAndPath}: ${status}`);
      }
    });
  });
}

test('what a user or group tells is data: activities, feeds, devices', async () => {
  await call(server, `POST ${data}/groups`, { json: { path: 'tellers' }, bearer: tenant.admin.token });
  await call(server, `POST ${data}/groups/tellers/users/${tenant.user.username}`, {
    bearer: tenant.admin.token,
  });
  const token = await tokenWith(['data:write', 'data:read'], 'application');
  const activity = { verb: 'post', actor: { displayName: 'x' } };
  for (const [methodAndPath, json] of [
    ['POST users/me/activities', activity],
    ['POST groups/tellers/activities', activity],
    ['POST users/me/devices', {}],
    ['GET users/me/feed', undefined],
    ['GET groups/tellers/feed', undefined],
  ] as const) {
    const path = methodAndPath.replace(' ', ` ${data}/`);
    assert.equal(await statusOf(token, path, json ? { json } : {}), 200, path);
  }
  await assertRefused(token, `DELETE ${data}/groups/tellers/users/me`);
});

describe('at the management API', () => {
  const reading = () => [
    `GET ${management}`,
    `GET ${management}/applications`,
    `GET ${management}/apps/${tenant.application}`,
    'GET /management/users/me',
    'GET /management/users/me/organizations',
    'GET /management/me',
  ];
  const closed = (): [string, CallOptions][] => [
    [`GET ${management}/credentials`, {}],
    [`POST ${management}/credentials`, {}],
    [`GET ${management}/apps/${tenant.application}/credentials`, {}],
    [`GET ${management}/users`, {}],
    [`POST ${management}/users`, { json: { email: 'mine@evil.example', password: 'a long password' } }],
    [`PUT ${management}`, { json: { properties: { redirectUris: ['https://evil.example/'] } } }],
    [`DELETE ${management}/apps/${tenant.application}`, {}],
    ['PUT /management/users/me', { json: { email: 'mine@evil.example' } }],
    ['PUT /management/users/me/password', { json: { newpassword: 'a long new password' } }],
    ['POST /management/users/me/revoketokens', {}],
    ['POST /management/users/me/organizations', { json: { organization: 'mine' } }],
    ['GET /management/organizations', {}],
  ];

  test('scopes for data open nothing', async () => {
    const token = await tokenWith(['data:read', 'data:write', 'openid'], 'management');
    for (const methodAndPath of reading()) await assertRefused(token, methodAndPath);
    for (const [methodAndPath, options] of closed()) await assertRefused(token, methodAndPath, options);
  });

  test('account:read lets look, and changes nothing', async () => {
    const token = await tokenWith(['account:read'], 'management');
    for (const methodAndPath of reading()) {
      assert.equal(await statusOf(token, methodAndPath), 200, methodAndPath);
    }
    await assertRefused(token, `POST ${management}/applications`, { json: { name: 'second' } });
    for (const [methodAndPath, options] of closed()) await assertRefused(token, methodAndPath, options);
  });

  test('account:write makes applications, and never touches accounts, members or secrets', async () => {
    const token = await tokenWith(['account:write'], 'management');
    assert.equal(await statusOf(token, `POST ${management}/applications`, { json: { name: 'third' } }), 200);
    for (const [methodAndPath, options] of closed()) await assertRefused(token, methodAndPath, options);
  });

  test("a token of an application's user opens nothing, whatever its scopes", async () => {
    const token = await tokenWith(['account:read', 'account:write', 'data:read'], 'application');
    for (const methodAndPath of reading()) {
      assert.ok((await statusOf(token, methodAndPath)) >= 400, methodAndPath);
    }
  });

  test('the superuser is no superuser through a client', async () => {
    const superuser = { ...tenant.admin, username: 'superuser', password: server.superuserPassword };
    const client = await registerClient(server, tenant, {
      scopes: ['data:read', 'account:read'],
      realm: 'management',
    });
    const token = await delegatedToken(server, { ...tenant, admin: superuser }, client, 'management');
    for (const methodAndPath of [
      'GET /system/status',
      'GET /management/organizations',
      `GET ${data}/things`,
    ]) {
      const status = await statusOf(token, methodAndPath);
      assert.ok(status === 401 || status === 403 || status === 404, `${methodAndPath}: ${status}`);
    }
    const { status } = await call(server, `GET /api/v1/organizations/${tenant.organization}/clients`, {
      bearer: token,
    });
    assert.ok(status === 401 || status === 403);
  });
});

test('a scope opens no more than its user may do', async () => {
  const token = await tokenWith(['data:read', 'data:write'], 'application');
  const bearer = tenant.admin.token;
  assert.equal((await call(server, `DELETE ${data}/roles/default`, { bearer })).status, 200);
  assert.equal(await statusOf(token, `GET ${data}/things`), 401);
  assert.equal(await statusOf(token, `GET ${data}/users/me`), 200);
});

test('a token of one application is unknown in another', async () => {
  const other = await createAuthorizeTenant(server);
  const token = await tokenWith(['data:read'], 'application');
  assert.equal(await statusOf(token, `GET /${other.organization}/${other.application}/things`), 401);
});

test("a registered client's own token is narrowed by its scopes as well", async () => {
  const json = {
    ...{ name: 'Nightly job', type: 'service', dialect: 'usergrid' },
    ...{ application: tenant.application, scopes: ['data:read'] },
  };
  const bearer = tenant.admin.token;
  const made = await call(server, `POST /api/v1/organizations/${tenant.organization}/clients`, {
    bearer,
    json,
  });
  const { clientId, clientSecret } = clientIn(made.body);
  const basic = { username: clientId, password: clientSecret };
  const form = { grant_type: 'client_credentials' };
  const answer = await call(server, `POST ${data}/token`, { form, basic });
  assert.equal(answer.status, 200, answer.text);
  const token = answer.body.access_token;
  assert.equal(await statusOf(token, `GET ${data}/things`), 200);
  await assertRefused(token, `POST ${data}/things`, { json: {} });
  await assertRefused(token, `PUT ${data}`, { json: { accesstokenttl: 0 } });
  await assertRefused(token, `GET ${data}/credentials`);
  await assertRefused(token, `GET ${management}`);
});

test('a connection is no way around: what leads to accounts, groups and roles is read, and not written', async () => {
  const token = await tokenWith(['data:read', 'data:create', 'data:write'], 'application');
  const { username } = tenant.user;
  const asAdmin = { bearer: tenant.admin.token };
  for (const [line, json] of [
    // The user may do everything, as in a new application.
    ['POST /resetroles', {}],
    ['POST /groups', { path: 'joined' }],
    ['POST /things', { name: 'second' }],
    [`POST /things/first/ownedBy/users/${username}`, {}],
    ['POST /things/first/sharedWith/groups/joined', {}],
  ] as const) {
    const made = await call(server, line.replace(' ', ` ${data}`), { ...asAdmin, json });
    assert.equal(made.status, 200, made.text);
  }
  const below = `${data}/things/first/ownedBy/users`;
  await assertRefused(token, `POST ${below}`, { json: { username: 'made' } });
  await assertRefused(token, `PUT ${below}/${username}`, { json: { email: 'other@example.test' } });
  await assertRefused(token, `PUT ${below}/${tenant.user.uuid}`, { json: { email: 'other@example.test' } });
  await assertRefused(token, `POST ${below}/${username}/groups/joined`);
  await assertRefused(token, `POST ${below}/${username}/roles/admin`);
  await assertRefused(token, `POST ${data}/things/first/sharedWith/groups/joined/users/${username}`);
  await assertRefused(token, `DELETE ${below}/${username}/likes/things/second`);
  await assertRefused(token, `POST ${data}/things/first/owns/roles`, { json: { name: 'made' } });
  assert.equal(await statusOf(token, `GET ${below}/${username}/groups`), 200);
  assert.equal(await statusOf(token, `POST ${data}/things/first/likes/things/second`), 200);
  assert.equal(await statusOf(token, `DELETE ${data}/things/first/likes/things/second`), 200);
});
