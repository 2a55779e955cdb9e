/**
 * What the readme of npm `usergrid` 0.10.11 documents, and its own test.js does, one call after another, on an
 * unmodified package and the server's default settings. Left out: counters, which this server does not offer yet.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { WireJson } from '../support/http.ts';
import { rememberSecret } from '../support/secrets.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';
import { applicationClientOf, clientOf, done, loggedIn, type SdkClient } from './usergrid-client.ts';

const password = 'mysecurepassword';

let server: RunningServer;
let tenant: Tenant;
/** As the readme has it: `authType: AUTH_CLIENT_ID`. */
let client: SdkClient;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  client = applicationClientOf(server, tenant);
  rememberSecret(password);
});
after(async () => {
  await server?.stop();
});

const requested = (method: string, endpoint: string, rest: Record<string, unknown> = {}): Promise<WireJson> =>
  done((callback) => client.request({ method, endpoint, ...rest }, callback)).then(([data]) => data);

const entity = (options: Record<string, unknown>): Promise<WireJson> =>
  done((callback) => client.createEntity(options, callback)).then(([made]) => made);

const collection = (options: Record<string, unknown>): Promise<WireJson> =>
  done((callback) => client.createCollection(options, callback)).then(([made]) => made);

/** The names on the page that the collection holds. */
function namesOn(page: WireJson): string[] {
  const names: string[] = [];
  page.resetEntityPointer();
  while (page.hasNextEntity()) names.push(page.getNextEntity().get('name'));
  return names;
}

test('generic calls: GET, POST, PUT and DELETE of users', async () => {
  assert.equal((await requested('GET', 'users')).entities.length, 1);
  const made = await requested('POST', 'users', { body: { username: 'fred', password: 'secretsecret' } });
  assert.equal(made.entities[0].username, 'fred');
  const changed = await requested('PUT', 'users/fred', { body: { newkey: 'newvalue' } });
  assert.equal(changed.entities[0].newkey, 'newvalue');
  assert.equal((await requested('DELETE', 'users/fred')).entities[0].username, 'fred');
  await assert.rejects(requested('GET', 'users/fred'), /service_resource_not_found/);
});

describe('entities', () => {
  test('are made, changed, saved, refreshed and removed', async () => {
    const dog = await entity({ type: 'dogs', name: 'Dino' });
    dog.set('breed', 'Dinosaur');
    dog.set({ master: 'Fred', state: 'hungry' });
    await done((callback) => dog.save(callback));
    dog.set({ master: 'Barney', state: 'fed', lines: [1, { two: 'three' }] });
    await done((callback) => dog.save(callback));
    await done((callback) => dog.fetch(callback));
    const { name, type, breed, master, state } = dog.get();
    assert.deepEqual([name, type, breed, master, state], ['Dino', 'dog', 'Dinosaur', 'Barney', 'fed']);
    assert.equal(dog.get('breed'), 'Dinosaur');
    await done((callback) => dog.destroy(callback));
    await assert.rejects(
      done((callback) => client.getEntity({ type: 'dogs', name: 'Dino' }, callback)),
      /entity_not_found/,
    );
  });

  test('come out of a text as they went in', async () => {
    const dog = await entity({ type: 'dogs', name: 'Serialized', tricks: ['sit'] });
    const restored = client.restoreEntity(dog.serialize());
    await done((callback) => restored.fetch(callback));
    assert.equal(restored.get('uuid'), dog.get('uuid'));
    await done((callback) => restored.destroy(callback));
  });

  test('that exist already are given back', async () => {
    const [first, again] = [
      await entity({ type: 'dogs', name: 'ralphy' }),
      await entity({ type: 'dogs', name: 'ralphy', getOnExist: true }),
    ];
    assert.equal(again.get('uuid'), first.get('uuid'));
    await done((callback) => again.destroy(callback));
  });

  test('without a name are made all the same', async () => {
    const nameless = await entity({ type: 'something', othervalue: 'something else' });
    assert.match(nameless.get('uuid'), /^[0-9a-f-]{36}$/);
    await done((callback) => nameless.destroy(callback));
  });
});

describe('collections', () => {
  before(async () => {
    for (let index = 0; index < 30; index += 1) {
      await entity({
        type: 'pups',
        name: `pup${String(index).padStart(2, '0')}`,
        index,
        fur: index % 3 ? 'brown' : 'grey',
      });
    }
  });

  test('come in pages, on to the last and back to the first', async () => {
    const pups = await collection({ type: 'pups', qs: { ql: 'order by index' } });
    const pages = [namesOn(pups)];
    while (pups.hasNextPage()) {
      await done((callback) => pups.getNextPage(callback));
      pages.push(namesOn(pups));
    }
    assert.equal(pages.flat().length, 30);
    assert.equal(new Set(pages.flat()).size, 30);
    assert.equal(pages[0]?.[0], 'pup00');
    for (let page = pages.length - 2; page >= 0; page -= 1) {
      assert.equal(pups.hasPreviousPage(), true);
      await done((callback) => pups.getPreviousPage(callback));
      assert.deepEqual(namesOn(pups), pages[page]);
    }
    assert.equal(pups.hasPreviousPage(), false);
  });

  test('hold the first and the last of a page, and each by its uuid', async () => {
    const pups = await collection({ type: 'pups', qs: { ql: 'order by index', limit: 50 } });
    assert.equal(pups.getFirstEntity().get('name'), 'pup00');
    assert.equal(pups.getLastEntity().get('name'), 'pup29');
    const { uuid } = pups.getLastEntity().get();
    assert.equal(pups.getEntityByUUID(uuid).get('name'), 'pup29');
    const elsewhere = await collection({ type: 'pups', qs: { limit: 1, ql: 'order by index' } });
    const [, fetched] = await done((callback) => elsewhere.getEntityByUUID(uuid, callback));
    assert.equal(fetched.get('name'), 'pup29');
  });

  test('take custom queries, limits, and statements that choose properties', async () => {
    const pups = await collection({
      type: 'pups',
      qs: { ql: "select * where fur='brown' order by index", limit: '100' },
    });
    assert.equal(namesOn(pups).length, 20);
    pups.qs = { ql: 'order by created DESC', limit: '3' };
    await done((callback) => pups.fetch(callback));
    assert.deepEqual(namesOn(pups), ['pup29', 'pup28', 'pup27']);
    pups.qs = { ql: "select name, index where fur='grey' order by index" };
    pups.resetPaging();
    await done((callback) => pups.fetch(callback));
    const first = pups.getFirstEntity().get();
    assert.deepEqual(Object.keys(first).sort(), ['index', 'metadata', 'name', 'type', 'uuid']);
  });

  test('take further entities, give some up, and come out of a text as they went in', async () => {
    const pups = await collection({ type: 'pups', qs: { ql: 'order by index desc', limit: 5 } });
    await done((callback) => pups.addEntity({ name: 'extra-pup', fur: 'shedding', index: 99 }, callback));
    const extra = pups.getLastEntity();
    assert.equal(extra.get('fur'), 'shedding');
    const restored = client.restoreCollection(pups.serialize());
    assert.deepEqual(namesOn(restored), namesOn(pups));
    await done((callback) => pups.destroyEntity(extra, callback));
    assert.deepEqual(namesOn(pups), ['pup29', 'pup28', 'pup27', 'pup26', 'pup25']);
  });

  test('are changed and emptied by generic calls and by client.delete', async () => {
    const ql = 'select * where index < 4';
    const changed = await requested('PUT', 'pups', { qs: { ql }, body: { small: true } });
    assert.equal(changed.entities.length, 4);
    const [some] = await done((callback) =>
      client.delete({ type: 'pups', qs: { q: 'select * where small = true', limit: 10 } }, callback),
    );
    assert.equal(some.entities.length, 4);
    for (let deleted = 1, left = 26; left > 0; left -= deleted) {
      const [answer] = await done((callback) => client.delete({ type: 'pups', qs: {} }, callback));
      deleted = answer.entities.length;
      assert.ok(deleted > 0 && deleted <= 10);
    }
    assert.deepEqual((await requested('GET', 'pups')).entities, []);
  });

  test('are made of many entities in one call', async () => {
    const body = Array.from({ length: 50 }, (_, number) => ({ name: `batch-${number}`, number }));
    const made = await requested('POST', 'batches', { body });
    assert.deepEqual(
      made.entities.map(({ number }: { number: number }) => number),
      body.map(({ number }) => number),
    );
  });
});

describe('users', () => {
  test('are made, found, changed, refreshed and removed', async () => {
    const marty = await entity({
      type: 'users',
      username: 'marty',
      password,
      name: 'Marty McFly',
      city: 'Hill Valley',
    });
    marty.set('state', 'California');
    marty.set('girlfriend', 'Jennifer');
    await done((callback) => marty.save(callback));
    const [found]: WireJson[] = await done((callback) =>
      client.getEntity({ type: 'users', username: 'marty' }, callback),
    );
    assert.deepEqual([found.get('state'), found.get('city')], ['California', 'Hill Valley']);
    assert.equal(found.get('password'), undefined);
    await done((callback) => marty.fetch(callback));
    assert.equal(marty.get('girlfriend'), 'Jennifer');
    await done((callback) => marty.destroy(callback));
  });

  test('log in, change their password, log out, and log in again', async () => {
    await entity({ type: 'users', username: 'emmett', password, email: 'emmett@example.test' });
    const user = clientOf(server, tenant, { authType: 'APP_USER' });
    await done((callback) => user.login('emmett', password, callback));
    rememberSecret(user.getToken() ?? '');
    // A new client for the user alone, with the token that the first one got.
    const second = clientOf(server, tenant, { authType: 'APP_USER', token: user.getToken() });
    const [, self] = await done((callback) => second.getLoggedInUser(callback));
    assert.equal(self.get('username'), 'emmett');
    const newpassword = 'mynewsecurepassword';
    rememberSecret(newpassword);
    self.set('type', 'users');
    self.set({ oldpassword: password, newpassword });
    await done((callback) => self.save(callback));
    user.logout();
    assert.equal(user.isLoggedIn(), false);
    await assert.rejects(
      done((callback) => user.login('emmett', password, callback)),
      /invalid_grant/,
    );
    await done((callback) => user.login('emmett', newpassword, callback));
    assert.equal(user.isLoggedIn(), true);
    rememberSecret(user.getToken() ?? '');
  });

  test('by Facebook are told that it is not offered', async () => {
    await assert.rejects(
      done((callback) => client.loginFacebook('token-of-facebook', callback)),
      /not_implemented/,
    );
  });
});

test('an admin user’s token is renewed', async () => {
  const admin = clientOf(server, tenant, { authType: 'APP_USER', token: tenant.admin.token });
  await done((callback) => admin.reAuthenticateLite(callback));
  assert.equal(typeof admin.getToken(), 'string');
  rememberSecret(admin.getToken() ?? '');
  const [data] = await done((callback) => admin.request({ method: 'GET', endpoint: 'roles' }, callback));
  assert.equal(data.entities.length, 3);
});

/**
 * The package calls back twice here: at first to say that a role is neither user nor group, and then, for it goes on,
 * with the answer. This gives what came last.
 */
const lastAnswer = (
  times: number,
  act: (callback: (...results: WireJson[]) => void) => void,
): Promise<WireJson[]> =>
  new Promise((resolve) => {
    let left = times;
    act((...results) => {
      left -= 1;
      if (left === 0) resolve(results);
    });
  });

describe('roles and permissions', () => {
  test('a role is made with its permissions, given to a user and taken away', async () => {
    const [failed, , permissions] = await lastAnswer(2, (callback) =>
      client.createRole('librarian', 'get,put:/books/**', callback),
    );
    assert.equal(failed, null);
    assert.deepEqual(permissions, ['get,put:/books/**']);
    const user = await entity({ type: 'users', username: 'lorraine', password });
    user.set('type', 'user');
    const [refused] = await lastAnswer(2, (callback) => user.assignRole('librarian', callback));
    assert.equal(refused, null);
    user.set('type', 'users');
    await done((callback) => user.getRoles(callback));
    assert.deepEqual(
      user.roles.map(({ name }: { name: string }) => name),
      ['librarian'],
    );
    user.set('type', 'user');
    await lastAnswer(2, (callback) => user.removeRole('librarian', callback));
    user.set('type', 'users');
    await done((callback) => user.getRoles(callback));
    assert.deepEqual(user.roles, []);
  });

  test('permissions of a user are given, listed and taken away', async () => {
    const user = await entity({ type: 'users', username: 'george', password });
    await done((callback) => user.assignPermissions('get,post:/novels/**', callback));
    await done((callback) => user.getPermissions(callback));
    assert.deepEqual(user.permissions[0].operations, { get: 'yes', post: 'yes', put: 'no', delete: 'no' });
    const [answer] = await done((callback) => user.removePermissions('get,post:/novels/**', callback));
    assert.deepEqual(answer.data, []);
    await done((callback) => user.getPermissions(callback));
    assert.deepEqual(user.permissions, []);
  });
});

test('a group is made, filled, emptied and listed with its users', async () => {
  const [group]: WireJson[] = await done((callback) => client.createGroup({ path: 'hill/valley' }, callback));
  assert.equal(group.get('path'), 'hill/valley');
  const user = await entity({ type: 'users', username: 'doc', password });
  await done((callback) => group.add({ user }, callback));
  const [members] = await done((callback) => group.members(callback));
  assert.deepEqual(
    members.map((member: WireJson) => member.get('username')),
    ['doc'],
  );
  await done((callback) => user.getGroups(callback));
  assert.equal(user.groups[0].path, 'hill/valley');
  await done((callback) => group.remove({ user: { username: 'doc' } }, callback));
  await done((callback) => user.getGroups(callback));
  assert.deepEqual(user.groups, []);
});

test('a user of the application has these calls as well', async () => {
  const user = await loggedIn(server, tenant);
  const [dog]: WireJson[] = await done((callback) =>
    user.createEntity({ type: 'hounds', name: 'argos' }, callback),
  );
  await done((callback) => dog.destroy(callback));
});
