import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSealer } from '../../src/core/keys/sealer.ts';
import { createSigningKeys } from '../../src/core/keys/signing-keys.ts';
import { createRandomSource } from '../../src/platform/random.ts';
import { createSigner } from '../../src/platform/signing.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { freshRealm, onEachEngine } from './engines.ts';

const sealer = createSealer(Buffer.alloc(32, 1), createRandomSource());
const now = Date.UTC(2026, 0, 1);
const keysOver = (storage: Storage, clock = { now: () => now }) =>
  createSigningKeys({ storeFor: storage.signingKeys, sealer, signer: createSigner(), clock });

onEachEngine('signing keys', ({ storage, open }) => {
  test('processes that use a realm for the first time at once agree on one key', async () => {
    const processes = [storage(), await open(), await open()];
    const realm = freshRealm();
    const found = await Promise.all(processes.map((process) => keysOver(process).current(realm, 'ES256')));
    assert.equal(new Set(found.map(({ kid }) => kid)).size, 1);
    assert.equal((await storage().signingKeys(realm).list()).length, 1);
  });

  test('S129 what one process signs another verifies, until the key is removed', async () => {
    const clock = { time: now, now: () => clock.time };
    const [here, there] = [keysOver(storage(), clock), keysOver(await open(), clock)];
    const realm = freshRealm();
    const { kid, publicJwk } = await here.current(realm);
    assert.equal((await there.find(realm, kid))?.publicJwk, publicJwk);
    await here.remove(realm, kid);
    clock.time += 30_000;
    assert.equal(await there.find(realm, kid), undefined);
    const { kid: successor } = await here.current(realm);
    assert.equal((await there.find(realm, successor))?.kid, successor);
  });
});
