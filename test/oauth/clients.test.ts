import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { clientIdOf } from '../../src/core/clients/client-credentials.ts';
import { lifetimesOf } from '../../src/core/clients/client-defaults.ts';
import { type ErrorCode, KeygridError } from '../../src/core/errors.ts';
import { type ClientsWorld, openClientsWorld, redirectUri } from './oauth-world.ts';

let world: ClientsWorld;
before(async () => {
  world = await openClientsWorld();
});
after(() => world.close());

const refusal = (code: ErrorCode, property?: string) => (error: unknown) => {
  assert.ok(error instanceof KeygridError, String(error));
  assert.equal(error.code, code, error.message);
  if (property !== undefined) assert.equal(error.subject.property, property);
  return true;
};

test('S063 APS-5 a web client gets an id of 32 letters and digits and a secret of 64', async () => {
  const { client, clientSecret } = await world.register({ dialect: 'autodesk' });
  assert.match(client.clientId, /^[A-Za-z0-9]{32}$/);
  assert.match(clientSecret!, /^[A-Za-z0-9]{64}$/);
  assert.deepEqual(await world.clients.find(client.clientId), client);
});

test('S063 no secret is stored as it is', async () => {
  const { client, clientSecret } = await world.register();
  assert.ok(!JSON.stringify(client).includes(clientSecret!));
  assert.equal(world.secrets.reveal(client.secrets[0]!.sealed), clientSecret);
});

test('S061 a native client is public: it gets no secret, and rotating one is refused', async () => {
  const { client, clientSecret } = await world.register({ type: 'native' });
  assert.equal(clientSecret, undefined);
  assert.deepEqual(client.secrets, []);
  const rotation = world.clients.rotateSecret(client.clientId, { oldSecretSeconds: 0 });
  await assert.rejects(rotation, refusal('invalid_client_metadata', 'secrets'));
});

test('a client starts with what its type and dialect need', async () => {
  const standard = (await world.register()).client;
  assert.deepEqual(standard.grantTypes, ['authorization_code', 'refresh_token']);
  assert.deepEqual([standard.pkce, standard.implicitReturn], ['required', 'fragment']);
  const autodesk = (await world.register({ dialect: 'autodesk' })).client;
  assert.deepEqual([autodesk.pkce, autodesk.implicitReturn], ['exempt', 'query']);
  assert.equal(lifetimesOf(autodesk).authorizationCode, 300);
  const service = (await world.register({ type: 'service', dialect: 'autodesk' })).client;
  assert.deepEqual(service.grantTypes, ['client_credentials']);
});

test('S016 S049 S090 S147 each rule names the property that breaks it', async () => {
  const register =
    (...given: Parameters<ClientsWorld['register']>) =>
    () =>
      world.register(...given);
  const broken: [() => Promise<unknown>, string][] = [
    [register({ name: ' ' }), 'name'],
    [register({ name: 'a\nb' }), 'name'],
    [register({ name: 'a\u202eb' }), 'name'],
    [register({}, { redirectUris: [] }), 'redirectUris'],
    [register({}, { redirectUris: [redirectUri, redirectUri] }), 'redirectUris'],
    [register({}, { postLogoutRedirectUris: ['http://a.test/'] }), 'postLogoutRedirectUris'],
    [
      register({ dialect: 'autodesk' }, { postLogoutRedirectUris: ['https://a.test/*'] }),
      'postLogoutRedirectUris',
    ],
    [register({ type: 'native' }, { grantTypes: ['client_credentials'] }), 'grantTypes'],
    [register({ type: 'service' }, { grantTypes: ['authorization_code'] }), 'redirectUris'],
    [register({}, { grantTypes: ['refresh_token'] }), 'grantTypes'],
    [register({}, { grantTypes: [] }), 'grantTypes'],
    [register({}, { scopes: ['a b'] }), 'scopes'],
    [register({}, { lifetimes: { authorizationCode: 601 } }), 'lifetimes'],
    [register({}, { lifetimes: { accessToken: 0 } }), 'lifetimes'],
    [register({}, { implicitReturn: 'query' }), 'implicitReturn'],
    [register({ type: 'native' }, { pkce: 'exempt' }), 'pkce'],
    [register({}, { consent: 'trusted', redirectUris: ['http://127.0.0.1/cb'] }), 'consent'],
    [register({ type: 'native' }, { consent: 'trusted', redirectUris: ['com.example:/cb'] }), 'consent'],
    [register({}, { logoUri: 'javascript:alert(1)' }), 'logoUri'],
    [register({}, { policyUri: '/policy' }), 'policyUri'],
    [register({}, { corsOrigins: ['https://a.test/'] }), 'corsOrigins'],
    [register({}, { corsOrigins: ['*'] }), 'corsOrigins'],
    [register({ realm: 999_999 }), 'realm'],
  ];
  for (const [act, property] of broken) {
    await assert.rejects(act, (error) => {
      assert.ok(error instanceof KeygridError, String(error));
      assert.equal(error.subject.property, property, error.message);
      return true;
    });
  }
});

test('S147 unusable redirect URIs alone are invalid_redirect_uri, and each is named', async () => {
  const uris = ['javascript:alert(1)', 'https://a.test/#x'];
  await assert.rejects(world.register({}, { redirectUris: uris }), (error) => {
    assert.ok(refusal('invalid_redirect_uri', 'redirectUris')(error));
    for (const uri of uris) assert.ok((error as Error).message.includes(uri));
    return true;
  });
});

test('a client belongs to the management realm or to an application of its own organization', async () => {
  const other = await world.createOrganization('elsewhere');
  const foreign = await world.createApplication(other.organization.uuid, 'theirs');
  const act = world.register({ realm: foreign.application.key });
  await assert.rejects(act, refusal('invalid_client_metadata', 'realm'));
  const { client } = await world.register({ realm: 1 });
  assert.equal(client.realm, 1);
});

test('an update changes settings and nothing else, and is checked as a whole', async () => {
  const { client } = await world.register();
  const sneaky = { name: 'Pictures', clientId: 'x', disabled: true, type: 'native' };
  const updated = await world.clients.update(client.clientId, sneaky);
  assert.deepEqual(updated, { ...client, name: 'Pictures', modified: world.clock.now() });
  assert.deepEqual(await world.clients.find(client.clientId), updated);
  const act = world.clients.update(client.clientId, { redirectUris: ['https://a.test/*'] });
  await assert.rejects(act, refusal('invalid_redirect_uri'));
});

test('S063 a rotated secret leaves the one before until its time, and two live at most', async () => {
  const { client, clientSecret: first } = await world.register();
  const second = await world.clients.rotateSecret(client.clientId, { oldSecretSeconds: 60 });
  const ends = second.client.secrets.map(({ expiresAt }) => expiresAt);
  assert.deepEqual(ends, [undefined, world.clock.now() + 60_000]);
  const revealed = second.client.secrets.map(({ sealed }) => world.secrets.reveal(sealed));
  assert.deepEqual(revealed, [second.clientSecret, first]);
  const third = await world.clients.rotateSecret(client.clientId, { oldSecretSeconds: 60 });
  assert.equal(third.client.secrets.length, 2);
  const fourth = await world.clients.rotateSecret(client.clientId, { oldSecretSeconds: 0 });
  assert.equal(fourth.client.secrets.length, 1);
});

test('S087 suspending a client ends what users allowed it and every token', async () => {
  const { client } = await world.register();
  const grants = world.storage.grants(client.realm);
  const user = world.uuids.next();
  const now = world.clock.now();
  const grant = { id: world.uuids.next(), user, clientId: client.clientId, scopes: ['openid'] };
  await grants.allow({ ...grant, createdAt: now, lastUsedAt: now });
  await world.clients.setDisabled(client.clientId, true);
  assert.equal(await grants.findOf(user, client.clientId), undefined);
  assert.equal((await world.clients.find(client.clientId))?.disabled, true);
  assert.ok(world.revokedClients.includes(client.clientId));
  assert.equal((await world.clients.setDisabled(client.clientId, false)).disabled, false);
});

test('S002 a deleted client is unknown, with all that it held', async () => {
  const { client } = await world.register();
  await world.clients.delete(client.clientId);
  assert.equal(await world.clients.find(client.clientId), undefined);
  assert.ok(world.revokedClients.includes(client.clientId));
  await assert.rejects(world.clients.delete(client.clientId), refusal('client_not_found'));
  await assert.rejects(world.clients.require(client.clientId), refusal('client_not_found'));
});

test('S087 a built-in client is not suspended or deleted, and keeps its tokens', async () => {
  const clientId = clientIdOf('application', world.application.uuid);
  await assert.rejects(world.clients.setDisabled(clientId, true), refusal('invalid_client_metadata'));
  await assert.rejects(world.clients.delete(clientId), refusal('invalid_client_metadata'));
  assert.ok(!world.revokedClients.includes(clientId));
});

test('clients are listed by organization, in pages', async () => {
  const { organization } = await world.createOrganization('lister');
  const made: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    const { client } = await world.register({ name, realm: 1, organizationUuid: organization.uuid });
    made.push(client.clientId);
  }
  const first = await world.clients.list(organization.uuid, 2, undefined);
  const second = await world.clients.list(organization.uuid, 2, first.cursor);
  const listed = [...first.items, ...second.items].map(({ clientId }) => clientId);
  assert.deepEqual(listed, made.sort());
  assert.equal(second.cursor, undefined);
});

test('organization and application are born with a client each, of the usergrid dialect', async () => {
  const { organization, application } = world;
  const ofOrganization = await world.clients.require(clientIdOf('organization', organization.uuid));
  assert.deepEqual(
    [ofOrganization.builtIn, ofOrganization.dialect, ofOrganization.type, ofOrganization.realm],
    [true, 'usergrid', 'web', 1],
  );
  assert.deepEqual(ofOrganization.redirectUris, []);
  const ofApplication = await world.clients.require(clientIdOf('application', application.uuid));
  assert.equal(ofApplication.realm, application.key);
  assert.equal(world.secrets.reveal(ofApplication.secrets[0]!.sealed), world.applicationSecret);
  const act = world.clients.update(ofApplication.clientId, { name: 'x' });
  await assert.rejects(act, refusal('invalid_client_metadata'));
});

test('UA-66 where a built-in client may redirect is the property redirectUris of its owner', async () => {
  const { application } = await world.createApplication(world.organization.uuid, 'redirecting');
  const clientId = clientIdOf('application', application.uuid);
  assert.deepEqual((await world.clients.require(clientId)).redirectUris, []);
  const redirectUris = ['http://a.test/cb', 'javascript:alert(1)', 'https://a.test/*', 7, 'http://a.test/cb'];
  await world.storage.tenancy.updateApplication(application.key, (stored) => ({
    ...stored,
    properties: { redirectUris, accesstokenttl: 120_000 },
  }));
  const client = await world.clients.require(clientId);
  assert.deepEqual(client.redirectUris, ['http://a.test/cb']);
  assert.equal(lifetimesOf(client).accessToken, 120);
});

test('S087 a client of a suspended organization is disabled, one of a deleted application gone', async () => {
  const { organization } = await world.createOrganization('suspended');
  const { application } = await world.createApplication(organization.uuid, 'doomed');
  const owned = { organizationUuid: organization.uuid };
  const ofRealm = await world.register({ ...owned, realm: application.key });
  const ofManagement = await world.register({ ...owned, realm: 1 });
  await world.storage.tenancy.deleteApplication(application.key, world.clock.now());
  assert.equal(await world.clients.find(ofRealm.client.clientId), undefined);
  await world.storage.tenancy.updateOrganization(organization.uuid, (stored) => ({
    ...stored,
    activated: false,
  }));
  assert.equal((await world.clients.find(ofManagement.client.clientId))?.disabled, true);
  assert.equal((await world.clients.find(clientIdOf('organization', organization.uuid)))?.disabled, true);
});
