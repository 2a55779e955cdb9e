/** `keygrid client create|list|update|delete`, on a data directory and beside a running server. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { type CommandOptions, runForJson, runForProblem, runKeygrid, until } from './support.ts';

let server: RunningServer;
let directory: CommandOptions;

before(async () => {
  server = await startServer();
  directory = { dataDirectory: server.dataDirectory };
  await runForJson('organization create acme', directory);
  await runForJson('application create acme/shop', directory);
});
after(async () => {
  await server?.stop();
});

const create = async (options: string) =>
  (await runForJson(`client create acme/shop ${options}`, directory)).client;

test('a client is made with a secret that is printed once, and works at the running server', async () => {
  const client = await create('--name Photos --dialect autodesk --redirect-uris http://localhost:3000/*');
  assert.deepEqual([client.realm, client.type, client.dialect], ['acme/shop', 'web', 'autodesk']);
  assert.deepEqual(client.redirectUris, ['http://localhost:3000/*']);
  const basic = { username: client.clientId, password: client.clientSecret };
  const form = { grant_type: 'client_credentials' };
  const token = await call(server, 'POST /authentication/v2/token', { basic, form });
  assert.equal(token.status, 200, token.text);
  const { stdout } = await runKeygrid(['client', 'list', 'acme'], directory);
  assert.match(stdout, /^CLIENT ID +NAME/);
  assert.ok(stdout.includes(client.clientId) && !stdout.includes(client.clientSecret));
});

test('what is named is changed, and a suspended client is refused by the running server', async () => {
  const client = await create('--dialect autodesk --redirect-uris https://a.test/cb');
  const { client: changed } = await runForJson(
    `client update ${client.clientId} --name Pictures --scopes data:read,data:write --disabled yes`,
    directory,
  );
  assert.deepEqual(
    [changed.name, changed.scopes, changed.disabled],
    ['Pictures', ['data:read', 'data:write'], true],
  );
  assert.deepEqual(changed.redirectUris, ['https://a.test/cb']);
  const basic = { username: client.clientId, password: client.clientSecret };
  const form = { grant_type: 'client_credentials' };
  await until('the server refuses it', async () => {
    return (await call(server, 'POST /authentication/v2/token', { basic, form })).status === 401;
  });
});

test('clients are listed page by page, and a deleted one no more', async () => {
  const { clientId } = await create('--type native --redirect-uris com.example.app:/cb');
  const first = await runForJson('client list acme --limit 1', directory);
  const second = await runForJson(`client list acme --limit 1000 --cursor ${first.cursor}`, directory);
  const ids = [...first.clients, ...second.clients].map((client) => client.clientId);
  assert.ok(ids.includes(clientId));
  assert.equal(new Set(ids).size, ids.length);
  await runForJson(`client delete ${clientId}`, directory);
  const { clients } = await runForJson('client list acme', directory);
  assert.ok(!clients.some((client: { clientId: string }) => client.clientId === clientId));
});

test('a new secret takes over, and the old one goes on for as long as was said', async () => {
  const made = await create('--dialect autodesk --redirect-uris https://a.test/cb');
  const tokenBy = async ({ clientId, clientSecret }: { clientId: string; clientSecret: string }) => {
    const basic = { username: clientId, password: clientSecret };
    const form = { grant_type: 'client_credentials' };
    return (await call(server, 'POST /authentication/v2/token', { basic, form })).status;
  };
  const { client: next } = await runForJson(`client rotate ${made.clientId} --keep-old 600`, directory);
  await until('the server takes the new one', async () => (await tokenBy(next)) === 200);
  assert.equal(await tokenBy(made), 200);
  const { client: last } = await runForJson(`client rotate ${made.clientId}`, directory);
  await until('the server takes the newest one', async () => (await tokenBy(last)) === 200);
  assert.equal(await tokenBy(next), 401);
  assert.match(await runForProblem('client rotate acme --keep-old 600', directory), /registered/);
});

test('what cannot be is said in a sentence', async () => {
  assert.match(await runForProblem('client create acme --type desktop', directory), /--type must be web/);
  assert.match(await runForProblem('client create acme', directory), /redirectUris/);
  assert.match(
    await runForProblem('client create acme --redirect-uris javascript:alert(1)', directory),
    /scheme/,
  );
  assert.match(await runForProblem('client update nobody --name x', directory), /no client/i);
  assert.match(await runForProblem('client update nobody', directory), /Nothing to change/);
  assert.match(await runForProblem('client delete nobody', directory), /no client/i);
});
