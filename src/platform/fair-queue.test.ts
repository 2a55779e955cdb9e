import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeygridError } from '../core/errors.ts';
import { createFairQueue, type FairQueue } from './fair-queue.ts';

type Job = () => Promise<unknown>;

const createQueue = (concurrency: number, queueLimit: number, portionAtMost = 1): FairQueue<Job, unknown> =>
  createFairQueue({
    ...{ concurrency, queueLimit, portionAtMost, retryAfterSeconds: 7 },
    perform: (jobs) => Promise.allSettled(jobs.map((job) => job())),
  });

/** A job that occupies its place until it is told to end. */
function createBlocker() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { job: () => promise, end: resolve };
}

/** Submits named jobs behind a blocker, so that all of them wait, and answers with what became of each. */
async function submitAll(queue: FairQueue<Job, unknown>, names: readonly string[]) {
  const blocker = createBlocker();
  const blocked = queue.run('blocker', blocker.job);
  const ran: string[] = [];
  const submitted = names.map((name) => queue.run(name.charAt(0), async () => void ran.push(name)));
  const outcomes = Promise.allSettled(submitted);
  blocker.end();
  await blocked;
  const refused = (await outcomes).map((outcome, index) =>
    outcome.status === 'rejected' ? names[index] : undefined,
  );
  return { ran, refused: refused.filter((name) => name !== undefined) };
}

test('tenants take turns, each with its own jobs in order', async () => {
  const { ran } = await submitAll(createQueue(1, 100), ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1']);
  assert.deepEqual(ran, ['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
});

test('a full queue refuses the tenant that fills it', async () => {
  const { ran, refused } = await submitAll(createQueue(1, 3), ['a1', 'a2', 'a3', 'a4']);
  assert.deepEqual(refused, ['a4']);
  assert.deepEqual(ran, ['a1', 'a2', 'a3']);
});

test('a full queue makes room for another tenant at the cost of the one that waits for most', async () => {
  const { ran, refused } = await submitAll(createQueue(1, 4), ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3']);
  assert.deepEqual(refused, ['a3', 'a4', 'b3']);
  assert.deepEqual(ran, ['a1', 'b1', 'a2', 'b2']);
});

test('says when to try again', async () => {
  const queue = createQueue(1, 0);
  const blocker = createBlocker();
  const blocked = queue.run('a', blocker.job);
  await assert.rejects(
    queue.run('a', async () => 1),
    (error) => error instanceof KeygridError && error.code === 'overloaded' && error.retryAfterSeconds === 7,
  );
  blocker.end();
  await blocked;
});

test('runs no more jobs at a time than it may, and all of them in the end', async () => {
  const queue = createQueue(3, 100);
  let running = 0;
  let most = 0;
  const job = async () => {
    most = Math.max(most, ++running);
    await new Promise(setImmediate);
    running -= 1;
  };
  await Promise.all(Array.from({ length: 50 }, (_, index) => queue.run(`tenant ${index % 5}`, job)));
  assert.equal(most, 3);
  assert.equal(queue.pending, 0);
});

test('a job that fails frees its place, and its error reaches who asked', async () => {
  const queue = createQueue(1, 10);
  const failing = queue.run('a', async () => {
    throw new Error('broken');
  });
  const next = queue.run('a', async () => 'fine');
  assert.equal(queue.pending, 2);
  await assert.rejects(failing, /broken/);
  assert.equal(await next, 'fine');
  assert.equal(queue.pending, 0);
});

test('where many wait, several are done as one portion, taken from the tenants in turn', async () => {
  const portions: string[][] = [];
  const first = Promise.withResolvers<void>();
  const queue = createFairQueue<string, string>({
    ...{ concurrency: 1, queueLimit: 100, portionAtMost: 5, retryAfterSeconds: 7 },
    perform: async (jobs) => {
      portions.push(jobs);
      await first.promise;
      return jobs.map((job) =>
        job === 'a3' ? { status: 'rejected', reason: job } : { status: 'fulfilled', value: `${job} done` },
      );
    },
  });
  const names = ['x1', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b1', 'c1'];
  const outcomes = Promise.allSettled(names.map((name) => queue.run(name.charAt(0), name)));
  assert.equal(queue.pending, names.length);
  first.resolve();
  const values = (await outcomes).map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : `not ${outcome.reason}`,
  );
  assert.deepEqual(portions, [['x1'], ['a1', 'b1', 'c1', 'a2', 'a3'], ['a4'], ['a5'], ['a6']]);
  assert.deepEqual(
    values,
    names.map((name) => (name === 'a3' ? 'not a3' : `${name} done`)),
  );
  assert.equal(queue.pending, 0);
});

test('a portion that fails as a whole fails each of its jobs, and the next begins', async () => {
  const queue = createFairQueue<string, string>({
    ...{ concurrency: 1, queueLimit: 100, portionAtMost: 4, retryAfterSeconds: 7 },
    perform: async (jobs) => {
      if (jobs.length > 1) throw new Error('broken');
      return [{ status: 'fulfilled', value: 'fine' }];
    },
  });
  const outcomes = await Promise.allSettled(['1', '2', '3', '4', '5', '6'].map((job) => queue.run('a', job)));
  const fine = outcomes.map(({ status }) => status === 'fulfilled');
  assert.deepEqual(fine, [true, false, false, false, false, true]);
});

test('a portion that throws before it begins fails its jobs only', async () => {
  const queue = createFairQueue<string, string>({
    ...{ concurrency: 1, queueLimit: 100, portionAtMost: 4, retryAfterSeconds: 7 },
    perform: (jobs) => {
      if (jobs.includes('bad')) throw new Error('broken');
      return Promise.resolve([{ status: 'fulfilled', value: 'fine' }]);
    },
  });
  const outcomes = await Promise.allSettled(['bad', 'good'].map((job) => queue.run('a', job)));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  );
  assert.equal(queue.pending, 0);
});
