/** The same commands on PostgreSQL, beside a server and without one. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { type CommandOptions, runForJson, runForProblem, until } from './support.ts';

let database: TestDatabase;
let server: RunningServer;
let options: CommandOptions;

before(async () => {
  database = await createTestDatabase();
  server = await startServer({ databaseUrl: database.url });
  options = { dataDirectory: server.dataDirectory, databaseUrl: database.url };
});

after(async () => {
  await server.stop();
  await database.drop();
});

test('what commands change, a running server knows within a second', async () => {
  await runForJson('organization create acme', options);
  await runForJson('application create acme/shop', options);
  const { user } = await runForJson('user create bob --application acme/shop', options);
  const signIn = await call(server, 'POST /acme/shop/token', {
    json: { grant_type: 'password', username: 'bob', password: user.password },
  });
  assert.equal(signIn.status, 200, signIn.text);

  const { client } = await runForJson('client show acme/shop --reveal', options);
  const withSecret = () =>
    call(server, 'POST /acme/shop/token', {
      json: {
        grant_type: 'client_credentials',
        client_id: client.clientId,
        client_secret: client.clientSecret,
      },
    });
  assert.equal((await withSecret()).status, 200);
  await runForJson('client rotate acme/shop', options);
  await until('the old secret is refused', async () => (await withSecret()).status !== 200);
});

test('superuser reset-password ends the old password and the old tokens', async () => {
  const signIn = (password: string) =>
    call(server, 'POST /management/token', {
      json: { grant_type: 'password', username: 'superuser', password },
    });
  const { body } = await signIn(server.superuserPassword);
  const { superuser } = await runForJson('superuser reset-password', options);
  await until('the old token is refused', async () => {
    const { status } = await call(server, 'GET /management/organizations', { bearer: body.access_token });
    return status === 401;
  });
  assert.equal((await signIn(server.superuserPassword)).status, 400);
  await until('the new password signs in', async () => (await signIn(superuser.password)).status === 200);
});

test('explain finds what the server refused', async () => {
  const answer = await call(server, 'GET /acme/shop/things');
  assert.equal(answer.status, 401);
  assert.equal(await server.stop(), 0);
  const { refusal } = await runForJson(`explain ${answer.headers['x-request-id']}`, options);
  assert.equal(refusal.facts.lookedFor, 'get:/things');
  server = await startServer({ databaseUrl: database.url, dataDirectory: server.dataDirectory });
});

test('a data directory without the server key of the database is refused, and gets none', async () => {
  const elsewhere = { ...options, dataDirectory: `${server.dataDirectory}-elsewhere` };
  assert.match(await runForProblem('organization list', elsewhere), /server key .* is missing/);
});
