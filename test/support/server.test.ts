import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { makeTemporaryDirectory } from './guardian.ts';
import { call } from './http.ts';
import { rememberSecret } from './secrets.ts';
import { startServer } from './server.ts';

// A stand-in that behaves as its flags say: what is tested here is the support and not the server.
const standIn = `
  import { createServer } from 'node:http';
  const [, ...flags] = process.argv.slice(2);
  if (flags.includes('--refuse')) { console.error('KEYGRID_PORT is wrong'); process.exit(2); }
  const server = createServer((request, response) => {
    console.log(decodeURIComponent(request.url));
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(process.env));
  });
  process.on('SIGTERM', () => { console.log('bye'); process.exit(flags.includes('--three') ? 3 : 0); });
  server.listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + server.address().port));
`;

describe('startServer', () => {
  let program = '';
  before(async () => {
    program = join(await makeTemporaryDirectory('stand-in'), 'server.mjs');
    await writeFile(program, standIn);
  });

  test('gives the address once the server listens, and its exit code and output once it ended', async () => {
    const server = await startServer({ program, flags: ['--three'] });
    assert.equal((await call(server, 'GET /x')).status, 200);
    assert.equal(await server.stop(), 3);
    assert.match(server.output(), /listening on .*\n\/x\nbye\n/);
  });

  test('a start that fails tells what the server wrote', async () => {
    await assert.rejects(
      startServer({ program, flags: ['--refuse'] }),
      /ended with 2 .*\nKEYGRID_PORT is wrong/,
    );
  });

  test('the server gets the settings of the test and none of the runner', async () => {
    const server = await startServer({
      program,
      environment: { KEYGRID_SIGNUP: 'closed', KEYGRID_PORT: undefined },
    });
    const { body } = await call(server, 'GET /');
    const settings = Object.keys(body).filter((name) => /^KEYGRID_|^NODE_TEST/.test(name));
    assert.deepEqual(settings.sort(), [
      'KEYGRID_DATA',
      'KEYGRID_LOG_LEVEL',
      'KEYGRID_SIGNUP',
      'KEYGRID_SUPERUSER_PASSWORD',
    ]);
    assert.equal(body.KEYGRID_SUPERUSER_PASSWORD, server.superuserPassword);
    await server.stop();
  });

  test('stop refuses an output that holds a secret of the test', async () => {
    // The record of the run must not hold the leak that is made here on purpose.
    const { KEYGRID_TEST_RECORD_DIRECTORY: record } = process.env;
    delete process.env.KEYGRID_TEST_RECORD_DIRECTORY;
    try {
      const server = await startServer({ program });
      rememberSecret('open sesame 42');
      await call(server, 'GET /open%20sesame%2042');
      await assert.rejects(server.stop(), /secrets to its output \(open sesame 42\):\n\/open sesame 42/);
    } finally {
      if (record) process.env.KEYGRID_TEST_RECORD_DIRECTORY = record;
    }
  });

  test('after a kill another server can go on with the same data directory', async () => {
    const first = await startServer({ program });
    await first.kill();
    const second = await startServer({ program, dataDirectory: first.dataDirectory });
    assert.equal((await call(second, 'GET /')).body.KEYGRID_DATA, first.dataDirectory);
    assert.equal(await second.stop(), 0);
  });

  test('a server that a killed test process leaves behind ends', async () => {
    const script = join(await makeTemporaryDirectory('killed'), 'leaves.ts');
    const support = new URL('./server.ts', import.meta.url).href;
    const options = JSON.stringify({ program });
    await writeFile(
      script,
      `import { startServer } from '${support}';
       console.log((await startServer(${options})).url); setInterval(() => {}, 1000);`,
    );
    const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [url] = await once(child.stdout.setEncoding('utf8'), 'data');
    const server = { url: url.trim() };
    assert.equal((await call(server, 'GET /')).status, 200);
    child.kill('SIGKILL');
    const answers = () =>
      call(server, 'GET /').then(
        () => true,
        () => false,
      );
    for (let waited = 0; (await answers()) && waited < 10_000; waited += 50) await delay(50);
    assert.equal(await answers(), false);
  });

  test('a test process that forgets to stop its server ends all the same', async () => {
    const script = join(await makeTemporaryDirectory('forgets'), 'forgets.ts');
    const support = new URL('./server.ts', import.meta.url).href;
    const options = JSON.stringify({ program });
    await writeFile(script, `import { startServer } from '${support}'; await startServer(${options});`);
    const child = spawn(process.execPath, [script], { stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });
});
