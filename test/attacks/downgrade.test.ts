/** S009 to S019, S079: nobody talks a client's request down to something weaker on its way. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Visitor } from '../support/visitor.ts';
import {
  type AttackedClient,
  type AttackedServer,
  answerAt,
  askForTokens,
  authorize,
  authorizePath,
  challenge,
  codeIn,
  finish,
  redeem,
  redirectUri,
  refusal,
  requestOf,
  startAttackedServer,
  verifier,
} from './attacked-server.ts';

let server: AttackedServer;
let web: AttackedClient;

before(async () => {
  server = await startAttackedServer();
  web = await server.acme.register();
});
after(async () => {
  await server?.stop();
});

/** What the client is told at the end, once the user has signed in: S025 shows nobody the way to a redirect before. */
async function errorOf(
  client: AttackedClient,
  changes: Record<string, string | undefined>,
): Promise<string | null> {
  const answer = await authorize(new Visitor(server), client, server.acme.user, changes);
  return answer.headers.location ? answerAt(answer).get('error') : `page ${answer.status}`;
}

async function newCode(
  client: AttackedClient,
  changes: Record<string, string | undefined> = {},
): Promise<string> {
  return codeIn(await authorize(new Visitor(server), client, server.acme.user, changes));
}

describe('the proof of possession of a code', () => {
  const none = { code_challenge: undefined, code_challenge_method: undefined };

  test('S016 cannot be left out of the request', async () => {
    const native = await server.acme.register({ type: 'native' });
    const autodeskNative = await server.acme.register({ type: 'native', dialect: 'autodesk' });
    for (const client of [web, native, autodeskNative]) {
      assert.equal(await errorOf(client, none), 'invalid_request', client.dialect);
    }
  });

  test('S017 S018 is not weakened to plain, be it by silence', async () => {
    assert.equal(await errorOf(web, { code_challenge_method: 'plain' }), 'invalid_request');
    assert.equal(await errorOf(web, { code_challenge_method: undefined }), 'invalid_request');
    for (const method of ['', 's256', 'S512', 'none', 'S256 ', 'S256,plain']) {
      assert.equal(await errorOf(web, { code_challenge_method: method }), 'invalid_request', method);
    }
    for (const wrong of ['', 'x', 'x'.repeat(200), `${challenge}=`, `${challenge} `, 'ä'.repeat(43)]) {
      assert.equal(await errorOf(web, { code_challenge: wrong }), 'invalid_request', wrong);
    }
  });

  test('S079 cannot be left out of the redemption, nor guessed', async () => {
    const changes = [
      '',
      'x'.repeat(43),
      challenge,
      verifier.toLowerCase(),
      `${verifier}x`,
      verifier.slice(0, 42),
    ];
    for (const code_verifier of changes) {
      const answer = await redeem(server, web, await newCode(web), { code_verifier });
      assert.ok(['400 invalid_grant', '400 invalid_request'].includes(refusal(answer)), answer.text);
    }
    const fields = { grant_type: 'authorization_code', code: await newCode(web), redirect_uri: redirectUri };
    const answer = await askForTokens(server, web, fields);
    assert.ok(['400 invalid_grant', '400 invalid_request'].includes(refusal(answer)), answer.text);
  });

  test('S079 is not pretended where the request had none', async () => {
    const exempt = await server.acme.register({ pkce: 'exempt' });
    const answer = await redeem(server, exempt, await newCode(exempt, none));
    assert.equal(refusal(answer), '400 invalid_grant');
    const fields = {
      grant_type: 'authorization_code',
      code: await newCode(exempt, none),
      redirect_uri: redirectUri,
    };
    assert.equal((await askForTokens(server, exempt, fields)).status, 200);
  });

  test('is demanded of an exempt client that began with one', async () => {
    const exempt = await server.acme.register({ pkce: 'exempt' });
    const fields = {
      grant_type: 'authorization_code',
      code: await newCode(exempt),
      redirect_uri: redirectUri,
    };
    const answer = await askForTokens(server, exempt, fields);
    assert.equal(answer.status, 400, answer.text);
  });

  test('S009 is not taken from a repeated parameter', async () => {
    const query = Object.entries(requestOf(web));
    for (const name of [
      'code_challenge',
      'code_challenge_method',
      'response_type',
      'state',
      'client_id',
      'scope',
    ]) {
      const repeated = [...query, [name, requestOf(web)[name] ?? '']];
      const visitor = new Visitor(server);
      const first = await visitor.get(authorizePath(web), { query: repeated });
      const answer = await finish(visitor, await visitor.follow(first), server.acme.user);
      const { location } = answer.headers;
      assert.ok(location === undefined ? answer.status === 400 : answerAt(answer).get('error'), name);
    }
  });
});

describe('the way that an answer takes', () => {
  test('S019 a token never stands in a query', async () => {
    const client = await server.acme.register({ grantTypes: ['authorization_code', 'implicit'] });
    for (const response_type of ['token', 'id_token', 'id_token token']) {
      const changes = { response_type, response_mode: 'query', nonce: 'n-0S6_WzA2Mj' };
      const answer = await authorize(new Visitor(server), client, server.acme.user, changes);
      const { location = '' } = answer.headers;
      assert.doesNotMatch(location, /token=/, location);
      assert.match(location, /error=invalid_request/);
    }
  });

  test('S011 a client without the implicit grant gets no token from the front', async () => {
    for (const response_type of ['token', 'id_token', 'id_token token']) {
      assert.equal(await errorOf(web, { response_type, nonce: 'n-0S6_WzA2Mj' }), 'unauthorized_client');
    }
    for (const response_type of ['code token', 'code id_token', 'none', 'CODE', 'code code', '', ' code']) {
      const error = await errorOf(web, { response_type });
      assert.ok(
        ['unsupported_response_type', 'invalid_request', 'unauthorized_client'].includes(error ?? ''),
        `${response_type} ${error}`,
      );
    }
  });

  test('an unknown mode is refused', async () => {
    for (const response_mode of ['web_message', 'okta_post_message', 'QUERY', 'query.jwt', 'form_post.jwt']) {
      assert.equal(await errorOf(web, { response_mode }), 'invalid_request', response_mode);
    }
  });

  test('S032 a request object is refused, and not left aside', async () => {
    assert.equal(await errorOf(web, { request: 'e30.e30.' }), 'request_not_supported');
    assert.equal(await errorOf(web, { request_uri: 'https://evil.example/r' }), 'request_uri_not_supported');
  });
});

describe('scopes', () => {
  test('are never more than the client may ask for, nor more than were allowed', async () => {
    const client = await server.acme.register({ scopes: ['openid', 'offline_access', 'data:read'] });
    const scope = 'openid offline_access data:read data:write account:write';
    const answer = await redeem(server, client, await newCode(client, { scope }), { scope });
    assert.equal(answer.body.scope, 'openid offline_access data:read');
    const { refresh_token } = answer.body;
    const more = await askForTokens(server, client, { grant_type: 'refresh_token', refresh_token, scope });
    assert.equal(refusal(more), '400 invalid_scope');
  });

  test('S044 do not become more by what the form of the consent page says', async () => {
    const client = await server.acme.register({ scopes: ['openid', 'data:read', 'data:write'] });
    const visitor = new Visitor(server);
    const query = requestOf(client, { scope: 'openid data:read' });
    const signIn = await visitor.follow(await visitor.get(authorizePath(client), { query }));
    const { username, password } = server.acme.user;
    const consent = await visitor.follow(await visitor.submit(signIn, { username, password }));
    const more = { decision: 'allow', scopes_chosen: '1', scope: 'data:write' };
    const answer = await visitor.submit(consent, more);
    const code = answerAt(answer).get('code');
    if (code === null) return;
    const tokens = await redeem(server, client, code);
    assert.doesNotMatch(tokens.body.scope ?? '', /data:write/);
  });
});
