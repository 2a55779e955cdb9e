import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Refusal } from './explain.ts';
import { alikeLimit, batchLimit, createExplainLog, type ExplainLogOptions } from './explain-log.ts';
import type { PrincipalNames } from './identity/name-principal.ts';

const names: PrincipalNames = {
  realm: async () => 'acme/shop',
  principal: async () => 'bob',
  roles: async () => ['default'],
  account: async () => undefined,
};

function collect(options: Partial<ExplainLogOptions> = {}) {
  const batches: Refusal[][] = [];
  const warnings: string[] = [];
  const log = createExplainLog({
    names,
    log: { debug() {}, info() {}, warn: (_, message) => void warnings.push(message), error() {} },
    store: { append: async (refusals) => void batches.push(refusals) },
    ...options,
  });
  return { log, batches, warnings };
}

const refusal = (code: string, address: string, requestId = `${code}-${address}`): Refusal => ({
  requestId,
  at: 0,
  method: 'GET',
  path: '/',
  status: 401,
  code,
  description: '',
  facts: { address },
});

test('nothing is stored where nothing was refused', async () => {
  const { log, batches } = collect();
  await log.flush();
  assert.deepEqual(batches, []);
});

test('refusals are stored together, in a batch', async () => {
  const { log, batches } = collect();
  log.note({ refusal: refusal('token_expired', '::1') });
  log.note({ refusal: refusal('token_invalid', '::1') });
  await log.flush();
  assert.deepEqual(
    batches.map((batch) => batch.map(({ code }) => code)),
    [['token_expired', 'token_invalid']],
  );
});

test('a batch is bounded, and of refusals alike it holds only some', async () => {
  const { log, batches } = collect();
  for (let count = 0; count < 10 * alikeLimit; count++)
    log.note({ refusal: refusal('token_invalid', '::1') });
  for (let count = 0; count < 10 * batchLimit; count++)
    log.note({ refusal: refusal('throttled', `${count}`) });
  await log.flush();
  const [batch = []] = batches;
  assert.equal(batch.length, batchLimit);
  assert.equal(batch.filter(({ code }) => code === 'token_invalid').length, alikeLimit);
});

test('a batch is stored by itself after a while', async () => {
  const stored = Promise.withResolvers<Refusal[]>();
  const { log } = collect({
    flushMilliseconds: 1,
    store: { append: async (refusals) => stored.resolve(refusals) },
  });
  log.note({ refusal: refusal('token_invalid', '::1') });
  const keepsTheTestAlive = setTimeout(() => {}, 10_000);
  assert.equal((await stored.promise).length, 1);
  clearTimeout(keepsTheTestAlive);
});

test('a store that fails is a warning, and the next batch is tried again', async () => {
  let failing = true;
  const stored: Refusal[] = [];
  const { log, warnings } = collect({
    store: {
      async append(refusals) {
        if (failing) throw new Error('disk full');
        stored.push(...refusals);
      },
    },
  });
  log.note({ refusal: refusal('token_invalid', '::1') });
  await log.flush();
  assert.equal(warnings.length, 1);
  failing = false;
  log.note({ refusal: refusal('token_expired', '::1') });
  await log.flush();
  assert.deepEqual(
    stored.map(({ code }) => code),
    ['token_expired'],
  );
});

test('what was typed as a name is kept only if there is such an account', async () => {
  const signIn = { realm: 7, reference: 'perhaps-a-password' };
  const unknown = collect();
  unknown.log.note({ refusal: refusal('invalid_grant', '::1'), signIn });
  await unknown.log.flush();
  assert.ok(!JSON.stringify(unknown.batches).includes(signIn.reference));

  const known = collect({
    names: { ...names, account: async (_, name) => ({ name, uuid: 'the uuid' }) },
  });
  known.log.note({ refusal: refusal('invalid_grant', '::1'), signIn: { realm: 7, reference: 'bob' } });
  await known.log.flush();
  assert.equal(known.batches[0]?.[0]?.facts.accountUuid, 'the uuid');
});

test('the caller is named when the batch is stored, with roles where a permission was missing', async () => {
  const { log, batches } = collect();
  const principal = { kind: 'application_user', realm: 7, uuid: 'u' } as const;
  log.note({ refusal: refusal('permission_missing', '::1'), principal });
  await log.flush();
  const facts = batches[0]?.[0]?.facts;
  assert.deepEqual(
    [facts?.callerName, facts?.callerRealm, facts?.callerRoles],
    ['bob', 'acme/shop', 'default'],
  );
});
