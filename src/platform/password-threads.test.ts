import assert from 'node:assert/strict';
import { test } from 'node:test';
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
