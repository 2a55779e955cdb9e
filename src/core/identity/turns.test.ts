import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTurns } from './turns.ts';

test('of one key so many run at once, in the order they came, and all of them in the end', async () => {
  const turns = createTurns();
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const task = (at: number) =>
    turns.take(
      'a',
      () => 3,
      async () => {
        order.push(at);
        most = Math.max(most, ++running);
        await Promise.resolve();
        running -= 1;
        return at;
      },
    );
  const numbers = Array.from({ length: 20 }, (_, at) => at);
  assert.deepEqual(await Promise.all(numbers.map(task)), numbers);
  assert.deepEqual(order, numbers);
  assert.equal(most, 3);
});

test('a task that fails gives its place to the next', async () => {
  const turns = createTurns();
  const one = () => 1;
  const failing = turns.take('a', one, () => Promise.reject(new Error('no')));
  const next = turns.take('a', one, async () => 'done');
  await assert.rejects(failing, /no/);
  assert.equal(await next, 'done');
});

test('another key does not wait', async () => {
  const turns = createTurns();
  let finish: (value: string) => void = () => {};
  const held = turns.take(
    'a',
    () => 1,
    () => new Promise<string>((resolve) => (finish = resolve)),
  );
  assert.equal(
    await turns.take(
      'b',
      () => 1,
      async () => 'b',
    ),
    'b',
  );
  finish('a');
  assert.equal(await held, 'a');
});
