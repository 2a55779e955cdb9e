/** What is answered without the framework is what the route would answer; and refusals are never later than there. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { type ApplicationAccess, accessTo, requireSuccess } from '../support/application.ts';
import { onlyEntity } from '../support/data.ts';
import { type Answer, type CallOptions, call } from '../support/http.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';

let server: RunningServer;
let tenant: Tenant;
let app: ApplicationAccess;
let bearer: string;
/** Of a collection whose path the server has learnt. */
let path: string;

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  app = accessTo(server, tenant);
  bearer = tenant.user.token;
  path = await createThing({ color: 'black' });
  requireSuccess(await call(server, `GET ${path}`, { bearer }));
});
after(async () => {
  // What is connected is answered by the route alone: no test may connect what is at this path.
  await agreed(path, { bearer });
  assert.equal(await isDirect(server.url, path, bearer), true);
  await server?.stop();
});

async function createThing(properties: object, collection = 'things'): Promise<string> {
  const { uuid } = onlyEntity(await app.asAdmin(`POST /${collection}`, { json: properties }));
  return `${app.path}/${collection}/${uuid}`;
}

/** What is the answer's own: its length follows from how long it took. */
const passing = ['date', 'x-request-id', 'content-length', 'keep-alive'];

const comparable = ({ status, headers, body, text }: Answer): unknown => ({
  status,
  headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !passing.includes(name))),
  body: body === undefined ? text : { ...body, timestamp: 0, duration: 0 },
});

/** Asks twice; a question mark without parameters is the route's. */
async function agreed(address: string, options: CallOptions = {}): Promise<Answer> {
  const direct = await call(server, `GET ${address}`, options);
  assert.deepEqual(comparable(direct), comparable(await call(server, `GET ${address}?`, options)));
  return direct;
}

/** The route names the request first, and its other headers behind that. */
async function isDirect(url: string, address: string, token: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${token}` };
  const [response] = (await once(get(`${url}${address}`, { headers }), 'response')) as [IncomingMessage];
  response.resume();
  return response.rawHeaders[0] !== 'x-request-id';
}

describe('a read of one entity', () => {
  test('is answered directly as by the route, once the route has served its collection', async () => {
    assert.equal(await isDirect(server.url, path, bearer), true);
    assert.equal(onlyEntity(await agreed(path, { bearer })).color, 'black');
    const first = await createThing({ a: 1 }, 'birds');
    assert.equal(await isDirect(server.url, first, bearer), false);
    assert.equal(await isDirect(server.url, first, bearer), true);
    await agreed(first, { bearer });
  });

  test('shows a change at once, and a deletion', async () => {
    const changing = await createThing({ color: 'red' });
    await agreed(changing, { bearer });
    requireSuccess(await call(server, `PUT ${changing}`, { bearer, json: { color: 'blue' } }));
    assert.equal(onlyEntity(await agreed(changing, { bearer })).color, 'blue');
    requireSuccess(await call(server, `DELETE ${changing}`, { bearer }));
    assert.equal((await agreed(changing, { bearer })).status, 404);
  });

  test('says what it is connected by, in which spelling it was asked for, and what is too long for one packet', async () => {
    const connected = await createThing({ name: 'connected' });
    const liked = await createThing({ name: 'liked' });
    requireSuccess(await call(server, `POST ${connected}/likes${liked.slice(app.path.length)}`, { bearer }));
    assert.ok(onlyEntity(await agreed(connected, { bearer })).metadata.connections.likes);
    const long = await createThing({ text: 'long '.repeat(500) });
    await agreed(long, { bearer });
    await agreed(long, { bearer, headers: { 'accept-encoding': 'identity' } });
    const uuid = path.slice(-36);
    for (const collection of ['thing', 'Things', 'THINGS', 'thing%73', 'cats', '/things', 'things;a=b']) {
      await agreed(`${app.path}/${collection}/${uuid}`, { bearer });
      await agreed(`${app.path}/${collection}/${uuid.toUpperCase()}`, { bearer });
    }
    await agreed(`${app.path.toUpperCase()}/things/${uuid}`, { bearer });
    await agreed(`/${tenant.organizationUuid}/${tenant.applicationUuid}/things/${uuid}`, { bearer });
    await agreed(`${app.path}/users/${tenant.user.uuid}`, { bearer });
    await agreed(`${app.path}/users/${uuid}`, { bearer });
    await agreed(path, { bearer: `${bearer} ` });
    await agreed(path, {
      basic: { username: tenant.applicationClient.id, password: tenant.applicationClient.secret },
    });
  });

  test('is open to guests where they may read', async () => {
    const sandbox = `/${tenant.organization}/${tenant.sandbox}`;
    const { uuid } = onlyEntity(await call(server, `POST ${sandbox}/things`, { json: { a: 1 } }));
    await call(server, `GET ${sandbox}/things/${uuid}`);
    assert.equal((await agreed(`${sandbox}/things/${uuid}`)).status, 200);
    assert.equal((await agreed(`${sandbox}/things/${uuid}`, { bearer: 'nonsense' })).status, 401);
  });

  test('minds conditions, origins, bodies and HEAD', async () => {
    const { etag = '' } = (await agreed(path, { bearer })).headers;
    assert.equal((await agreed(path, { bearer, headers: { 'if-none-match': etag } })).status, 304);
    const allowed = await agreed(path, { bearer, headers: { origin: 'https://app.example' } });
    assert.equal(allowed.headers['access-control-allow-origin'], 'https://app.example');
    await agreed(path, { bearer, headers: { referer: 'https://app.example/page' } });
    await agreed(path, { bearer, headers: { 'access-control-request-method': 'PUT' } });
    const bodies: CallOptions[] = [{ body: 'hi' }, { headers: { 'content-encoding': 'gzip' }, body: 'hi' }];
    for (const body of bodies) await agreed(path, { bearer, ...body });
    const unknown = await agreed(path, { bearer, headers: { 'content-encoding': 'br' } });
    assert.equal(unknown.status, 415);
    const head = await call(server, `HEAD ${path}`, { bearer });
    assert.deepEqual([head.status, head.text, head.headers.etag], [200, '', etag]);
  });
});

describe('who may not read', () => {
  test('is refused as by the route: without a token, with a bad one, with one of elsewhere', async () => {
    const other = await createTenant(server);
    const refusals: [CallOptions, number][] = [
      [{}, 401],
      [{ bearer: 'nonsense' }, 401],
      [{ bearer: `${bearer.slice(0, -1)}${bearer.endsWith('A') ? 'B' : 'A'}` }, 401],
      [{ headers: { authorization: `Bearer ${bearer}, Basic eDp5` } }, 200],
      [{ bearer: other.user.token }, 401],
      [{ bearer: other.admin.token }, 401],
    ];
    for (const [options, status] of refusals) assert.equal((await agreed(path, options)).status, status);
  });

  test('is refused from the moment on that the right or the token is gone, or the user is disabled', async () => {
    const passingTenant = await createTenant(server);
    const passingApp = accessTo(server, passingTenant);
    const { token, uuid } = await passingApp.newUser();
    const made = onlyEntity(await passingApp.asAdmin('POST /things', { json: { a: 1 } }));
    const thing = `${passingApp.path}/things/${made.uuid}`;
    const statusOf = async (): Promise<number> => (await agreed(thing, { bearer: token })).status;
    await call(server, `GET ${thing}`, { bearer: token });
    assert.equal(await isDirect(server.url, thing, token), true);

    requireSuccess(await passingApp.asAdmin('DELETE /roles/default'));
    assert.equal(await statusOf(), 401);
    const permission = 'get:/things/*';
    requireSuccess(await passingApp.asAdmin(`POST /users/${uuid}/permissions`, { json: { permission } }));
    assert.equal(await statusOf(), 200);
    requireSuccess(await passingApp.asAdmin(`PUT /users/${uuid}`, { json: { disabled: true } }));
    assert.equal(await statusOf(), 401);
    requireSuccess(await passingApp.asAdmin(`PUT /users/${uuid}`, { json: { disabled: false } }));
    requireSuccess(await passingApp.asAdmin(`PUT /users/${uuid}/revoketokens`));
    assert.equal(await statusOf(), 401);
  });
});

test('a server that is told to stop does, however much is read of it over connections that are kept', async () => {
  const passing = await startServer();
  const there = await createTenant(passing);
  const access = accessTo(passing, there);
  const { uuid } = onlyEntity(await access.asAdmin('POST /things', { json: { a: 1 } }));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { authorization: `Bearer ${there.user.token}` };
  let statuses: (number | undefined)[] = [];
  const read = async (): Promise<void> => {
    const asked = get(`${passing.url}${access.path}/things/${uuid}`, { headers, agent });
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    await once(response.resume(), 'end');
    statuses = [...statuses.slice(-10), response.statusCode];
  };
  const reading = (async () => {
    for (;;) await read();
  })().catch(() => undefined);
  while (statuses.length < 10) await new Promise(setImmediate);
  assert.equal(await passing.stop(), 0);
  await reading;
  agent.destroy();
});

test('on PostgreSQL too, and of many that come together each gets its own', async () => {
  const onPostgres = await startServer({ databaseUrl: (await createTestDatabase()).url });
  const there = await createTenant(onPostgres);
  const access = accessTo(onPostgres, there);
  const json = Array.from({ length: 20 }, (_, number) => ({ number }));
  const made: { uuid: string }[] = requireSuccess(await access.asAdmin('POST /things', { json })).body
    .entities;
  const paths = made.map(({ uuid }) => `${access.path}/things/${uuid}`);
  const token = there.user.token;
  await call(onPostgres, `GET ${paths[0]}`, { bearer: token });
  assert.equal(await isDirect(onPostgres.url, paths[0]!, token), true);
  const asked = [...paths, ...paths.slice(0, 3), `${access.path}/things/${there.user.uuid}`];
  const ask = (mark: string, bearer: string): Promise<Answer[]> =>
    Promise.all(asked.map((path) => call(onPostgres, `GET ${path}${mark}`, { bearer })));
  const direct = await ask('', token);
  assert.deepEqual(direct.map(comparable), (await ask('?', token)).map(comparable));
  assert.equal(direct.at(-1)!.status, 404);
  assert.deepEqual(new Set((await ask('', tenant.user.token)).map(({ status }) => status)), new Set([401]));
  await onPostgres.stop();
});
