/** `bin/keygrid.js`, which `npm start` and an installed package run. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { version } from '../../src/version.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { call } from '../support/http.ts';
import { startServer } from '../support/server.ts';

const entry = fileURLToPath(new URL('../../bin/keygrid.js', import.meta.url));

test('the entry runs the commands of a checkout, compiled once', async () => {
  const cache = await makeTemporaryDirectory('compile-cache');
  const env = { ...process.env, NODE_COMPILE_CACHE: cache };
  for (const run of ['first', 'second']) {
    const { stdout } = await promisify(execFile)(process.execPath, [entry, '--version'], { env });
    assert.equal(stdout.trim(), version, run);
  }
});

test('the entry starts a server', async () => {
  const server = await startServer({ program: entry });
  assert.equal((await call(server, 'GET /health/ready')).status, 200);
  assert.equal(await server.stop(), 0);
});
