/**
 * One user of an application under whose hands nothing else in it changes or shows, whatever is sent: the user has the
 * right to `/things` and to some of what is below `/users/me`, knows all names and uuids, and has no other right.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import {
  type ApplicationAccess,
  type ApplicationUser,
  accessTo,
  requireSuccess,
} from '../support/application.ts';
import { call, type WireJson } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';
import { hostileRequests, type KnownValues, type Route } from './hostile-requests.ts';

const seed = 20_261_123;
const requestsPerRoute = 10;
const secret = 'for-nobody-elses-eyes';

let server: RunningServer;
let tenant: Tenant;
let app: ApplicationAccess;
let mallory: ApplicationUser;
let kept: Record<string, unknown>;
let known: KnownValues;

const list = async (path: string): Promise<WireJson[]> =>
  requireSuccess(await app.asAdmin(`GET ${path}?limit=1000`)).body.entities;
const create = async (path: string, json: unknown): Promise<WireJson> =>
  requireSuccess(await app.asAdmin(`POST ${path}`, { json })).body.entities[0];

before(async () => {
  server = await startServer({ environment: { KEYGRID_LOG_LEVEL: 'error' } });
  tenant = await createTenant(server);
  app = accessTo(server, tenant);
  requireSuccess(await app.asAdmin('DELETE /roles/default'));
  for (const permission of ['post:/users', 'post:/devices', 'put:/devices/*']) {
    requireSuccess(await app.asAdmin('DELETE /roles/guest/permissions', { query: { permission } }));
  }
  mallory = await app.newUser('mallory');
  const below = ['likes', 'activities', 'feed', 'devices', 'following'].map((name) => `/users/me/${name}/**`);
  for (const path of ['/things/**', ...below]) {
    const json = { permission: `get,put,post,delete:${path}` };
    requireSuccess(await app.asAdmin(`POST /users/${mallory.uuid}/permissions`, { json }));
  }
  known = await createVictims();
  kept = await snapshot();
});
after(async () => {
  await server?.stop();
});

/** What is to stay as it is; and what the attacker knows of it. */
async function createVictims(): Promise<KnownValues> {
  const victim = await create('/users', { username: 'victim', email: 'victim@example.test', secret });
  const cat = await create('/cats', { name: 'tom', secret });
  const group = await create('/groups', { path: 'staff', secret });
  const device = await create('/devices', { name: 'phone', secret });
  const role = await create('/roles', { name: 'keeper' });
  await create('/things', { name: 'thing' });
  for (const path of [
    '/groups/staff/users/victim',
    '/roles/keeper/users/victim',
    '/users/victim/devices/phone',
  ]) {
    requireSuccess(await app.asAdmin(`POST ${path}`));
  }
  requireSuccess(await app.asAdmin(`POST /users/victim/likes/cats/tom`));
  const activity = await create('/users/victim/activities', { verb: 'post', content: secret });
  const uuids = [victim, cat, group, role, activity].map(({ uuid }) => uuid);
  const names = ['tom', 'victim', 'staff', 'keeper', 'phone', 'thing', 'me', 'mallory', 'admin'];
  // A device is shown to whoever knows its uuid (usergrid-data.md 8.1), so that one is not told.
  assert.ok(device.uuid);
  const references = [...uuids, ...names];
  return {
    parameters: {
      organization: [tenant.organization],
      application: [tenant.application],
      collection: [
        'things',
        'things',
        'cats',
        'users',
        'groups',
        'roles',
        'devices',
        'activities',
        'thing',
        'USERS',
      ],
      entity: references,
      owner: references,
      member: references,
      group: ['staff', group.uuid],
      activity: [activity.uuid, ...uuids],
      device: ['phone', ...uuids],
      verb: [
        'likes',
        'likes',
        'following',
        'users',
        'roles',
        'groups',
        'activities',
        'feed',
        'devices',
        'followers',
      ],
    },
    values: [
      ...references,
      'get:/**',
      'thing',
      'things',
      'likes',
      'select *',
      `uuid = ${cat.uuid}`,
      "name = 'tom'",
    ],
    authorizations: [`Bearer ${mallory.token}`, `Bearer ${mallory.token}`, `Bearer ${mallory.token}`, ''],
  };
}

/** Everything in the application but the things, and what belongs to the attacker. */
async function snapshot(): Promise<Record<string, unknown>> {
  const shown: Record<string, unknown> = {};
  const paths = ['/cats', '/users', '/groups', '/roles', '/users/victim/devices', '/users/victim/activities'];
  const below = [
    '/users/victim/groups',
    '/users/victim/roles',
    '/users/victim/feed',
    '/users/victim/connections',
  ];
  const memberships = [
    '/groups/staff/users',
    '/groups/staff/roles',
    '/roles/keeper/users',
    '/roles/admin/users',
  ];
  const connections = ['/cats/tom/connections', '/cats/tom/connecting', '/users/victim/connecting'];
  for (const path of [...paths, ...below, ...memberships, ...connections]) shown[path] = await list(path);
  for (const path of ['/users/mallory/roles', '/users/mallory/groups']) shown[path] = await list(path);
  for (const holder of [
    'roles/keeper',
    'roles/guest',
    'roles/admin',
    'users/mallory',
    'users/victim',
    'groups/staff',
  ]) {
    shown[holder] = requireSuccess(await app.asAdmin(`GET /${holder}/permissions`)).body.data;
  }
  shown.settings = requireSuccess(await app.asAdmin('GET /cats/_settings')).body.data;
  return shown;
}

async function listRoutes(): Promise<Route[]> {
  const { paths } = (await call(server, 'GET /openapi.json')).body;
  const root = '/{organization}/{application}';
  const described = Object.entries(paths as Record<string, object>)
    .filter(([template]) => template.startsWith(`${root}/`) && !template.includes('oauth2'))
    .flatMap(([template, operations]) =>
      Object.keys(operations).map((method) => ({ method: method.toUpperCase(), template })),
    );
  const deeper = [
    ...[
      '{collection}/{entity}/{verb}',
      '{collection}/{entity}/{verb}/{collection}/{entity}',
      'things/thing/{verb}',
    ],
    ...[
      'things/thing/{verb}/{collection}/{entity}',
      'things/thing/{verb}/{entity}',
      'users/me/{verb}/{entity}',
    ],
    ...['users/me/{verb}/{collection}/{entity}', 'things/thing/likes/{collection}/{entity}/{verb}/{entity}'],
    ...[
      'users/me/{verb}/{collection}/{entity}/{verb}/{collection}/{entity}',
      'things/all/{verb}/{collection}/{entity}',
    ],
    ...[
      '{collection}/{entity}/connecting/{verb}',
      'things;ql=*/{verb}/{collection}',
      '{collection}/_settings',
    ],
    ...[
      'things/thing/connections/{verb}/{collection}/{entity}',
      '{collection}/_clear',
      'users/me/{verb}/all/{verb}',
    ],
  ].flatMap((path) =>
    ['GET', 'POST', 'PUT', 'DELETE'].map((method) => ({ method, template: `${root}/${path}` })),
  );
  return [...described, ...deeper, ...deeper];
}

test('whatever one user sends, nothing of the others is changed or shown', async (context) => {
  context.diagnostic(`seed ${seed}`);
  for (const route of await listRoutes()) {
    const property = fc.asyncProperty(
      hostileRequests(route, known),
      async ({ method, path, headers, body }) => {
        const { status, text } = await call(server, `${method} ${path.replaceAll(/[\r\n]/g, '')}`, {
          headers,
          ...(body && { body }),
        }).catch(() => ({ status: 400, text: '' }));
        assert.ok(status < 500 || status === 501, `${method} ${path}: ${status} ${text}`);
        assert.ok(!text.includes(secret), `${method} ${path}: ${text}`);
      },
    );
    await fc.assert(property, { seed, numRuns: requestsPerRoute, endOnFailure: true });
  }
  assert.deepEqual(await snapshot(), kept);
});
