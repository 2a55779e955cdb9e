/** Organizations: creating, listing, showing, changing, their client. usergrid-auth.md 8.1. */
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

let server: RunningServer;
let acme: OwnedOrganization;
let other: OwnedOrganization;

before(async () => {
  server = await startServer();
  acme = await createOwnedOrganization(server, { organization: `Acme-${unique()}` });
  other = await createOwnedOrganization(server);
});
after(async () => {
  await server?.stop();
});

const newcomer = () => {
  const name = unique();
  return {
    organization: `org-${name}`,
    username: `user-${name}`,
    name: `Name of ${name}`,
    email: `user-${name}@example.test`,
    password: newPassword(),
  };
};

test('UA-106 sign-up by JSON or form makes an organization with its owner and a sandbox', async () => {
  for (const encoding of ['json', 'form'] as const) {
    const given = newcomer();
    const answer = await call(server, 'POST /management/organizations', { [encoding]: given });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.action, 'new organization');
    assert.equal(answer.body.status, 'ok');
    const { owner, organization } = answer.body.data;
    assert.equal(owner.username, given.username);
    assert.equal(owner.email, given.email);
    assert.equal(owner.name, given.name);
    assert.equal(organization.name, given.organization);
    assert.equal(organization.passwordHistorySize, 0);
    const bearer = await signIn(server, given);
    const shown = await call(server, `GET /management/organizations/${given.organization}`, { bearer });
    assert.deepEqual(Object.keys(shown.body.organization.applications), [`${given.organization}/sandbox`]);
    assert.deepEqual(Object.keys(shown.body.organization.users), [given.username]);
    const credentials = await call(server, `GET /management/orgs/${given.organization}/credentials`, {
      bearer,
    });
    assert.match(credentials.body.credentials.client_id, /^b3U6[\w-]{22}$/);
    assert.match(credentials.body.credentials.client_secret, /^b3U6[\w-]{27}$/);
  }
});

test('UA-107 further keys of the JSON become properties of the owner, never its state', async () => {
  const given = {
    ...newcomer(),
    company: 'Apigee',
    superuser: true,
    uuid: 'x',
    properties: { securityLevel: 5 },
  };
  const { body } = await call(server, 'POST /management/orgs', { json: given });
  assert.deepEqual(body.data.owner.properties, { company: 'Apigee' });
  assert.deepEqual(body.data.organization.properties, { securityLevel: 5 });
  const bearer = await signIn(server, given);
  const all = await call(server, 'GET /management/organizations', { bearer });
  assert.equal(all.status, 401);
});

test('UA-108 a taken organization, username or address is refused, and no user stays behind', async () => {
  const { admin, organization } = acme;
  const cases = [
    { taken: { organization: organization.toUpperCase() }, entity: 'group', property: 'path' },
    { taken: { username: admin.username.toUpperCase() }, entity: 'user', property: 'username' },
    { taken: { email: admin.email.toUpperCase() }, entity: 'user', property: 'email' },
  ];
  for (const { taken, entity, property } of cases) {
    const given = { ...newcomer(), ...taken };
    const answer = await call(server, 'POST /management/organizations', { json: given });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error, 'duplicate_unique_property_exists');
    const start = `Entity "${entity}" requires that property named "${property}" be unique, value of `;
    assert.ok(answer.body.error_description.startsWith(start), answer.body.error_description);
    const login = await call(server, 'POST /management/token', {
      json: { grant_type: 'password', username: given.username, password: given.password },
    });
    assert.equal(login.status, 400);
  }
});

test('of two who take one organization name at once, one succeeds and the other leaves nothing behind', async () => {
  const organization = `race-${unique()}`;
  const both = [newcomer(), newcomer(), newcomer(), newcomer()].map((given) => ({ ...given, organization }));
  const answers = await Promise.all(
    both.map((json) => call(server, 'POST /management/organizations', { json })),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400, 400]);
  for (const [at, given] of both.entries()) {
    const login = await call(server, 'POST /management/token', {
      json: { grant_type: 'password', username: given.username, password: given.password },
    });
    assert.equal(login.status, answers[at]?.status);
  }
});

test('UA-109 query parameters alone make no organization, unless the request is a form', async () => {
  const given = newcomer();
  const answer = await call(server, 'POST /management/orgs', { query: given });
  assert.equal(answer.status, 400);
  assert.equal(answer.body.error, 'illegal_argument');
  assert.match(answer.body.error_description, /missing json post data/);
  const form = await call(server, 'POST /management/orgs', { query: given, form: {} });
  assert.equal(form.status, 200, form.text);
});

test('a sign-up that lacks something or has it of the wrong kind is refused, and says what', async () => {
  const refusals: [Record<string, unknown>, RegExp][] = [
    [{ organization: undefined }, /organization parameter was missing/],
    [{ organization: 7 }, /organization parameter was missing/],
    [{ organization: { a: 1 } }, /organization parameter was missing/],
    [{ organization: 'management' }, /reserved/],
    [{ organization: 'a/b' }, /name must be/],
    [{ organization: 'x'.repeat(129) }, /name must be/],
    [{ organization: 'nul\u0000' }, /name must be/],
    [{ organization: acme.organizationUuid }, /name must be/],
    [{ email: undefined }, /email/],
    [{ email: 'no address' }, /email/],
    [{ email: ['a@b.c'] }, /email/],
    [{ username: 'me' }, /Username 'me' is reserved/],
    [{ username: acme.admin.email }, /username/],
    [{ properties: 'none' }, /properties must be an object/],
    [{ properties: [1] }, /properties must be an object/],
    [{ properties: { big: 'x'.repeat(70_000) } }, /properties may have/],
  ];
  for (const [wrong, text] of refusals) {
    const answer = await call(server, 'POST /management/orgs', { json: { ...newcomer(), ...wrong } });
    assert.equal(answer.status, 400, `${JSON.stringify(wrong).slice(0, 80)}: ${answer.text}`);
    assert.equal(answer.body.error, 'illegal_argument');
    assert.match(answer.body.error_description, text);
  }
  for (const password of [undefined, '', 'abc', 5, { a: 1 }]) {
    const answer = await call(server, 'POST /management/orgs', { json: { ...newcomer(), password } });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error, 'error_password_policy_violation');
  }
  const list = await call(server, 'POST /management/orgs', { json: [newcomer()] });
  assert.equal(list.status, 400);
});

test('a name such as __proto__ or constructor is as good as any, and harms nobody', async () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    const given = { ...newcomer(), organization: name, username: `${name}-${unique()}` };
    const text = JSON.stringify(given).replace('{', '{"__proto__":{"polluted":true},');
    const answer = await call(server, 'POST /management/orgs', { body: text });
    assert.equal(answer.status, 200, answer.text);
    const bearer = await signIn(server, given);
    const shown = await call(server, `GET /management/orgs/${name}`, { bearer });
    assert.equal(shown.body.organization.name, name);
    assert.ok(Object.hasOwn(shown.body.organization.applications, `${name.toLowerCase()}/sandbox`));
  }
});

test('UA-110 either word, name in any case, and UUID lead to the same organization', async () => {
  const { admin, organization, organizationUuid } = acme;
  const names = [
    organization,
    organization.toUpperCase(),
    organization.toLowerCase(),
    organizationUuid,
    organizationUuid.toUpperCase(),
  ];
  for (const word of ['organizations', 'orgs']) {
    for (const name of names) {
      for (const part of ['', '/users', '/applications', '/apps', '/credentials']) {
        const answer = await call(server, `GET /management/${word}/${name}${part}`, { bearer: admin.token });
        assert.equal(answer.status, 200, `${word} ${name} ${part}: ${answer.text}`);
        if (part === '') assert.equal(answer.body.organization.uuid, organizationUuid);
      }
    }
  }
});

test('an organization keeps its spelling, and its key in maps is in lower case', async () => {
  const { admin, organization } = acme;
  const shown = await call(server, `GET ${acme.path}`, { bearer: admin.token });
  assert.equal(shown.body.organization.name, organization);
  assert.deepEqual(Object.keys(shown.body.organization.applications), [
    `${organization.toLowerCase()}/sandbox`,
  ]);
  const login = await call(server, 'POST /management/token', {
    json: { grant_type: 'password', username: admin.username, password: admin.password },
  });
  assert.deepEqual(Object.keys(login.body.user.organizations), [organization.toLowerCase()]);
});

test('UA-111 an organization shows applications and members to its own admins only', async () => {
  const { admin, path } = acme;
  const shown = await call(server, `GET ${path}`, { bearer: admin.token });
  assert.equal(shown.body.organization.users[admin.username].email, admin.email);
  assert.equal(Object.values(shown.body.organization.applications).length, 1);
  const client = await call(server, `GET ${path}/credentials`, { bearer: admin.token });
  const { client_id, client_secret } = client.body.credentials;
  const byClient = await call(server, `GET ${path}`, { query: { client_id, client_secret } });
  assert.equal(byClient.status, 200);
  const bySuperuser = await call(server, `GET ${path}`, { basic: superuserOf(server) });
  assert.equal(bySuperuser.status, 200);
  for (const part of ['', '/users', '/applications', '/credentials']) {
    for (const bearer of [other.admin.token, undefined]) {
      const answer = await call(server, `GET ${path}${part}`, bearer === undefined ? {} : { bearer });
      assert.equal(answer.status, 401, `${part}: ${answer.text}`);
      assert.equal(answer.body.error, 'unauthorized');
      assert.equal(answer.body.error_description, 'No organization access authorized');
    }
  }
});

test('UA-112 properties of an organization are merged, and an empty text removes one', async () => {
  const { admin, path } = acme;
  const put = (properties: unknown) =>
    call(server, `PUT ${path}`, { bearer: admin.token, json: { properties } });
  const read = async () =>
    (await call(server, `GET ${path}`, { bearer: admin.token })).body.organization.properties;
  const answer = await put({ puppies: 5, kittens: 1 });
  assert.equal(answer.status, 200);
  assert.equal(answer.body.action, 'put');
  assert.deepEqual(answer.body.params, {});
  assert.deepEqual(await read(), { puppies: 5, kittens: 1 });
  await put({ puppies: 6, kittens: '' });
  assert.deepEqual(await read(), { puppies: 6 });
  for (const wrong of ['text', [1], 5, null]) assert.equal((await put(wrong)).status, 400);
  assert.equal((await put({ big: 'x'.repeat(70_000) })).status, 400);
  const stranger = await call(server, `PUT ${path}`, {
    bearer: other.admin.token,
    json: { properties: { puppies: 0 } },
  });
  assert.equal(stranger.status, 401);
  assert.deepEqual(await read(), { puppies: 6 });
});

test('usergrid-auth.md 2.3 passwordHistorySize is a number, whatever the property of that name holds', async () => {
  const { token: bearer } = acme.admin;
  for (const [property, shown] of [
    ['2', 2],
    [1.5, 1],
    [-1, 0],
    ['many', 0],
    [{}, 0],
    ['', 0],
  ] as const) {
    const json = { properties: { passwordHistorySize: property } };
    assert.equal((await call(server, `PUT ${acme.path}`, { bearer, json })).status, 200);
    const { organization } = (await call(server, `GET ${acme.path}`, { bearer })).body;
    assert.equal(organization.passwordHistorySize, shown, JSON.stringify(property));
  }
});

test('UA-113 an organization is not deleted: 501, and all of them: 405', async () => {
  const bearer = acme.admin.token;
  const one = await call(server, `DELETE ${acme.path}`, { bearer });
  assert.equal(one.status, 501);
  assert.equal(one.body.error, 'not_implemented');
  const all = await call(server, 'DELETE /management/organizations', { bearer });
  assert.equal(all.status, 405);
  assert.equal(all.body.error, 'not_allowed');
});

test('UA-114 the list of all organizations is for the superuser, page by page', async () => {
  for (const options of [{}, { bearer: acme.admin.token }]) {
    assert.equal((await call(server, 'GET /management/orgs', options)).status, 401);
  }
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const query: Record<string, string> = cursor === undefined ? { limit: '2' } : { limit: '2', cursor };
    const page = await call(server, 'GET /management/orgs', { query, basic: superuserOf(server) });
    assert.equal(page.status, 200, page.text);
    assert.equal(page.body.count, page.body.organizations.length);
    assert.ok(page.body.count <= 2);
    for (const { name, uuid, properties, applications } of page.body.organizations) {
      assert.ok(uuid && properties && applications);
      names.push(name);
    }
    cursor = page.body.cursor;
  } while (cursor !== undefined);
  assert.ok(names.includes(acme.organization) && names.includes(other.organization));
  assert.equal(new Set(names).size, names.length);
  for (const query of [{ limit: 'many' }, { limit: '1.5' }, { cursor: '!' }, { cursor: 'AA' }]) {
    const answer = await call(server, 'GET /management/orgs', { query, basic: superuserOf(server) });
    assert.equal(answer.status, 400, JSON.stringify(query));
  }
  const clamped = await call(server, 'GET /management/orgs?limit=0', { basic: superuserOf(server) });
  assert.equal(clamped.body.count, 1);
});

test('UA-115 a new client secret replaces the old one, under the same id', async () => {
  const { admin, path } = acme;
  const old = (await call(server, `GET ${path}/credentials`, { bearer: admin.token })).body;
  assert.equal(old.action, 'get organization client credentials');
  const fresh = (await call(server, `POST ${path}/credentials`, { bearer: admin.token })).body;
  assert.equal(fresh.action, 'generate organization client credentials');
  assert.equal(fresh.credentials.client_id, old.credentials.client_id);
  assert.notEqual(fresh.credentials.client_secret, old.credentials.client_secret);
  const use = (credentials: Record<string, string>) => call(server, `GET ${path}`, { query: credentials });
  assert.equal((await use(old.credentials)).status, 401);
  assert.equal((await use(fresh.credentials)).status, 200);
});

test('FLAW 6.3: tokens of a client do not outlive the secret they were issued under', async () => {
  const { admin, path } = acme;
  const { client_id, client_secret } = (
    await call(server, `GET ${path}/credentials`, { bearer: admin.token })
  ).body.credentials;
  const issued = await call(server, 'POST /management/token', {
    json: { grant_type: 'client_credentials', client_id, client_secret },
  });
  const bearer = issued.body.access_token;
  assert.equal((await call(server, `GET ${path}`, { bearer })).status, 200);
  await call(server, `POST ${path}/credentials`, { bearer: admin.token });
  const after = await call(server, `GET ${path}`, { bearer });
  assert.equal(after.status, 401);
  assert.equal(after.body.error, 'auth_invalid');
});

test('FLAW 15: client secrets are shown to who administers the organization, and are never kept by caches', async () => {
  const member = await createAdminUser(server);
  for (const bearer of [member.token, other.admin.token]) {
    for (const method of ['GET', 'POST']) {
      const answer = await call(server, `${method} ${acme.path}/credentials`, { bearer });
      assert.equal(answer.status, 401);
      assert.doesNotMatch(answer.text, /b3U6/);
    }
  }
  const shown = await call(server, `GET ${acme.path}/credentials`, { bearer: acme.admin.token });
  assert.equal(shown.headers['cache-control'], 'no-store');
});

test('an unknown organization is reported before access is looked at', async () => {
  const uuid = '11111111-2222-3333-4444-555555555555';
  const cases = [
    ['nowhere', 'Could not find organization for name: nowhere'],
    [uuid, `Could not find organization for ID: ${uuid}`],
    ['%00', undefined],
    ['x'.repeat(3000), undefined],
  ] as const;
  for (const [name, text] of cases) {
    for (const part of ['', '/users', '/apps', '/apps/a', '/credentials', '/apps/a/credentials']) {
      const answer = await call(server, `GET /management/orgs/${name}${part}`);
      assert.equal(answer.status, 400, answer.text);
      if (text === undefined) continue;
      assert.equal(answer.body.error, 'management');
      assert.equal(answer.body.error_description, text);
    }
  }
});
