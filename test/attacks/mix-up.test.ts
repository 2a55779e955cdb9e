/** S014, RFC 9207: a client of several servers can tell from every answer which of them gave it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/http.ts';
import { type Visited, Visitor } from '../support/visitor.ts';
import {
  type AttackedClient,
  type AttackedServer,
  answerAt,
  askForTokens,
  authorize,
  authorizePath,
  codeIn,
  redirectUri,
  refusal,
  requestOf,
  startAttackedServer,
  verifier,
} from './attacked-server.ts';

let server: AttackedServer;

before(async () => {
  server = await startAttackedServer();
});
after(async () => {
  await server?.stop();
});

const issuerOf = ({ realmPath }: AttackedClient): string => `${server.url}${realmPath}`;

async function assertNamesIssuer(client: AttackedClient, answer: Visited): Promise<void> {
  const discovery = await call(server, `GET ${client.realmPath}/.well-known/openid-configuration`);
  assert.equal(discovery.body.issuer, issuerOf(client));
  assert.equal(discovery.body.authorization_response_iss_parameter_supported, true);
  assert.deepEqual(answerAt(answer).getAll('iss'), [issuerOf(client)], answer.headers.location);
}

test('S014 every answer of the standard dialect names its issuer, errors as well', async () => {
  const grantTypes = ['authorization_code', 'implicit'];
  const ofUsers = await server.acme.register({ grantTypes });
  const ofAdmins = await server.rival.registerForAdmins({ grantTypes });
  for (const [client, account] of [
    [ofUsers, server.acme.user],
    [ofAdmins, server.rival.admin],
  ] as const) {
    const visitor = new Visitor(server);
    await assertNamesIssuer(client, await authorize(visitor, client, account));
    await assertNamesIssuer(client, await authorize(visitor, client, account, { response_mode: 'fragment' }));
    const tokens = { response_type: 'id_token token', nonce: 'n-0S6_WzA2Mj', scope: 'openid' };
    await assertNamesIssuer(client, await authorize(visitor, client, account, tokens));
    for (const wrong of [{ response_type: 'nonsense' }, { prompt: 'none login' }, { request: 'x.y.z' }]) {
      const query = requestOf(client, wrong);
      await assertNamesIssuer(client, await visitor.get(authorizePath(client), { query }));
    }
    const stranger = new Visitor(server);
    const silent = await stranger.get(authorizePath(client), {
      query: requestOf(client, { prompt: 'none' }),
    });
    assert.equal(answerAt(silent).get('error'), 'login_required');
    await assertNamesIssuer(client, silent);
  }
});

test('S014 an answer by form names its issuer as well', async () => {
  const client = await server.acme.register();
  const visitor = new Visitor(server);
  await authorize(visitor, client, server.acme.user);
  const query = requestOf(client, { response_mode: 'form_post' });
  const page = await visitor.get(authorizePath(client), { query });
  const form = page.forms[0];
  assert.equal(form?.action, redirectUri);
  const named = form.fields.filter(([name]) => name === 'iss').map(([, value]) => value);
  assert.deepEqual(named, [issuerOf(client)]);
  const code = form.fields.find(([name]) => name === 'code')?.[1] ?? '';
  const fields = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
  };
  assert.equal((await askForTokens(server, client, fields)).status, 200);
});

test('an issuer that the client sends along changes nothing', async () => {
  const client = await server.acme.register();
  const answer = await authorize(new Visitor(server), client, server.acme.user, {
    iss: 'https://evil.example',
  });
  await assertNamesIssuer(client, answer);
});

test('a code is good at the issuer that gave it and nowhere else', async () => {
  const client = await server.acme.register();
  const visitor = new Visitor(server);
  const code = codeIn(await authorize(visitor, client, server.acme.user));
  const fields = {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
  };
  const elsewhere = [
    `${server.rival.path}/oauth2/token`,
    '/management/oauth2/token',
    `${server.acme.path.replace(/[^/]+$/, 'sandbox')}/oauth2/token`,
    `${server.rival.path}/token`,
    '/management/token',
    '/authentication/v2/token',
    '/authentication/v1/gettoken',
  ];
  for (const path of elsewhere) {
    const answer = await askForTokens(server, client, fields, path);
    assert.ok(answer.status >= 400 && answer.status < 500, `${path} ${answer.status} ${answer.text}`);
  }
  assert.equal((await askForTokens(server, client, fields)).status, 200, 'none of that used it up');
});

test('a client of another realm is unknown at this issuer', async () => {
  const client = await server.acme.register();
  for (const path of [server.rival.path, '/management', server.acme.path.replace(/[^/]+$/, 'sandbox')]) {
    const visitor = new Visitor(server);
    const answer = await visitor.get(`${path}/oauth2/authorize`, { query: requestOf(client) });
    assert.equal(answer.status, 400, path);
    assert.equal(answer.headers.location, undefined);
    const tokens = await askForTokens(
      server,
      client,
      { grant_type: 'refresh_token', refresh_token: 'x' },
      `${path}/oauth2/token`,
    );
    assert.equal(refusal(tokens), '401 invalid_client', path);
  }
});
