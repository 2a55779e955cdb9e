/** Groups and their members. usergrid-data.md 4.2. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ApplicationAccess, accessTo, outcome, requireSuccess } from '../support/application.ts';
import { newPassword, unique } from '../support/organization.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';

let server: RunningServer;
let app: ApplicationAccess;

before(async () => {
  server = await startServer();
  app = accessTo(server, await createTenant(server));
});
after(async () => {
  await server?.stop();
});

const newGroup = async (path: string): Promise<string> =>
  requireSuccess(await app.asAdmin('POST /groups', { json: { path } })).body.entities[0].uuid;

const uuidsOf = ({ body }: { body: { entities: { uuid: string }[] } }) =>
  body.entities.map(({ uuid }) => uuid);

test('UD-99 UD-100 a group needs a path of letters, digits, dashes, dots and slashes', async () => {
  for (const json of [
    { name: 'x' },
    { path: 'with space' },
    { path: 'under_score' },
    { path: '' },
    { path: {} },
  ]) {
    assert.equal(
      outcome(await app.asAdmin('POST /groups', { json })),
      '400 illegal_argument',
      JSON.stringify(json),
    );
  }
  requireSuccess(
    await app.asAdmin('POST /groups', { json: { path: '/leading/slash', name: 'any name / at all' } }),
  );
  assert.equal(
    outcome(await app.asAdmin('POST /groups', { json: { path: 'Leading/Slash' } })),
    '400 duplicate_unique_property_exists',
  );
});

test('UD-101 UD-102 membership is seen from both ends and ended from either', async () => {
  const group = await newGroup('both');
  const [first, second] = [await app.newUser(), await app.newUser()];
  const added = requireSuccess(await app.asAdmin(`POST /groups/both/users/${first.username}`));
  assert.deepEqual(uuidsOf(added), [first.uuid]);
  assert.equal(added.body.path, `/groups/${group}/users`);
  assert.deepEqual(uuidsOf(requireSuccess(await app.asAdmin(`POST /users/${second.email}/groups/BOTH`))), [
    group,
  ]);
  assert.deepEqual(
    uuidsOf(await app.asAdmin(`GET /groups/${group}/users`)).sort(),
    [first.uuid, second.uuid].sort(),
  );
  assert.deepEqual(uuidsOf(await app.asAdmin(`GET /users/${first.uuid}/groups`)), [group]);
  requireSuccess(await app.asAdmin(`DELETE /users/${first.uuid}/groups/both`));
  requireSuccess(await app.asAdmin(`DELETE /groups/both/users/${second.email}`));
  assert.deepEqual(uuidsOf(await app.asAdmin('GET /groups/both/users')), []);
  assert.equal(
    outcome(await app.asAdmin(`DELETE /groups/both/users/${second.email}`)),
    '404 service_resource_not_found',
  );
  requireSuccess(await app.asAdmin(`GET /users/${first.uuid}`));
});

test('UD-98 the path of a group may have slashes: the longest that is a group is meant', async () => {
  const outer = await newGroup('acme');
  const inner = await newGroup('acme/kennel/big');
  const { username, uuid } = await app.newUser();
  requireSuccess(await app.asAdmin(`POST /groups/acme/kennel/big/users/${username}`));
  assert.deepEqual(uuidsOf(await app.asAdmin('GET /groups/acme/kennel/big/users')), [uuid]);
  assert.deepEqual(uuidsOf(await app.asAdmin('GET /group/Acme%2Fkennel%2Fbig/user')), [uuid]);
  assert.deepEqual(uuidsOf(await app.asAdmin(`GET /groups/${inner}/users`)), [uuid]);
  assert.deepEqual(uuidsOf(await app.asAdmin('GET /groups/acme/users')), []);
  assert.deepEqual(uuidsOf(await app.asAdmin('GET /groups/acme/kennel/big')), [inner]);
  assert.deepEqual(uuidsOf(await app.asAdmin('GET /groups/acme')), [outer]);
  requireSuccess(
    await app.asAdmin('POST /groups/acme/kennel/big/permissions', { json: { permission: 'get:/x' } }),
  );
  assert.deepEqual((await app.asAdmin(`GET /groups/${inner}/permissions`)).body.data, ['get:/x']);
  assert.deepEqual((await app.asAdmin('GET /groups/acme/permissions')).body.data, []);
});

test('being in a group below another is not being in the other', async () => {
  await newGroup('parent');
  await newGroup('parent/child');
  const { username } = await app.newUser();
  requireSuccess(await app.asAdmin(`POST /groups/parent/child/users/${username}`));
  assert.deepEqual(uuidsOf(await app.asAdmin('GET /groups/parent/users')), []);
});

test('a user is made in a group: account, password and membership', async () => {
  await newGroup('starters');
  const username = `starter-${unique()}`;
  const json = { username, password: newPassword() };
  const created = requireSuccess(await app.asAdmin('POST /groups/starters/users', { json }));
  assert.equal(created.body.entities[0].username, username);
  assert.equal(created.body.entities[0].password, undefined);
  assert.equal((await app.asAdmin('GET /groups/starters/users')).body.entities[0].username, username);
  await app.signIn(json);
});

test('UD-103 a group may change its path, and is found by the new one only', async () => {
  const group = await newGroup('before');
  requireSuccess(await app.asAdmin('PUT /groups/before', { json: { path: 'after/all' } }));
  assert.deepEqual(uuidsOf(await app.asAdmin('GET /groups/after/all')), [group]);
  assert.equal((await app.asAdmin('GET /groups/before')).status, 404);
});

test('UD-104 roles are given to a group from either end, and survive it', async () => {
  const group = await newGroup('with-roles');
  await app.asAdmin('POST /roles', { json: { name: 'of-group' } });
  const given = requireSuccess(await app.asAdmin('POST /roles/of-group/groups/with-roles'));
  assert.deepEqual(uuidsOf(given), [group]);
  assert.deepEqual(Object.keys((await app.asAdmin('GET /groups/with-roles/rolenames')).body.data), [
    'of-group',
  ]);
  assert.deepEqual(uuidsOf(await app.asAdmin('GET /roles/of-group/groups')), [group]);
  const [role] = uuidsOf(requireSuccess(await app.asAdmin('DELETE /groups/with-roles/roles/of-group')));
  assert.deepEqual(uuidsOf(await app.asAdmin('GET /groups/with-roles/roles')), []);
  assert.deepEqual(uuidsOf(await app.asAdmin('GET /roles/of-group')), [role]);
});

test('members are queried like a collection', async () => {
  await newGroup('queried');
  const users = await Promise.all([app.newUser(), app.newUser(), app.newUser(), app.newUser()]);
  for (const [age, { uuid }] of users.entries()) {
    await app.asAdmin(`PUT /users/${uuid}`, { json: { age } });
    await app.asAdmin(`POST /groups/queried/users/${uuid}`);
  }
  const uuids = users.map(({ uuid }) => uuid);
  const ask = async (query: Record<string, string | number>) =>
    requireSuccess(await app.asAdmin('GET /groups/queried/users', { query }));
  assert.deepEqual(uuidsOf(await ask({ ql: 'age > 1' })), [uuids[3], uuids[2]]);
  const sorted = await ask({ ql: 'select * order by age asc', limit: 3 });
  assert.deepEqual(uuidsOf(sorted), uuids.slice(0, 3));
  const rest = await ask({ ql: 'select * order by age asc', limit: 3, cursor: sorted.body.cursor });
  assert.deepEqual(uuidsOf(rest), uuids.slice(3));
  const first = await ask({ ql: 'age < 3', limit: 2 });
  assert.deepEqual(uuidsOf(first), [uuids[2], uuids[1]]);
  assert.deepEqual(uuidsOf(await ask({ ql: 'age < 3', limit: 2, cursor: first.body.cursor })), [uuids[0]]);
  const [projected] = (await ask({ ql: 'select age where age = 2' })).body.entities;
  assert.equal(projected.age, 2);
  assert.equal(projected.username, undefined);
  assert.equal(outcome(await app.asAdmin('GET /groups/queried/users?ql=age+=')), '400 query_parse');
});

test('deleting a group keeps its users', async () => {
  await newGroup('closing');
  const { username } = await app.newUser();
  await app.asAdmin(`POST /groups/closing/users/${username}`);
  requireSuccess(await app.asAdmin('DELETE /groups/closing'));
  requireSuccess(await app.asAdmin(`GET /users/${username}`));
  assert.deepEqual(uuidsOf(await app.asAdmin(`GET /users/${username}/groups`)), []);
});
