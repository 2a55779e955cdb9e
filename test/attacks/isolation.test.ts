/**
 * For every kind of credential of one application, every endpoint of another treats it as unknown: the answer is, to
 * the letter, the one that something invented gets.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Answer, type CallOptions, call } from '../support/http.ts';
import { Visitor } from '../support/visitor.ts';
import {
  type AttackedClient,
  type AttackedServer,
  type AttackedTenant,
  askForTokens,
  authorize,
  authorizePath,
  codeIn,
  obtainTokens,
  redirectUri,
  requestOf,
  startAttackedServer,
  verifier,
} from './attacked-server.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials', deviceGrant];

let server: AttackedServer;
/** Of the application that the credentials belong to. */
let client: AttackedClient;
/** Those that make the calls: of another organization, the management realm, another dialect; of the same organization's sandbox. */
let others: AttackedClient[];

before(async () => {
  server = await startAttackedServer();
  client = await server.acme.register({ grantTypes });
  others = [
    await server.rival.register({ grantTypes }),
    await server.rival.registerForAdmins({ grantTypes }),
    await server.rival.register({ dialect: 'usergrid' }),
    await server.rival.register({ dialect: 'autodesk' }),
    await server.acme.register({ application: 'sandbox', grantTypes }),
  ];
});
after(async () => {
  await server?.stop();
});

/** Without what differs between any two answers. */
const tellOf = ({ status, text, headers }: Answer): string =>
  JSON.stringify([
    status,
    headers['www-authenticate'],
    headers.location,
    text.replaceAll(headers['x-request-id']?.toString() ?? '-', ''),
  ]).replaceAll(/"(timestamp|duration)\\?":\d+|\\"(timestamp|duration)\\":\d+/g, '');

async function assertSame(
  what: string,
  ask: (credential: string) => Promise<Answer>,
  real: string,
  invented: string,
) {
  const expected = tellOf(await ask(invented)).replaceAll(invented, '…');
  assert.equal(tellOf(await ask(real)).replaceAll(real, '…'), expected, what);
}

const invented = (real: string): string =>
  real.slice(0, -8) + [...real.slice(-8)].reverse().join('').replace(/^./, 'q');

async function newCode(): Promise<string> {
  return codeIn(await authorize(new Visitor(server), client, server.acme.user));
}

const realms = (): string[] => [
  server.rival.path,
  `/${server.rival.organization}/sandbox`,
  '/management',
  `/${server.acme.organization}/sandbox`,
];

const tokenPaths = (): string[] => [
  ...realms().flatMap((path) => [`${path}/oauth2/token`, `${path}/token`]),
  '/authentication/v2/token',
  '/authentication/v1/gettoken',
  '/authentication/v1/refreshtoken',
];

test('a code', async () => {
  const code = await newCode();
  for (const other of others) {
    for (const path of tokenPaths()) {
      const ask = (each: string) =>
        askForTokens(
          server,
          other,
          {
            grant_type: 'authorization_code',
            code: each,
            redirect_uri: redirectUri,
            code_verifier: verifier,
          },
          path,
        );
      await assertSame(`${path} ${other.dialect}`, ask, code, invented(code));
    }
  }
});

test('a refresh token', async () => {
  const { refresh_token } = await obtainTokens(server, client, server.acme.user);
  for (const other of others) {
    for (const path of tokenPaths()) {
      const ask = (each: string) =>
        askForTokens(server, other, { grant_type: 'refresh_token', refresh_token: each }, path);
      await assertSame(`${path} ${other.dialect}`, ask, refresh_token, invented(refresh_token));
    }
  }
  const still = await askForTokens(server, client, { grant_type: 'refresh_token', refresh_token });
  assert.equal(still.status, 200, 'and none of that harmed it');
});

test('a device code', async () => {
  const path = `${client.realmPath}/oauth2/device_authorization`;
  const { device_code } = (await askForTokens(server, client, { scope: 'openid' }, path)).body;
  for (const other of others) {
    for (const at of tokenPaths()) {
      const ask = (each: string) =>
        askForTokens(server, other, { grant_type: deviceGrant, device_code: each }, at);
      await assertSame(`${at} ${other.dialect}`, ask, device_code, invented(device_code));
    }
  }
});

test('a user code', async () => {
  const path = `${client.realmPath}/oauth2/device_authorization`;
  const { user_code } = (await askForTokens(server, client, { scope: 'openid' }, path)).body;
  const visitor = new Visitor(server);
  const page = `${server.rival.path}/oauth2/device`;
  const { username, password } = server.rival.user;
  await visitor.follow(await visitor.submit(await visitor.get(page), { username, password }));
  const ask = (each: string) => visitor.get(page, { query: { user_code: each } });
  await assertSame(page, ask, user_code, [...user_code].reverse().join(''));
});

test('a token, asked about and revoked', async () => {
  const { access_token, refresh_token, id_token } = await obtainTokens(server, client, server.acme.user);
  const paths = [
    ...realms().flatMap((path) => [`${path}/oauth2/introspect`, `${path}/oauth2/revoke`]),
    '/authentication/v2/introspect',
    '/authentication/v2/revoke',
  ];
  for (const token of [access_token, refresh_token, id_token]) {
    for (const other of others) {
      for (const path of paths) {
        const ask = (each: string) => askForTokens(server, other, { token: each }, path);
        await assertSame(`${path} ${other.dialect}`, ask, token, invented(token));
      }
    }
  }
  const bearer = access_token;
  assert.equal((await call(server, `GET ${client.realmPath}/oauth2/userinfo`, { bearer })).status, 200);
});

test('an access token at the API', async () => {
  const { access_token } = await obtainTokens(server, client, server.acme.user);
  const rival = server.rival;
  const calls: [string, CallOptions][] = [
    [`GET ${rival.path}/oauth2/userinfo`, {}],
    ['GET /management/oauth2/userinfo', {}],
    ['GET /userinfo', {}],
    ['GET /userprofile/v1/users/@me', {}],
    [`GET ${rival.path}/users/me`, {}],
    [`GET ${rival.path}/users`, {}],
    [`GET ${rival.path}/things`, {}],
    [`POST ${rival.path}/things`, { json: { name: 'x' } }],
    [`PUT ${rival.path}/users/${rival.user.username}`, { json: { name: 'x' } }],
    [`DELETE ${rival.path}/users/${rival.user.username}`, {}],
    [`GET /management/organizations/${rival.organization}`, {}],
    [`GET /management/organizations/${server.acme.organization}`, {}],
    [`GET /api/v1/organizations/${rival.organization}/clients`, {}],
    [`GET /api/v1/organizations/${server.acme.organization}/clients`, {}],
    [`GET ${server.acme.path.replace(/[^/]+$/, 'sandbox')}/oauth2/userinfo`, {}],
  ];
  for (const [what, options] of calls) {
    const answer = await call(server, what, { ...options, bearer: access_token });
    assert.ok(
      [401, 403, 404].includes(answer.status),
      `${what}: ${answer.status} ${answer.text.slice(0, 300)}`,
    );
  }
});

test('a client and its secret', async () => {
  const unknown = { ...client, id: invented(client.id) };
  const fields = { grant_type: 'client_credentials' };
  const paths = [...tokenPaths().slice(0, 9)];
  for (const path of paths) {
    const expected = tellOf(await askForTokens(server, unknown, fields, path)).replaceAll(unknown.id, '…');
    const answer = tellOf(await askForTokens(server, client, fields, path)).replaceAll(client.id, '…');
    assert.equal(answer, expected, path);
  }
  for (const path of [
    ...realms().map((each) => `${each}/oauth2/authorize`),
    '/authentication/v2/authorize',
    '/authentication/v1/authorize',
  ]) {
    const page = async (of: AttackedClient) =>
      tellOf(await new Visitor(server).get(path, { query: requestOf(of) })).replaceAll(of.id, '…');
    assert.equal(await page(client), await page(unknown), path);
  }
});

test('a name and password', async () => {
  const { username, password } = server.acme.user;
  for (const path of realms()) {
    const ask = (name: string) =>
      call(server, `POST ${path}/token`, { json: { grant_type: 'password', username: name, password } });
    await assertSame(path, ask, username, `user-${username.slice(5).split('').reverse().join('')}`);
  }
});

test('an ID token as a hint', async () => {
  const { id_token } = await obtainTokens(server, client, server.acme.user);
  const other = await server.rival.register({ postLogoutRedirectUris: [redirectUri] });
  const visitor = new Visitor(server);
  await authorize(visitor, other, server.rival.user);
  const silent = (hint: string) =>
    visitor.get(authorizePath(other), { query: requestOf(other, { prompt: 'none', id_token_hint: hint }) });
  await assertSame('authorize', silent, id_token, invented(id_token));
  const leave = async (hint: string): Promise<Answer> => {
    const query = { id_token_hint: hint, client_id: other.id, post_logout_redirect_uri: redirectUri };
    const answer = await visitor.get(`${server.rival.path}/oauth2/logout`, { query });
    return { ...answer, text: '' };
  };
  await assertSame('logout', leave, id_token, invented(id_token));
  const still = await visitor.get(authorizePath(other), { query: requestOf(other, { prompt: 'none' }) });
  assert.match(still.headers.location ?? '', /code=/, 'nobody was signed out by it');
});

test('a cookie and an interaction', async () => {
  const visitor = new Visitor(server);
  const signIn = await visitor.get(authorizePath(client), { query: requestOf(client) });
  const own = /\/account\/interaction\/[^/"]+/.exec(signIn.text + signIn.headers.location)?.[0];
  assert.ok(own);
  const stranger = new Visitor(server);
  const other = others[0];
  assert.ok(other);
  await stranger.get(authorizePath(other), { query: requestOf(other) });
  const [[, value] = ['', '']] = visitor.cookies;
  const [[name] = ['']] = stranger.cookies;
  stranger.cookies.set(name, value);
  const ask = (path: string) => stranger.get(path);
  await assertSame('interaction', ask, own, invented(own));
  const realm = /interaction\/([0-9]+)\./.exec(own)?.[1] ?? '';
  const elsewhere = own.replace(`/${realm}.`, `/${name.replace(/^.*-/, '')}.`);
  assert.notEqual(elsewhere, own);
  await assertSame('the other realm', ask, elsewhere, invented(elsewhere));
});

test('grants and sessions on /account', async () => {
  await authorize(new Visitor(server), client, server.acme.user);
  const open = async (tenant: AttackedTenant) => {
    const visitor = new Visitor(server);
    const { username, password } = tenant.user;
    const page = await visitor.get(`/account${tenant.path}`);
    return { visitor, page: await visitor.follow(await visitor.submit(page, { username, password })) };
  };
  const mine = await open(server.acme);
  const theirs = await open(server.rival);
  const fieldOf = (name: string) =>
    mine.page.forms.flatMap(({ fields }) => fields).find(([known]) => known === name)?.[1];
  const token = theirs.page.forms[0]?.fields.find(([name]) => name === 'form_token')?.[1] ?? '';
  for (const [action, name] of [
    ['end-grant', 'grant'],
    ['end-session', 'session'],
  ] as const) {
    const id = fieldOf(name) ?? '';
    if (name === 'grant') assert.ok(id, mine.page.text);
    const form = { form_token: token, [name]: id };
    await theirs.visitor.post(`/account${server.rival.path}/${action}`, { form });
  }
  const again = await mine.visitor.get(`/account${server.acme.path}`);
  assert.equal(again.forms.length, mine.page.forms.length, 'nothing of the other account was ended');
});
