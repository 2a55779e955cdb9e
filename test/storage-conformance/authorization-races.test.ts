import { before, test } from 'node:test';
import type { Storage } from '../../src/storage/storage.ts';
import { races, strictRedemptions } from './authorization-races.ts';
import { onEachEngine } from './engines.ts';
import { schedules } from './interleaving.ts';

const rounds = 24;

onEachEngine('races at once from two processes', ({ storage, open }) => {
  let processes: Storage[];
  before(async () => {
    processes = [storage(), await open()];
  });

  for (const { name, steps, arrange } of races) {
    test(name, async () => {
      const orders = [...schedules(steps.map(() => 1))];
      for (let round = 0; round < rounds; round++) {
        const { operations, verify } = await arrange(processes[round % 2]!);
        const results: Promise<unknown>[] = [];
        for (const at of orders[round % orders.length]!)
          results[at] = operations[at]!(processes[(at + round) % 2]!);
        await verify(await Promise.all(results));
      }
    });
  }

  test('S076 a thousand times, two redemptions of a code leave no token', async () => {
    const { arrange } = strictRedemptions(2);
    for (let batch = 0; batch < 50; batch++) {
      const contests = Array.from({ length: 20 }, async () => {
        const { operations, verify } = await arrange(processes[0]!);
        await verify(await Promise.all(operations.map((operation, at) => operation(processes[at]!))));
      });
      await Promise.all(contests);
    }
  });
});
