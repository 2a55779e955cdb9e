/** That the minimal servers of X1 to X7 and `oidc-provider` each do their item, and refuse what they must. */
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { createPlainBrowser } from '../test/support/plain-browser.ts';
import { authorizePath, challenge, exchangeForm, redirectUri } from './authorization.ts';
import { auditIdTokens } from './contenders/audit-id-tokens.ts';
import type { Json } from './contenders/keygrid-wire.ts';
import {
  insertRows,
  newGrantId,
  newRefreshToken,
  openAuthorizationDatabase,
  sha256,
} from './minimal/authorization-database.ts';
import { prepareClients } from './minimal/clients.ts';
import { TokenBook } from './minimal/token.ts';
import { startServer } from './processes.ts';

const directory = mkdtempSync(join(tmpdir(), 'bench-authorization-'));
after(() => rmSync(directory, { recursive: true, force: true }));

const key = createHash('sha256').update('a key for the smoke test').digest();
const client = { client_id: 'shop', client_secret: 'right' };
const inAnHour = Math.floor(Date.now() / 1000) + 3600;
const user = { id: 'rider', name: 'Rider', email: 'rider@bench.example' };

test('the minimal code server redeems a code once, for the right client and verifier', async (t) => {
  const { file, database } = await prepare('code');
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(`${file}.pem`, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const constant = { client_id: 'shop', user_id: 'rider', redirect_uri: redirectUri, challenge };
  const more = { scope: 'openid', expires_at: inAnHour, grant_id: null };
  insertRows(database, 'codes', [{ ...constant, ...more, digest: sha256('the code') }]);
  const { post } = await start(t, 'minimal/code-server.ts', file, key.toString('hex'), `${file}.pem`);
  const exchange = (form: Record<string, string> = {}) =>
    post('/token', { ...client, ...exchangeForm('the code'), ...form });
  const grants = () => database.prepare('SELECT count(*) AS count FROM grants').get()?.count;

  assert.deepEqual(await outcomeOf(exchange({ client_secret: 'wrong' })), [401, 'invalid_client']);
  assert.deepEqual(await outcomeOf(exchange({ code_verifier: 'wrong' })), [400, 'invalid_grant']);
  assert.deepEqual(await outcomeOf(exchange({ redirect_uri: 'wrong' })), [400, 'invalid_grant']);
  const right = await exchange();
  assert.equal(right.status, 200);
  const keySet = JSON.stringify({ keys: [pair.publicKey.export({ format: 'jwk' })] });
  assert.deepEqual(auditIdTokens([JSON.stringify(right.body)], keySet), []);
  assert.equal(grants(), 1);
  assert.deepEqual(await outcomeOf(exchange()), [400, 'invalid_grant']);
  assert.equal(grants(), 0);
});

test('the minimal refresh server rotates, and ends the family of a token used again', async (t) => {
  const { file, database } = await prepare('refresh');
  const grantId = newGrantId(Date.now());
  const first = newRefreshToken(grantId);
  const constant = { client_id: 'shop', scope: 'offline_access', expires_at: inAnHour };
  insertRows(database, 'refresh_families', [{ ...constant, grant_id: grantId, digest: sha256(first) }]);
  const { post } = await start(t, 'minimal/refresh-server.ts', file, key.toString('hex'));
  const refresh = (token: unknown) =>
    post('/token', { ...client, grant_type: 'refresh_token', refresh_token: String(token) });

  const second = await refresh(first);
  assert.equal(second.status, 200);
  const third = await refresh(second.body.refresh_token);
  assert.equal(third.status, 200);
  assert.deepEqual(await outcomeOf(refresh('unknown')), [400, 'invalid_grant']);
  assert.deepEqual(await outcomeOf(refresh(first)), [400, 'invalid_grant']);
  assert.deepEqual(await outcomeOf(refresh(third.body.refresh_token)), [400, 'invalid_grant']);
});

test('the minimal introspection server tells a live token from a forged one and one of an ended grant', async (t) => {
  const { file, database } = await prepare('introspection');
  const token = grantToken(database, 'openid');
  const { post } = await start(t, 'minimal/introspection-server.ts', file, key.toString('hex'));
  const introspect = (text: string) => post('/introspect', { ...client, token: text });

  const { body } = await introspect(token);
  assert.deepEqual([body.active, body.sub, body.client_id], [true, 'rider', 'shop']);
  assert.deepEqual((await introspect(`${token.slice(0, -4)}0000`)).body, { active: false });
  database.exec('DELETE FROM grants');
  assert.deepEqual((await introspect(token)).body, { active: false });
  assert.equal((await post('/introspect', { ...client, client_secret: 'wrong', token })).status, 401);
});

test('the minimal userinfo server gives what the scopes of a live token open', async (t) => {
  const { file, database } = await prepare('userinfo');
  const [all, few] = [grantToken(database, 'openid profile email'), grantToken(database, 'openid')];
  const { get } = await start(t, 'minimal/userinfo-server.ts', file, key.toString('hex'));
  const userinfo = (bearer: string) => get('/userinfo', { authorization: `Bearer ${bearer}` });

  assert.deepEqual((await userinfo(all)).body, { sub: 'rider', name: 'Rider', email: user.email });
  assert.deepEqual((await userinfo(few)).body, { sub: 'rider' });
  assert.equal((await userinfo(`${all.slice(0, -4)}0000`)).status, 401);
  database.exec('DELETE FROM grants');
  assert.equal((await userinfo(all)).status, 401);
});

test('the minimal authorize server gives a code to who is signed in and has allowed the client', async (t) => {
  const { file, database } = await prepare('authorize');
  insertRows(database, 'redirect_uris', [{ client_id: 'shop', uri: redirectUri }]);
  insertRows(database, 'sessions', [{ digest: sha256('abc'), user_id: 'rider', expires_at: inAnHour }]);
  insertRows(database, 'consents', [{ user_id: 'rider', client_id: 'shop', scopes: 'openid' }]);
  const { get } = await start(t, 'minimal/authorize-server.ts', file);
  const ask = async (scope: string, cookie: string) => {
    const path = authorizePath('/authorize', { id: 'shop', secret: '' }, scope);
    return new URL((await get(path, { cookie })).location ?? '').searchParams;
  };

  const code = (await ask('openid', 'session=abc')).get('code') ?? '';
  const stored = database.prepare('SELECT * FROM codes WHERE digest = ?').get(sha256(code));
  assert.deepEqual([stored?.user_id, stored?.challenge], ['rider', challenge]);
  assert.equal((await ask('openid', 'session=another')).get('error'), 'login_required');
  assert.equal((await ask('openid email', 'session=abc')).get('error'), 'consent_required');
  const elsewhere = authorizePath('/authorize', { id: 'another', secret: '' }, 'openid');
  assert.equal((await get(elsewhere, { cookie: 'session=abc' })).status, 400);
});

test('oidc-provider answers its interactions itself, redeems a code once and rotates refresh tokens', async (t) => {
  const { post, url } = await start(t, 'baseline/oidc-server.ts', 'shop', 'right', redirectUri);
  const path = authorizePath('/auth', { id: 'shop', secret: '' }, 'offline_access openid', 'consent');
  const { leavesTo } = await createPlainBrowser({ url }).open(path);
  const code = leavesTo?.searchParams.get('code') ?? '';
  const exchange = () => post('/token', { ...client, ...exchangeForm(code) });
  const refresh = (token: unknown) =>
    post('/token', { ...client, grant_type: 'refresh_token', refresh_token: String(token) });

  const { body } = await exchange();
  const keySet = await (await fetch(`${url}/jwks`)).text();
  assert.deepEqual(auditIdTokens([JSON.stringify(body)], keySet), []);
  const refreshed = await refresh(body.refresh_token);
  assert.equal(refreshed.status, 200);
  assert.notEqual(refreshed.body.refresh_token, body.refresh_token);
  assert.deepEqual(await outcomeOf(refresh(body.refresh_token)), [400, 'invalid_grant']);
  assert.deepEqual(await outcomeOf(exchange()), [400, 'invalid_grant']);
});

interface FormAnswer {
  status: number;
  location: string | undefined;
  body: Json;
}

async function prepare(name: string) {
  const file = join(directory, `${name}.db`);
  await prepareClients(file, key, { clientId: 'shop', clientSecret: 'right', application: user.id });
  const database = openAuthorizationDatabase(file);
  insertRows(database, 'users', [user]);
  return { file, database };
}

/** An access token of a new grant. */
function grantToken(database: ReturnType<typeof openAuthorizationDatabase>, scope: string): string {
  const id = newGrantId(Date.now());
  insertRows(database, 'grants', [{ id, client_id: 'shop', user_id: 'rider', scope }]);
  return new TokenBook(key).issue(id, inAnHour);
}

const outcomeOf = async (answer: Promise<FormAnswer>): Promise<[number, unknown]> => {
  const { status, body } = await answer;
  return [status, body.error];
};

async function start(t: TestContext, script: string, ...args: string[]) {
  const server = await startServer({ script: `bench/${script}`, args, cores: 'any' });
  t.after(() => server.stop());
  const url = `http://127.0.0.1:${server.port}`;
  const ask = async (path: string, options: RequestInit): Promise<FormAnswer> => {
    const response = await fetch(`${url}${path}`, { redirect: 'manual', ...options });
    const text = await response.text();
    const location = response.headers.get('location') ?? undefined;
    return { status: response.status, location, body: text === '' ? {} : (JSON.parse(text) as Json) };
  };
  return {
    url,
    get: (path: string, headers: Record<string, string>) => ask(path, { headers }),
    post: (path: string, form: Record<string, string>) =>
      ask(path, { method: 'POST', body: new URLSearchParams(form) }),
  };
}
