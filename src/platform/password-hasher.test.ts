import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { KeygridError } from '../core/errors.ts';
import { createPasswordHasher, type PasswordHasherOptions } from './password-hasher.ts';
import { createRandomSource } from './random.ts';

const random = createRandomSource();
const cheap = { memoryKibibytes: 64, passes: 1, lanes: 1 };

const createHasher = (options: Partial<PasswordHasherOptions> = {}) =>
  createPasswordHasher({ random, concurrency: 2, parameters: cheap, ...options });

test('a password matches its own hash, and no other does', async () => {
  const hasher = createHasher();
  const hash = await hasher.hash('correct horse', 'org');
  assert.equal(await hasher.verify(hash, 'correct horse', 'org'), true);
  assert.equal(await hasher.verify(hash, 'correct hors', 'org'), false);
  assert.equal(await hasher.verify(hash, '', 'org'), false);
});

test('the same password hashes differently each time', async () => {
  const hasher = createHasher();
  assert.notEqual(await hasher.hash('secret', 'org'), await hasher.hash('secret', 'org'));
});

test('without other parameters uses argon2id with 19 MiB and two passes', async () => {
  const hasher = createPasswordHasher({ random, concurrency: 1 });
  assert.match(await hasher.hash('secret', 'org'), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/);
});

test('a hash made with other parameters still verifies', async () => {
  const hash = await createHasher().hash('secret', 'org');
  const stronger = createHasher({ parameters: { memoryKibibytes: 128, passes: 2, lanes: 1 } });
  assert.equal(await stronger.verify(hash, 'secret', 'org'), true);
});

test('no account at all answers false, after hashing as for any other', async () => {
  const costly = { memoryKibibytes: 4096, passes: 2, lanes: 1 };
  const hasher = createHasher({ parameters: costly });
  const hash = await hasher.hash('secret', 'org');
  const fastestOf = async (check: () => Promise<boolean>) => {
    let fastest = Infinity;
    for (let run = 0; run < 5; run++) {
      const start = performance.now();
      assert.equal(await check(), false);
      fastest = Math.min(fastest, performance.now() - start);
    }
    return fastest;
  };
  const known = await fastestOf(() => hasher.verify(hash, 'wrong', 'org'));
  const unknown = await fastestOf(() => hasher.verify(undefined, 'wrong', 'org'));
  assert.ok(unknown > known / 4, `${unknown} ms against ${known} ms`);
});

test('a password of over 1024 characters matches nothing and is not taken', async () => {
  const hasher = createHasher();
  const long = 'x'.repeat(1024);
  const hash = await hasher.hash(long, 'org');
  assert.equal(await hasher.verify(hash, long, 'org'), true);
  assert.equal(await hasher.verify(hash, `${long}x`, 'org'), false);
  await assert.rejects(
    hasher.hash(`${long}x`, 'org'),
    (error) => error instanceof KeygridError && error.code === 'password_policy',
  );
});

test('S047 a full queue says overloaded and when to try again, and counts what is pending', async () => {
  const hasher = createHasher({ concurrency: 1, queueLimit: 2 });
  const outcomes = Promise.allSettled(['a', 'b', 'c', 'd'].map((password) => hasher.hash(password, 'org')));
  assert.equal(hasher.pending, 3);
  const refused = (await outcomes).filter((outcome) => outcome.status === 'rejected');
  assert.equal(refused.length, 1);
  const { reason } = refused[0]!;
  assert.ok(reason instanceof KeygridError && reason.code === 'overloaded');
  assert.ok(reason.retryAfterSeconds! >= 1);
  assert.equal(hasher.pending, 0);
});

test('a tenant with one sign-in does not wait for all sign-ins of another', async () => {
  const hasher = createHasher({ concurrency: 1 });
  const finished: string[] = [];
  const hashFor = (tenant: string) => hasher.hash('secret', tenant).then(() => finished.push(tenant));
  const crowd = Array.from({ length: 20 }, () => hashFor('crowd'));
  await Promise.all([...crowd, hashFor('lone')]);
  assert.ok(finished.indexOf('lone') <= 3, finished.join());
});

test('among many at the same time each gets its own answer, and a hash that is none fails alone', async () => {
  const hasher = createHasher({ concurrency: 1 });
  const passwords = Array.from({ length: 20 }, (_, number) => `password ${number}`);
  const hashes = await Promise.all(passwords.map((password) => hasher.hash(password, 'org')));
  assert.equal(new Set(hashes).size, passwords.length);
  const presented = passwords.map((password, at) => (at % 3 === 0 ? 'wrong' : password));
  const outcomes = await Promise.allSettled(
    presented.map((password, at) => hasher.verify(at === 10 ? 'no hash' : hashes[at]!, password, 'org')),
  );
  for (const [at, outcome] of outcomes.entries()) {
    if (at === 10) assert.equal(outcome.status, 'rejected');
    else assert.deepEqual(outcome, { status: 'fulfilled', value: at % 3 !== 0 });
  }
  assert.equal(hasher.pending, 0);
});
