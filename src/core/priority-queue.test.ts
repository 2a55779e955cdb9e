import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PriorityQueue } from './priority-queue.ts';

const step = fc.oneof(
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 1, arbitrary: fc.constant('take' as const) },
);

test('what is taken is the least of what is there, whatever was added and taken before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const queue = new PriorityQueue<number>((left, right) => left - right);
      let held: number[] = [];
      for (const each of steps) {
        if (each === 'take') {
          assert.equal(queue.first, held[0]);
          assert.equal(queue.takeFirst(), held[0]);
          held = held.slice(1);
        } else {
          queue.add(each);
          held = [...held, each].sort((left, right) => left - right);
        }
      }
      for (const least of held) assert.equal(queue.takeFirst(), least);
      assert.equal(queue.takeFirst(), undefined);
    }),
  );
});
