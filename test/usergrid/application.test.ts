/** `/{org}/{app}` itself: its collections and settings. usergrid-data.md 1.1; usergrid-auth.md 6.1, 8.3. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DataCaller, dataCaller, onlyEntity, refusalIn } from '../support/data.ts';
import { type Answer, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let path: string;
let user: DataCaller;
let admin: DataCaller;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  path = `/${tenant.organization}/${tenant.application}`;
  user = dataCaller(server, path, tenant.user.token);
  admin = dataCaller(server, path, tenant.admin.token);
});
after(async () => {
  await server?.stop();
});

const systemCollections = [
  'activities',
  'assets',
  'devices',
  'events',
  'folders',
  'groups',
  'notifications',
  'notifiers',
  'receipts',
  'roles',
  'users',
];
const userToken = (json: Record<string, unknown> = {}): Promise<Answer> => {
  const { username, password } = tenant.user;
  return call(server, `POST ${path}/token`, {
    json: { grant_type: 'password', username, password, ...json },
  });
};

test('UD-145 the application lists all system collections, with name, title, type and count', async () => {
  const answer = await user('GET /');
  const application = onlyEntity(answer);
  assert.deepEqual(
    [application.type, application.uuid, application.name],
    ['application', tenant.applicationUuid, path.slice(1).toLowerCase()],
  );
  assert.equal('path' in answer.body, false);
  for (const name of systemCollections) {
    const { type, title, count } = application.metadata.collections[name];
    assert.equal(application.metadata.collections[name].name, name);
    assert.ok(typeof type === 'string' && typeof count === 'number');
    assert.equal(title, name.charAt(0).toUpperCase() + name.slice(1));
  }
  assert.equal(application.metadata.collections.roles.count, 3);
  assert.equal(application.metadata.collections.users.count, 1);
});

test('the counts follow what is created and deleted', async () => {
  const count = async (): Promise<number> =>
    onlyEntity(await user('GET /')).metadata.collections.counteds?.count;
  assert.equal(await count(), undefined);
  await user('POST /counteds', { json: [{ name: 'a' }, { name: 'b' }] });
  assert.equal(await count(), 2);
  await user('DELETE /counteds/a');
  assert.equal(await count(), 1);
});

test('the application is found by every form of its path', async () => {
  const { organization, organizationUuid, application, applicationUuid } = tenant;
  const forms = [
    `/${organization.toUpperCase()}/${application}`,
    `/${organizationUuid}/${applicationUuid}`,
    `/${organization}/${applicationUuid}`,
    `/${applicationUuid}`,
    `/applications/${applicationUuid}`,
    `/apps/${applicationUuid}`,
    `/organizations/${organization}/${application}`,
    `/o/${organization}/${application}`,
    `/${organization}/applications/${application}`,
    `/${organization}/a/${application}`,
  ];
  for (const form of forms) {
    const root = dataCaller(server, form, tenant.user.token);
    assert.equal(onlyEntity(await root('GET /')).uuid, applicationUuid, form);
    assert.equal(onlyEntity(await root('GET /users/me')).uuid, tenant.user.uuid, form);
  }
});

test('UD-67 an unknown organization or application is not found, by any method', async () => {
  for (const prefix of ['/no-such-org/app', `/${tenant.organization}/no-such-app`]) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']) {
      for (const rest of ['/dogs', '/dogs/rex', '/dogs/rex/likes', '/users/me', '']) {
        const answer = await call(server, `${method} ${prefix}${rest}`, { json: {} });
        assert.deepEqual(refusalIn(answer), [404, 'organization_application_not_found'], `${method} ${rest}`);
        const name = prefix.slice(1);
        const text = `Could not find application for ${name} from URI: ${name}${rest}`;
        assert.equal(answer.body.error_description, text);
      }
    }
  }
});

describe('settings', () => {
  test('UD-146 PUT with metadata.collections makes collections', async () => {
    const json = { metadata: { collections: { things: {}, Boxes: {}, application: {}, applications: {} } } };
    const { collections } = onlyEntity(await admin('PUT /', { json })).metadata;
    assert.deepEqual(collections.things, { name: 'things', title: 'Things', type: 'thing', count: 0 });
    assert.equal(collections.boxes.type, 'box');
    assert.equal(collections.applications, undefined);
  });

  test('metadata of the wrong form declares nothing, and breaks nothing', async () => {
    const wrong = [null, 7, 'x', [], { collections: null }, { collections: [] }, { collections: 'x' }];
    const before = onlyEntity(await admin('GET /')).metadata.collections;
    for (const metadata of wrong) assert.equal((await admin('PUT /', { json: { metadata } })).status, 200);
    for (const name of ['entities', '', '\u0000', 'x'.repeat(200)]) {
      const json = { metadata: { collections: { fine: {}, [name]: {} } } };
      assert.equal((await admin('PUT /', { json })).status, 400, name);
    }
    assert.deepEqual(onlyEntity(await admin('GET /')).metadata.collections, before);
  });

  test('properties are merged, and removed by null', async () => {
    const json = { allow_open_registration: true, note: 'kept' };
    const changed = onlyEntity(await admin('PUT /', { json }));
    assert.deepEqual([changed.allow_open_registration, changed.note], [true, 'kept']);
    const after = onlyEntity(await admin('PUT /', { json: { note: null } }));
    assert.deepEqual([after.allow_open_registration, after.note], [true, undefined]);
  });

  test('what the server says of an application cannot be set', async () => {
    const before = onlyEntity(await admin('GET /'));
    const json = {
      uuid: tenant.user.uuid,
      type: 'x',
      name: 'x',
      Created: 1,
      modified: 1,
      organizationName: 'x',
      applicationName: 'x',
      longestAccessTokenTtl: 0,
    };
    const changed = onlyEntity(await admin('PUT /', { json }));
    assert.deepEqual({ ...changed, modified: 0 }, { ...before, modified: 0 });
  });

  test('a body that is no object is refused', async () => {
    for (const body of ['[]', '{']) assert.equal((await admin('PUT /', { body })).status, 400, body);
    assert.equal((await admin('PUT /', { json: { accesstokenttl: 'soon' } })).status, 400);
  });

  test('FLAW: users and guests do not change the application, whatever they may do to its data', async () => {
    const open = dataCaller(server, `/${tenant.organization}/sandbox`);
    const json = { accesstokenttl: 0 };
    assert.deepEqual(refusalIn(await open('PUT /', { json })), [401, 'unauthorized']);
    assert.deepEqual(refusalIn(await user('PUT /', { json })), [401, 'unauthorized']);
    assert.equal((await open('GET /')).status, 200);
  });

  test('UA-72 UA-73 accesstokenttl sets the lifetime of later tokens of users only', async () => {
    const before = (await userToken()).body.access_token;
    const changed = onlyEntity(await admin('PUT /', { json: { accesstokenttl: '31536000000' } }));
    assert.equal(changed.accesstokenttl, 31_536_000_000);
    assert.equal((await userToken()).body.expires_in, 31_536_000);
    const { id, secret } = tenant.applicationClient;
    const client = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
    assert.equal((await call(server, `POST ${path}/token`, { json: client })).body.expires_in, 3600);
    await admin('PUT /', { json: { accesstokenttl: 1000 } });
    assert.equal((await user('GET /users/me', { bearer: before })).status, 200);
  });

  test('UA-74 accesstokenttl 0 gives tokens that do not expire and can be revoked', async () => {
    await admin('PUT /', { json: { accesstokenttl: 0 } });
    const { access_token: bearer } = (await userToken()).body;
    assert.equal((await user('GET /users/me', { bearer })).status, 200);
    await admin(`POST /users/${tenant.user.uuid}/revoketokens`);
    assert.deepEqual(refusalIn(await user('GET /users/me', { bearer })), [401, 'auth_invalid']);
  });

  test('UA-75 a ttl above accesstokenttl is refused, naming the maximum', async () => {
    await admin('PUT /', { json: { accesstokenttl: 1_800_000 } });
    const answer = await userToken({ ttl: 1_800_001 });
    assert.equal(answer.status, 400);
    assert.match(answer.body.error_description, /1800000/);
    await admin('PUT /', { json: { accesstokenttl: null } });
    assert.equal((await userToken()).body.expires_in, 3600);
  });
});

test('UA-128 DELETE of the application is refused here', async () => {
  const answer = await admin('DELETE /?app_delete_confirm=confirm_delete_of_application_and_data');
  assert.deepEqual(refusalIn(answer), [405, 'unsupported_rest_operation']);
  assert.equal((await admin('GET /')).status, 200);
  assert.equal((await admin('POST /', { json: {} })).status, 405);
});
