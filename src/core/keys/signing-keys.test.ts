import assert from 'node:assert/strict';
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { test } from 'node:test';
import { createSigningWorld } from '../../../test/support/signing.ts';
import {
  listedBeforeSigning,
  longestSignedLifetime,
  type SigningKeys,
  signingKeyLifetime,
} from './signing-keys.ts';

const day = 86_400_000;
const jobEvery = 15 * 60_000;

const kidsOf = async (keys: SigningKeys, realm: number): Promise<string[]> =>
  (JSON.parse(await keys.jwks(realm)) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);

test('a realm gets a key at first use, published before it signs; the next process finds it', async () => {
  const world = createSigningWorld();
  const [here, there] = [world.open(), world.open()];
  const listed = await kidsOf(here, 5);
  const { kid, algorithm } = await there.current(5);
  assert.deepEqual(listed, [kid]);
  assert.equal(algorithm, 'RS256');
  assert.equal(world.counts.generated, 1);
});

test('whoever asks while the first key is made gets that key', async () => {
  const world = createSigningWorld();
  const keys = world.open();
  const found = await Promise.all([keys.current(5), keys.current(5), keys.jwks(5)]);
  assert.equal(world.counts.generated, 1);
  assert.equal(found[0].kid, found[1].kid);
});

test('two processes that start at once agree on one key', async () => {
  const world = createSigningWorld();
  const [one, other] = await Promise.all([world.open().current(5), world.open().current(5)]);
  assert.equal(one.kid, other.kid);
  assert.equal(world.rows.length, 1);
});

test('S127 S129 the set holds public members only, and each realm has keys of its own', async () => {
  const world = createSigningWorld();
  const keys = world.open();
  await keys.current(5, 'ES256');
  const set = JSON.parse(await keys.jwks(5)) as { keys: (JsonWebKey & { kid: string })[] };
  assert.equal(set.keys.length, 2);
  for (const key of set.keys) {
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.equal(key[name], undefined);
    assert.equal(key.use, 'sig');
    assert.equal(createPublicKey({ key, format: 'jwk' }).type, 'public');
  }
  const kids = [...(await kidsOf(keys, 5)), ...(await kidsOf(keys, 6))];
  assert.equal(new Set(kids).size, 3);
});

test('S129 what is stored of the private key is sealed', async () => {
  const world = createSigningWorld();
  const key = await world.open().current(5, 'ES256');
  const { d } = key.privateKey.export({ format: 'jwk' });
  assert.ok(!JSON.stringify(world.rows).includes(d!));
  assert.ok(!world.rows[0]!.sealedPrivateKey.includes(Buffer.from(d!, 'base64url').toString('base64url')));
});

test('S128 APS-87 over five years each key is listed seven days before it signs and until its last token is over', async () => {
  const world = createSigningWorld();
  const keys = world.open();
  const listedSince = new Map<string, number>();
  const lastSigned = new Map<string, number>();
  const first = (await keys.current(5, 'ES256')).kid;
  const start = world.now;
  while (world.now < start + 5 * 365 * day) {
    await keys.current(5, 'ES256');
    await keys.refresh();
    const listed = await kidsOf(keys, 5);
    for (const kid of listed) if (!listedSince.has(kid)) listedSince.set(kid, world.now);
    const { kid } = await keys.current(5, 'ES256');
    if (!lastSigned.has(kid) && kid !== first) {
      assert.ok(world.now - listedSince.get(kid)! >= listedBeforeSigning);
    }
    lastSigned.set(kid, world.now);
    for (const [signer, at] of lastSigned) {
      if (world.now <= at + longestSignedLifetime) assert.ok(listed.includes(signer));
    }
    world.now += 12 * 3_600_000;
  }
  assert.ok(lastSigned.size >= 20);
  assert.ok(world.rows.length < 10, 'keys whose time is over are dropped');
});

test('S128 a server that stood still goes on with the old key until the new one was listed for seven days', async () => {
  const world = createSigningWorld();
  const first = await world.open().current(5);
  world.now += signingKeyLifetime + day;
  const keys = world.open();
  assert.equal((await keys.current(5)).kid, first.kid);
  await keys.refresh();
  assert.equal((await kidsOf(keys, 5)).length, 2);
  assert.equal((await keys.current(5)).kid, first.kid);
  world.now += listedBeforeSigning;
  assert.notEqual((await keys.current(5)).kid, first.kid);
});

test('after a year of silence a realm gets a new key at once', async () => {
  const world = createSigningWorld();
  const first = await world.open().current(5);
  world.now += 365 * day;
  const keys = world.open();
  assert.notEqual((await keys.current(5)).kid, first.kid);
  await keys.refresh();
  assert.equal(world.rows.length, 1);
});

test('S129 a key that is removed in an emergency is gone at once, and another signs', async () => {
  const world = createSigningWorld();
  const keys = world.open();
  const leaked = await keys.current(5);
  await keys.remove(5, leaked.kid);
  const { kid } = await keys.current(5);
  assert.notEqual(kid, leaked.kid);
  assert.deepEqual(await kidsOf(keys, 5), [kid]);
  assert.equal(await keys.find(5, leaked.kid), undefined);
});

test('S129 in an emergency the next key, which is published already, begins early', async () => {
  const world = createSigningWorld();
  const keys = world.open();
  const leaked = await keys.current(5);
  world.now += signingKeyLifetime - day;
  await keys.current(5);
  await keys.refresh();
  const next = (await kidsOf(keys, 5)).find((kid) => kid !== leaked.kid);
  await keys.remove(5, leaked.kid);
  assert.equal((await keys.current(5)).kid, next);
});

test('S129 other processes hear of the removal within half a minute', async () => {
  const world = createSigningWorld();
  const [here, there] = [world.open(), world.open()];
  const leaked = await here.current(5);
  assert.equal((await there.find(5, leaked.kid))?.kid, leaked.kid);
  await here.remove(5, leaked.kid);
  world.now += 30_000;
  assert.equal(await there.find(5, leaked.kid), undefined);
});

test('a known key is found at once, a new one of another process at the next look', async () => {
  const world = createSigningWorld();
  const [here, there] = [world.open(), world.open()];
  const first = await here.current(5);
  await there.current(5);
  assert.ok(!(there.find(5, first.kid) instanceof Promise));
  const second = await here.current(5, 'ES256');
  world.now += 1000;
  assert.equal((await there.find(5, second.kid))?.kid, second.kid);
});

test('made-up key ids are looked up once a second at most', async () => {
  const world = createSigningWorld();
  const keys = world.open();
  await keys.current(5);
  world.now += 1000;
  world.counts.listed = 0;
  for (let at = 0; at < 100; at++) assert.equal(await keys.find(5, `5-made-up-${at}`), undefined);
  assert.equal(world.counts.listed, 1);
});

test('the store is read once in half a minute, however often keys are used', async () => {
  const world = createSigningWorld();
  const keys = world.open();
  await keys.current(5);
  world.counts.listed = 0;
  for (let second = 0; second < 60; second++) {
    world.now += 1000;
    await keys.current(5);
    await keys.jwks(5);
  }
  assert.ok(world.counts.listed <= 2);
});

test('a realm that nobody uses is left alone by the job', async () => {
  const world = createSigningWorld();
  const keys = world.open();
  await keys.current(5, 'ES256');
  for (let hours = 0; hours < 3 * 4; hours++) {
    world.now += jobEvery;
    await keys.refresh();
  }
  world.counts.listed = 0;
  await keys.refresh();
  assert.equal(world.counts.listed, 0);
});
