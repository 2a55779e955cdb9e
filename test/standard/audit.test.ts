/** What a server's log tells of accounts, clients and rights, after all of it was done once. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { call, type WireJson } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import {
  exchange,
  openWorld,
  type RegisteredClient,
  registerClient,
  type StandardWorld,
  send,
  signIn,
} from './world.ts';

interface Line {
  audit: string;
  level: string;
  [fact: string]: unknown;
}

const typedAsName = 'what-was-typed-as-a-name';
let server: RunningServer;
let world: StandardWorld;
let client: RegisteredClient;
let administered: RegisteredClient;
let lines: Line[];
const linesOf = (audit: string): Line[] => lines.filter((line) => line.audit === audit);

before(async () => {
  server = await startServer();
  world = await openWorld(server);
  client = await registerClient(world);
  await guess(world.tenant.user.username);
  await guess(typedAsName);
  await useTokens();
  await endAccess();
  administered = await registerClient(world);
  await administer(administered);
  for (let count = 0; count < 14; count += 1) await guess(typedAsName);
  await changePassword();
  await server.stop();
  lines = server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Line => JSON.parse(line))
    .filter(({ audit }) => audit !== undefined);
});

const guess = (username: string) =>
  call(server, `POST ${world.path}/token`, {
    json: { grant_type: 'password', username, password: 'what-was-typed' },
  });

/** Tokens are issued, refreshed, revoked; a code and a refresh token come twice. */
async function useTokens(): Promise<void> {
  const scope = 'openid offline_access';
  const replayed = await signIn(world, client, { scope });
  await exchange(world, client, replayed);
  const { tokens } = await signIn(world, client, { scope });
  const refresh = (refresh_token: string) =>
    send(world, 'token', client, { grant_type: 'refresh_token', refresh_token });
  const second: WireJson = (await refresh(tokens.refresh_token)).body;
  await refresh(second.refresh_token);
  await refresh(tokens.refresh_token);
  const third = await signIn(world, client, { scope });
  await send(world, 'revoke', client, { token: third.tokens.access_token });
}

async function endAccess(): Promise<void> {
  const { browser } = await signIn(world, client);
  const page = await browser.open(`/account${world.path}`);
  const [, fields = ''] = /<form[^>]*end-grant"[^>]*>([\s\S]*?)<\/form>/.exec(page.text) ?? [];
  const pairs = [...fields.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
    name,
    value,
  ]);
  const ended = await browser.post(`/account${world.path}/end-grant`, Object.fromEntries(pairs));
  assert.match(ended.text, /Its access has ended/);
}

async function administer({ id }: RegisteredClient): Promise<void> {
  const { token: bearer } = world.tenant.admin;
  const path = `/api/v1/clients/${id}`;
  const calls: [string, object?][] = [
    [`PATCH ${path}`, { name: 'Another name' }],
    [`POST ${path}/secrets`, {}],
    [`DELETE ${path}/secrets`],
    [`PATCH ${path}`, { disabled: true }],
    [`PATCH ${path}`, { disabled: false }],
    [`DELETE ${path}`],
  ];
  for (const [methodAndPath, json] of calls) {
    const answer = await call(server, methodAndPath, { bearer, ...(json && { json }) });
    assert.ok(answer.status < 300, `${methodAndPath}: ${answer.text}`);
  }
}

async function changePassword(): Promise<void> {
  const { user, admin } = world.tenant;
  const answer = await call(server, `PUT ${world.path}/users/${user.username}/password`, {
    bearer: admin.token,
    json: { newpassword: 'quite another one' },
  });
  assert.equal(answer.status, 200, answer.text);
}

test('S162 sign-ins are told with tenant, realm, account and address, and refusals with their reason', () => {
  const { organizationUuid: tenant, user } = world.tenant;
  const signedIn = linesOf('signed_in').filter(({ actor }) => String(actor).endsWith(user.uuid));
  assert.ok(signedIn.length >= 4);
  for (const line of signedIn) {
    assert.deepEqual([line.level, line.tenant, line.address], ['info', tenant, '127.0.0.1']);
    assert.equal(line.actor, `application_user:${line.realm}:${user.uuid}`);
  }
  const [known, unknown] = linesOf('sign_in_refused');
  assert.deepEqual([known?.reason, known?.actor], ['invalid_grant', signedIn[0]?.actor]);
  assert.deepEqual([unknown?.reason, unknown?.actor], ['invalid_grant', undefined]);
  assert.equal(linesOf('sign_ins_held_back').length, 1);
});

test('S162 what a user allows a client and takes back is told', () => {
  const [allowed] = linesOf('access_allowed');
  assert.equal(allowed?.client, client.id);
  assert.deepEqual(allowed?.scopes, ['openid', 'offline_access']);
  const ended = linesOf('access_ended');
  assert.deepEqual(
    ended.map(({ client: of, grant, actor }) => [of, grant, actor]),
    [[client.id, allowed?.grant, allowed?.actor]],
  );
});

test('S162 tokens are told of as they are issued, revoked and ended', () => {
  const grantTypes = new Set(linesOf('token_issued').map(({ reason }) => reason));
  for (const grantType of ['password', 'authorization_code', 'refresh_token'])
    assert.ok(grantTypes.has(grantType));
  assert.deepEqual(
    linesOf('token_revoked').map(({ client: of }) => of),
    [client.id],
  );
  const ended = linesOf('tokens_ended').filter(({ account }) =>
    String(account).endsWith(world.tenant.user.uuid),
  );
  assert.deepEqual(
    ended.map(({ reason }) => reason),
    ['revoked'],
  );
});

test('S162 S075 S081 a code or refresh token that comes twice raises an alert', () => {
  for (const audit of ['code_replayed', 'refresh_token_replayed']) {
    const [line, ...more] = linesOf(audit);
    assert.deepEqual(more, []);
    assert.deepEqual([line?.level, line?.client, line?.address], ['warn', client.id, '127.0.0.1']);
    assert.ok(String(line?.account).endsWith(world.tenant.user.uuid));
  }
});

test('S162 each change of a client is told with who made it', () => {
  const { admin, organizationUuid } = world.tenant;
  const changes = lines.filter((line) => line.audit.startsWith('client_') && line.client === administered.id);
  assert.deepEqual(
    changes.map(({ audit, changed }) => (changed ? [audit, changed] : audit)),
    [
      'client_registered',
      ['client_changed', ['name']],
      'client_secret_rotated',
      'client_old_secrets_ended',
      'client_suspended',
      'client_resumed',
      'client_deleted',
    ],
  );
  for (const { actor, tenant } of changes) {
    assert.deepEqual([actor, tenant], [`admin_user:1:${admin.uuid}`, organizationUuid]);
  }
});

test('S162 S156 nothing that was typed is told', () => {
  const text = JSON.stringify(lines);
  for (const typed of [typedAsName, 'what-was-typed', world.tenant.user.username, 'Another name']) {
    assert.ok(!text.includes(typed), typed);
  }
});
