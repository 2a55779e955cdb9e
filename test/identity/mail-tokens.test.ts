import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type { MailTokenBinding } from '../../src/core/identity/mail-tokens.ts';
import { type AccountsWorld, openAccountsWorld } from './accounts-world.ts';

let world: AccountsWorld;
before(async () => {
  world = await openAccountsWorld();
});
after(() => world.close());

const subject = '11111111-1111-1111-1111-111111111111';
const binding: MailTokenBinding = { realm: 4, subject, purpose: 'confirm', address: 'Ann@example.test' };
const invalid = { code: 'mail_token_invalid' };

test('a token is ZW0t and 48 characters, another each time', async () => {
  const first = await world.mailTokens.issue(binding);
  assert.match(first, /^ZW0t[\w-]{48}$/);
  assert.notEqual(first, await world.mailTokens.issue(binding));
});

test('a token is used once, the address in any case, and checking does not use it', async () => {
  const token = await world.mailTokens.issue(binding);
  await world.mailTokens.check(token, binding);
  await world.mailTokens.use(token, { ...binding, address: 'ann@EXAMPLE.test' });
  await assert.rejects(world.mailTokens.use(token, binding), invalid);
});

test('of many uses at once one succeeds', async () => {
  const token = await world.mailTokens.issue(binding);
  const uses = await Promise.allSettled(
    Array.from({ length: 10 }, () => world.mailTokens.use(token, binding)),
  );
  assert.equal(uses.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('another realm, subject, purpose or address is refused and does not use the token up', async () => {
  const token = await world.mailTokens.issue(binding);
  const others: Partial<MailTokenBinding>[] = [
    { realm: 5 },
    { subject: '22222222-2222-2222-2222-222222222222' },
    { purpose: 'reset_password' },
    { address: 'bob@example.test' },
  ];
  for (const other of others) {
    await assert.rejects(world.mailTokens.use(token, { ...binding, ...other }), invalid);
  }
  await world.mailTokens.use(token, binding);
});

test('a token is dead after seven days, and swept', async () => {
  const token = await world.mailTokens.issue(binding);
  world.clock.time += 7 * 24 * 3_600_000 - 1;
  await world.mailTokens.check(token, binding);
  world.clock.time += 1;
  await assert.rejects(world.mailTokens.use(token, binding), invalid);
  assert.ok((await world.storage.mailTokens.deleteExpired(world.clock.now())) > 0);
});

test('the store holds a digest, never the token', async () => {
  const unbound: MailTokenBinding = { realm: 1, subject, purpose: 'activate' };
  const token = await world.mailTokens.issue(unbound);
  const digest = createHash('sha256').update(token).digest('base64url');
  const stored = await world.storage.mailTokens.find(digest);
  assert.equal(stored?.subject, subject);
  assert.doesNotMatch(JSON.stringify(stored), new RegExp(token.slice(4)));
});
