/** That the servers of the bench are worth comparing with: each does its item, and refuses what it must. */
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { type CallOptions, call, type WireAnswer } from './contenders/keygrid-wire.ts';
import { renderRequest, renderThing } from './entity.ts';
import { runLoad } from './load.ts';
import { prepareClients } from './minimal/clients.ts';
import { openEntityStore } from './minimal/entity-store.ts';
import { TokenBook } from './minimal/token.ts';
import { type ServerProcess, startServer } from './processes.ts';
import { oneEach } from './requests.ts';

const directory = mkdtempSync(join(tmpdir(), 'bench-smoke-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const key = createHash('sha256').update('a key for the smoke test').digest();
const keyInHex = key.toString('hex');
const inAnHour = Math.floor(Date.now() / 1000) + 3600;
const bearer = new TokenBook(key).issue(Buffer.alloc(16, 1), inAnHour);
const expiredBearer = new TokenBook(key).issue(Buffer.alloc(16, 1), inAnHour - 7200);
const forgedBearer = new TokenBook(Buffer.alloc(32)).issue(Buffer.alloc(16, 1), inAnHour);

test('the minimal token server issues to the right secret and refuses a wrong one', async (t) => {
  const database = join(directory, 'clients.db');
  const application = randomUUID();
  await prepareClients(database, key, { clientId: 'shop', clientSecret: 'right', application });
  const { ask } = await start(t, 'minimal/token-server.ts', database, keyInHex);
  const token = (secret: string): Promise<WireAnswer> =>
    ask('/acme/shop/token', {
      body: { grant_type: 'client_credentials', client_id: 'shop', client_secret: secret },
    });

  const right = await token('right');
  assert.equal(right.status, 200);
  assert.match(String(right.body.access_token), /^YWMt[\w-]{59}$/);
  assert.equal(right.body.application, application);
  assert.deepEqual(await token('wrong').then(({ status, body }) => [status, body.error]), [
    401,
    'invalid_client',
  ]);
});

test('the minimal read server answers a bearer and refuses none, a forged and an expired one', async (t) => {
  const database = join(directory, 'read.db');
  const uuid = randomUUID();
  const store = await openEntityStore(database);
  await new Promise((resolve) => store.create({ uuid, name: 'it', body: `{"uuid":"${uuid}"}` }, resolve));
  await store.close();
  const { ask } = await start(t, 'minimal/read-server.ts', database, keyInHex);
  const path = `/acme/shop/things/${uuid}`;

  assert.deepEqual((await ask(path, { bearer })).body.entities, [{ uuid }]);
  assert.equal((await ask(`/acme/shop/things/${randomUUID()}`, { bearer })).status, 404);
  assert.equal((await ask(path)).status, 401);
  assert.equal((await ask(path, { bearer: forgedBearer })).status, 401);
  assert.equal((await ask(path, { bearer: expiredBearer })).status, 401);
});

test('the minimal create server stores what it acknowledges and refuses a name taken', async (t) => {
  const database = join(directory, 'create.db');
  const { ask, server } = await start(t, 'minimal/create-server.ts', database, keyInHex);
  const body = JSON.parse(renderThing('smoke', 1)) as Record<string, unknown>;
  const path = '/acme/shop/things';

  const created = await ask(path, { bearer, body });
  const [entity] = created.body.entities as { uuid: string }[];
  assert.equal(created.status, 200);
  assert.equal((await ask(path, { bearer, body })).status, 400);
  assert.equal((await ask(path, { bearer: forgedBearer, body })).status, 401);
  await server.stop();
  const store = await openEntityStore(database);
  const stored = await new Promise<string | undefined>((resolve) => store.find(entity!.uuid, resolve));
  await store.close();
  assert.deepEqual(JSON.parse(stored ?? ''), entity);
});

test('oidc-provider issues to the right secret and refuses a wrong one', async (t) => {
  const { server } = await start(t, 'baseline/oidc-server.ts', 'shop', 'right');
  const token = (secret: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'shop',
        client_secret: secret,
      }),
    });

  const right = await token('right');
  assert.equal(right.status, 200);
  assert.match(await right.text(), /"access_token":"/);
  assert.equal((await token('wrong')).status, 401);
});

test('the load generator counts every answer without what it expects as wrong', async (t) => {
  const { server } = await start(t, 'baseline/bare-server.ts');
  const load = { port: server.port, connections: 2, seconds: 0.1, warmUpSeconds: 0 };
  const bytes = renderRequest('GET', '/');

  const right = await runLoad({
    ...load,
    nextRequest: oneEach([{ bytes, expectedInBody: Buffer.from('"filler"') }]),
  });
  assert.equal(right.wrongAnswers, 0);
  assert.ok(right.requestsPerSecond > 0);
  assert.equal(right.lastBodies[0]?.length, 300);
  const wrong = await runLoad({
    ...load,
    nextRequest: oneEach([{ bytes, expectedInBody: Buffer.from('absent') }]),
  });
  assert.ok(wrong.wrongAnswers >= wrong.requestsPerSecond * load.seconds);
  assert.equal(wrong.wrongExamples.length, 3);
});

async function start(
  t: TestContext,
  script: string,
  ...args: string[]
): Promise<{
  server: ServerProcess;
  ask: (path: string, options?: CallOptions) => Promise<WireAnswer>;
}> {
  const server = await startServer({ script: `bench/${script}`, args, cores: 'any' });
  t.after(() => server.stop());
  return { server, ask: (path, options) => call(server.port, path, options) };
}
