/** Activities of users and groups, and the lists that they come in. usergrid-data.md 4.3. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ApplicationAccess, accessTo, outcome, requireSuccess } from '../support/application.ts';
import type { Answer } from '../support/http.ts';
import { unique } from '../support/organization.ts';
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
const post = async (path: string, json: object): Promise<Answer> =>
  requireSuccess(await app.asAdmin(`POST ${path}`, { json }));
const listed = async (path: string): Promise<string[]> =>
  uuidsOf(requireSuccess(await app.asAdmin(`GET ${path}`)));
const activity = (more: object = {}) => ({ verb: 'post', content: 'hello', ...more });

async function newGroup(...members: { username: string }[]): Promise<string> {
  const path = `group-${unique()}`;
  await post('/groups', { path });
  for (const { username } of members) await post(`/groups/${path}/users/${username}`, {});
  return path;
}

test('UD-106 an activity without an actor gets the uuid and email of its user', async () => {
  const { username, uuid, email } = await app.newUser();
  for (const actor of [undefined, {}, { displayName: 'Me' }]) {
    const { body } = await post(`/users/${username}/activities`, activity({ actor }));
    assert.deepEqual(body.entities[0].actor, { ...actor, uuid, email });
    assert.equal(body.path, `/users/${uuid}/activities`);
    assert.equal(body.entities[0].metadata.path, `/users/${uuid}/activities/${body.entities[0].uuid}`);
  }
});

test('UD-107 an actor with uuid and email is kept', async () => {
  const { username } = await app.newUser();
  const actor = {
    displayName: 'Other',
    uuid: 'e5f1b6a0-0000-11e4-8000-000000000000',
    email: 'o@example.test',
  };
  const { body } = await post(`/users/${username}/activities`, activity({ Actor: actor }));
  assert.deepEqual(body.entities[0].Actor, actor);
});

test('an activity without a verb, or whose actor is no object, is refused, and so is one of nobody', async () => {
  const { username } = await app.newUser();
  const path = `POST /users/${username}/activities`;
  assert.equal(outcome(await app.asAdmin(path, { json: {} })), '400 required_property_not_found');
  assert.equal(outcome(await app.asAdmin(path, { json: activity({ actor: 'me' }) })), '400 illegal_argument');
  assert.equal(
    outcome(await app.asAdmin('POST /users/nobody/activities', { json: activity() })),
    '404 service_resource_not_found',
  );
  assert.deepEqual(await listed(`/users/${username}/activities`), []);
});

test('UD-108 activities are listed newest published first, ten to a page', async () => {
  const { username } = await app.newUser();
  const made: string[] = [];
  for (let at = 1; at <= 12; at += 1) {
    const { body } = await post(`/users/${username}/activities`, activity({ content: `${at}` }));
    made.unshift(body.entities[0].uuid);
  }
  const late = await post(`/users/${username}/activities`, activity({ published: 1000 }));
  made.push(uuidsOf(late)[0]!);
  for (const list of ['activities', 'feed']) {
    const first = requireSuccess(await app.asAdmin(`GET /users/${username}/${list}`));
    assert.deepEqual(uuidsOf(first), made.slice(0, 10));
    assert.equal(first.body.count, undefined);
    const next = requireSuccess(
      await app.asAdmin(`GET /users/${username}/${list}?cursor=${first.body.cursor}`),
    );
    assert.deepEqual(uuidsOf(next), made.slice(10));
    assert.equal('cursor' in next.body, false);
  }
});

test('pages of a feed repeat and skip nothing, also among activities of one moment and while others are published', async () => {
  const { username } = await app.newUser();
  const bodies = Array.from({ length: 25 }, (_, at) => activity({ published: 5000 + (at % 3) }));
  const made = requireSuccess(await app.asAdmin(`POST /users/${username}/activities`, { json: bodies }));
  const seen: string[] = [];
  let cursor = '';
  do {
    const page = requireSuccess(await app.asAdmin(`GET /users/${username}/feed?limit=4${cursor}`));
    seen.push(...uuidsOf(page));
    cursor = page.body.cursor ? `&cursor=${page.body.cursor}` : '';
    await post(`/users/${username}/activities`, activity());
  } while (cursor);
  assert.equal(seen.length, 25);
  assert.deepEqual(seen.toSorted(), uuidsOf(made).toSorted());
});

test('a statement filters, orders and projects the lists', async () => {
  const { username } = await app.newUser();
  for (const content of ['b', 'a', 'c']) await post(`/users/${username}/activities`, activity({ content }));
  const contents = async (list: string, ql: string) =>
    requireSuccess(
      await app.asAdmin(`GET /users/${username}/${list}?ql=${encodeURIComponent(ql)}`),
    ).body.entities.map(({ content }: { content: string }) => content);
  assert.deepEqual(await contents('activities', "content = 'a'"), ['a']);
  assert.deepEqual(await contents('feed', "select content where verb = 'post' order by content"), [
    'a',
    'b',
    'c',
  ]);
  assert.equal((await app.asAdmin(`GET /users/${username}/feed?ql=nonsense`)).status, 400);
});

test('UD-87 a feed is asked for what happened near a place, the nearest first', async () => {
  const { username } = await app.newUser();
  for (const [content, latitude] of [
    ['near', 37.7],
    ['far', 38.7],
    ['nearest', 37.75],
  ] as const) {
    const actor = { location: { latitude, longitude: -122.4 } };
    await post(`/users/${username}/activities`, activity({ content, actor }));
  }
  const ql = encodeURIComponent('actor.location within 20000 of 37.77, -122.4');
  const { body } = requireSuccess(await app.asAdmin(`GET /users/${username}/feed?ql=${ql}`));
  assert.deepEqual(
    body.entities.map(({ content }: { content: string }) => content),
    ['nearest', 'near'],
  );
  assert.ok(body.entities[0].metadata.distance < body.entities[1].metadata.distance);
});

test('UD-109 an activity of a group needs an actor and a verb', async () => {
  const group = await newGroup();
  for (const json of [{}, { verb: 'post' }, { actor: { displayName: 'x' } }]) {
    assert.equal(
      outcome(await app.asAdmin(`POST /groups/${group}/activities`, { json })),
      '400 required_property_not_found',
    );
    assert.equal(outcome(await app.asAdmin('POST /activities', { json })), '400 required_property_not_found');
  }
  assert.deepEqual(await listed(`/groups/${group}/activities`), []);
});

test('UD-110 an activity of a group comes into its feed and those of its members', async () => {
  const [first, second, stranger] = [await app.newUser(), await app.newUser(), await app.newUser()];
  const group = await newGroup(first, second);
  const { body } = await post(`/groups/${group}/activities`, activity({ actor: { displayName: 'x' } }));
  const uuid = body.entities[0].uuid;
  assert.match(body.path, /^\/groups\/[0-9a-f-]{36}\/activities$/);
  assert.deepEqual(body.entities[0].actor, { displayName: 'x' });
  assert.deepEqual(await listed(`/groups/${group}/activities`), [uuid]);
  assert.deepEqual(await listed(`/groups/${group}/feed`), [uuid]);
  assert.deepEqual(await listed(`/users/${first.username}/feed`), [uuid]);
  assert.deepEqual(await listed(`/users/${second.username}/feed`), [uuid]);
  assert.deepEqual(await listed(`/users/${stranger.username}/feed`), []);
  assert.deepEqual(await listed(`/users/${first.username}/activities`), []);
});

test('UD-113 an activity of a user or group is one of the application', async () => {
  const { username } = await app.newUser();
  const group = await newGroup();
  const ofUser = await post(`/users/${username}/activities`, activity());
  const ofGroup = await post(`/groups/${group}/activities`, activity({ actor: { displayName: 'x' } }));
  const all = await listed('/activities?limit=2');
  assert.deepEqual(all, [...uuidsOf(ofGroup), ...uuidsOf(ofUser)]);
});

test('neither list is shown among the connections of anything', async () => {
  const { username } = await app.newUser();
  const { body } = await post(`/users/${username}/activities`, activity());
  for (const path of [`/users/${username}`, `/activities/${body.entities[0].uuid}`]) {
    const { metadata } = requireSuccess(await app.asAdmin(`GET ${path}`)).body.entities[0];
    assert.equal(metadata.connections, undefined);
    assert.equal(metadata.connecting, undefined);
  }
});

test('one activity is read, changed and taken out below its user', async () => {
  const { username, uuid } = await app.newUser();
  const other = await app.newUser();
  const { body } = await post(`/users/${username}/activities`, activity());
  const made = body.entities[0].uuid;
  const path = `/users/${username}/activities/${made}`;
  assert.deepEqual(await listed(path), [made]);
  const changed = requireSuccess(
    await app.asAdmin(`PUT ${path}`, { json: { content: 'changed', mood: 'good', published: 7 } }),
  );
  assert.equal(changed.body.path, `/users/${uuid}/activities`);
  assert.equal(changed.body.entities[0].content, 'hello');
  assert.equal(changed.body.entities[0].mood, 'good');
  for (const call of ['GET', 'PUT', 'DELETE']) {
    assert.equal(
      outcome(await app.asAdmin(`${call} /users/${other.username}/activities/${made}`, { json: {} })),
      '404 service_resource_not_found',
      call,
    );
  }
  requireSuccess(await app.asAdmin(`DELETE ${path}`));
  assert.equal(outcome(await app.asAdmin(`DELETE ${path}`)), '404 service_resource_not_found');
  assert.deepEqual(await listed(`/users/${username}/activities`), []);
  assert.deepEqual(await listed(`/users/${username}/feed`), [made]);
  assert.deepEqual(await listed(`/activities/${made}`), [made]);
  requireSuccess(await app.asAdmin(`DELETE /users/${username}/feed/${made}`));
  assert.deepEqual(await listed(`/users/${username}/feed`), []);
});

test('the second save of the old SDK, a PUT below the group, changes the activity', async () => {
  const group = await newGroup();
  const { body } = await post(`/groups/${group}/activities`, activity({ actor: { displayName: 'x' } }));
  const { uuid } = body.entities[0];
  const json = { ...body.entities[0], mood: 'good', metadata: undefined };
  const saved = requireSuccess(await app.asAdmin(`PUT ${body.path}/${uuid}`, { json }));
  assert.equal(saved.body.path, body.path);
  assert.equal(saved.body.entities[0].mood, 'good');
});

test('a PUT to a uuid that is not there publishes under it', async () => {
  const { username, uuid } = await app.newUser();
  const chosen = 'b7a1f3c0-1111-4222-8333-444455556666';
  const path = `/users/${username}/activities/${chosen}`;
  const made = requireSuccess(await app.asAdmin(`PUT ${path}`, { json: activity() }));
  assert.deepEqual(uuidsOf(made), [chosen]);
  assert.equal(made.body.entities[0].actor.uuid, uuid);
  assert.deepEqual(await listed(`/users/${username}/feed`), [chosen]);
});

test('a PUT with a query changes what matches, and publishes nothing', async () => {
  const { username } = await app.newUser();
  for (const content of ['a', 'b']) await post(`/users/${username}/activities`, activity({ content }));
  const put = async (ql: string) =>
    app.asAdmin(`PUT /users/${username}/activities?ql=${encodeURIComponent(ql)}`, { json: { mood: 'good' } });
  const { body } = requireSuccess(await put("content = 'b'"));
  assert.deepEqual(
    body.entities.map(({ content, mood }: { content: string; mood: string }) => `${content} ${mood}`),
    ['b good'],
  );
  assert.equal(outcome(await put("content = 'c'")), '404 service_resource_not_found');
  assert.equal((await listed(`/users/${username}/activities`)).length, 2);
});

test('what several users or groups have is listed together', async () => {
  const [first, second] = [await app.newUser(), await app.newUser()];
  const made: string[] = [];
  for (const { username } of [first, second, first]) {
    made.unshift(...uuidsOf(await post(`/users/${username}/activities`, activity())));
  }
  const ql = `username = '${first.username}' or username = '${second.username}'`;
  for (const owners of [`users;ql=${encodeURIComponent(ql)}`, `users/${JSON.stringify({ ql })}`]) {
    assert.deepEqual(await listed(`/${encodeURI(owners).replaceAll('%25', '%')}/feed`), made, owners);
  }
  const all = requireSuccess(await app.asAdmin('GET /users/all/activities?limit=3'));
  assert.deepEqual(uuidsOf(all), made);
  assert.equal(all.body.path, '/users/all/activities');
  assert.deepEqual(await listed(`/users/${first.username}/activities/all`), [made[0], made[2]]);
  assert.deepEqual(await listed(`/users/${first.uuid}/devices/all`), []);
  for (const path of ['/users/all/groups', '/users/all/devices']) await listed(path);
});

test('a PUT to the uuid of something else is refused, and changes nothing', async () => {
  const { username, uuid } = await app.newUser();
  assert.equal(
    outcome(await app.asAdmin(`PUT /users/${username}/activities/${uuid}`, { json: activity() })),
    '404 service_resource_not_found',
  );
  assert.deepEqual(await listed(`/users/${username}/feed`), []);
  assert.equal(requireSuccess(await app.asAdmin(`GET /users/${uuid}`)).body.entities[0].verb, undefined);
});

test('an activity that is there is published again, once in each list', async () => {
  const [author, member] = [await app.newUser(), await app.newUser()];
  const group = await newGroup(member);
  const { body } = await post('/activities', activity({ actor: { displayName: 'x' }, published: 1000 }));
  const { uuid } = body.entities[0];
  for (const _ of [1, 2]) {
    assert.deepEqual(uuidsOf(await post(`/users/${author.username}/activities/${uuid}`, {})), [uuid]);
    await post(`/groups/${group}/activities/${uuid}`, {});
  }
  for (const path of [
    `/users/${author.username}/activities`,
    `/users/${author.username}/feed`,
    `/groups/${group}/feed`,
    `/users/${member.username}/feed`,
  ]) {
    assert.deepEqual(await listed(path), [uuid], path);
  }
  assert.equal(
    outcome(await app.asAdmin(`POST /users/${author.username}/activities/${author.uuid}`)),
    '404 service_resource_not_found',
  );
});

test('a batch publishes what is whole, and leaves out the rest', async () => {
  const { username } = await app.newUser();
  const json = [activity({ content: '1' }), { content: 'no verb' }, 5, activity({ content: '2' })];
  const { body } = requireSuccess(await app.asAdmin(`POST /users/${username}/activities`, { json }));
  assert.deepEqual(
    body.entities.map(({ content }: { content: string }) => content),
    ['1', '2'],
  );
  assert.equal((await listed(`/users/${username}/feed`)).length, 2);
});

test('with an Idempotency-Key an activity, or a batch of them, is published once', async () => {
  const [first, second] = [await app.newUser(), await app.newUser()];
  const key = unique();
  const send = (user: { username: string }, json: object, named = key) =>
    app.asAdmin(`POST /users/${user.username}/activities`, { json, headers: { 'idempotency-key': named } });
  const answers = await Promise.all([1, 2, 3].map(() => send(first, activity())));
  assert.equal(new Set(answers.flatMap((answer) => uuidsOf(requireSuccess(answer)))).size, 1);
  assert.equal(outcome(await send(second, activity())), '422 idempotency_key_reused');
  assert.equal(outcome(await send(first, activity({ content: 'other' }))), '422 idempotency_key_reused');
  const batch = [activity(), { content: 'no verb' }, activity()];
  const once = uuidsOf(requireSuccess(await send(first, batch, unique())));
  const named = unique();
  const [one, again] = [await send(second, batch, named), await send(second, batch, named)];
  assert.deepEqual(uuidsOf(again), uuidsOf(requireSuccess(one)));
  assert.equal((await listed(`/users/${first.username}/feed`)).length, 1 + once.length);
  assert.equal((await listed(`/users/${second.username}/feed`)).length, 2);
  const device = { json: { model: 'x' }, headers: { 'idempotency-key': unique() } };
  const made = requireSuccess(await app.asAdmin(`POST /users/${first.username}/devices`, device));
  await post(`/users/${second.username}/devices/${uuidsOf(made)[0]}`, {});
  const repeated = requireSuccess(await app.asAdmin(`POST /users/${first.username}/devices`, device));
  assert.deepEqual(uuidsOf(repeated), uuidsOf(made));
  assert.deepEqual(await listed(`/users/${second.username}/devices`), uuidsOf(made));
});

test('deleting an activity takes it out of every list', async () => {
  const member = await app.newUser();
  const group = await newGroup(member);
  const { body } = await post(`/groups/${group}/activities`, activity({ actor: { displayName: 'x' } }));
  requireSuccess(await app.asAdmin(`DELETE /activities/${body.entities[0].uuid}`));
  for (const path of [
    `/groups/${group}/activities`,
    `/groups/${group}/feed`,
    `/users/${member.username}/feed`,
  ]) {
    assert.deepEqual(await listed(path), [], path);
  }
});

test('singular and plural, uuids and names, paths of groups with slashes address the same lists', async () => {
  const { username, uuid, email } = await app.newUser();
  const path = `slashed/${unique()}`;
  await post('/groups', { path });
  await post(`/user/${email}/activity`, activity());
  for (const owner of [`users/${uuid}`, `user/${username}`, `users/${encodeURIComponent(email)}`]) {
    for (const list of ['activities', 'activity', 'feed']) {
      assert.equal((await listed(`/${owner}/${list}/`)).length, 1, `${owner}/${list}`);
    }
  }
  await post(`/groups/${path}/activities`, activity({ actor: { displayName: 'x' } }));
  assert.equal((await listed(`/groups/${path}/feed`)).length, 1);
  assert.equal(
    outcome(await app.asAdmin(`POST /users/${username}/feed`, { json: activity() })),
    '405 not_allowed',
  );
});
