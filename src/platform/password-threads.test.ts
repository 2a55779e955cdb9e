import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runWithoutThreads } from '../../test/support/without-threads.ts';
import type { PasswordJob } from './password-job.ts';
import { createPasswordThreads } from './password-threads.ts';

const options = { memoryCost: 64, timeCost: 1, parallelism: 1 };
const hashJob = (password: string): PasswordJob => ({ kind: 'hash', password, options });

test('calls side by side are answered by a thread each, and each by its own', async () => {
  const askThread = createPasswordThreads();
  const [one, other] = await Promise.all([askThread([hashJob('one')]), askThread([hashJob('other')])]);
  const outcomes = await askThread(
    [one, other].map((made): PasswordJob => {
      const hash = made[0]?.status === 'fulfilled' ? String(made[0].value) : '';
      return { kind: 'verify', password: 'one', hash };
    }),
  );
  assert.deepEqual(outcomes, [
    { status: 'fulfilled', value: true },
    { status: 'fulfilled', value: false },
  ]);
});

test('a thread that has ended is replaced, and what it was asked meanwhile is done all the same', async () => {
  const askThread = createPasswordThreads(0);
  for (let round = 0; round < 20; round++) {
    const [outcome] = await askThread([hashJob('secret')]);
    assert.equal(outcome?.status, 'fulfilled');
    // Between the answer and the end of the thread there is a moment at which it looks idle.
    if (round % 2 === 0) await new Promise(setImmediate);
  }
});

test('where no thread can be started, many passwords are hashed all the same', async () => {
  const made = await runWithoutThreads(`
    import { randomBytes } from 'node:crypto';
    import { createPasswordHasher } from '${import.meta.resolve('./password-hasher.ts')}';
    const parameters = { memoryKibibytes: 64, passes: 1, lanes: 1 };
    const hasher = createPasswordHasher({ random: { bytes: randomBytes }, concurrency: 1, parameters });
    const passwords = Array.from({ length: 20 }, (_, number) => 'secret ' + number);
    const hashes = await Promise.all(passwords.map((password) => hasher.hash(password, 'tenant')));
    console.log(new Set(hashes).size, hasher.pending);
  `);
  assert.equal(made, '20 0\n');
});
