/**
 * The social half of npm `usergrid` 0.10.11, unmodified: connections, following, groups, activities and feeds. Left
 * out: counters, which this server does not offer yet.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { WireJson } from '../support/http.ts';
import { rememberSecret } from '../support/secrets.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';
import { applicationClientOf, done, loggedIn, type SdkClient } from './usergrid-client.ts';

const password = 'mysecurepassword';

let server: RunningServer;
let tenant: Tenant;
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

const entity = (options: Record<string, unknown>): Promise<WireJson> =>
  done((callback) => client.createEntity(options, callback)).then(([made]) => made);

const user = (username: string): Promise<WireJson> =>
  entity({ type: 'users', username, password, email: `${username}@example.test` });

describe('connections', () => {
  test('marty likes einstein, and no longer', async () => {
    const marty = await user('marty');
    const dog = await entity({ type: 'dogs', name: 'einstein', breed: 'mutt' });
    await done((callback) => marty.connect('likes', dog, callback));
    await done((callback) => marty.getConnections('likes', callback));
    assert.equal(marty.likes.einstein.breed, 'mutt');
    await done((callback) => marty.disconnect('likes', dog, callback));
    await done((callback) => marty.getConnections('likes', callback));
    assert.deepEqual(marty.likes, {});
    await done((callback) => dog.fetch(callback));
    assert.equal(dog.get('breed'), 'mutt');
  });

  test('are queried by the parameters that are passed along', async () => {
    const shelf = await entity({ type: 'shelf', name: 'top' });
    for (let index = 0; index < 12; index += 1) {
      const book = await entity({ type: 'book', name: `book-${index}`, pages: index * 100 });
      await done((callback) => shelf.connect('holds', book, callback));
    }
    await done((callback) => shelf.getConnections('holds', callback));
    assert.equal(Object.keys(shelf.holds).length, 12);
    const options = { qs: { ql: 'select * where pages > 900 order by pages', limit: 5 } };
    await done((callback) => shelf.getConnections('holds', options, callback));
    assert.deepEqual(Object.keys(shelf.holds), ['book-10', 'book-11']);
  });

  test('of users are found by username', async () => {
    const [jennifer, george] = [await user('jennifer'), await user('george')];
    await done((callback) => jennifer.connect('knows', george, callback));
    await done((callback) => jennifer.getConnections('knows', callback));
    assert.equal(jennifer.knows.george.uuid, george.get('uuid'));
  });
});

describe('activities', () => {
  const contents = (entities: WireJson[]): string[] => entities.map(({ content }) => content);

  test('of a user are listed with the user, and in the feeds of the user and of those who follow', async () => {
    const [author, reader] = [await user('author'), await user('reader')];
    await done((callback) => reader.connect('following', author, callback));
    await done((callback) => reader.getFollowing(callback));
    assert.deepEqual(
      reader.following.map(({ username }: WireJson) => username),
      ['author'],
    );
    await done((callback) => author.getFollowers(callback));
    assert.deepEqual(
      author.followers.map(({ username }: WireJson) => username),
      ['reader'],
    );

    const [first]: WireJson[] = await done((callback) =>
      client.createUserActivityWithEntity(author, 'first words', callback),
    );
    assert.equal(first.get('actor').username, 'author');
    const plain = { verb: 'post', content: 'second words', actor: { displayName: 'author' } };
    const [second]: WireJson[] = await done((callback) =>
      client.createUserActivity('author', plain, callback),
    );
    assert.equal(second.get('actor').uuid, author.get('uuid'));

    const expected = ['second words', 'first words'];
    await done((callback) => author.getActivities(callback));
    assert.deepEqual(contents(author.activities), expected);
    for (const username of ['author', 'reader']) {
      const [, feed] = await done((callback) => client.getFeedForUser(username, callback));
      assert.deepEqual(contents(feed), expected, username);
    }
  });

  test('of a group are in its feed and in those of its members', async () => {
    const [group]: WireJson[] = await done((callback) => client.createGroup({ path: 'writers' }, callback));
    const member = await user('member');
    await done((callback) => group.add({ user: member }, callback));
    const [activity]: WireJson[] = await done((callback) =>
      group.createGroupActivity({ user: member, content: 'to the group' }, callback),
    );
    assert.equal(activity.get('verb'), 'post');
    const [, ofGroup] = await done((callback) => group.feed(callback));
    assert.deepEqual(contents(ofGroup), ['to the group']);
    const [, ofMember] = await done((callback) => client.getFeedForUser('member', callback));
    assert.deepEqual(contents(ofMember), ['to the group']);
  });

  test('are saved again where the package believes them to be', async () => {
    const author = await user('again');
    const [activity]: WireJson[] = await done((callback) =>
      client.createUserActivityWithEntity(author, 'words', callback),
    );
    // From now on its type is `users/{uuid}/activities`.
    activity.set('note', 'an extra property');
    await done((callback) => activity.save(callback));
    assert.equal(activity.get('note'), 'an extra property');
    assert.equal(activity.get('content'), 'words');
  });
});

test('a user of the application has these calls as well', async () => {
  const alone = await loggedIn(server, tenant);
  const [, self] = await done((callback) => alone.getLoggedInUser(callback));
  self.set('type', 'users');
  const [thing]: WireJson[] = await done((callback) =>
    alone.createEntity({ type: 'thing', name: 'lamp' }, callback),
  );
  await done((callback) => self.connect('owns', thing, callback));
  await done((callback) => self.getConnections('owns', callback));
  assert.equal(self.owns.lamp.uuid, thing.get('uuid'));
  await done((callback) => alone.createUserActivityWithEntity(self, 'mine', callback));
  await done((callback) => self.getActivities(callback));
  assert.equal(self.activities.length, 1);
});
