/** Users as entities, and `me`. usergrid-data.md 4.1; usergrid-auth.md 4.3, 9.1, 9.3. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type DataCaller, dataCaller, onlyEntity, refusalIn } from '../support/data.ts';
import { type Answer, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let application: string;
/** As the tenant's user, and as an admin of the application. */
let data: DataCaller;
let admin: DataCaller;
let guest: DataCaller;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  application = `/${tenant.organization}/${tenant.application}`;
  data = dataCaller(server, application, tenant.user.token);
  admin = dataCaller(server, application, tenant.admin.token);
  guest = dataCaller(server, application);
});
after(async () => {
  await server?.stop();
});

const create = async (json: unknown): Promise<Answer['body']> =>
  onlyEntity(await data('POST /users', { json }));
const tokenOf = async (username: string, password: string): Promise<Answer> =>
  call(server, `POST ${application}/token`, { json: { grant_type: 'password', username, password } });

describe('creating', () => {
  test('UD-41 a new user is activated and its password is nowhere to be seen', async () => {
    const json = { username: 'fred', email: 'fred@example.test', password: 'fred-password-1', city: 'Rome' };
    const user = await create(json);
    assert.deepEqual(
      [user.type, user.username, user.email, user.city, user.activated],
      ['user', 'fred', 'fred@example.test', 'Rome', true],
    );
    assert.ok(!JSON.stringify(user).includes('password'));
    assert.ok(!(await data('GET /users/fred')).text.includes('fred-password'));
    assert.equal((await tokenOf('fred', 'fred-password-1')).status, 200);
  });

  test('UD-42 an email brings a gravatar picture, unless one is sent', async () => {
    const user = await create({ username: 'pic', email: ' Pic@Example.TEST'.trim() });
    assert.match(user.picture, /^http:\/\/www\.gravatar\.com\/avatar\/[0-9a-f]{32}$/);
    const own = await create({ username: 'own', email: 'own@example.test', picture: 'http://x.test/p.png' });
    assert.equal(own.picture, 'http://x.test/p.png');
    assert.equal((await create({ username: 'plain' })).picture, undefined);
  });

  test('UD-43 UD-44 username and email are unique, whatever their case', async () => {
    await create({ username: 'taken', email: 'taken@example.test' });
    for (const json of [
      { username: 'TAKEN', email: 'other@example.test' },
      { username: 'other', email: 'Taken@Example.test' },
    ]) {
      const answer = await data('POST /users', { json });
      assert.deepEqual(refusalIn(answer), [400, 'duplicate_unique_property_exists']);
    }
    assert.equal((await data('GET /users/other')).status, 404);
  });

  test('UD-154 the username me is refused, as a new one and as another', async () => {
    for (const username of ['me', 'ME']) {
      assert.deepEqual(refusalIn(await data('POST /users', { json: { username } })), [
        400,
        'illegal_argument',
      ]);
      const change = await data(`PUT /users/${tenant.user.uuid}`, { json: { username } });
      assert.deepEqual(refusalIn(change), [400, 'illegal_argument']);
    }
  });

  test('a user without username is refused', async () => {
    for (const json of [{}, { email: 'none@example.test' }, { username: '' }, { username: null }]) {
      assert.deepEqual(refusalIn(await data('POST /users', { json })), [400, 'required_property_not_found']);
    }
  });

  test('UD-50 POST to the singular answers the plural path', async () => {
    const answer = await data('POST /user', { json: { username: 'singular' } });
    assert.equal(answer.body.path, '/users');
    assert.equal(onlyEntity(answer).metadata.path, `/users/${onlyEntity(answer).uuid}`);
  });

  test('UD-114 metadata links to the sub-collections and sets of a user', async () => {
    const user = await create({ username: 'linked' });
    const path = `/users/${user.uuid}`;
    assert.equal(user.metadata.sets.rolenames, `${path}/roles`);
    assert.equal(user.metadata.sets.permissions, `${path}/permissions`);
    for (const name of ['groups', 'devices', 'activities', 'feed', 'roles', 'following', 'followers']) {
      assert.equal(user.metadata.collections[name], `${path}/${name}`);
    }
  });

  test('users of a batch can sign in', async () => {
    const json = [
      { username: 'batch-1', password: 'batch-password-1' },
      { username: 'batch-2', password: 'x' },
      { username: 'batch-3' },
    ];
    const answer = await data('POST /users', { json });
    const names = answer.body.entities.map((user: Answer['body']) => user.username);
    assert.deepEqual(names, ['batch-1', 'batch-3']);
    assert.equal((await tokenOf('batch-1', 'batch-password-1')).status, 200);
  });
});

test('a batch of more users than can be hashed in a while is refused whole', async () => {
  const json = Array.from({ length: 501 }, (_, index) => ({ username: `mass-${index}` }));
  assert.deepEqual(refusalIn(await guest('POST /users', { json })), [400, 'illegal_argument']);
  assert.equal((await data('GET /users/mass-0')).status, 404);
});

describe('finding', () => {
  test('UD-45 UD-46 by email, with plus signs and quotes', async () => {
    for (const email of ['find@example.test', 'with+plus@example.test', "o'neil@example.test"]) {
      const user = await create({ username: `u-${email.split('@')[0]}`, email });
      for (const reference of [email, encodeURIComponent(email), email.toUpperCase()]) {
        assert.equal(onlyEntity(await data(`GET /users/${reference}`)).uuid, user.uuid, reference);
      }
    }
  });

  test('force says whether the reference is an email or a name', async () => {
    const named = await create({ username: 'both@example.test' });
    const mailed = await create({ username: 'mailed', email: 'both@example.test' });
    const find = async (query: string): Promise<string> =>
      onlyEntity(await data(`GET /users/both@example.test${query}`)).uuid;
    assert.equal(await find(''), mailed.uuid);
    assert.equal(await find('?force=email'), mailed.uuid);
    assert.equal(await find('?force=name'), named.uuid);
    assert.equal(await find('?force=other'), mailed.uuid);
  });

  test('UD-49 singular and plural are the same', async () => {
    const user = await create({ username: 'either' });
    for (const path of ['/user/either', '/users/either', '/USER/Either']) {
      assert.equal(onlyEntity(await data(`GET ${path}`)).uuid, user.uuid);
    }
  });
});

describe('changing', () => {
  test('UD-48 a password in a PUT is ignored', async () => {
    await create({ username: 'keeps', password: 'keeps-password-1' });
    const json = { password: 'other-password-1', pin: '1234', PASSWORD: 'other-password-2', city: 'Oslo' };
    const user = onlyEntity(await data('PUT /users/keeps', { json }));
    assert.equal(user.city, 'Oslo');
    assert.ok(!JSON.stringify(user).toLowerCase().includes('password'));
    assert.equal((await tokenOf('keeps', 'keeps-password-1')).status, 200);
    assert.equal((await tokenOf('keeps', 'other-password-1')).status, 400);
  });

  test('UD-51 a deleted user frees its username, and its tokens end', async () => {
    await create({ username: 'leaver', password: 'leaver-password-1', email: 'leaver@example.test' });
    const { access_token: bearer } = (await tokenOf('leaver', 'leaver-password-1')).body;
    assert.equal(onlyEntity(await data('DELETE /users/leaver')).username, 'leaver');
    assert.equal((await data('GET /users', { bearer })).status, 401);
    await create({ username: 'leaver', email: 'leaver@example.test' });
    assert.equal((await tokenOf('leaver', 'leaver-password-1')).status, 400);
  });

  test('users are changed and deleted by email too', async () => {
    await create({ username: 'by-mail', email: 'by+mail@example.test' });
    assert.equal(onlyEntity(await data('PUT /users/by+mail@example.test', { json: { a: 1 } })).a, 1);
    assert.equal(onlyEntity(await data('DELETE /users/by+mail@example.test')).username, 'by-mail');
  });
});

describe('me', () => {
  test('UD-47 is the user of the token, for GET and PUT', async () => {
    assert.equal(onlyEntity(await data('GET /users/me')).uuid, tenant.user.uuid);
    assert.equal(onlyEntity(await data('GET /user/ME')).uuid, tenant.user.uuid);
    assert.equal(onlyEntity(await data('PUT /users/me', { json: { mood: 'fine' } })).mood, 'fine');
    assert.equal(onlyEntity(await data('GET /users/me')).mood, 'fine');
  });

  test('is nobody for a guest and for a client, and no entity for an admin user', async () => {
    const { id, secret } = tenant.applicationClient;
    const client = await guest('GET /users/me', { query: { client_id: id, client_secret: secret } });
    assert.deepEqual(refusalIn(client), [404, 'service_resource_not_found']);
    assert.deepEqual(refusalIn(await guest('GET /users/me')), [404, 'service_resource_not_found']);
    assert.deepEqual(refusalIn(await admin('GET /users/me')), [404, 'entity_not_found']);
    assert.deepEqual(refusalIn(await guest('DELETE /users/me')), [401, 'unauthorized']);
    assert.deepEqual(refusalIn(await guest('PUT /users/me', { json: {} })), [401, 'unauthorized']);
  });

  test('UA-100 without any role a user still reads itself, and deletes nothing', async () => {
    const other = await createTenant(server);
    const path = `/${other.organization}/${other.application}`;
    const theirs = dataCaller(server, path, other.user.token);
    await dataCaller(server, path, other.admin.token)('DELETE /role/Default');
    assert.equal(onlyEntity(await theirs('GET /users/me')).uuid, other.user.uuid);
    assert.deepEqual(refusalIn(await theirs('DELETE /users/me')), [401, 'unauthorized']);
    assert.deepEqual(refusalIn(await theirs('PUT /users/me', { json: {} })), [401, 'unauthorized']);
    assert.deepEqual(refusalIn(await theirs(`GET /users/${other.user.uuid}`)), [401, 'unauthorized']);
  });

  test('can leave', async () => {
    await create({ username: 'self', password: 'self-password-1' });
    const { access_token: bearer } = (await tokenOf('self', 'self-password-1')).body;
    assert.equal(onlyEntity(await data('DELETE /users/me', { bearer })).username, 'self');
    assert.equal((await data('GET /users/me', { bearer })).status, 401);
  });
});

test('UA-52 a guest may sign up, and do nothing else', async () => {
  assert.equal(
    (await guest('POST /users', { json: { username: 'signed-up', password: 'signed-up-1' } })).status,
    200,
  );
  assert.equal((await guest('POST /user', { json: { username: 'signed-up-2' } })).status, 200);
  for (const line of [
    'GET /users',
    'GET /users/signed-up',
    'PUT /users/signed-up',
    'DELETE /users/signed-up',
  ]) {
    assert.deepEqual(refusalIn(await guest(line)), [401, 'unauthorized'], line);
  }
});

test('a guest who signs up says nothing about being activated or confirmed', async () => {
  const json = { username: 'sly', confirmed: true, activated: false, disabled: false, deactivated: 5 };
  const user = onlyEntity(await guest('POST /users', { json }));
  assert.deepEqual([user.activated, user.confirmed, user.deactivated], [true, undefined, undefined]);
});
