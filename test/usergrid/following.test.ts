/** Users who follow users, and what it brings into their feeds. usergrid-data.md 4.3 and 4.4. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type ApplicationAccess,
  type ApplicationUser,
  accessTo,
  outcome,
  requireSuccess,
} from '../support/application.ts';
import type { Answer } from '../support/http.ts';
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

const uuidsOf = ({ body }: Answer): string[] => body.entities.map(({ uuid }: { uuid: string }) => uuid);
const listed = async (path: string): Promise<string[]> =>
  uuidsOf(requireSuccess(await app.asAdmin(`GET ${path}`)));
const followingPath = (follower: ApplicationUser, followed: ApplicationUser): string =>
  `/users/${follower.username}/following/users/${followed.username}`;
const published = async ({ username }: ApplicationUser, content = 'hello'): Promise<string> =>
  uuidsOf(
    requireSuccess(
      await app.asAdmin(`POST /users/${username}/activities`, { json: { verb: 'post', content } }),
    ),
  )[0]!;

test('UD-112 following is seen from both ends', async () => {
  const [follower, followed] = [await app.newUser(), await app.newUser()];
  const made = requireSuccess(await app.asAdmin(`POST ${followingPath(follower, followed)}`));
  assert.deepEqual(uuidsOf(made), [followed.uuid]);
  assert.deepEqual(await listed(`/users/${follower.username}/following`), [followed.uuid]);
  assert.deepEqual(await listed(`/users/${followed.username}/followers`), [follower.uuid]);
  assert.deepEqual(await listed(`/users/${followed.username}/following`), []);
  requireSuccess(await app.asAdmin(`DELETE ${followingPath(follower, followed)}`));
  assert.deepEqual(await listed(`/users/${followed.username}/followers`), []);
});

test('UD-111 an activity of a user comes into the feeds of who follows, and of nobody else', async () => {
  const [author, first, second, stranger] = [
    await app.newUser(),
    await app.newUser(),
    await app.newUser(),
    await app.newUser(),
  ];
  requireSuccess(await app.asAdmin(`POST ${followingPath(first, author)}`));
  requireSuccess(await app.asAdmin(`POST /users/${second.uuid}/following/${author.uuid}`));
  requireSuccess(await app.asAdmin(`POST ${followingPath(author, stranger)}`));
  const uuid = await published(author);
  for (const each of [author, first, second]) {
    assert.deepEqual(await listed(`/users/${each.username}/feed`), [uuid]);
  }
  for (const path of [`/users/${stranger.username}/feed`, `/users/${first.username}/activities`]) {
    assert.deepEqual(await listed(path), [], path);
  }
});

test('who begins to follow gets what was published before; ending it takes nothing away', async () => {
  const [author, follower] = [await app.newUser(), await app.newUser()];
  const earlier = [await published(author, '1'), await published(author, '2')];
  const feed = `/users/${follower.username}/feed`;
  for (const _ of [1, 2]) {
    requireSuccess(await app.asAdmin(`POST ${followingPath(follower, author)}`));
    assert.deepEqual(await listed(feed), earlier.toReversed());
  }
  requireSuccess(await app.asAdmin(`DELETE ${followingPath(follower, author)}`));
  await published(author, '3');
  assert.deepEqual(await listed(feed), earlier.toReversed());
});

test('a feed mixes who is followed and the groups that one is in, each activity once', async () => {
  const [author, other, reader] = [await app.newUser(), await app.newUser(), await app.newUser()];
  requireSuccess(await app.asAdmin('POST /groups', { json: { path: 'mixed' } }));
  requireSuccess(await app.asAdmin(`POST /groups/mixed/users/${reader.username}`));
  for (const each of [author, other])
    requireSuccess(await app.asAdmin(`POST ${followingPath(reader, each)}`));
  const made: string[] = [await published(author), await published(other)];
  requireSuccess(await app.asAdmin(`POST /groups/mixed/activities/${made[0]}`));
  const json = { verb: 'post', actor: { displayName: 'x' } };
  made.push(...uuidsOf(requireSuccess(await app.asAdmin('POST /groups/mixed/activities', { json }))));
  assert.deepEqual(await listed(`/users/${reader.username}/feed`), made.toReversed());
});

test('a follower who is deleted, or an author, leaves the lists of the others clean', async () => {
  const [author, follower, other] = [await app.newUser(), await app.newUser(), await app.newUser()];
  for (const each of [follower, other])
    requireSuccess(await app.asAdmin(`POST ${followingPath(each, author)}`));
  const uuid = await published(author);
  requireSuccess(await app.asAdmin(`DELETE /users/${follower.username}`));
  assert.deepEqual(await listed(`/users/${author.username}/followers`), [other.uuid]);
  await published(author);
  requireSuccess(await app.asAdmin(`DELETE /users/${author.username}`));
  assert.deepEqual(await listed(`/users/${other.username}/following`), []);
  assert.equal((await listed(`/users/${other.username}/feed`)).at(-1), uuid);
});

test('UD-112 posting to followers makes nobody follow', async () => {
  const [first, second] = [await app.newUser(), await app.newUser()];
  for (const method of ['POST', 'PUT', 'DELETE']) {
    const answer = await app.asAdmin(`${method} /users/${first.username}/followers/users/${second.username}`);
    assert.equal(outcome(answer), '400 illegal_argument');
    assert.ok(
      answer.body.error_description.endsWith(`${method} /users/{follower}/following/users/{id}`),
      answer.text,
    );
  }
  assert.deepEqual(await listed(`/users/${first.username}/followers`), []);
  assert.deepEqual(await listed(`/users/${second.username}/following`), []);
});
