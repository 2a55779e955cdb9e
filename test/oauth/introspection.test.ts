import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Fields, openTokenWorld, refusal, type TokenWorld } from './token-world.ts';

let world: TokenWorld;
before(async () => {
  world = await openTokenWorld();
});
after(() => world.close());

const introspect = (fields: Fields, about: Parameters<TokenWorld['request']>[1] = {}) =>
  world.introspection.introspect(world.request(fields, about));

test('S113 S118 a client sees all of its own access token', async () => {
  const { client, credentials, answer, user } = await world.signIn();
  const active = await introspect({ token: answer.accessToken.text, ...credentials });
  assert.deepEqual(active, {
    ...{ kind: 'access_token', clientId: client.clientId, scopes: ['openid', 'profile'] },
    ...{ subject: user, user, realm: client.realm, id: answer.accessToken.id, audience: undefined },
    ...{ issuedAt: answer.accessToken.issuedAt, expiresAt: answer.accessToken.expiresAt },
  });
});

test('S117 a refresh token is found too, whatever the hint says', async () => {
  const { credentials, answer, refreshToken } = await world.signIn();
  for (const hint of ['', 'access_token', 'refresh_token', 'nonsense']) {
    const fields = { ...credentials, token_type_hint: hint };
    assert.equal((await introspect({ token: refreshToken, ...fields }))?.kind, 'refresh_token');
    assert.equal((await introspect({ token: answer.accessToken.text, ...fields }))?.kind, 'access_token');
  }
});

test('S114 APS-82 unknown, expired, revoked, spent, foreign and malformed are all the same nothing', async () => {
  const { credentials, answer, refreshToken, client } = await world.signIn();
  const foreign = await world.signIn();
  const refreshed = await world.refresh(credentials, refreshToken);
  const user = world.tokens.issue(
    { kind: 'application_user', realm: client.realm, uuid: world.uuids.next() },
    3_600_000,
    world.tokens.moment(),
  );
  const nothing = [
    ...['unknown', 'YWMt', 'eyJhbGciOiJub25lIn0.e30.', `${answer.accessToken.text}x`],
    ...[refreshToken, foreign.answer.accessToken.text, foreign.refreshToken, user.text],
  ];
  for (const token of nothing) assert.equal(await introspect({ token, ...credentials }), undefined, token);
  world.clock.time += 3_600_000;
  const expired = { token: refreshed.accessToken.text, ...credentials };
  assert.equal(await introspect(expired), undefined);
});

test('S115 S122 APS-85 what was revoked is inactive at once', async () => {
  const { client, credentials, user, grant, answer, refreshToken } = await world.signIn();
  await world.grantManagement.end(client.realm, user, grant);
  for (const token of [answer.accessToken.text, refreshToken]) {
    assert.equal(await introspect({ token, ...credentials }), undefined);
  }
});

test('S113 wrong credentials and none are refused, not inactive', async () => {
  const { credentials, answer } = await world.signIn();
  const token = answer.accessToken.text;
  await assert.rejects(introspect({ token }), refusal('invalid_client'));
  await assert.rejects(introspect({ token, ...credentials, client_secret: 'x' }), refusal('invalid_client'));
  await assert.rejects(introspect(credentials), refusal('invalid_request'));
});

test('S113 a public client has not authenticated; for autodesk its name is enough', async () => {
  const native = await world.signIn({ type: 'native' });
  const token = native.answer.accessToken.text;
  await assert.rejects(introspect({ token, ...native.credentials }), refusal('invalid_client'));
  const { credentials } = await world.registered({ type: 'native', dialect: 'autodesk' });
  const autodesk = { dialect: 'autodesk_v2', realm: undefined } as const;
  assert.equal(await introspect({ token, ...credentials }, autodesk), undefined);
});

test('S116 a service of the realm sees the access tokens of the realm’s clients, one of another none', async () => {
  const { client, answer, refreshToken } = await world.signIn();
  const token = answer.accessToken.text;
  const guard = await world.registered({ type: 'service' });
  assert.equal((await introspect({ token, ...guard.credentials }))?.clientId, client.clientId);
  assert.equal(await introspect({ token: refreshToken, ...guard.credentials }), undefined);
  const elsewhere = await world.registered({ type: 'service', realm: 1 });
  assert.equal(await introspect({ token, ...elsewhere.credentials }, { realm: 1 }), undefined);
});

test('S116 in the management realm a service sees the tokens of its own organization’s clients only', async () => {
  const rival = await world.createOrganization('rival');
  const ofRival = { type: 'service', realm: 1, organizationUuid: rival.organization.uuid } as const;
  const [holder, guard] = [await world.registered(ofRival), await world.registered(ofRival)];
  const stranger = await world.registered({ type: 'service', realm: 1 });
  const inManagement = { realm: 1 };
  const asked = { grant_type: 'client_credentials', ...holder.credentials };
  const token = (await world.post(asked, inManagement)).accessToken.text;
  const seenBy = ({ credentials }: typeof guard) => introspect({ token, ...credentials }, inManagement);
  assert.equal((await seenBy(guard))?.clientId, holder.client.clientId);
  assert.equal(await seenBy(stranger), undefined);
});

test('S092 APS-81 the subject of a client’s own token is the client, and no user is named', async () => {
  const { client, credentials } = await world.registered({ type: 'service', dialect: 'autodesk' });
  const autodesk = { dialect: 'autodesk_v2', realm: undefined } as const;
  const fields = { grant_type: 'client_credentials', scope: 'data:read', ...credentials };
  const { accessToken } = await world.post(fields, autodesk);
  const active = await introspect({ token: accessToken.text, ...credentials }, autodesk);
  assert.deepEqual(
    [active?.subject, active?.user, active?.scopes],
    [client.clientId, undefined, ['data:read']],
  );
  assert.ok(active!.expiresAt > world.clock.now());
});
