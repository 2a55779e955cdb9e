/** Every route of the server under hostile requests: no fault, no hang, and nothing of anyone else's lost. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { dataCaller, onlyEntity } from '../support/data.ts';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';
import { type HostileRequest, hostileRequests, type KnownValues, type Route } from './hostile-requests.ts';

const seed = 20_251_122;
const requestsPerRoute = 15;
const longestAnswerMilliseconds = 10_000;

let server: RunningServer;
let victim: Tenant;
let kept: Snapshot;

before(async () => {
  server = await startServer({ environment: { KEYGRID_LOG_LEVEL: 'error' } });
  victim = await createTenant(server);
  const data = victimData();
  await data('POST /keeps', {
    json: Array.from({ length: 30 }, (_, index) => ({ name: `keep-${index}`, index })),
  });
  await data('POST /groups', { json: { path: 'keep/group' } });
  await data(`POST /groups/keep%2Fgroup/users/${victim.user.uuid}`);
  await data('POST /roles', { json: { name: 'keeper' } });
  await data('POST /roles/keeper/permissions', { json: { permission: 'get:/keeps/**' } });
  kept = await snapshot();
});
after(async () => {
  await server?.stop();
});

const victimData = () =>
  dataCaller(server, `/${victim.organization}/${victim.application}`, victim.admin.token);

/** Everything that the victim has. */
async function snapshot(): Promise<Snapshot> {
  const data = victimData();
  const [users, ...lists] = await Promise.all(
    ['/users', '/keeps', '/groups', '/roles', '/groups/keep%2Fgroup/users'].map((path) =>
      data(`GET ${path}?limit=1000`),
    ),
  );
  const permissions = await data('GET /roles/keeper/permissions');
  const { credentials } = (await data('GET /credentials')).body;
  const { accesstokenttl, modified } = onlyEntity(await data('GET /'));
  const others = [
    lists.map(({ body }) => body.entities),
    permissions.body.data,
    credentials,
    accesstokenttl,
    modified,
  ];
  return { users: users?.body.entities, others };
}

interface Snapshot {
  /** Anyone may sign up, so there may come to be more. */
  users: unknown[];
  others: unknown;
}

async function listRoutes(): Promise<Route[]> {
  const { paths } = (await call(server, 'GET /openapi.json')).body;
  const routes = Object.entries(paths as Record<string, object>).flatMap(([template, operations]) =>
    Object.keys(operations).map((method) => ({ method: method.toUpperCase(), template })),
  );
  const methods = ['GET', 'POST', 'PUT', 'DELETE'];
  const below = [
    '{x}/{x}/{x}/{x}',
    '{collection}/{entity}/{verb}',
    '{collection}/{entity}/{verb}/{collection}/{entity}',
  ];
  const further = [
    '{collection}/{entity}/{verb}/{collection}/{entity}/{verb}',
    '{collection}/{entity}/connecting/{verb}',
    'keeps;ql=*/{verb}/{collection}',
    '{collection}/_settings',
    '{collection}/_clear/{x}',
  ];
  const deeper = [...below, ...further].flatMap((path) =>
    methods.map((method) => ({ method, template: `/{organization}/{application}/${path}` })),
  );
  return [...routes, ...deeper];
}

/** An organization of its own, and all it could know of the victim's. */
async function knownBy(attacker: Tenant): Promise<KnownValues> {
  const { user, admin, organization, application, applicationUuid } = attacker;
  const basic = ({ id, secret }: Tenant['applicationClient']) => `Basic ${btoa(`${id}:${secret}`)}`;
  return {
    parameters: {
      organization: [organization, organization, attacker.organizationUuid, victim.organization],
      application: [application, application, applicationUuid, 'sandbox', victim.application],
      user: [admin.username, admin.uuid, admin.email, victim.admin.username, victim.admin.uuid, 'me'],
      owner: [user.username, user.uuid, 'me', 'default', 'guest', victim.user.uuid, 'keep/group'],
      member: [user.username, user.uuid, 'default', 'guest', victim.user.uuid, 'keeper'],
      collection: ['users', 'dogs', 'roles', 'groups', 'devices', 'activities', 'assets', 'keeps', 'dog'],
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
      entity: ['rex', user.uuid, 'me', 'default', victim.user.uuid, 'keep-1', 'keep/group'],
    },
    values: [
      user.username,
      user.uuid,
      victim.user.uuid,
      victim.applicationUuid,
      'rex',
      'get:/**',
      'password',
    ],
    authorizations: [
      `Bearer ${user.token}`,
      `Bearer ${admin.token}`,
      `Bearer ${admin.token}`,
      basic(attacker.applicationClient),
      basic(attacker.organizationClient),
      `Basic ${btoa(`${admin.username}:${admin.password}`)}`,
      '',
    ],
  };
}

/** Status and text; not by the support, which would remember the nonsense that is sent here as secrets. */
function send({ method, path, headers, body }: HostileRequest): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url);
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const options = { hostname, port, method, path, headers: { ...headers, ...length }, agent: false };
    const request = httpRequest({ ...options, signal: AbortSignal.timeout(longestAnswerMilliseconds) });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject).on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.end(body);
  });
}

test('no request makes the server fail, hang, or lose what is not the caller’s', async (context) => {
  context.diagnostic(`seed ${seed}`);
  let attacker = await createTenant(server);
  for (const route of await listRoutes()) {
    await context.test(`${route.method} ${route.template}`, async () => {
      // What the last route did to the attacker's own account is the attacker's own fault.
      const self = await dataCaller(
        server,
        `/${attacker.organization}/${attacker.application}`,
        attacker.user.token,
      )('GET /users/me');
      const admin = await call(server, 'GET /management/users/me', { bearer: attacker.admin.token });
      if (self.status !== 200 || admin.status !== 200) attacker = await createTenant(server);
      const property = fc.asyncProperty(hostileRequests(route, await knownBy(attacker)), async (request) => {
        const { status, text } = await send(request);
        assert.ok(status >= 200 && (status < 500 || status === 501), `${status} ${text}`);
      });
      await fc.assert(property, { seed, numRuns: requestsPerRoute });
    });
  }
  const now = await snapshot();
  assert.deepEqual(now.users.slice(-kept.users.length), kept.users);
  assert.deepEqual(now.others, kept.others);
});
