/** Who may publish where, and see what: what the permissions of the path say, and no more. usergrid-data.md 4.3. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type ApplicationAccess,
  type ApplicationUser,
  accessTo,
  keepUsersToTheirOwn,
  outcome,
  requireSuccess,
} from '../support/application.ts';
import type { Answer } from '../support/http.ts';
import { unique } from '../support/organization.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant } from '../support/tenant.ts';

let server: RunningServer;
let app: ApplicationAccess;

before(async () => {
  server = await startServer();
  app = accessTo(server, await createTenant(server));
  await keepUsersToTheirOwn(app);
});
after(async () => {
  await server?.stop();
});

const activity = { verb: 'post', content: 'hello' };
const uuidsOf = ({ body }: Answer): string[] => body.entities.map(({ uuid }: { uuid: string }) => uuid);
const feedOf = async ({ username }: ApplicationUser): Promise<string[]> =>
  uuidsOf(requireSuccess(await app.asAdmin(`GET /users/${username}/feed`)));

async function published(by: ApplicationUser, path = '/users/me/activities'): Promise<string> {
  return uuidsOf(requireSuccess(await by.call(`POST ${path}`, { json: activity })))[0]!;
}

/** Whose members may do everything below it. */
async function newGroup(...members: ApplicationUser[]): Promise<string> {
  const path = `group-${unique()}`;
  requireSuccess(await app.asAdmin('POST /groups', { json: { path } }));
  const permission = `get,put,post,delete:/groups/${path}/**`;
  requireSuccess(await app.asAdmin(`POST /groups/${path}/permissions`, { json: { permission } }));
  for (const { username } of members)
    requireSuccess(await app.asAdmin(`POST /groups/${path}/users/${username}`));
  return path;
}

const follow = async (follower: ApplicationUser, followed: ApplicationUser): Promise<void> => {
  requireSuccess(await app.asAdmin(`POST /users/${follower.username}/following/users/${followed.username}`));
};

async function assertRefused(by: ApplicationUser, calls: string[]): Promise<void> {
  for (const each of calls) {
    assert.equal(outcome(await by.call(each, { json: activity })), '401 unauthorized', each);
  }
}

test('who may post to the own activities reaches the feeds of followers, and nothing else of theirs', async () => {
  const [author, follower] = [await app.newUser(), await app.newUser()];
  await follow(follower, author);
  const uuid = await published(author);
  assert.deepEqual(await feedOf(follower), [uuid]);
  assert.deepEqual(uuidsOf(await follower.call('GET /users/me/feed')), [uuid]);
  await assertRefused(author, [
    `GET /users/${follower.username}/feed`,
    `GET /users/${follower.uuid}/feed/${uuid}`,
    `GET /users/${follower.username}/activities`,
    `POST /users/${follower.username}/activities`,
    `POST /users/${follower.username}/activities/${uuid}`,
    `DELETE /users/${follower.username}/feed/${uuid}`,
    `PUT /activities/${uuid}`,
    'POST /activities',
  ]);
  assert.deepEqual(await feedOf(follower), [uuid]);
});

test('an activity of somebody else is published again by whom it reached, and changed by nobody else', async () => {
  const [author, follower, stranger] = [await app.newUser(), await app.newUser(), await app.newUser()];
  await follow(follower, author);
  const uuid = await published(author);
  await assertRefused(stranger, [`POST /users/me/activities/${uuid}`]);
  requireSuccess(await follower.call(`POST /users/me/activities/${uuid}`));
  await assertRefused(follower, [`PUT /users/me/activities/${uuid}`]);
  requireSuccess(await author.call(`PUT /users/me/activities/${uuid}`, { json: { mood: 'good' } }));
  const { body } = requireSuccess(await follower.call(`GET /users/me/activities/${uuid}`));
  assert.equal(body.entities[0].mood, 'good');
});

test('a group is closed to who is not a member and has no right to it', async () => {
  const [member, stranger] = [await app.newUser(), await app.newUser()];
  const group = await newGroup(member);
  const json = { ...activity, actor: { displayName: 'x' } };
  const posted = requireSuccess(await member.call(`POST /groups/${group}/activities`, { json }));
  const [uuid] = uuidsOf(posted);
  await assertRefused(stranger, [
    `GET /groups/${group}/activities`,
    `GET /groups/${group}/feed`,
    `GET /groups/${group}/activities/${uuid}`,
    `POST /groups/${group}/activities`,
    `PUT /groups/${group}/activities/${uuid}`,
    `DELETE /groups/${group}/activities/${uuid}`,
    `POST /groups/${group}/users/me/activities`,
  ]);
  assert.deepEqual(uuidsOf(await member.call(`GET /groups/${group}/feed`)), [uuid]);
});

test('a member publishes in the group as itself, to the members who follow it', async () => {
  const [author, follower, member] = [await app.newUser(), await app.newUser(), await app.newUser()];
  const outside = await app.newUser();
  const group = await newGroup(author, follower, member);
  for (const each of [follower, outside]) await follow(each, author);
  const uuid = await published(author, `/groups/${group}/users/me/activities`);
  const shown = requireSuccess(
    await author.call(`GET /groups/${group}/users/${author.uuid}/activities/${uuid}`),
  );
  assert.equal(shown.body.entities[0].actor.uuid, author.uuid);
  assert.match(shown.body.path, new RegExp(`^/groups/[0-9a-f-]{36}/users/${author.uuid}/activities$`));
  assert.deepEqual(await feedOf(author), [uuid]);
  assert.deepEqual(await feedOf(follower), [uuid]);
  assert.deepEqual(await feedOf(member), []);
  assert.deepEqual(await feedOf(outside), []);
  assert.deepEqual(uuidsOf(await author.call(`GET /groups/${group}/users/me/feed`)), [uuid]);
});

test('the right to a group is none to speak for its members, nor to read their feeds', async () => {
  const [member, other] = [await app.newUser(), await app.newUser()];
  const outside = await app.newUser();
  const group = await newGroup(member, other);
  await assertRefused(member, [
    `POST /groups/${group}/users/${other.username}/activities`,
    `GET /groups/${group}/users/${other.username}/activities`,
    `GET /groups/${group}/users/${other.uuid}/feed`,
  ]);
  for (const who of [outside.username, outside.uuid]) {
    assert.equal(
      outcome(await app.asAdmin(`POST /groups/${group}/users/${who}/activities`, { json: activity })),
      '404 service_resource_not_found',
    );
  }
});

test('a guest sees and publishes nothing', async () => {
  const { username } = await app.newUser();
  for (const each of [
    `GET /users/${username}/feed`,
    `GET /users/${username}/activities`,
    `POST /users/${username}/activities`,
    'GET /users/me/feed',
  ]) {
    const { status } = await app.asGuest(each, each.startsWith('POST') ? { json: activity } : {});
    assert.equal(status, 401, each);
  }
});
