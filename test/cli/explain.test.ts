/** `keygrid explain`: the operator is told what the caller is not, and no secret. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { type Answer, type CallOptions, call } from '../support/http.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import { createTenant, type Tenant } from '../support/tenant.ts';
import { runForJson, runKeygrid, until } from './support.ts';

let server: RunningServer;
let tenant: Tenant;
let path: string;
const secrets: string[] = [];

before(async () => {
  server = await startServer();
  tenant = await createTenant(server);
  path = `/${tenant.organization}/${tenant.application}`;
  secrets.push(tenant.user.password, tenant.user.token, tenant.admin.token, tenant.applicationClient.secret);
});

after(() => server.stop());

async function explain(answer: Answer) {
  const requestId = String(answer.headers['x-request-id']);
  assert.match(requestId, /^[0-9a-f]{24}$/);
  const options = { dataDirectory: server.dataDirectory };
  let stdout = '';
  await until(
    'the refusal is stored',
    async () => {
      const outcome = await runKeygrid(['explain', requestId, '--json'], options);
      stdout = outcome.stdout;
      return outcome.exitCode === 0;
    },
    10_000,
  );
  const words = await runKeygrid(['explain', requestId], options);
  for (const secret of secrets) assert.ok(!`${stdout}${words.stdout}`.includes(secret));
  const { refusal } = JSON.parse(stdout);
  assert.equal(refusal.status, answer.status);
  assert.ok(refusal.rule && refusal.source && refusal.remedy);
  return { refusal, facts: refusal.facts, words: words.stdout };
}

const refuse = async (request: string, options: CallOptions, status: number): Promise<Answer> => {
  const answer = await call(server, request, options);
  assert.equal(answer.status, status, answer.text);
  return answer;
};

test('a permission that is missing: who asked, in which roles, for what', async () => {
  const { bearer } = { bearer: tenant.admin.token };
  await call(server, `DELETE ${path}/roles/default/permissions?permission=get,put,post,delete:/**`, {
    bearer,
  });
  await call(server, `POST ${path}/roles`, { bearer, json: { name: 'reader' } });
  await call(server, `POST ${path}/roles/reader/users/${tenant.user.username}`, { bearer });

  const answer = await refuse(`GET ${path}/books?ql=secret-words`, { bearer: tenant.user.token }, 401);
  const { refusal, facts, words } = await explain(answer);
  assert.equal(refusal.code, 'permission_missing');
  assert.equal(refusal.path, `${path}/books`);
  assert.equal(facts.lookedFor, 'get:/books');
  assert.equal(facts.callerUuid, tenant.user.uuid);
  assert.equal(facts.callerName, tenant.user.username);
  assert.equal(facts.callerRealm, path.slice(1));
  assert.match(facts.callerRoles, /default.*reader|reader.*default/);
  assert.ok(facts.tokenId);
  assert.match(words, /permission looked for: +get:\/books/);
  assert.match(words, /roles of the caller: .*reader/);
  assert.match(words, /What to do: /);
});

test("another application's token: whose it is, and what it was tried on", async () => {
  const other = `/${tenant.organization}/sandbox`;
  const answer = await refuse(`GET ${other}/things`, { bearer: tenant.user.token }, 401);
  const { refusal, facts } = await explain(answer);
  assert.equal(refusal.code, 'application_access_denied');
  assert.equal(facts.callerRealm, path.slice(1));
  assert.equal(facts.application, other.slice(1));
});

test('a wrong password: that there is such an account, and for others that there is none', async () => {
  const attempt = (username: string) =>
    refuse(
      `POST ${path}/token`,
      { json: { grant_type: 'password', username, password: 'a-wrong-password-1' } },
      400,
    );
  const known = await explain(await attempt(tenant.user.username));
  assert.equal(known.facts.accountUuid, tenant.user.uuid);
  assert.match(known.facts.account, /the password was wrong/);
  const unknown = await explain(await attempt('my-password-typed-by-mistake'));
  assert.match(unknown.facts.account, /none/);
  assert.ok(!unknown.words.includes('my-password-typed-by-mistake'));
  assert.ok(!`${known.words}${unknown.words}`.includes('a-wrong-password-1'));
});

test('a wrong client secret: which client it named, and that this is not proven', async () => {
  const { id } = tenant.applicationClient;
  const basic = { username: id, password: 'b3U6wrong-secret-of-a-client' };
  const { facts, words } = await explain(await refuse(`GET ${path}/books`, { basic }, 401));
  assert.equal(facts.callerName, path.slice(1));
  assert.equal(facts.proven, 'no');
  assert.ok(!words.includes(basic.password));
});

test('a token that was revoked: whose it was, and which one', async () => {
  const { body } = await call(server, 'POST /management/token', {
    json: { grant_type: 'password', username: tenant.admin.username, password: tenant.admin.password },
  });
  const bearer = body.access_token as string;
  secrets.push(bearer);
  await call(server, `PUT /management/users/${tenant.admin.username}/revoketoken?token=${bearer}`, {
    bearer,
  });
  const { refusal, facts } = await explain(await refuse('GET /management/me', { bearer }, 401));
  assert.equal(refusal.code, 'token_revoked');
  assert.equal(facts.callerName, tenant.admin.username);
  assert.ok(facts.tokenId && facts.tokenIssued && facts.tokenExpires);
});

test('a token that is none is not kept', async () => {
  const bearer = 'YWMt-not-a-token-of-ours-0123456789';
  const { refusal, words } = await explain(await refuse('GET /management/me', { bearer }, 401));
  assert.equal(refusal.code, 'token_invalid');
  assert.ok(!words.includes(bearer));
  assert.ok(!JSON.stringify(refusal).includes(bearer));
});

const storedRefusals = () => {
  const database = new DatabaseSync(join(server.dataDirectory, 'keygrid.sqlite'), { readOnly: true });
  try {
    const rows = database.prepare('select refusal from refusals').all();
    return rows.map((row) => JSON.parse(String(row.refusal)));
  } finally {
    database.close();
  }
};

test('what succeeds, and what is wrong with a request by itself, is not kept', async () => {
  const bearer = tenant.admin.token;
  const fine = await call(server, `GET ${path}/users`, { bearer });
  const missing = await refuse(`GET ${path}/books/none`, { bearer }, 404);
  const last = await refuse(`GET ${path}/books`, {}, 401);
  await explain(last);
  const kept = storedRefusals().map(({ requestId }) => requestId);
  assert.ok(kept.includes(last.headers['x-request-id']));
  for (const { headers } of [fine, missing]) assert.ok(!kept.includes(headers['x-request-id']));
});

test('of a flood of refusals alike only some are kept', async () => {
  const before = storedRefusals().length;
  const bearer = 'YWMt-flood-of-refusals-0123456789ab';
  for (let batch = 0; batch < 10; batch++) {
    await Promise.all(Array.from({ length: 50 }, () => call(server, 'GET /management/me', { bearer })));
  }
  await explain(await refuse(`GET ${path}/books`, {}, 401));
  assert.ok(storedRefusals().length - before < 250, `${storedRefusals().length - before} of 500`);
});

test('refusals of the last moment are stored at the stop', async () => {
  const second = await startServer();
  const answer = await call(second, 'GET /management/me', { bearer: 'YWMt-last-moment-0123456789abcd' });
  assert.equal(await second.stop(), 0);
  const requestId = answer.headers['x-request-id'];
  const { refusal } = await runForJson(`explain ${requestId}`, { dataDirectory: second.dataDirectory });
  assert.equal(refusal.requestId, requestId);
});
