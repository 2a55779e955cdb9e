/** An operator may do without the limits: in tests of an app, or behind a gateway that has its own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { bodyCredentials, openAutodeskWorld } from './autodesk-world.ts';

let server: RunningServer;

before(async () => {
  server = await startServer({ environment: { KEYGRID_AUTODESK_RATE_LIMITS: 'false' } });
});
after(async () => {
  await server?.stop();
});

test('with the limits switched off, no number of calls is too many', async () => {
  const { client } = await openAutodeskWorld(server);
  const form = { ...bodyCredentials(client), token: 'unknown' };
  for (let calls = 0; calls < 120; calls += 1) {
    const { status } = await call(server, 'POST /authentication/v2/introspect', { form });
    if (status !== 200) assert.fail(`call ${calls + 1}: ${status}`);
  }
});
