/** Commands on the data directory of a server that runs: it must learn at once of what they change. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { rememberSecret } from '../support/secrets.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { runForJson, runForProblem, runKeygrid, until } from './support.ts';

let server: RunningServer;
let directory: { dataDirectory: string };

before(async () => {
  server = await startServer();
  directory = { dataDirectory: server.dataDirectory };
  await runForJson('organization create beside', directory);
  await runForJson('application create beside/shop', directory);
});

after(() => server.stop());

const superuserToken = (password: string) =>
  call(server, 'POST /management/token', {
    json: { grant_type: 'password', username: 'superuser', password },
  });

test('superuser reset-password ends the old password and the old tokens within a second', async () => {
  const { body } = await superuserToken(server.superuserPassword);
  const bearer = body.access_token;
  const organizations = () => call(server, 'GET /management/organizations', { bearer });
  assert.equal((await organizations()).status, 200);

  const { superuser } = await runForJson('superuser reset-password', directory);

  assert.equal(superuser.username, 'superuser');
  await until('the old token is refused', async () => (await organizations()).status === 401);
  assert.equal((await superuserToken(server.superuserPassword)).status, 400);
  await until(
    'the new password signs in',
    async () => (await superuserToken(superuser.password)).status === 200,
  );
});

test('superuser reset-password takes the password from standard input and does not print it', async () => {
  const input = 'chosen-by-the-operator-1';
  rememberSecret(input);
  const outcome = await runKeygrid(['superuser', 'reset-password', '--password-stdin'], {
    ...directory,
    input: `${input}\n`,
  });
  assert.equal(outcome.exitCode, 0, outcome.stderr);
  assert.ok(!outcome.stdout.includes(input));
  // A sign-in that begins before the server heard of the change rests on a proof from before it, and is refused.
  await until('the new password signs in', async () => (await superuserToken(input)).status === 200);
});

for (const owner of ['beside', 'beside/shop']) {
  test(`client rotate ends the old secret and the old tokens of ${owner} within a second`, async () => {
    const { client: old } = await runForJson(`client show ${owner} --reveal`, directory);
    const ask = ({ clientId, clientSecret }: Record<string, string>) =>
      call(server, 'POST /token', {
        json: { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
      });
    const { body } = await ask(old);
    const credentials = () =>
      call(server, 'GET /beside/shop/credentials', { bearer: body.access_token }).then(
        ({ status }) => status,
      );
    assert.equal(await credentials(), 200);

    const { client } = await runForJson(`client rotate ${owner}`, directory);

    assert.equal(client.clientId, old.clientId);
    await until('the old secret is refused', async () => (await ask(old)).status !== 200);
    await until('the old token is refused', async () => (await credentials()) === 401);
    await until('the new secret works', async () => (await ask(client)).status === 200);
  });
}

test('accounts that commands made can sign in at the running server', async () => {
  const { user } = await runForJson('user create bob --application beside/shop', directory);
  const { user: admin } = await runForJson(
    'user create ann@example.test --organization beside --name Ann',
    directory,
  );
  const bob = await call(server, 'POST /beside/shop/token', {
    json: { grant_type: 'password', username: 'bob', password: user.password },
  });
  assert.equal(bob.status, 200, bob.text);
  assert.equal(bob.body.user.uuid, user.uuid);
  const ann = await call(server, 'POST /management/token', {
    json: { grant_type: 'password', username: 'ann@example.test', password: admin.password },
  });
  assert.equal(ann.status, 200, ann.text);
  assert.ok('beside' in ann.body.user.organizations);
});

test('an organization that a command made is there for requests that came before it', async () => {
  const status = async () => (await call(server, 'GET /late/sandbox/things')).status;
  assert.equal(await status(), 404);
  await runForJson('organization create late', directory);
  await until('the sandbox answers', async () => (await status()) === 200);
});

test('token inspect says whose a token is, and after a revocation why it is not valid', async () => {
  const { client } = await runForJson('client show beside/shop --reveal', directory);
  const { body } = await call(server, 'POST /beside/shop/token', {
    json: {
      grant_type: 'client_credentials',
      client_id: client.clientId,
      client_secret: client.clientSecret,
    },
  });
  const input = body.access_token as string;
  const inspect = () => runKeygrid(['token', 'inspect', '--json'], { ...directory, input: `${input}\n` });

  const valid = await inspect();
  assert.equal(valid.exitCode, 0, valid.stderr);
  const { token } = JSON.parse(valid.stdout);
  assert.equal(token.valid, true);
  assert.deepEqual([token.principal.kind, token.principal.name], ['application_client', 'beside/shop']);
  assert.ok(Date.parse(token.expires) > Date.parse(token.issued));

  await runForJson('client rotate beside/shop', directory);
  const revoked = await inspect();
  assert.equal(revoked.exitCode, 1);
  assert.equal(JSON.parse(revoked.stdout).token.problem, 'token_revoked');
  assert.ok(!`${valid.stdout}${revoked.stdout}`.includes(input));
});

test('migrate and restore are refused while the server runs; doctor says that it does', async () => {
  assert.match(await runForProblem('migrate', directory), /in use by another Keygrid server/);
  const { healthy, findings } = await runForJson('doctor', directory);
  assert.equal(healthy, true, JSON.stringify(findings));
  assert.ok(findings.some(({ check }: { check: string }) => check === 'server'));
});
