import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBatches } from './batches.ts';

/** Batches that end when told to. */
function observed(gatherMilliseconds: number, most = 64, patienceMilliseconds = never) {
  const underWay: { batch: number[]; end: () => void }[] = [];
  const sizes: number[] = [];
  const { add, finish } = createBatches<number>({
    gatherMilliseconds,
    patienceMilliseconds,
    count: (waiting) => Math.min(most, waiting.length),
    write: (batch) =>
      new Promise((resolve) => {
        sizes.push(batch.length);
        underWay.push({ batch, end: resolve });
      }),
  });
  const addMany = (many: number): void => {
    for (let at = 0; at < many; at += 1) add(at);
  };
  const end = (): void => underWay.shift()!.end();
  return {
    addMany,
    finish,
    end,
    sizes,
    sent: (count: number) => waitUntil(() => sizes.length === count),
  };
}

async function waitUntil(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn += 1) {
    assert.ok(turn < 1_000_000, 'it never comes');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const never = 2 ** 30;
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** A batch of so many is sent and answered. */
async function answerFirst(
  { addMany, sent, end }: ReturnType<typeof observed>,
  length: number,
): Promise<void> {
  addMany(length);
  await sent(1);
  end();
  await turns();
}

test('what comes in one turn goes together, and what comes meanwhile goes next', async () => {
  const { addMany, end, sizes, sent } = observed(0);
  addMany(3);
  await sent(1);
  addMany(2);
  await turns();
  addMany(2);
  await turns();
  end();
  await sent(2);
  assert.deepEqual(sizes, [3, 4]);
});

test('a second batch goes beside the first where 32 wait, and never a third', async () => {
  const { addMany, sizes, sent } = observed(0);
  addMany(1);
  await sent(1);
  addMany(31);
  await turns();
  assert.deepEqual(sizes, [1]);
  addMany(1);
  await sent(2);
  addMany(100);
  await turns();
  assert.deepEqual(sizes, [1, 32]);
});

test('under load a batch waits until as many have come as there were', async () => {
  const { addMany, end, sizes, sent } = observed(never);
  addMany(10);
  await sent(1);
  addMany(6);
  end();
  await turns();
  addMany(9);
  await turns();
  assert.deepEqual(sizes, [10], 'one of sixteen has not come');
  addMany(1);
  await sent(2);
  assert.deepEqual(sizes, [10, 16]);
});

test('nothing waits behind a small batch, nor for more than would go beside another', async () => {
  const small = observed(never);
  await answerFirst(small, 7);
  small.addMany(1);
  await small.sent(2);
  const large = observed(never, 20);
  large.addMany(60);
  await large.sent(2);
  large.end();
  large.end();
  await turns();
  large.addMany(11);
  await turns();
  assert.deepEqual(large.sizes, [20, 20], '31 wait, and 40 were answered');
  large.addMany(1);
  await large.sent(3);
});

test('a batch does not wait longer than it may', async () => {
  const batches = observed(1);
  await answerFirst(batches, 8);
  batches.addMany(1);
  await batches.sent(2);
  assert.deepEqual(batches.sizes, [8, 1]);
});

test('behind a batch that hangs, those that wait go in time, however few', async () => {
  const { addMany, sizes, sent } = observed(0, 64, 1);
  addMany(1);
  await sent(1);
  addMany(2);
  await sent(2);
  addMany(2);
  await turns();
  assert.deepEqual(sizes, [1, 2], 'two are on their way');
});

test('finishing sends what waits, and ends with the last batch', async () => {
  const { addMany, end, finish, sizes, sent } = observed(never);
  addMany(8);
  await sent(1);
  addMany(1);
  end();
  await turns();
  assert.deepEqual(sizes, [8], 'it would wait for seven more');
  const ended: string[] = [];
  const finishing = finish().then(() => ended.push('finished'));
  await sent(2);
  await turns();
  assert.deepEqual(ended, []);
  end();
  await finishing;
});

test('a finished one still sends, and waits for nobody', async () => {
  const batches = observed(never);
  await batches.finish();
  await answerFirst(batches, 8);
  batches.addMany(1);
  await batches.sent(2);
});
