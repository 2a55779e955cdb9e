/** The old Node client of Usergrid, npm `usergrid` 0.10.11, unmodified, against the real server. usergrid-data.md 11.1. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { call, type WireJson } from '../support/http.ts';
import { rememberSecret } from '../support/secrets.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';
import { applicationClientOf, clientOf, done, loggedIn, type SdkClient, sdk } from './usergrid-client.ts';

let server: RunningServer;
let tenant: Tenant;

before(async () => {
  server = await startServer({
    environment: { KEYGRID_ENTITY_NOT_FOUND_CODE: 'service_resource_not_found' },
  });
  tenant = await createTenant(server);
});
after(async () => {
  await server?.stop();
});

const clientFor = (options: Record<string, unknown> = {}): SdkClient => clientOf(server, tenant, options);
const asUser = (): Promise<SdkClient> => loggedIn(server, tenant);

describe('a user', () => {
  test('signs up, logs in, is somebody, and logs out', async () => {
    const client = clientFor({ authType: 'APP_USER' });
    const password = 'signup-password-1';
    rememberSecret(password);
    // Who signs up is asked for first, which a guest may not: the client goes on after the refusal.
    const [made]: WireJson[] = await done((callback) =>
      client.signup('newcomer', password, 'newcomer@example.test', 'New Comer', callback),
    );
    assert.match(made.get('uuid'), /^[0-9a-f-]{36}$/);
    assert.equal(made.get('type'), 'users');

    const [answer, user] = await done((callback) => client.login('newcomer', password, callback));
    assert.equal(answer.user.username, 'newcomer');
    assert.equal(user.get('email'), 'newcomer@example.test');
    assert.equal(client.isLoggedIn(), true);

    const [, self] = await done((callback) => client.getLoggedInUser(callback));
    assert.equal(self.get('uuid'), made.get('uuid'));

    client.logout();
    assert.equal(client.isLoggedIn(), false);
    await assert.rejects(
      done((callback) => client.getEntity({ type: 'users', username: 'newcomer' }, callback)),
    );
  });

  test('is refused with a wrong password', async () => {
    const client = clientFor({ authType: 'APP_USER' });
    await assert.rejects(
      done((callback) => client.login(tenant.user.username, 'wrong', callback)),
      /invalid_grant/,
    );
  });

  test('changes the password by saving', async () => {
    const client = clientFor({ authType: 'APP_USER' });
    const [first, second] = ['changer-password-1', 'changer-password-2'];
    await done((callback) => client.signup('changer', first, 'changer@example.test', 'Changer', callback));
    await done((callback) => client.login('changer', first, callback));
    const [, user] = await done((callback) => client.getLoggedInUser(callback));
    user.set('type', 'users');
    user.set({ city: 'Rome', oldpassword: first, newpassword: second });
    await done((callback) => user.save(callback));
    await done((callback) => client.login('changer', second, callback));
    await assert.rejects(done((callback) => client.login('changer', first, callback)));
  });
});

describe('an entity', () => {
  test('is created, read, changed and deleted', async () => {
    const client = await asUser();
    const [dog]: WireJson[] = await done((callback) =>
      client.createEntity({ type: 'dogs', name: 'Rex the 1st / "good"', breed: 'mutt' }, callback),
    );
    assert.equal(dog.get('type'), 'dogs');
    assert.equal(dog.get('breed'), 'mutt');

    const [read]: WireJson[] = await done((callback) =>
      client.getEntity({ type: 'dogs', name: 'Rex the 1st / "good"' }, callback),
    );
    assert.equal(read.get('uuid'), dog.get('uuid'));

    dog.set({ breed: 'terrier', tricks: ['sit', 'roll'] });
    await done((callback) => dog.save(callback));
    await done((callback) => read.fetch(callback));
    assert.equal(read.get('breed'), 'terrier');
    assert.deepEqual(read.get('tricks'), ['sit', 'roll']);

    await done((callback) => read.destroy(callback));
    await assert.rejects(
      done((callback) => client.getEntity({ type: 'dogs', uuid: dog.get('uuid') }, callback)),
      /service_resource_not_found/,
    );
  });

  test('that is there already is not created again', async () => {
    const client = await asUser();
    const create = (options: Record<string, unknown>) =>
      done((callback) => client.createEntity({ type: 'cats', name: 'tom', ...options }, callback));
    const [first]: WireJson[] = await create({ color: 'grey' });
    const [again]: WireJson[] = await create({ color: 'white' });
    assert.equal(again.get('uuid'), first.get('uuid'));
    assert.equal(again.get('color'), 'grey');
  });

  test('is created through the client of the application', async () => {
    const client = applicationClientOf(server, tenant);
    const [bird]: WireJson[] = await done((callback) =>
      client.createEntity({ type: 'bird', name: 'tweety' }, callback),
    );
    assert.equal(bird.get('type'), 'birds');
  });
});

describe('a collection', () => {
  test('is paged through, forth and back', async () => {
    const client = await asUser();
    const names = Array.from({ length: 25 }, (_, index) => ({
      name: `item-${String(index).padStart(2, '0')}`,
    }));
    await call(server, `POST /${tenant.organization}/${tenant.application}/items`, {
      json: names,
      bearer: tenant.user.token,
    });
    const [items]: WireJson[] = await done((callback) =>
      client.createCollection({ type: 'items', qs: { ql: 'order by created', limit: 10 } }, callback),
    );
    const namesOnPage = (): string[] => {
      const read: string[] = [];
      items.resetEntityPointer();
      while (items.hasNextEntity()) read.push(items.getNextEntity().get('name'));
      return read;
    };
    assert.equal(namesOnPage()[0], 'item-00');
    const pages = [namesOnPage()];
    while (items.hasNextPage()) {
      await done((callback) => items.getNextPage(callback));
      pages.push(namesOnPage());
    }
    assert.deepEqual(
      pages.flat(),
      names.map(({ name }) => name),
    );
    assert.equal(items.hasPreviousPage(), true);
    await done((callback) => items.getPreviousPage(callback));
    assert.deepEqual(namesOnPage(), pages[1]);
  });

  test('takes and gives up entities', async () => {
    const client = await asUser();
    const [fruits]: WireJson[] = await done((callback) =>
      client.createCollection({ type: 'fruits' }, callback),
    );
    await done((callback) => fruits.addEntity({ name: 'apple' }, callback));
    fruits.resetEntityPointer();
    const apple = fruits.getNextEntity();
    assert.equal(apple.get('name'), 'apple');
    assert.equal(fruits.getEntityByUUID(apple.get('uuid')).get('name'), 'apple');
    await done((callback) => fruits.destroyEntity(apple, callback));
    assert.equal(fruits.hasNextEntity(), false);
  });

  test('is emptied by the bulk helper, which asks for q=*', async () => {
    const client = await asUser();
    await done((callback) => client.createEntity({ type: 'leaves', name: 'a' }, callback));
    const [answer] = await done((callback) => client.delete({ type: 'leaves', qs: {} }, callback));
    assert.equal(answer.entities.length, 1);
  });
});

test('a group is created, joined and left, and permissions are listed', async () => {
  const client = await asUser();
  const [group]: WireJson[] = await done((callback) => client.createGroup({ path: 'team/one' }, callback));
  const [, self] = await done((callback) => client.getLoggedInUser(callback));
  const members = async (): Promise<string[]> => {
    const [list]: WireJson[] = await done((callback) => group.members(callback));
    return list.map((user: WireJson) => user.get('username'));
  };
  await done((callback) => group.add({ user: self }, callback));
  assert.deepEqual(await members(), [tenant.user.username]);
  // Of an entity it would not find the username: it looks for a plain property.
  const { username } = tenant.user;
  await done((callback) => group.remove({ user: { username } }, callback));
  assert.deepEqual(await members(), []);

  self.set('type', 'users');
  const { admin, organization, application } = tenant;
  await call(server, `POST /${organization}/${application}/users/${self.get('uuid')}/permissions`, {
    bearer: admin.token,
    json: { permission: 'get,put:/books/**' },
  });
  await done((callback) => self.getPermissions(callback));
  const [permission] = self.permissions;
  assert.equal(permission.path, '/books/**');
  assert.deepEqual(permission.operations, { get: 'yes', post: 'no', put: 'yes', delete: 'no' });
});

test('the default code for unknown entities serves this client as well', async () => {
  const other = await startServer();
  const { organization, application, user } = await createTenant(other);
  const client = new sdk.client({
    URI: other.url,
    orgName: organization,
    appName: application,
    authType: 'APP_USER',
  });
  await done((callback) => client.login(user.username, user.password, callback));
  const [dog]: WireJson[] = await done((callback) =>
    client.createEntity({ type: 'dogs', name: 'rex' }, callback),
  );
  assert.equal(dog.get('type'), 'dogs');
  await other.stop();
});
