/** Why a request of the autodesk dialect was refused, as the operator is told it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runKeygrid, until } from '../cli/support.ts';
import { type Answer, call, type WireJson } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { type AutodeskWorld, authorizePath, bodyCredentials, openAutodeskWorld } from './autodesk-world.ts';

let server: RunningServer;
let world: AutodeskWorld;

before(async () => {
  server = await startServer();
  world = await openAutodeskWorld(server);
});
after(async () => {
  await server?.stop();
});

async function explain(answer: Answer): Promise<WireJson> {
  const requestId = String(answer.headers['x-request-id']);
  let stdout = '';
  const isStored = async () => {
    const outcome = await runKeygrid(['explain', requestId, '--json'], {
      dataDirectory: server.dataDirectory,
    });
    stdout = outcome.stdout;
    return outcome.exitCode === 0;
  };
  await until('the refusal is stored', isStored, 15_000);
  return JSON.parse(stdout).refusal;
}

test('a refused token request names its client and no secret', async () => {
  const secret = 'a-secret-that-is-wrong';
  const form = { ...bodyCredentials(world.client), client_secret: secret, grant_type: 'client_credentials' };
  const refusal = await explain(await call(server, 'POST /authentication/v2/token', { form }));
  assert.deepEqual([refusal.status, refusal.code], [401, 'invalid_client']);
  assert.equal(refusal.facts.client, world.client.clientId);
  assert.equal(refusal.facts.errorCode, 'AUTH-003');
  assert.ok(!JSON.stringify(refusal).includes(secret));
});

test('an authorize request that is shown on a page is explained, without its query', async () => {
  const path = authorizePath(world.client, { redirect_uri: 'https://elsewhere.test/cb', state: 'my-state' });
  const refusal = await explain(await call(server, `GET ${path}`));
  assert.deepEqual([refusal.status, refusal.code], [400, 'invalid_redirect_uri']);
  assert.equal(refusal.path, '/authentication/v1/authorize');
  assert.equal(refusal.facts.client, world.client.clientId);
  assert.ok(!JSON.stringify(refusal).includes('my-state'));
});
