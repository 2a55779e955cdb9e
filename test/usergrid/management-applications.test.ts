/** Applications of an organization, and their client. usergrid-auth.md 8.3 and 8.4. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { createOwnedOrganization, type OwnedOrganization, unique } from '../support/organization.ts';
import { superuserOf } from '../support/outbox.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';

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

const asAdmin = () => ({ bearer: acme.admin.token });
const fullNameOf = (name: string) => `${acme.organization.toLowerCase()}/${name}`;

async function createApplication(
  name = `app-${unique()}`,
): Promise<{ name: string; uuid: string; path: string }> {
  const answer = await call(server, `POST ${acme.path}/applications`, { ...asAdmin(), json: { name } });
  assert.equal(answer.status, 200, answer.text);
  return { name, uuid: answer.body.data[fullNameOf(name)], path: `${acme.path}/applications/${name}` };
}

const remove = (path: string, identifier: string) =>
  call(server, `DELETE ${path}`, { ...asAdmin(), query: { confirm_application_identifier: identifier } });

test('UA-121 a new application is answered by its full name and as an entity, and is there at once', async () => {
  const name = `Mixed-${unique()}`;
  const answer = await call(server, `POST ${acme.path}/apps`, { ...asAdmin(), json: { name } });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.action, 'new application for organization');
  const fullName = fullNameOf(name.toLowerCase());
  assert.deepEqual(Object.keys(answer.body.data), [fullName]);
  const [entity] = answer.body.entities;
  assert.equal(entity.uuid, answer.body.data[fullName]);
  assert.equal(entity.type, 'application');
  assert.equal(entity.name, fullName);
  assert.equal(entity.organizationName, acme.organization.toLowerCase());
  assert.equal(entity.applicationName, name.toLowerCase());
  assert.deepEqual(entity.metadata.collections.roles, {
    name: 'roles',
    title: 'Roles',
    type: 'role',
    count: 3,
  });
  assert.deepEqual(entity.metadata.collections.users, {
    name: 'users',
    title: 'Users',
    type: 'user',
    count: 0,
  });
  for (const reference of [name, name.toLowerCase(), entity.uuid, entity.uuid.toUpperCase()]) {
    const shown = await call(server, `GET ${acme.path}/applications/${reference}`, asAdmin());
    assert.equal(shown.status, 200, shown.text);
    assert.equal(shown.body.action, 'get');
    assert.equal(shown.body.application, entity.uuid);
    assert.equal(shown.body.organization, acme.organization.toLowerCase());
    assert.equal(shown.body.applicationName, name.toLowerCase());
    assert.deepEqual(shown.body.params, {});
    assert.equal(shown.body.uri, `${server.url}/${fullName}`);
    assert.deepEqual(shown.body.entities, [entity]);
  }
  const list = await call(server, `GET ${acme.path}/apps`, asAdmin());
  assert.equal(list.body.action, 'get organization application');
  assert.equal(list.body.data[fullName], entity.uuid);
});

test('a form makes an application too', async () => {
  const name = `form-${unique()}`;
  const answer = await call(server, `POST ${acme.path}/applications`, { ...asAdmin(), form: { name } });
  assert.equal(answer.status, 200, answer.text);
  assert.ok(answer.body.data[fullNameOf(name)]);
});

test('UA-122 a name that is taken is a conflict, in any case, for two at once as well', async () => {
  const { name } = await createApplication();
  for (const taken of [name, name.toUpperCase()]) {
    const answer = await call(server, `POST ${acme.path}/apps`, { ...asAdmin(), json: { name: taken } });
    assert.equal(answer.status, 409, answer.text);
    assert.equal(answer.body.error, 'application_already_exists');
  }
  const raced = `race-${unique()}`;
  const answers = await Promise.all(
    [1, 2, 3].map(() => call(server, `POST ${acme.path}/apps`, { ...asAdmin(), json: { name: raced } })),
  );
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409]);
});

test('a name that is missing, of the wrong kind or not one is refused', async () => {
  for (const json of [{}, { name: '' }, { name: 5 }, { name: null }, { name: ['a'] }]) {
    const answer = await call(server, `POST ${acme.path}/apps`, { ...asAdmin(), json });
    assert.equal(answer.status, 400, answer.text);
    assert.equal(answer.body.error, 'illegal_argument');
    assert.match(answer.body.error_description, /^The 'name' parameter is required/);
  }
  for (const name of ['a/b', 'x'.repeat(129), 'oauth2', acme.organizationUuid, '..', '\u0000', '<b>']) {
    const answer = await call(server, `POST ${acme.path}/apps`, { ...asAdmin(), json: { name } });
    assert.equal(answer.status, 400, name);
  }
});

test('UA-123 the organization client makes applications, with its credentials in the query', async () => {
  const { client_id, client_secret } = (await call(server, `GET ${acme.path}/credentials`, asAdmin())).body
    .credentials;
  const name = `client-${unique()}`;
  const answer = await call(server, `POST ${acme.path}/apps`, {
    query: { client_id, client_secret },
    json: { name },
  });
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.body.params, {});
});

test('UA-124 an application is deleted by who names it twice, each time in the same form', async () => {
  const byName = await createApplication();
  const byUuid = await createApplication();
  const uuidPath = `${acme.path}/apps/${byUuid.uuid}`;
  for (const [path, identifier] of [
    [byName.path, undefined],
    [byName.path, ''],
    [byName.path, byName.uuid],
    [byName.path, byUuid.name],
    [uuidPath, byUuid.name],
  ] as const) {
    const query = identifier === undefined ? {} : { confirm_application_identifier: identifier };
    const answer = await call(server, `DELETE ${path}`, { ...asAdmin(), query });
    assert.equal(answer.status, 400, `${path} ${identifier}`);
    assert.equal(answer.body.error, 'illegal_argument');
  }
  const named = await remove(byName.path, byName.name);
  assert.equal(named.status, 200, named.text);
  assert.equal(named.body.action, 'delete');
  assert.equal(named.body.application, byName.uuid);
  assert.deepEqual(named.body.params, { confirm_application_identifier: [byName.name] });
  assert.equal((await remove(uuidPath, byUuid.uuid)).status, 200);
});

test('UA-125 a deleted application is gone everywhere, for its own client as well', async () => {
  const { name, uuid, path } = await createApplication();
  const { client_id, client_secret } = (await call(server, `GET ${path}/credentials`, asAdmin())).body
    .credentials;
  assert.equal((await remove(path, name)).status, 200);
  const data = await call(server, `GET /${acme.organization}/${name}/things`, asAdmin());
  assert.equal(data.status, 404);
  assert.equal(data.body.error, 'organization_application_not_found');
  for (const gone of [path, `${acme.path}/apps/${uuid}`, `${path}/credentials`, `${path}/_size`]) {
    const answer = await call(server, `GET ${gone}`, asAdmin());
    assert.equal(answer.status, 404, gone);
    assert.equal(answer.body.error, 'entity_not_found');
  }
  const again = await remove(path, name);
  assert.equal(again.status, 404);
  assert.equal(again.body.error, 'entity_not_found');
  const list = await call(server, `GET ${acme.path}/apps?deleted=true`, asAdmin());
  assert.ok(!(fullNameOf(name) in list.body.data));
  const client = await call(server, 'POST /management/token', {
    json: { grant_type: 'client_credentials', client_id, client_secret },
  });
  assert.equal(client.status, 400);
});

test('UA-126 a deleted name is free again, and two of one name stand in the way of restoring and deleting', async () => {
  const old = await createApplication();
  await remove(old.path, old.name);
  const fresh = await createApplication(old.name);
  assert.notEqual(fresh.uuid, old.uuid);
  const restored = await call(server, `PUT ${acme.path}/apps/${old.uuid}`, asAdmin());
  assert.equal(restored.status, 409);
  assert.equal(restored.body.error, 'conflict');
  const deleted = await remove(fresh.path, fresh.name);
  assert.equal(deleted.status, 409);
  assert.equal(deleted.body.error, 'conflict');
  assert.equal((await call(server, `GET ${fresh.path}`, asAdmin())).body.application, fresh.uuid);
});

test('UA-127 an empty PUT restores an application with its uuid, data and client', async () => {
  const { name, uuid, path } = await createApplication();
  const credentials = await call(server, `GET ${path}/credentials`, asAdmin());
  const thing = `/${acme.organization}/${name}/things`;
  await call(server, `POST ${thing}`, { ...asAdmin(), json: { name: 'kept' } });
  await remove(path, name);
  const byName = await call(server, `PUT ${path}`, asAdmin());
  assert.equal(byName.status, 404);
  const restored = await call(server, `PUT ${acme.path}/apps/${uuid}`, asAdmin());
  assert.equal(restored.status, 200, restored.text);
  assert.equal(restored.body.action, 'restore');
  assert.equal(restored.body.application, uuid);
  const shown = await call(server, `GET ${thing}/kept`, asAdmin());
  assert.equal(shown.body.entities[0].name, 'kept');
  const after = await call(server, `GET ${path}/credentials`, asAdmin());
  assert.deepEqual(after.body.credentials, credentials.body.credentials);
  const live = await call(server, `PUT ${acme.path}/apps/${uuid}`, asAdmin());
  assert.equal(live.status, 404);
  assert.equal(live.body.error, 'entity_not_found');
});

test('UA-128 an application is not deleted where its data is', async () => {
  const { name } = await createApplication();
  const answer = await call(server, `DELETE /${acme.organization}/${name}?app_delete_confirm=yes`, asAdmin());
  assert.equal(answer.status, 405, answer.text);
  assert.equal(answer.body.error, 'unsupported_rest_operation');
});

test('UA-129 keys of an application are shown to its admins and not to its users', async () => {
  const tenant = await createTenant(server);
  const path = `/${tenant.organization}/${tenant.application}/credentials`;
  const shown = await call(server, `GET ${path}`, { bearer: tenant.admin.token });
  assert.equal(shown.status, 200, shown.text);
  assert.equal(shown.body.action, 'get application keys');
  assert.equal(shown.body.status, 'ok');
  assert.equal(shown.body.credentials.client_id, tenant.applicationClient.id);
  for (const options of [{}, { bearer: tenant.user.token }, { bearer: acme.admin.token }]) {
    for (const method of ['GET', 'POST']) {
      const answer = await call(server, `${method} ${path}`, options);
      assert.equal(answer.status, 401, answer.text);
      assert.equal(answer.body.error, 'unauthorized');
    }
  }
});

test('a new secret of an application ends the old one and the tokens issued under it', async () => {
  const { name, path } = await createApplication();
  const data = `/${acme.organization}/${name}`;
  const old = (await call(server, `GET ${path}/credentials`, asAdmin())).body;
  assert.equal(old.action, 'get application client credentials');
  const issued = await call(server, `POST ${data}/token`, {
    json: { grant_type: 'client_credentials', ...old.credentials },
  });
  const bearer = issued.body.access_token;
  assert.equal((await call(server, `GET ${data}/credentials`, { bearer })).status, 200);
  const fresh = (await call(server, `POST ${data}/credentials`, asAdmin())).body;
  assert.equal(fresh.action, 'generate application keys');
  assert.equal(fresh.credentials.client_id, old.credentials.client_id);
  assert.equal((await call(server, `GET ${data}/credentials`, { bearer })).status, 401);
  assert.equal((await call(server, `GET ${data}/credentials`, { query: old.credentials })).status, 401);
  assert.equal((await call(server, `GET ${data}/credentials`, { query: fresh.credentials })).status, 200);
  const managed = await call(server, `POST ${path}/credentials`, asAdmin());
  assert.equal(managed.body.action, 'generate application client credentials');
});

test('sizes count entities: of the application, of each collection, of one', async () => {
  const { name, path } = await createApplication();
  const sizeAt = async (part: string) =>
    (await call(server, `GET ${path}${part}`, asAdmin())).body.metadata.aggregation.size;
  assert.deepEqual(await sizeAt('/_size'), { [name]: 3 });
  assert.deepEqual(await sizeAt('/roles/_size'), { roles: 3 });
  assert.deepEqual(await sizeAt('/nothings/_size'), { nothings: 0 });
  const all = await sizeAt('/collections/_size');
  assert.equal(all.roles, 3);
  assert.equal(all.users, 0);
  const status = await call(server, `GET ${path}/status`, asAdmin());
  assert.equal(status.status, 200);
  assert.equal(status.text, '');
});

test("another organization's application is not found, by name or by uuid", async () => {
  const { name, uuid, path } = await createApplication();
  for (const reference of [name, uuid]) {
    for (const part of ['', '/credentials', '/_size', '/status']) {
      const answer = await call(server, `GET ${other.path}/apps/${reference}${part}`, {
        bearer: other.admin.token,
      });
      assert.equal(answer.status, 404, answer.text);
      const stranger = await call(server, `GET ${acme.path}/apps/${reference}${part}`, {
        bearer: other.admin.token,
      });
      assert.equal(stranger.status, 401, stranger.text);
    }
    const deleted = await call(server, `DELETE ${other.path}/apps/${reference}`, {
      bearer: other.admin.token,
      query: { confirm_application_identifier: reference },
    });
    assert.equal(deleted.status, 404);
  }
  assert.equal((await call(server, `GET ${path}`, asAdmin())).status, 200);
});

test('the superuser lists the applications of all organizations, live or deleted, page by page', async () => {
  const { name } = await createApplication();
  const gone = await createApplication();
  await remove(gone.path, gone.name);
  const found: Record<string, string> = {};
  let cursor: string | undefined;
  do {
    const query: Record<string, string> = cursor === undefined ? { limit: '3' } : { limit: '3', cursor };
    const page = await call(server, 'GET /applications', { query, basic: superuserOf(server) });
    assert.equal(page.status, 200, page.text);
    assert.equal(page.body.action, 'get applications');
    assert.equal(page.body.status, 'ok');
    Object.assign(found, page.body.applications);
    cursor = page.body.cursor;
  } while (cursor !== undefined);
  assert.ok(fullNameOf(name) in found && !(fullNameOf(gone.name) in found));
  const deleted = await call(server, 'GET /apps?deleted=true', { basic: superuserOf(server) });
  assert.ok(fullNameOf(gone.name) in deleted.body.applications);
  for (const cursorValue of ['AA', 'x', Buffer.from('abc').toString('base64url')]) {
    const answer = await call(server, 'GET /applications', {
      query: { cursor: cursorValue },
      basic: superuserOf(server),
    });
    assert.equal(answer.status, 400, cursorValue);
  }
  for (const options of [{}, asAdmin()]) {
    assert.equal((await call(server, 'GET /applications', options)).status, 401);
  }
});
