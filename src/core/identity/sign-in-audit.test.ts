import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ErrorCode, KeygridError } from '../errors.ts';
import { createSignInAudit } from './sign-in-audit.ts';

const place = { realm: 7, tenant: 'acme', path: '/acme/app' };
const uuid = '00000000-0000-1000-8000-000000000001';
const ignored = () => {};

function createWorld() {
  const world = { now: 1_700_000_000_000, lines: [] as Record<string, unknown>[] };
  const log = {
    ...{ debug: ignored, warn: ignored, error: ignored },
    info: (line: Record<string, unknown>) => void world.lines.push(line),
  };
  const { watch } = createSignInAudit({ log, clock: { now: () => world.now } });
  const refuse = (code: ErrorCode, address = '192.0.2.1') =>
    watch(place, address, async () => {
      throw new KeygridError(code, 'refused');
    }).catch((error: KeygridError) => error.code);
  return { world, watch, refuse };
}

test('S162 a sign-in is noted with who it was and from where', async () => {
  const { world, watch } = createWorld();
  const result = await watch(place, '192.0.2.1', async (found) => {
    found(uuid);
    return 'done';
  });
  assert.equal(result, 'done');
  const actor = `application_user:7:${uuid}`;
  assert.deepEqual(world.lines, [
    { audit: 'signed_in', realm: 7, tenant: 'acme', address: '192.0.2.1', actor },
  ]);
});

test('S162 a refusal is noted with its reason, and passed on', async () => {
  const { world, refuse } = createWorld();
  assert.equal(await refuse('invalid_grant'), 'invalid_grant');
  assert.deepEqual(
    world.lines.map(({ audit, reason, actor }) => [audit, reason, actor]),
    [['sign_in_refused', 'invalid_grant', undefined]],
  );
});

test('S162 a flood of sign-ins that are held back is a line a minute for each address', async () => {
  const { world, refuse } = createWorld();
  for (let count = 0; count < 100; count += 1) await refuse('throttled');
  await refuse('throttled', '198.51.100.1');
  world.now += 60_000;
  await refuse('throttled');
  const addresses = world.lines.map(({ audit, address }) => [audit, address]);
  assert.deepEqual(addresses, [
    ['sign_ins_held_back', '192.0.2.1'],
    ['sign_ins_held_back', '198.51.100.1'],
    ['sign_ins_held_back', '192.0.2.1'],
  ]);
});

test('what is no refusal is passed on, and not noted', async () => {
  const { world, watch } = createWorld();
  const failing = watch(place, '192.0.2.1', () => Promise.reject(new Error('the store is away')));
  await assert.rejects(failing, /the store is away/);
  assert.deepEqual(world.lines, []);
});
