/** What is checked is what is served: spellings of one path, and attempts to make two things of it. usergrid-auth.md 7.2. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type DataCaller, dataCaller, onlyEntity } from '../support/data.ts';
import { type Answer, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let path: string;
let admin: DataCaller;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  path = `/${tenant.organization}/${tenant.application}`;
  admin = dataCaller(server, path, tenant.admin.token);
  // Without it, users have the permissions that a test gives them, and no others.
  await admin('DELETE /roles/default');
});
after(async () => {
  await server?.stop();
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the placeholder's own text
const self = '${user}';

const create = async (line: string, json: unknown): Promise<Answer['body']> =>
  onlyEntity(await admin(`POST ${line}`, { json }));

/** A new user with these permissions alone, and its calls. */
const userWith = async (permissions: string[], names: Record<string, unknown> = {}): Promise<DataCaller> =>
  dataCaller(server, path, await tokenOfUserWith(permissions, names));

async function tokenOfUserWith(permissions: string[], names: Record<string, unknown> = {}): Promise<string> {
  const username = `u-${randomBytes(5).toString('hex')}`;
  const account = { username, password: randomBytes(9).toString('base64url'), ...names };
  const user = await create('/users', account);
  for (const permission of permissions)
    await admin(`POST /users/${user.uuid}/permissions`, { json: { permission } });
  const json = { grant_type: 'password', username: user.uuid, password: account.password };
  return (await call(server, `POST ${path}/token`, { json })).body.access_token;
}

const statusOf = async (user: DataCaller, line: string): Promise<number> =>
  (await user(line, line.startsWith('GET') ? {} : { json: {} })).status;

async function assertStatuses(user: DataCaller, expected: Record<string, number>): Promise<void> {
  for (const [line, status] of Object.entries(expected))
    assert.equal(await statusOf(user, line), status, line);
}

describe('spellings of one entity', () => {
  test('a permission with the name counts for the uuid, and the other way round', async () => {
    const dog = await create('/dogs', { name: 'Rex' });
    await create('/dogs', { name: 'other' });
    const reads = { [`GET /dogs/${dog.uuid}`]: 200, 'GET /dogs/rex': 200, 'GET /dog/REX': 200 };
    const refusals = {
      'GET /dogs/other': 401,
      'GET /dogs': 401,
      'GET /dogs/nobody': 401,
      'PUT /dogs/rex': 401,
    };
    await assertStatuses(await userWith(['get:/dogs/rex']), { ...reads, ...refusals });
    await assertStatuses(await userWith([`get:/dogs/${dog.uuid}`]), { ...reads, ...refusals });
  });

  test('the placeholder of the user counts for uuid, username, email and me, and for nobody else', async () => {
    const user = await userWith([`get,put:/users/${self}`], { username: 'Own', email: 'own@example.test' });
    const { uuid } = onlyEntity(await admin('GET /users/own'));
    await assertStatuses(user, {
      'PUT /users/me': 200,
      'PUT /users/own': 200,
      'PUT /user/OWN': 200,
      [`PUT /users/${uuid}`]: 200,
      'PUT /users/own@example.test': 200,
      [`PUT /users/${tenant.user.username}`]: 401,
      [`PUT /users/${tenant.user.uuid}`]: 401,
      [`PUT /users/${tenant.user.email}`]: 401,
      'DELETE /users/me': 401,
      'PUT /users?ql=select%20*': 401,
    });
  });

  test('a permission for the segment all is none for all', async () => {
    await create('/cats', { name: 'kept' });
    const user = await userWith(['delete:/cats/all', 'get:/cats/all']);
    await assertStatuses(user, { 'DELETE /cats/all': 401, 'GET /cats/all': 401 });
    const query = encodeURIComponent('{"limit":5}');
    await assertStatuses(await userWith([`delete:/cats/{"limit":5}`]), { [`DELETE /cats/${query}`]: 401 });
    assert.equal((await admin('GET /cats')).body.count, 1);
  });
});

describe('one path is never two things', () => {
  test('a username that is the email address of another opens nothing of theirs', async () => {
    await create('/users', { username: 'victim', email: 'victim@example.test', secret: 'theirs' });
    const thief = await userWith([`get,put,delete:/users/${self}`, 'get,put:/users/me/**'], {
      username: 'victim@example.test',
    });
    await assertStatuses(thief, {
      'GET /users/victim@example.test': 401,
      'PUT /users/victim@example.test': 401,
      'DELETE /users/victim@example.test': 401,
      'GET /users/victim@example.test?force=email': 401,
      'GET /users/victim@example.test?force=name': 200,
      'GET /users/victim': 401,
      'GET /users/victim@example.test/roles': 401,
    });
    const victim = await userWith([`get:/users/${self}`], { email: 'thief@example.test' });
    await create('/users', { username: 'thief@example.test' });
    await assertStatuses(victim, {
      'GET /users/thief@example.test': 200,
      'GET /users/thief@example.test?force=name': 401,
    });
  });

  test('a name in the shape of a uuid is not that entity', async () => {
    const mine = await create('/dogs', { name: 'mine' });
    const theirs = await create('/dogs', { name: mine.uuid });
    const user = await userWith([`get:/dogs/${mine.uuid}`]);
    await assertStatuses(user, { [`GET /dogs/${mine.uuid}`]: 200, [`GET /dogs/${theirs.uuid}`]: 401 });
  });

  test('an encoded slash is no separator', async () => {
    await create('/boxes', { name: 'a/b' });
    const below = await userWith(['get:/boxes/a/**', 'get:/boxes/a/b']);
    await assertStatuses(below, {
      'GET /boxes/a%2Fb': 401,
      'GET /boxes/a%2fb': 401,
      'GET /boxes%2Fa/b': 401,
    });
    await assertStatuses(await userWith(['get:/boxes/*']), {
      'GET /boxes/a%2Fb': 200,
      'GET /boxes/a%252Fb': 404,
    });
  });

  test('nothing is decoded twice', async () => {
    await create('/boxes', { name: 'x%79' });
    await create('/boxes', { name: 'xy' });
    await assertStatuses(await userWith(['get:/boxes/xy']), {
      'GET /boxes/x%79': 200,
      'GET /boxes/x%2579': 401,
    });
    await assertStatuses(await userWith(['get:/boxes/x%79']), {
      'GET /boxes/x%2579': 200,
      'GET /boxes/xy': 401,
    });
  });

  test('doubled slashes, matrix parameters, dots and case do not lead around a permission', async () => {
    await create('/secrets', { name: 'plan' });
    const bearer = await tokenOfUserWith(['get:/public/**', 'get:/app/**', `get:/${tenant.application}/**`]);
    for (const url of [
      `/${path}/secrets/plan`,
      `/${path.slice(1).replace('/', '//')}/secrets/plan`,
      `${path}/secrets;x=/public/plan`,
      `${path}/public/../secrets/plan`,
      `${path}/public/%2e%2e/secrets/plan`,
      `${path}/SECRETS/plan`,
      `${path}/%73ecrets/plan`,
      `${path}/secrets/plan;/public`,
      `${path}/secrets/plan?x=/public/`,
      `${path}/public/..%2fsecrets%2fplan`,
    ]) {
      const { status, text } = await call(server, `GET ${url}`, { bearer });
      assert.ok([400, 401, 404, 501].includes(status), `${url}: ${status} ${text}`);
    }
  });

  test('a group is what its longest path says, for the check as for the answer', async () => {
    const short = await create('/groups', { path: 'team' });
    await create('/groups', { path: 'team/inner', secret: 'inner' });
    const user = await userWith([`get:/groups/${short.uuid}/**`, `get:/groups/${short.uuid}`]);
    await assertStatuses(user, {
      'GET /groups/team': 200,
      'GET /groups/team/inner': 401,
      'GET /groups/team%2Finner': 401,
    });
    await assertStatuses(await userWith(['get:/groups/team/inner']), {
      'GET /groups/team/inner': 200,
      'GET /groups/team%2Finner': 200,
      'GET /groups/team': 401,
    });
  });
});

test('UA-105 an application named by uuid gives users the same rights', async () => {
  await create('/dogs', { name: 'by-uuid' });
  const bearer = await tokenOfUserWith(['get:/dogs/by-uuid']);
  for (const form of [`/${tenant.applicationUuid}`, `/apps/${tenant.applicationUuid}`]) {
    assert.equal((await call(server, `GET ${form}/dogs/by-uuid`, { bearer })).status, 200, form);
    assert.equal((await call(server, `GET ${form}/dogs/rex`, { bearer })).status, 401, form);
  }
});

test('HEAD needs what GET needs', async () => {
  await create('/dogs', { name: 'head' });
  assert.equal((await (await userWith(['get:/dogs/head']))('HEAD /dogs/head')).status, 200);
  assert.equal((await (await userWith(['put,post,delete:/dogs/head']))('HEAD /dogs/head')).status, 401);
});
