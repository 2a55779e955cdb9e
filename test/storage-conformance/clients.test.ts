import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from '../../src/core/clients/client.ts';
import type { StoredSigningKey } from '../../src/core/keys/signing-key-store.ts';
import type { Change, Revocation } from '../../src/core/oauth/revocation-store.ts';
import { digest, now, revocationOf } from './authorizations.ts';
import { freshRealm, onEachEngine, uuids } from './engines.ts';

const clientOf = (parts: Partial<Client> = {}): Client => ({
  clientId: digest(),
  name: 'A \u0000 client',
  type: 'web',
  dialect: 'standard',
  realm: 7,
  organizationUuid: uuids.next(),
  secrets: [
    { sealed: 's1', createdAt: now, expiresAt: undefined },
    { sealed: 's2', createdAt: now, expiresAt: now + 1 },
  ],
  redirectUris: ['https://client.example/cb'],
  postLogoutRedirectUris: [],
  grantTypes: ['authorization_code', 'refresh_token'],
  scopes: ['openid'],
  lifetimes: { accessToken: 60 },
  implicitReturn: 'fragment',
  pkce: 'required',
  allowPlainPkce: false,
  consent: 'ask',
  accessTokenFormat: 'opaque',
  logoUri: undefined,
  policyUri: 'https://client.example/policy',
  termsUri: undefined,
  corsOrigins: ['https://client.example'],
  disabled: false,
  builtIn: false,
  created: now,
  modified: now,
  ...parts,
});

const keyOf = (parts: Partial<StoredSigningKey> = {}): StoredSigningKey => ({
  kid: digest(),
  algorithm: 'ES256',
  publicJwk: '{"kty":"EC"}',
  sealedPrivateKey: 'sealed',
  createdAt: now,
  activeFrom: now,
  retiredAt: now + 10,
  removedAt: now + 20,
  ...parts,
});

onEachEngine('clients and signing keys', ({ storage, open }) => {
  function listen(realm: number): Change[] {
    const heard: Change[] = [];
    storage().changes.subscribe((change) => {
      if (change.realm === realm) heard.push(change);
    });
    return heard;
  }

  test('a client is found by its id alone, exactly as spelled', async () => {
    const { clients } = storage();
    const client = clientOf({ clientId: `Case-${digest()}` });
    await clients.create(client);
    assert.deepEqual(await clients.find(client.clientId), client);
    assert.equal(await clients.find(client.clientId.toLowerCase()), undefined);
    assert.equal(await clients.find(''), undefined);
    assert.equal(await clients.find(`${client.clientId}\u0000`), undefined);
  });

  test('of three creations of one client id at once one is written, the others are told what is taken', async () => {
    const second = await open();
    const clientId = digest();
    const results = await Promise.allSettled(
      [storage(), second, storage()].map((from) => from.clients.create(clientOf({ clientId }))),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    assert.equal(refused.length, 2);
    for (const { reason } of refused) {
      assert.equal(reason.code, 'duplicate_value');
      assert.deepEqual(reason.subject, { type: 'client', property: 'client_id', value: clientId });
    }
  });

  test('an update replaces the client, a deletion ends it', async () => {
    const { clients } = storage();
    const client = clientOf();
    await clients.create(client);
    const changed = clientOf({ clientId: client.clientId, disabled: true, secrets: [] });
    await clients.update(client.clientId, () => changed);
    assert.deepEqual(await clients.find(client.clientId), changed);
    const { organizationUuid } = changed;
    assert.deepEqual((await clients.listOfOrganization(organizationUuid, 5, undefined)).items, [changed]);
    await clients.delete(client.clientId, []);
    assert.equal(await clients.find(client.clientId), undefined);
    const late = clients.update(client.clientId, () => changed);
    await assert.rejects(late, { code: 'client_not_found' });
    assert.equal(await clients.find(client.clientId), undefined);
  });

  test('S087 what ends its tokens is written with a change or deletion, or neither is', async () => {
    const { clients, revocations } = storage();
    const client = clientOf();
    await clients.create(client);
    const suspend = (stored: Client): Client => ({ ...stored, disabled: true });
    const writes: ((ended: Revocation[]) => Promise<unknown>)[] = [
      (ended) => clients.update(client.clientId, suspend, ended),
      (ended) => clients.delete(client.clientId, ended),
    ];
    for (const write of writes) {
      const before = await clients.find(client.clientId);
      const { position } = await revocations.listLive(now);
      const revocation = revocationOf('client', client.realm);
      await assert.rejects(write([{ ...revocation, reason: null as never }]));
      assert.deepEqual(await clients.find(client.clientId), before);
      await write([revocation]);
      const added = (await revocations.listLive(now, position)).revocations;
      assert.ok(added.some(({ subject }) => subject === revocation.subject));
    }
    assert.equal(await clients.find(client.clientId), undefined);
  });

  test('of two changes at once none is lost, and one that throws changes nothing', async () => {
    const { clients } = storage();
    const second = await open();
    const client = clientOf({ scopes: [] });
    const { clientId } = client;
    await clients.create(client);
    const add = (scope: string) => (stored: Client) => ({ ...stored, scopes: [...stored.scopes, scope] });
    const froms = [clients, second.clients];
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((scope, index) => froms[index % 2]!.update(clientId, add(scope))),
    );
    assert.deepEqual((await clients.find(clientId))?.scopes.toSorted(), ['a', 'b', 'c', 'd']);
    const refusing = clients.update(clientId, () => {
      throw new Error('unsound');
    });
    await assert.rejects(refusing, /unsound/);
    assert.equal((await clients.find(clientId))?.scopes.length, 4);
  });

  test('clients of an organization are listed in pages, in order of their ids', async () => {
    const { clients } = storage();
    const organizationUuid = uuids.next();
    const prefix = digest();
    const ids = ['c', 'a', 'e', 'b', 'd'].map((letter) => `${prefix}${letter}`);
    for (const clientId of ids) await clients.create(clientOf({ clientId, organizationUuid }));
    await clients.create(clientOf());
    const listed: string[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await clients.listOfOrganization(organizationUuid, 2, cursor);
      listed.push(...page.items.map(({ clientId }) => clientId));
      cursor = page.cursor;
      pages += 1;
    } while (cursor !== undefined);
    assert.deepEqual(listed, ids.toSorted());
    assert.equal(pages, 3);
  });

  test('whoever keeps clients in memory hears of each change to them', async () => {
    const { clients } = storage();
    const realm = freshRealm();
    const heard = listen(realm);
    const client = clientOf({ realm });
    await clients.create(client);
    await clients.update(client.clientId, () => client);
    await clients.delete(client.clientId, []);
    await clients.delete(client.clientId, []);
    assert.deepEqual(heard, Array(3).fill({ topic: 'tenancy', realm }));
  });

  test('signing keys of a realm are listed by when they become active', async () => {
    const keys = storage().signingKeys(freshRealm());
    const [late, early] = [keyOf({ activeFrom: now + 5 }), keyOf({ algorithm: 'RS256' })];
    assert.equal(await keys.add(late, 2), true);
    assert.equal(await keys.add(early, 1), true);
    assert.deepEqual(await keys.list(), [early, late]);
    assert.deepEqual(await storage().signingKeys(freshRealm()).list(), []);
  });

  test('a slot of an algorithm has one key: of three added at once one is', async () => {
    const [realm, second] = [freshRealm(), await open()];
    const candidates = [keyOf(), keyOf(), keyOf()];
    const added = await Promise.all(
      candidates.map((key, at) => [storage(), second][at % 2]!.signingKeys(realm).add(key, 1)),
    );
    assert.equal(added.filter(Boolean).length, 1);
    assert.deepEqual(await second.signingKeys(realm).list(), [candidates[added.indexOf(true)]]);
    assert.equal(await second.signingKeys(realm).add(keyOf({ algorithm: 'RS256' }), 1), true);
    assert.equal(await second.signingKeys(realm).add(keyOf(), 2), true);
    assert.equal(await second.signingKeys(freshRealm()).add(keyOf(), 1), true);
  });

  test('S129 a signing key is removed at once, and whoever keeps it in memory hears of it', async () => {
    const realm = freshRealm();
    const keys = storage().signingKeys(realm);
    const [leaked, other] = [keyOf(), keyOf()];
    await keys.add(leaked, 1);
    await keys.add(other, 2);
    const heard = listen(realm);
    await storage().signingKeys(freshRealm()).remove(leaked.kid);
    assert.equal((await keys.list()).length, 2);
    await keys.remove(leaked.kid);
    await keys.remove(leaked.kid);
    assert.deepEqual(await keys.list(), [other]);
    assert.deepEqual(heard, [{ topic: 'tenancy', realm }]);
  });
});
