/**
 * The data API under attack: by a user who may do everything with `/things` and with the own account, and nothing
 * else; and with whatever is known of another application.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type ApplicationAccess,
  type ApplicationCall,
  type ApplicationUser,
  accessTo,
  outcome,
  requireSuccess,
} from '../support/application.ts';
import { call, type WireJson } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

/** In everything that the attacker may not see. */
const secret = 'nobody-else-sees-this';

let server: RunningServer;
let tenant: Tenant;
let app: ApplicationAccess;
let elsewhere: { tenant: Tenant; app: ApplicationAccess; cat: WireJson };
let mallory: ApplicationUser;
let victim: ApplicationUser;
let cat: WireJson;
let activity: WireJson;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  app = accessTo(server, tenant);
  const foreign = await createTenant(server);
  const theirs = accessTo(server, foreign);
  elsewhere = {
    tenant: foreign,
    app: theirs,
    cat: await created(theirs, '/cats', { name: 'theirs', secret }),
  };
  requireSuccess(await app.asAdmin('DELETE /roles/default'));
  mallory = await app.newUser('mallory');
  victim = await app.newUser('victim');
  for (const path of ['/things/**', '/users/me/**']) {
    const json = { permission: `get,put,post,delete:${path}` };
    requireSuccess(await app.asAdmin(`POST /users/${mallory.uuid}/permissions`, { json }));
  }
  cat = await created(app, '/cats', { name: 'cat', secret });
  await created(app, '/things', { name: 'thing' });
  await created(app, '/groups', { path: 'staff', secret });
  requireSuccess(await app.asAdmin('POST /groups/staff/users/victim'));
  const json = { verb: 'post', content: secret };
  activity = requireSuccess(await app.asAdmin('POST /users/victim/activities', { json })).body.entities[0];
});
after(async () => {
  await server?.stop();
});

async function created(access: ApplicationAccess, path: string, json: unknown): Promise<WireJson> {
  return requireSuccess(await access.asAdmin(`POST ${path}`, { json })).body.entities[0];
}

type Attack = [request: string, json?: unknown];

async function assertSeesNothing(as: ApplicationCall, attacks: Attack[]): Promise<void> {
  for (const [request, json] of attacks) {
    const { status, text } = await as(request, json === undefined ? {} : { json });
    assert.ok(status < 500 || status === 501, `${request}: ${status} ${text}`);
    assert.ok(!text.includes(secret), `${request}: ${text}`);
  }
}

async function assertRefused(as: ApplicationCall, attacks: Attack[]): Promise<void> {
  for (const [request, json] of attacks) {
    const answer = await as(request, json === undefined ? {} : { json });
    assert.ok(answer.status >= 400 && answer.status <= 405, `${request}: ${answer.status} ${answer.text}`);
    assert.ok(!answer.text.includes(secret), `${request}: ${answer.text}`);
  }
}

test('a uuid of another application leads nowhere, from any place of a path', async () => {
  const { uuid } = elsewhere.cat;
  const before = (await elsewhere.app.asAdmin(`GET /cats/${uuid}`)).body.entities[0];
  const user = elsewhere.tenant.user.uuid;
  await assertRefused(app.asAdmin, [
    [`POST /cats/cat/likes/${uuid}`],
    [`POST /cats/cat/likes/cats/${uuid}`],
    [`PUT /cats/cat/likes/${uuid}`, { x: 1 }],
    [`GET /cats/cat/likes/${uuid}`],
    [`DELETE /cats/cat/likes/${uuid}`],
    [`POST /cats/${uuid}/likes/${cat.uuid}`],
    [`GET /cats/${uuid}/connecting/likes`],
    [`GET /cats/${uuid}/connections`],
    [`POST /users/victim/following/users/${user}`],
    [`POST /users/victim/devices/${uuid}`],
    [`GET /users/${user}/feed`],
    [`POST /users/victim/activities/${uuid}`],
    [`POST /groups/staff/users/${user}`],
    [`GET /cats/${uuid}`],
    [`DELETE /cats/${uuid}`],
  ]);
  await assertSeesNothing(app.asAdmin, [
    [`GET /cats?${uuid}&ql=`],
    [`GET /things?ql=uuid=${uuid}`],
    [`GET /cats?ql=direct%20${uuid}`],
    [`PUT /cats?ql=uuid=${uuid}`, { x: 1 }],
    [`DELETE /things?ql=uuid=${uuid}`],
    [`GET /cats;ql=uuid=${uuid}/connections`],
  ]);
  assert.deepEqual((await elsewhere.app.asAdmin(`GET /cats/${uuid}`)).body.entities[0], before);
});

test('users of one application are nobody in another, whatever the path', async () => {
  const theirs = `/${elsewhere.tenant.organization}/${elsewhere.tenant.application}`;
  for (const path of [
    '/cats',
    '/cats/theirs',
    '/users/me',
    '/users/me/feed',
    '/cats;ql=*/likes',
    '/cats/all/likes',
  ]) {
    for (const form of [
      theirs,
      `/${elsewhere.tenant.applicationUuid}`,
      `/apps/${elsewhere.tenant.applicationUuid}`,
    ]) {
      const { status, text } = await call(server, `GET ${form}${path}`, { bearer: mallory.token });
      assert.equal(status, 401, `${form}${path}: ${text}`);
      assert.ok(!text.includes(secret));
    }
  }
});

test('a collection is administered by administrators alone, whatever paths a user may call', async () => {
  const user = await app.newUser();
  await app.asAdmin(`POST /users/${user.uuid}/permissions`, { json: { permission: '/**' } });
  await assertRefused(user.call, [
    ['POST /cats/_clear', {}],
    ['POST /CATS/_clear/', {}],
    ['POST /cats//_clear', {}],
    ['POST /cats/%5fclear', {}],
    ['POST /cats/_clear;x=1', {}],
    ['POST /cats;x=1/_clear', {}],
    ['POST /cats/_clear%2f', {}],
    ['POST /cat/_Clear', {}],
    [`GET /cats/_clear/${cat.uuid}`],
    ['POST /cats/_reindex', {}],
    ['GET /cats/_reindex'],
    ['GET /cats/_settings'],
    ['POST /cats/_settings', { fields: 'none' }],
    ['DELETE /cats/_settings'],
  ]);
  requireSuccess(await app.asAdmin('GET /cats/cat'));
  const told = await user.call('GET /cats?ql=secret=1&explain=true');
  assert.deepEqual(Object.keys(requireSuccess(told).body).includes('explain'), false);
});

test('nobody is given rights, and nobody is changed, by way of what one may change', async () => {
  await assertRefused(mallory.call, [
    ['PUT /things/thing/likes/roles/admin', { title: 'mine' }],
    ['POST /things/thing/likes/roles/admin'],
    ['POST /things/thing/likes/roles', { name: 'fresh' }],
    ['POST /things/thing/likes/users', { username: 'fresh', password: 'long-enough-1' }],
    ['PUT /things/thing/likes/users/fresh', { username: 'fresh' }],
    ['PUT /things/thing/likes/users/victim', { email: 'mallory@example.test' }],
    [`PUT /things/thing/likes/${victim.uuid}`, { email: 'mallory@example.test' }],
    [`POST /things/thing/likes/${victim.uuid}`],
    ['POST /things/thing/likes/users/victim/password', { newpassword: 'long-enough-1' }],
    ['POST /things/thing/likes/users/victim/roles/admin'],
    ['POST /things/thing/likes/groups/staff/users/mallory'],
    ['PUT /things/thing/likes/groups', { path: 'fresh' }],
    ['POST /users/me/roles/admin'],
    ['POST /users/me/Roles/admin'],
    ['POST /users/me//roles//admin'],
    ['POST /users/me/rol%65s/admin'],
    ['POST /users/me/roles;x=1/admin'],
    ['POST /users/me;x=1/roles/admin'],
    ['POST /users/me/connections/roles/roles/admin'],
    ['POST /users/me/connecting/users/roles/admin'],
    ['POST /users/me/groups/staff'],
    ['POST /users/me/connections/groups/groups/staff'],
    ['PUT /users/me/groups/staff/roles/admin'],
    ['POST /users/me/following/users/victim'],
    ['POST /users/me/followers/users/victim'],
    ['POST /users/me/following/users/victim/following/users/mallory'],
    ['POST /users/victim/following/users/mallory'],
    ['POST /users/me/devices/all/users/victim'],
  ]);
  const names = async (path: string): Promise<string[]> =>
    requireSuccess(await app.asAdmin(`GET ${path}?limit=100`)).body.entities.map(
      ({ name, username, path: ofGroup }: Record<string, string>) => username ?? ofGroup ?? name,
    );
  assert.deepEqual(await names('/users/mallory/roles'), []);
  assert.deepEqual(await names('/users/mallory/groups'), []);
  assert.deepEqual(await names('/roles/admin/users'), []);
  assert.deepEqual((await names('/roles')).sort(), ['admin', 'guest']);
  assert.ok(!(await names('/users')).includes('fresh'));
  const { email } = (await app.asAdmin('GET /users/victim')).body.entities[0];
  assert.equal(email, victim.email);
});

test('no path through connections leads to what may not be read', async () => {
  // An administrator has connected them: the list shows what it shows, and nothing beyond it opens.
  requireSuccess(await app.asAdmin(`POST /cats/cat/likes/things/thing`));
  requireSuccess(await app.asAdmin(`POST /users/victim/likes/cats/cat`));
  await assertSeesNothing(mallory.call, [
    ['GET /things/thing/connecting/likes/cats/cat/connecting/likes'],
    [`GET /things/thing/connecting/likes/${cat.uuid}/likes`],
    ['GET /things/thing/connecting/likes;ql=*/connecting/likes'],
    ['GET /things;ql=*/connecting/likes/all/likes'],
    ['GET /things/all/connecting/likes;limit=1/likes'],
    ['GET /users/me/following/users/victim/feed'],
    ['GET /users/me/groups/staff/users'],
    ['GET /users/me/groups/staff/activities'],
  ]);
  await assertRefused(mallory.call, [
    ['GET /things/thing/connecting/likes/cats/cat/connecting/likes'],
    [`GET /things/thing/connecting/likes/${cat.uuid}/likes`],
    ['GET /things/..%2fcats/cat'],
    ['GET /things/../cats/cat'],
    ['GET /things%2f..%2fcats/cat'],
    ['GET /cats;x=/things/thing'],
    ['GET /cats%3b/things'],
    ['GET //cats//cat//likes'],
    ['GET /CATS/cat/LIKES'],
    ['GET /cats/all/likes'],
    ['GET /cats;ql=*/likes'],
    ['GET /cats/%7B%22ql%22:%22*%22%7D/likes'],
  ]);
});

test('a query of one collection finds, changes and deletes nothing of another', async () => {
  const own = requireSuccess(await mallory.call(`GET /things?ql=uuid=${cat.uuid}%20or%20name=%27cat%27`));
  assert.deepEqual(own.body.entities, []);
  const change = { x: 1, secret: 'changed', type: 'cat', uuid: cat.uuid };
  await assertSeesNothing(mallory.call, [
    [`GET /things?ql=direct%20${cat.uuid},cat`],
    [`GET /things?${cat.uuid}`],
    [`PUT /things?ql=uuid=${cat.uuid}`, change],
    [`PUT /things/all?ql=type=%27cat%27`, change],
    [`DELETE /things?ql=uuid=${cat.uuid}`],
    [`DELETE /things?${cat.uuid}`],
    [`DELETE /things/${cat.uuid}`],
    [`PUT /things/${cat.uuid}`, change],
    [`POST /things/${cat.uuid}`, change],
    ['POST /things', [change, { ...change, name: 'cat' }]],
    [`PUT /users/me/activities/${cat.uuid}`, change],
    [`PUT /users/me/devices/${cat.uuid}`, change],
  ]);
  const { secret: kept, x, modified } = (await app.asAdmin('GET /cats/cat')).body.entities[0];
  assert.deepEqual([kept, x, modified], [secret, undefined, cat.modified]);
});

test('feeds and activities are those of the path, and of no other', async () => {
  await assertSeesNothing(mallory.call, [
    ['GET /users/me/feed'],
    ['GET /users/me/activities'],
    [`GET /users/me/feed/${activity.uuid}`],
    [`GET /users/me/activities/${activity.uuid}`],
    [`POST /users/me/activities/${activity.uuid}`],
    [`PUT /users/me/activities/${activity.uuid}`, { verb: 'post', note: 'mine' }],
    [`DELETE /users/me/activities/${activity.uuid}`],
    [`DELETE /users/me/feed/${activity.uuid}`],
    [`POST /users/me/likes/${activity.uuid}`],
    ['GET /users/victim/feed'],
    ['GET /users/victim/activities'],
    ['GET /groups/staff/feed'],
    ['GET /groups/staff/users/victim/activities'],
    ['GET /activities'],
    [`GET /activities/${activity.uuid}`],
    ['GET /users/all/feed'],
    ['GET /users;ql=*/activities'],
    ['GET /groups/all/feed'],
  ]);
  const { note } = (await app.asAdmin(`GET /activities/${activity.uuid}`)).body.entities[0];
  assert.equal(note, undefined);
});

test('a cursor opens nothing: that of another list, user or application is refused or shows the list asked for', async () => {
  const cats = Array.from({ length: 4 }, (_, index) => ({ name: `more-${index}`, secret, index }));
  requireSuccess(await app.asAdmin('POST /cats', { json: cats }));
  requireSuccess(await elsewhere.app.asAdmin('POST /cats', { json: cats }));
  for (const path of [
    '/cats?limit=2',
    '/cats?limit=2&ql=order%20by%20index',
    '/cats/cat/connections?limit=1',
  ]) {
    for (const access of [app, elsewhere.app]) {
      const { cursor } = (await access.asAdmin(`GET ${path}`)).body;
      if (cursor === undefined) continue;
      await assertSeesNothing(mallory.call, [
        [`GET /things?cursor=${cursor}`],
        [`GET /things?ql=order%20by%20index&cursor=${cursor}`],
        [`GET /things/thing/likes?cursor=${cursor}`],
        [`GET /users/me/likes?cursor=${cursor}`],
        [`GET /users/me/feed?cursor=${cursor}`],
        [`GET /cats?cursor=${cursor}`],
        [`DELETE /things?limit=1&cursor=${cursor}`],
      ]);
      if (access === elsewhere.app) await assertSeesNothing(app.asGuest, [[`GET /cats?cursor=${cursor}`]]);
    }
  }
  const { cursor } = (await elsewhere.app.asAdmin('GET /cats?limit=2')).body;
  assert.equal(outcome(await app.asAdmin(`GET /cats?limit=2&cursor=${cursor}`)), '400 illegal_argument');
});

test('entity tags tell nothing to those who may not read', async () => {
  const { etag } = (await app.asAdmin('GET /cats/cat')).headers;
  assert.equal(typeof etag, 'string');
  for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'POST']) {
    for (const name of ['if-match', 'if-none-match']) {
      for (const tag of [`${etag}`, '"nonsense"', '*']) {
        const answer = await mallory.call(`${method} /cats/cat`, { headers: { [name]: tag } });
        assert.equal(answer.status, 401, `${method} ${name} ${tag}`);
        assert.equal(answer.headers.etag, undefined);
      }
    }
  }
});

test('a creation that is sent again shows no more than its sender may see', async () => {
  const options = { json: { name: 'letter', text: 'dear all' }, headers: { 'idempotency-key': 'letter-1' } };
  const writer = await app.newUser();
  await app.asAdmin(`POST /users/${writer.uuid}/permissions`, { json: { permission: 'post:/letters' } });
  const first = requireSuccess(await writer.call('POST /letters', options)).body.entities[0];
  assert.equal(requireSuccess(await writer.call('POST /letters', options)).body.entities[0].text, 'dear all');
  requireSuccess(await app.asAdmin('PUT /letters/letter', { json: { secret } }));
  const again = requireSuccess(await writer.call('POST /letters', options));
  assert.equal(again.body.entities[0].uuid, first.uuid);
  assert.ok(!again.text.includes(secret), again.text);
  for (const who of [mallory.call, app.asGuest, victim.call]) {
    assert.equal(outcome(await who('POST /letters', options)), '401 unauthorized');
  }
  const reader = await app.newUser();
  await app.asAdmin(`POST /users/${reader.uuid}/permissions`, {
    json: { permission: 'get,post:/letters/**' },
  });
  assert.equal(outcome(await reader.call('POST /letters', options)), '400 duplicate_unique_property_exists');
});

test('devices whose names can be guessed are neither shown, taken nor changed', async () => {
  await created(app, '/devices', { name: 'kiosk', secret });
  await created(app, '/devices', { name: 'phone', secret });
  requireSuccess(await app.asAdmin('POST /users/victim/devices/phone'));
  await assertRefused(mallory.call, [
    ['POST /users/me/devices/kiosk'],
    ['POST /users/me/devices/phone'],
    ['PUT /users/me/devices/kiosk', { secret: 'changed' }],
    ['PUT /users/me/devices/phone', { secret: 'changed' }],
    ['DELETE /users/me/devices/phone'],
    ['GET /users/me/devices/phone'],
    ['GET /devices'],
    ['POST /devices/phone/users/mallory'],
    ['DELETE /devices/phone/users/victim'],
    ['DELETE /users/all/devices/phone'],
    ['PUT /users/me/likes/devices/kiosk', { secret: 'changed' }],
  ]);
  const { entities } = requireSuccess(await app.asAdmin('GET /users/victim/devices')).body;
  assert.deepEqual(
    entities.map((device: WireJson) => [device.name, device.secret]),
    [['phone', secret]],
  );
  assert.equal((await app.asAdmin('GET /devices/kiosk')).body.entities[0].secret, secret);
});
