import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Fields, openTokenWorld, refusal, type TokenWorld } from './token-world.ts';

let world: TokenWorld;
before(async () => {
  world = await openTokenWorld();
});
after(() => world.close());

const revoke = (fields: Fields, about: Parameters<TokenWorld['request']>[1] = {}) =>
  world.tokenRevocation.revoke(world.request(fields, about));
const isAlive = async (text: string): Promise<boolean> => (await world.tokens.find(text)) !== undefined;

test('S122 revoking an access token leaves its refresh token', async () => {
  const { credentials, answer, refreshToken } = await world.signIn();
  await revoke({ token: answer.accessToken.text, ...credentials });
  assert.ok(!(await isAlive(answer.accessToken.text)));
  await world.refresh(credentials, refreshToken);
});

test('S122 revoking a refresh token ends its family, access tokens included', async () => {
  const { credentials, answer, refreshToken } = await world.signIn();
  const second = await world.refresh(credentials, refreshToken);
  await revoke({ token: second.refreshToken!, ...credentials });
  assert.ok(!(await isAlive(answer.accessToken.text)));
  assert.ok(!(await isAlive(second.accessToken.text)));
  await assert.rejects(world.refresh(credentials, second.refreshToken!), refusal('invalid_grant'));
});

test('S120 APS-83 a wrong hint or none still finds the token', async () => {
  for (const hint of ['', 'refresh_token', 'nonsense']) {
    const { credentials, answer } = await world.signIn();
    await revoke({ token: answer.accessToken.text, token_type_hint: hint, ...credentials });
    assert.ok(!(await isAlive(answer.accessToken.text)), hint);
  }
  const { credentials, answer, refreshToken } = await world.signIn();
  await revoke({ token: refreshToken, token_type_hint: 'access_token', ...credentials });
  assert.ok(!(await isAlive(answer.accessToken.text)));
});

test('S120 APS-84 an unknown token, or one revoked before, is no error', async () => {
  const { credentials, answer } = await world.signIn();
  await revoke({ token: 'unknown', ...credentials });
  await revoke({ token: answer.accessToken.text, ...credentials });
  await revoke({ token: answer.accessToken.text, ...credentials });
});

test('S121 another client’s token stays, and the request is refused', async () => {
  const { answer, refreshToken, credentials } = await world.signIn();
  const thief = await world.registered();
  for (const token of [answer.accessToken.text, refreshToken]) {
    await assert.rejects(revoke({ token, ...thief.credentials }), refusal('unauthorized_client'));
  }
  assert.ok(await isAlive(answer.accessToken.text));
  await world.refresh(credentials, refreshToken);
});

test('S119 failed authentication is refused, a missing token too', async () => {
  const { credentials, answer } = await world.signIn();
  const token = answer.accessToken.text;
  await assert.rejects(revoke({ token }), refusal('invalid_client'));
  await assert.rejects(revoke({ token, ...credentials, client_secret: 'x' }), refusal('invalid_client'));
  await assert.rejects(revoke(credentials), refusal('invalid_request'));
  assert.ok(await isAlive(token));
});

test('S119 a public client revokes with its id alone', async () => {
  const { credentials, answer } = await world.signIn({ type: 'native' });
  await revoke({ token: answer.accessToken.text, ...credentials });
  assert.ok(!(await isAlive(answer.accessToken.text)));
});

test('APS-84 for autodesk a foreign token is left alone in silence', async () => {
  const autodesk = { dialect: 'autodesk_v2', realm: undefined } as const;
  const { answer } = await world.signIn();
  const { credentials } = await world.registered({ dialect: 'autodesk' });
  await revoke({ token: answer.accessToken.text, ...credentials }, autodesk);
  assert.ok(await isAlive(answer.accessToken.text));
});

test('APS-86 for autodesk who has an access token may end it with the client id alone', async () => {
  const autodesk = { dialect: 'autodesk_v2', realm: undefined } as const;
  const { client, credentials } = await world.registered({ dialect: 'autodesk' });
  const request = {
    dialect: 'autodesk_v2',
    codeChallenge: undefined,
    codeChallengeMethod: undefined,
  } as const;
  const { code } = await world.authorize(client, { scopes: ['data:read'], request });
  const redirect_uri = client.redirectUris[0]!;
  const fields = { grant_type: 'authorization_code', code, redirect_uri, ...credentials };
  const answer = await world.post(fields, autodesk);
  const client_id = client.clientId;
  const bareRefresh = revoke({ token: answer.refreshToken!, client_id }, autodesk);
  await assert.rejects(bareRefresh, refusal('invalid_client'));
  const other = (await world.registered({ dialect: 'autodesk' })).client.clientId;
  await revoke({ token: answer.accessToken.text, client_id: other }, autodesk);
  assert.ok(await isAlive(answer.accessToken.text));
  await revoke({ token: answer.accessToken.text, client_id }, autodesk);
  assert.ok(!(await isAlive(answer.accessToken.text)));
});
