import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clientIdOf } from '../../src/core/clients/client-credentials.ts';
import { createTokenEndpoint } from '../../src/core/oauth/token-endpoint.ts';
import { redirectUri } from './oauth-world.ts';
import { claimsOf, openTokenWorld, refusal, type TokenWorld, verifier } from './token-world.ts';

let world: TokenWorld;
before(async () => {
  world = await openTokenWorld();
});
after(() => world.close());

const autodesk = { dialect: 'autodesk_v2', realm: undefined } as const;

test('S068 a repeated parameter is refused, an empty one absent, an unknown one ignored', async () => {
  const { client, credentials } = await world.registered();
  const { code } = await world.authorize(client);
  const fields = {
    grant_type: 'authorization_code',
    ...{ code, redirect_uri: redirectUri, code_verifier: verifier, ...credentials },
  };
  const twice = { form: [...Object.entries(fields), ['code', code] as const] };
  await assert.rejects(world.post({}, twice), refusal('invalid_request'));
  const unknownTwice = { form: [...Object.entries(fields), ['x', '1'] as const, ['x', '2'] as const] };
  await assert.rejects(world.post({}, unknownTwice), refusal('invalid_request'));
  await assert.rejects(world.post({ ...fields, code: '' }), refusal('invalid_request'));
  await world.post({ ...fields, unknown: 'ignored', scope: '', response_type: 'code' });
});

test('S069 a missing, an unknown and a forbidden grant type are three different refusals', async () => {
  const { credentials } = await world.registered();
  await assert.rejects(world.post(credentials), refusal('invalid_request'));
  const unknown = world.post({ grant_type: 'magic', ...credentials });
  await assert.rejects(unknown, refusal('unsupported_grant_type'));
  const forbidden = world.post({ grant_type: 'client_credentials', ...credentials });
  await assert.rejects(forbidden, refusal('unauthorized_client'));
});

test('S058 S060 wrong client credentials are invalid_client, those in the URL invalid_request', async () => {
  const { credentials } = await world.registered();
  const fields = { grant_type: 'authorization_code', code: 'x', ...credentials };
  await assert.rejects(world.post({ ...fields, client_secret: 'x' }), refusal('invalid_client'));
  const inUrl = world.post(fields, { queryNames: ['client_secret'] });
  await assert.rejects(inUrl, refusal('invalid_request'));
});

test('S090 S091 S092 a service gets a token of its own: no refresh token, no ID token, no user', async () => {
  const { client, credentials } = await world.registered(
    { type: 'service' },
    { scopes: ['data:read', 'openid'] },
  );
  const fields = { grant_type: 'client_credentials', ...credentials };
  const answer = await world.post(fields);
  assert.deepEqual([answer.refreshToken, answer.idToken, answer.user], [undefined, undefined, undefined]);
  assert.deepEqual(answer.scopes, ['data:read']);
  const { principal, delegation } = answer.accessToken;
  assert.deepEqual(principal, {
    kind: 'application_client',
    realm: client.realm,
    uuid: world.application.uuid,
  });
  assert.equal(delegation?.clientId, client.clientId);
  await assert.rejects(world.post({ ...fields, scope: 'openid' }), refusal('invalid_scope'));
  await assert.rejects(world.post({ ...fields, scope: 'data:write' }), refusal('invalid_scope'));
});

test('S090 APS-78 no public client speaks for itself, and no service for a user', async () => {
  const native = await world.registered({ type: 'native', dialect: 'autodesk' });
  const service = await world.registered({ type: 'service', dialect: 'autodesk' });
  await assert.rejects(
    world.post({ grant_type: 'client_credentials', ...native.credentials }, autodesk),
    refusal('unauthorized_client'),
  );
  await assert.rejects(
    world.post({ grant_type: 'authorization_code', code: 'x', ...service.credentials }, autodesk),
    refusal('unauthorized_client'),
  );
});

test('APS-34 APS-60 APS-67 a two-legged autodesk token lasts 3599 seconds, without scopes unless asked', async () => {
  const { client, credentials } = await world.registered({ type: 'service', dialect: 'autodesk' });
  const bare = await world.post({ grant_type: 'client_credentials', ...credentials }, autodesk);
  assert.deepEqual([bare.expiresInSeconds, bare.scopes, bare.refreshToken], [3599, [], undefined]);
  const basic = Buffer.from(`${client.clientId}:${credentials.client_secret}`).toString('base64');
  const answer = await world.post(
    { grant_type: 'client_credentials', scope: 'data:read data:write' },
    { ...autodesk, authorization: `basic ${basic}` },
  );
  const claims = claimsOf(answer.accessToken.text);
  assert.deepEqual(claims.scope, ['data:read', 'data:write'], 'APS-68');
  assert.deepEqual([claims.client_id, claims.iss], [client.clientId, 'https://keygrid.example']);
});

test('S159 a client of another realm is unknown at an endpoint', async () => {
  const { credentials } = await world.registered({ realm: 1, type: 'service' });
  const fields = { grant_type: 'client_credentials', ...credentials };
  await assert.rejects(world.post(fields), refusal('invalid_client'));
  await world.post(fields, { realm: 1 });
});

test('S087 a suspended service gets nothing', async () => {
  const { client, credentials } = await world.registered({ type: 'service' });
  await world.clients.setDisabled(client.clientId, true);
  const attempt = world.post({ grant_type: 'client_credentials', ...credentials });
  await assert.rejects(attempt, refusal('invalid_client'));
});

test('S093 S094 the password grant is for first-party clients, and tells nothing of an account', async () => {
  const notTrusted = world.registered({}, { grantTypes: ['password'] });
  await assert.rejects(notTrusted, refusal('invalid_client_metadata'));
  const { credentials } = await world.registered({}, { grantTypes: ['password'], consent: 'trusted' });
  const user = await world.createUser({ username: 'ada' });
  await world.setPassword(user.uuid, 'correct horse');
  const fields = { grant_type: 'password', username: 'ada', password: 'correct horse', ...credentials };
  const answer = await world.post({ ...fields, scope: 'openid' });
  assert.equal(answer.accessToken.principal.uuid, user.uuid);
  assert.deepEqual([answer.refreshToken, answer.idToken, answer.scopes], [undefined, undefined, ['openid']]);
  await world.entities.of(world.application).update('user', user, { disabled: true });
  const told = new Set<string>();
  for (const wrong of [{}, { password: 'wrong' }, { username: 'nobody' }]) {
    await assert.rejects(world.post({ ...fields, ...wrong }), (error) => {
      told.add((error as Error).message);
      return refusal('invalid_grant')(error);
    });
  }
  assert.equal(told.size, 1);
  const other = await world.registered();
  await assert.rejects(world.post({ ...fields, ...other.credentials }), refusal('unauthorized_client'));
});

const lenient = async (fields: Record<string, unknown>) =>
  createTokenEndpoint(world.tokens, [], world.delegatedTokens).answer({
    application: world.application,
    grantType: fields.grant_type,
    parameters: fields,
    ttl: fields.ttl,
    address: '192.0.2.1',
  });

test('UA-68 the usergrid endpoint takes a code of the application’s own client, once', async () => {
  const clientId = clientIdOf('application', world.application.uuid);
  const client = await world.clients.require(clientId);
  const { code, user } = await world.authorize(client, {
    scopes: [],
    request: { dialect: 'usergrid', codeChallenge: undefined, codeChallengeMethod: undefined },
  });
  const fields = {
    ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri, ttl: '60000' },
    ...{ client_id: clientId, client_secret: world.applicationSecret, extra: 7 },
  };
  const answer = await lenient(fields);
  assert.equal(answer.subject.kind === 'application_user' && answer.subject.user.uuid, user);
  assert.equal(answer.expiresInSeconds, 60);
  assert.ok(answer.delegated?.refreshToken);
  await assert.rejects(lenient(fields), refusal('invalid_grant'));
  await assert.rejects(async () => world.tokens.check(answer.token.text), refusal('token_revoked'));
});

test('UA-68 a code is no access token', async () => {
  const { client } = await world.registered();
  const { code } = await world.authorize(client);
  await assert.rejects(async () => world.tokens.check(code), refusal('token_invalid'));
});

test('a registered client of the usergrid dialect speaks for itself at its application’s endpoint', async () => {
  const { client, clientSecret } = await world.register({ type: 'service', dialect: 'usergrid' });
  const fields = {
    grant_type: 'client_credentials',
    client_id: client.clientId,
    client_secret: clientSecret,
  };
  const answer = await lenient(fields);
  assert.equal(answer.subject.kind, 'application_client');
  assert.equal(answer.token.delegation?.clientId, client.clientId);
});

test('an unknown grant type at the usergrid endpoint stays invalid_grant', async () => {
  await assert.rejects(lenient({ grant_type: 'magic' }), refusal('invalid_grant'));
  await assert.rejects(lenient({}), refusal('invalid_grant'));
});
