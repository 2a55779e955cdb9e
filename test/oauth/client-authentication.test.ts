import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { PresentedClient } from '../../src/core/clients/client-authentication.ts';
import { clientIdOf } from '../../src/core/clients/client-credentials.ts';
import { type ErrorCode, KeygridError } from '../../src/core/errors.ts';
import { type ClientsWorld, openClientsWorld } from './oauth-world.ts';

let world: ClientsWorld;
before(async () => {
  world = await openClientsWorld();
});
after(() => world.close());

const basic = (clientId: string, clientSecret: string): string =>
  `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;

const nothing: PresentedClient = {
  ...{ authorization: undefined, clientId: undefined, clientSecret: undefined },
  ...{ secretInQuery: false, realm: undefined, autodesk: false, address: '192.0.2.7' },
};

const authenticate = (presented: Partial<PresentedClient>) =>
  world.authentication.authenticate({ ...nothing, realm: world.application.key, ...presented });

const refusal =
  (code: ErrorCode, carrier?: string) =>
  (error: unknown): true => {
    assert.ok(error instanceof KeygridError, String(error));
    assert.equal(error.code, code, error.message);
    if (carrier !== undefined) assert.equal(error.subject.carrier, carrier);
    return true;
  };

test('S056 S058 a confidential client authenticates by header and by body', async () => {
  const { client, clientSecret } = await world.register();
  const byHeader = await authenticate({ authorization: basic(client.clientId, clientSecret!) });
  assert.deepEqual(byHeader, { client, method: 'client_secret_basic' });
  const byBody = await authenticate({ clientId: client.clientId, clientSecret: clientSecret! });
  assert.equal(byBody.method, 'client_secret_post');
});

test('S056 APS-63 ids and secrets with every difficult character, form-encoded and raw', async () => {
  const { client } = await world.register();
  const clientSecret = 'a:b%41c+d e\u00e9\u{1f600}';
  const secret = { sealed: world.secrets.seal(clientSecret), createdAt: 0, expiresAt: undefined };
  await world.storage.clients.update(client.clientId, (stored) => ({ ...stored, secrets: [secret] }));
  const { clientId } = client;
  const encoded = await authenticate({ authorization: basic(clientId, encodeURIComponent(clientSecret)) });
  assert.equal(encoded.client.clientId, clientId);
  assert.deepEqual(world.warnings, []);
  await authenticate({ authorization: basic(clientId, clientSecret) });
  assert.deepEqual(world.warnings.splice(0), [{ clientId }], 'S057: noted as a defect of the client');
});

test('S058 a secret in the URL is refused, even a right one', async () => {
  const { client, clientSecret } = await world.register();
  const presented = { clientId: client.clientId, clientSecret: clientSecret!, secretInQuery: true };
  await assert.rejects(authenticate(presented), refusal('invalid_request'));
});

test('S059 more than one method is refused, the same id beside the header is not', async () => {
  const { client, clientSecret } = await world.register();
  const { clientId } = client;
  const authorization = basic(clientId, clientSecret!);
  await authenticate({ authorization, clientId });
  const both = { authorization, clientId, clientSecret: clientSecret! };
  await assert.rejects(authenticate(both), refusal('invalid_request'));
  await assert.rejects(authenticate({ authorization, clientId: 'other' }), refusal('invalid_request'));
  await assert.rejects(
    authenticate({ authorization, clientSecret: clientSecret! }),
    refusal('invalid_request'),
  );
});

test('APS-61 for autodesk the id beside the header is refused as well', async () => {
  const { client, clientSecret } = await world.register({ dialect: 'autodesk' });
  const { clientId } = client;
  const authorization = basic(clientId, clientSecret!);
  const anywhere = { realm: undefined, autodesk: true };
  await authenticate({ ...anywhere, authorization });
  await assert.rejects(authenticate({ ...anywhere, authorization, clientId }), refusal('invalid_request'));
});

test('S060 S061 one answer for every wrong credential, with where it was', async () => {
  const { client, clientSecret } = await world.register();
  const { clientId } = client;
  const wrong: [Partial<PresentedClient>, string][] = [
    [{}, 'none'],
    [{ clientId }, 'none'],
    [{ clientId: 'unknown' }, 'none'],
    [{ clientId: 'unknown', clientSecret: clientSecret! }, 'body'],
    [{ clientId, clientSecret: `${clientSecret}x` }, 'body'],
    [{ clientId: clientId.toLowerCase(), clientSecret: clientSecret! }, 'body'],
    [{ authorization: basic(clientId, 'wrong') }, 'header'],
    [{ authorization: basic('unknown', clientSecret!) }, 'header'],
    [{ authorization: `Bearer ${clientSecret}` }, 'header'],
    [{ authorization: 'Basic' }, 'header'],
  ];
  const messages = new Set<string>();
  for (const [presented, carrier] of wrong) {
    await assert.rejects(authenticate({ ...presented, address: '192.0.2.99' }), (error) => {
      messages.add((error as Error).message);
      return refusal('invalid_client', carrier)(error);
    });
  }
  assert.equal(messages.size, 1);
});

test('S061 a public client names itself and must not present a secret', async () => {
  const { clientId } = (await world.register({ type: 'native' })).client;
  assert.equal((await authenticate({ clientId })).method, 'none');
  await assert.rejects(authenticate({ clientId, clientSecret: 'x' }), refusal('invalid_client'));
  await assert.rejects(authenticate({ authorization: basic(clientId, '') }), refusal('invalid_client'));
});

test('S063 both secrets are good while the old one lasts, the new one alone afterwards', async () => {
  const { client, clientSecret: old } = await world.register();
  const { clientId } = client;
  const { clientSecret } = await world.clients.rotateSecret(clientId, { oldSecretSeconds: 60 });
  await authenticate({ clientId, clientSecret: old! });
  await authenticate({ clientId, clientSecret });
  world.clock.time += 60_000;
  await assert.rejects(authenticate({ clientId, clientSecret: old! }), refusal('invalid_client'));
  await authenticate({ clientId, clientSecret });
});

test('S159 a client is unknown in another realm, and outside of its dialect', async () => {
  const { client, clientSecret } = await world.register();
  const credentials = { clientId: client.clientId, clientSecret: clientSecret! };
  await assert.rejects(authenticate({ ...credentials, realm: 1 }), refusal('invalid_client'));
  await assert.rejects(
    authenticate({ ...credentials, realm: undefined, autodesk: true }),
    refusal('invalid_client'),
  );
});

test('the client that an application is born with authenticates as any other', async () => {
  const clientId = clientIdOf('application', world.application.uuid);
  const { client } = await authenticate({ clientId, clientSecret: world.applicationSecret });
  assert.ok(client.builtIn);
});

test('S062 guessing is held up by client and address, and nobody else with it', async () => {
  const { client, clientSecret } = await world.register();
  const { clientId } = client;
  const address = '198.51.100.5';
  for (let guess = 0; guess < 20; guess++) {
    await assert.rejects(
      authenticate({ clientId, clientSecret: `wrong${guess}`, address }),
      refusal('invalid_client'),
    );
  }
  await assert.rejects(authenticate({ clientId, clientSecret: clientSecret!, address }), (error) => {
    assert.ok(refusal('throttled')(error));
    return (error as KeygridError).retryAfterSeconds! > 0;
  });
  await authenticate({ clientId, clientSecret: clientSecret! });
});
