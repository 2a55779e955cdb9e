/** What rights to a path of connections open, and what they never do. usergrid-auth.md 7.2. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ApplicationAccess, accessTo, outcome, requireSuccess } from '../support/application.ts';
import { type Answer, call } from '../support/http.ts';
import { newPassword, unique } from '../support/organization.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';
import { type Entity, uuidsIn } from './connection-world.ts';

let server: RunningServer;
let app: ApplicationAccess;

before(async () => {
  server = await startServer();
  app = accessTo(server, await createTenant(server));
  // Without it, users have the permissions that a test gives them, and no others.
  await app.asAdmin('DELETE /roles/default');
});
after(async () => {
  await server?.stop();
});

// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the placeholder's own text
const self = '${user}';
const refused = '401 unauthorized';
const missing = '404 service_resource_not_found';
const nowhere = '11111111-1111-11e8-8111-111111111111';

const admin = async (line: string, json?: unknown): Promise<Answer> =>
  requireSuccess(await app.asAdmin(line, json === undefined ? {} : { json }));
const create = async (collection: string, json: object = { name: `n-${unique()}` }): Promise<Entity> =>
  (await admin(`POST /${collection}`, json)).body.entities[0];

interface Caller {
  uuid: string;
  username: string;
  send(line: string, json?: unknown): Promise<Answer>;
  outcome(line: string, json?: unknown): Promise<string>;
}

async function userWith(...permissions: string[]): Promise<Caller> {
  const account = { username: `u-${unique()}`, password: newPassword() };
  const { uuid } = await create('users', account);
  for (const permission of permissions) await admin(`POST /users/${uuid}/permissions`, { permission });
  const token = await app.signIn(account);
  const send = (line: string, json?: unknown): Promise<Answer> =>
    call(server, line.replace(' ', ` ${app.path}`), { bearer: token, ...(json !== undefined && { json }) });
  return {
    ...{ uuid, username: account.username, send },
    outcome: async (line, json) => outcome(await send(line, json)),
  };
}

const whatIsOwn = `get,put,post,delete:/users/${self}/**`;

test('a right to one’s own connections connects nothing that one may not read', async () => {
  const user = await userWith(whatIsOwn, 'get:/pizzas/*');
  const [secret, pizza, other] = [
    await create('secrets'),
    await create('pizzas'),
    await create('users', { username: `u-${unique()}` }),
  ];
  for (const path of [
    `secrets/${secret.name}`,
    `secrets/${secret.uuid}`,
    secret.uuid,
    'secrets/nobody',
    `users/${other.username}`,
  ]) {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      assert.equal(await user.outcome(`${method} /users/me/likes/${path}`), refused, `${method} ${path}`);
    }
  }
  assert.equal(await user.outcome(`POST /users/me/likes/${nowhere}`), missing);
  assert.equal(await user.outcome(`POST /users/me/likes/pizzas/${pizza.name}`), '200');
  assert.equal(await user.outcome(`POST /users/me/following/${other.uuid}`), refused);
  assert.equal(await user.outcome('POST /users/me/knows/users/me'), '200');
  assert.deepEqual(uuidsIn(await user.send('GET /users/me/likes')), [pizza.uuid]);
});

test('what somebody else connected for the user is seen by the right to the list, and by no other way', async () => {
  const user = await userWith(whatIsOwn);
  const [first, second] = [await create('secrets'), await create('secrets')];
  for (const { uuid } of [first, second]) await admin(`POST /users/${user.uuid}/shared/${uuid}`);
  assert.deepEqual(uuidsIn(await user.send('GET /users/me/shared')), [second.uuid, first.uuid]);
  assert.deepEqual(uuidsIn(await user.send(`GET /users/${user.username}/shared/secrets/${first.name}`)), [
    first.uuid,
  ]);
  assert.equal(await user.outcome(`GET /secrets/${first.uuid}`), refused);
  assert.equal(await user.outcome(`PUT /users/me/shared/${first.uuid}`, { owned: true }), refused);
  assert.equal(await user.outcome(`GET /secrets/${first.uuid}/connecting/shared`), refused);
  assert.equal(await user.outcome(`DELETE /users/me/shared/${first.uuid}`), '200');
  assert.equal(await user.outcome(`DELETE /users/me/shared/${first.uuid}`), refused);
  assert.equal(await user.outcome(`GET /users/me/shared/${first.uuid}`), missing);
});

test('a connection opens nothing that is below what it leads to', async () => {
  const user = await userWith(whatIsOwn, 'get:/users/*');
  const [other, secret, group] = [
    await userWith(),
    await create('secrets'),
    await create('groups', { path: `g-${unique()}` }),
  ];
  await admin(`POST /users/${other.uuid}/keeps/${secret.uuid}`);
  await admin(`POST /users/${other.uuid}/groups/${group.path}`);
  await admin(`POST /secrets/${secret.uuid}/about/${other.uuid}`);
  assert.equal(await user.outcome(`POST /users/me/knows/${other.uuid}`), '200');
  const start = `/users/me/knows/users/${other.username}`;
  for (const line of [
    `GET ${start}/keeps`,
    `GET ${start}/keeps/${secret.uuid}`,
    `GET ${start}/connections`,
    `GET ${start}/connecting/about`,
    `GET ${start}/groups`,
    `GET ${start}/feed`,
    `GET ${start}/knows/users/me/knows/${other.uuid}/keeps`,
    `GET /users/me/knows/all/keeps`,
    `GET /users/me/knows;limit=1/keeps`,
    `POST ${start}/keeps/users/me`,
    `POST ${start}/keeps/things`,
    `DELETE ${start}/keeps/${secret.uuid}`,
    `POST ${start}/groups/${group.path}`,
    `DELETE ${start}/groups/${group.path}`,
    `POST ${start}/roles/guest`,
  ]) {
    assert.equal(
      await user.outcome(line, line.startsWith('GET') ? undefined : { name: unique() }),
      refused,
      line,
    );
  }
  await admin(`POST /users/${user.uuid}/permissions`, { permission: `get:/users/${other.username}/keeps` });
  assert.deepEqual(uuidsIn(await user.send(`GET ${start}/keeps`)), [secret.uuid]);
  assert.deepEqual(uuidsIn(await user.send('GET /users/me/knows/all/keeps')), [secret.uuid]);
  assert.equal(await user.outcome(`GET ${start}/connections`), refused);
});

test('creating through a connection takes the right to create in the collection', async () => {
  const user = await userWith(whatIsOwn);
  const json = { name: `r-${unique()}` };
  assert.equal(await user.outcome('POST /users/me/likes/restaurants', json), refused);
  assert.equal(await user.outcome('PUT /users/me/likes/restaurants', json), refused);
  assert.equal(await user.outcome(`PUT /users/me/likes/restaurants/${json.name}`, json), refused);
  assert.equal(await user.outcome('POST /users/me/likes/roles', json), refused);
  assert.equal(await user.outcome('POST /users/me/likes/users', { username: json.name }), refused);
  assert.equal((await app.asAdmin(`GET /restaurants/${json.name}`)).status, 404);
  await admin(`POST /users/${user.uuid}/permissions`, { permission: 'post:/restaurants' });
  assert.equal(await user.outcome('POST /users/me/likes/restaurants', json), '200');
  assert.equal((await user.send('GET /users/me/likes')).body.entities[0].name, json.name);
});

test('UD-60 guests with the rights to it create through a connection', async () => {
  const city = await create('cities');
  for (const permission of ['get,post:/cities/**', 'post:/restaurants']) {
    await admin('POST /roles/guest/permissions', { permission });
  }
  const json = { name: `r-${unique()}` };
  assert.equal(outcome(await app.asGuest(`POST /cities/${city.name}/likes/restaurants`, { json })), '200');
  assert.equal(outcome(await app.asGuest(`GET /cities/${city.name}/likes/restaurants/${json.name}`)), '200');
  assert.equal(outcome(await app.asGuest(`GET /restaurants/${json.name}`)), refused);
  assert.equal(
    outcome(await app.asGuest(`DELETE /cities/${city.name}/likes/restaurants/${json.name}`)),
    refused,
  );
});

test('changing through a connection takes the rights to read and to change', async () => {
  const dog = await create('dogs');
  const writer = await userWith(whatIsOwn, 'put:/dogs/*');
  const reader = await userWith(whatIsOwn, 'get:/dogs/*');
  const both = await userWith(whatIsOwn, 'get,put:/dogs/*');
  const json = { color: 'red' };
  assert.equal(await writer.outcome(`PUT /users/me/walks/${dog.uuid}`, json), refused);
  assert.equal(await reader.outcome(`PUT /users/me/walks/dogs/${dog.name}`, json), refused);
  assert.equal(await both.outcome(`PUT /users/me/walks/dogs/${dog.name}`, json), '200');
  assert.equal(await reader.outcome(`PUT /users/me/walks/${dog.uuid}`), '200');
});

test('a right to connect something is none to read it from the other end', async () => {
  const [note, me] = [await create('notes'), await userWith(whatIsOwn, 'post:/notes/**')];
  assert.equal(await me.outcome(`POST /notes/${note.name}/about/users/me`), refused);
  assert.deepEqual(uuidsIn(await me.send('GET /users/me/connecting/about')), []);
});

test('a list that a write answers takes the right to read it', async () => {
  const user = await userWith(`post,delete:/users/${self}/**`);
  await admin(`POST /users/${user.uuid}/shared/${(await create('secrets')).uuid}`);
  for (const line of [
    'POST /users/me/shared',
    'DELETE /users/me/shared',
    'DELETE /users/me/shared/secrets',
    'POST /users/me/shared/secrets',
  ]) {
    assert.equal(await user.outcome(line, {}), refused, line);
  }
});

test('what is below many takes the rights to all of them', async () => {
  const [ann, ben] = [await userWith(), await userWith()];
  const pet = await create('pets');
  for (const { uuid } of [ann, ben]) {
    await admin(`PUT /users/${uuid}`, { team: ann.username });
    await admin(`POST /users/${uuid}/likes/${pet.uuid}`);
  }
  const path = `/users;ql=team='${ann.username}'/likes`;
  const likes = 'get:/users/*/likes';
  assert.equal(await (await userWith('get:/users/likes')).outcome(`GET ${path}`), refused);
  assert.equal(await (await userWith('get:/users')).outcome(`GET ${path}`), refused);
  assert.equal(
    await (await userWith('get:/users', `get:/users/${ann.username}/likes`)).outcome(`GET ${path}`),
    refused,
  );
  assert.equal(await (await userWith(likes)).outcome(`GET ${path}`), refused);
  const allowed = await userWith('get:/users', 'get:/users/likes', likes);
  assert.deepEqual(uuidsIn(await allowed.send(`GET ${path}`)), [pet.uuid]);
  const some = await userWith('get:/users', 'get:/users/likes', `get:/users/${ann.username}/likes`);
  assert.equal(await some.outcome(`GET ${path}`), refused);
});

test('nobody makes others follow', async () => {
  const [star, fan] = [await userWith(whatIsOwn, 'get:/users/*'), await userWith()];
  for (const method of ['POST', 'PUT', 'DELETE']) {
    assert.equal(
      await star.outcome(`${method} /users/me/followers/users/${fan.username}`),
      '400 illegal_argument',
    );
  }
  assert.equal(await star.outcome(`POST /users/${fan.username}/following/users/me`), refused);
  assert.deepEqual(uuidsIn(await star.send('GET /users/me/followers')), []);
});

test('users are shown without their secrets, whatever leads to them', async () => {
  const [user, other] = [await userWith(whatIsOwn), await userWith()];
  await admin(`POST /users/${user.uuid}/knows/${other.uuid}`);
  await admin(`POST /users/${user.uuid}/knows/users`, {
    username: `u-${unique()}`,
    password: newPassword(),
    pin: '1234',
  });
  const { text, body } = await user.send('GET /users/me/knows');
  assert.equal(body.entities.length, 2);
  assert.doesNotMatch(text, /"(?:password|pin)"/);
});
