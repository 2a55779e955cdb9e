import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServerKeyStore, StoredServerKey } from './key-store.ts';
import { createSealer } from './sealer.ts';
import { openTokenKeys, tokenKeyLifetime } from './token-keys.ts';

const day = 86_400_000;
let filled = 0;
const random = { bytes: (length: number) => Buffer.alloc(length, ++filled % 256) };
const sealer = createSealer(Buffer.alloc(32, 1), random);

function createStore(): ServerKeyStore & { rows: StoredServerKey[] } {
  const rows: StoredServerKey[] = [];
  return {
    rows,
    list: async () => [...rows].sort((one, other) => one.activeFrom - other.activeFrom),
    async add(key) {
      if (rows.some((row) => row.id === key.id)) return false;
      rows.push(key);
      return true;
    },
    async remove(id) {
      rows.splice(
        rows.findIndex((row) => row.id === id),
        1,
      );
    },
    readState: async () => undefined,
    writeStateOnce: async (_name, value) => value,
  };
}

const message = Buffer.from('a message');

test('the first start makes a key, the next one finds it', async () => {
  const store = createStore();
  const clock = { now: () => Date.UTC(2026, 0, 1) };
  const first = await openTokenKeys(store, sealer, clock, random);
  const second = await openTokenKeys(store, sealer, clock, random);
  assert.equal(store.rows.length, 1);
  const found = second.find(first.current().id);
  assert.deepEqual(found?.authenticate(message), first.current().key.authenticate(message));
});

test('two processes that start at once agree on one key', async () => {
  const store = createStore();
  const clock = { now: () => Date.UTC(2026, 0, 1) };
  const [one, other] = await Promise.all([
    openTokenKeys(store, sealer, clock, random),
    openTokenKeys(store, sealer, clock, random),
  ]);
  assert.deepEqual(one.current().key.authenticate(message), other.current().key.authenticate(message));
});

test('a successor is known a day before it issues, and the old key goes on verifying', async () => {
  const store = createStore();
  let now = Date.UTC(2026, 0, 1);
  const keys = await openTokenKeys(store, sealer, { now: () => now }, random);
  const first = keys.current();
  now += tokenKeyLifetime - day;
  await keys.refresh();
  assert.equal(store.rows.length, 2);
  assert.equal(keys.current().id, first.id);
  now += day;
  assert.notEqual(keys.current().id, first.id);
  assert.deepEqual(keys.find(first.id)?.authenticate(message), first.key.authenticate(message));
});

test('a hundred years of rotation stay within the ids of one byte', async () => {
  const store = createStore();
  let now = Date.UTC(2026, 0, 1);
  const keys = await openTokenKeys(store, sealer, { now: () => now }, random);
  for (let month = 0; month < 1200; month += 1) {
    now += tokenKeyLifetime;
    await keys.refresh();
    assert.ok(keys.current().id <= 255);
    assert.equal(new Set(store.rows.map((row) => row.id)).size, store.rows.length);
  }
  assert.ok(store.rows.length <= 256);
});

test('what is sealed for one purpose does not open for another, nor when changed', () => {
  const sealed = sealer.seal(Buffer.from('a secret'), 'one purpose');
  assert.equal(sealer.open(sealed, 'one purpose').toString(), 'a secret');
  assert.throws(() => sealer.open(sealed, 'another purpose'));
  assert.throws(() =>
    sealer.open(sealed.slice(0, -3) + (sealed.endsWith('AAA') ? 'BBB' : 'AAA'), 'one purpose'),
  );
  assert.throws(() => createSealer(Buffer.alloc(32, 2), random).open(sealed, 'one purpose'));
});
