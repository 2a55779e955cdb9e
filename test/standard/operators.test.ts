/** What operators get of the standard dialect: explanations, cookies behind TLS, logs without secrets. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runKeygrid, until } from '../cli/support.ts';
import { type Answer, call } from '../support/http.ts';
import { createPlainBrowser } from '../support/plain-browser.ts';
import { type RunningServer, startServer } from '../support/server.ts';
import {
  authorizeUrl,
  openWorld,
  type RegisteredClient,
  registerClient,
  type StandardWorld,
  send,
  signIn,
} from './world.ts';

let server: RunningServer;
let world: StandardWorld;
let client: RegisteredClient;

/** Behind a proxy that speaks TLS, as the world sees it. */
const publicUrl = 'https://id.example';

before(async () => {
  server = await startServer({ flags: ['--public-url', publicUrl] });
  world = await openWorld(server);
  client = await registerClient(world);
});
after(() => server?.stop());

const open = (parameters: Record<string, string | undefined>): Promise<Answer> =>
  call(server, `GET ${authorizeUrl(world, client, parameters).slice(server.url.length)}`);

async function explain(answer: Answer): Promise<Record<string, unknown>> {
  const requestId = String(answer.headers['x-request-id']);
  let output = '';
  await until(
    'the refusal is stored',
    async () => {
      const outcome = await runKeygrid(['explain', requestId, '--json'], {
        dataDirectory: server.dataDirectory,
      });
      output = outcome.stdout;
      return outcome.exitCode === 0;
    },
    10_000,
  );
  return JSON.parse(output).refusal;
}

test('S041 behind TLS the cookie is bound to this host alone', async () => {
  const [cookie = ''] = (await open({})).headers['set-cookie'] ?? [];
  assert.match(cookie, /^__Host-keygrid-\d+=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/);
});

test('S131 S132 issuer and endpoints have the public URL, whatever the server listens on', async () => {
  const { body } = await call(server, `GET ${world.path}/.well-known/openid-configuration`);
  assert.equal(body.issuer, `${publicUrl}${world.path}`);
  assert.ok(
    Object.entries(body).every(
      ([name, url]) => !name.endsWith('_endpoint') || String(url).startsWith('https:'),
    ),
  );
});

test('a refused authorization request is explained with its step and the source of the rule', async () => {
  const refused = await open({ redirect_uri: 'https://evil.example/callback?secret=1' });
  const { code, facts } = (await explain(refused)) as { code: string; facts: Record<string, string> };
  assert.equal(code, 'invalid_redirect_uri');
  assert.equal(facts.step, 'redirect URI');
  assert.match(facts.source!, /RFC 9700/);
  assert.equal(facts.clientId, client.id);
  assert.equal(facts.redirectUri, 'https://evil.example/callback');
});

test('an error that went to the client is explained as well', async () => {
  const refused = await open({ prompt: 'none' });
  assert.equal(refused.status, 302);
  assert.equal((await explain(refused)).code, 'login_required');
});

test('a refused token request is explained: which client, which grant', async () => {
  const refused = await send(world, 'token', client, {
    grant_type: 'refresh_token',
    refresh_token: 'unknown',
  });
  const { code, facts } = (await explain(refused)) as { code: string; facts: Record<string, string> };
  assert.equal(code, 'invalid_grant');
  assert.deepEqual([facts.clientId, facts.grantType], [client.id, 'refresh_token']);
});

test('S062 S161 guessing a client’s secret ends in 429 with Retry-After', async () => {
  const victim = await registerClient(world);
  let answer: Answer | undefined;
  for (let tries = 0; tries < 30 && answer?.status !== 429; tries++) {
    answer = await send(world, 'introspect', { id: victim.id, secret: `wrong ${tries}` }, { token: 'x' });
  }
  assert.equal(answer?.status, 429);
  assert.match(answer.headers['retry-after']!, /^\d+$/);
});

test('S156 nothing of a whole sign-in is in the log: no code, token, password or cookie', async () => {
  const own = { ...world, issuer: `${server.url}${world.path}` };
  const browser = createPlainBrowser(server);
  const { tokens, code, verifier } = await signIn(own, client, { scope: 'openid offline_access' }, browser);
  await send(world, 'introspect', client, { token: tokens.access_token });
  await send(world, 'revoke', client, { token: tokens.refresh_token });
  const secrets = [code, verifier, client.secret!, world.tenant.user.password, ...browser.cookies.values()];
  for (const secret of [...secrets, tokens.access_token, tokens.refresh_token, tokens.id_token]) {
    assert.ok(!server.output().includes(secret));
  }
});
