import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { StoredEntity } from '../entity-store.ts';
import type { Filter } from './filter.ts';
import { createWorkMeter, weightOf } from './query-work.ts';

const rows = (count: number, characters: number): { entity: StoredEntity }[] => {
  const entity = { uuid: 'u', type: 't', created: 0, body: 'x'.repeat(characters) } as StoredEntity;
  return Array.from({ length: count }, () => ({ entity }));
};

async function portionsOf(weight: number, items: { entity: StoredEntity }[]): Promise<number[]> {
  const sizes: number[] = [];
  for await (const portion of createWorkMeter(weight).portions(items)) sizes.push(portion.length);
  return sizes;
}

test('ordinary rows come in one portion, and none is one as well', async () => {
  assert.deepEqual(await portionsOf(10, rows(1000, 1000)), [1000]);
  assert.deepEqual(await portionsOf(10, []), [0]);
  assert.deepEqual(await portionsOf(0, rows(100, 1_000_000)), [100]);
});

test('large rows come a few at a time, and others have their turn in between', async () => {
  let turns = 0;
  let over = false;
  const others = (async () => {
    while (!over) {
      await setImmediate();
      turns += 1;
    }
  })();
  const sizes = await portionsOf(10, rows(10, 1_000_000));
  over = true;
  await others;
  assert.deepEqual(sizes, [2, 2, 2, 2, 2]);
  assert.ok(turns >= sizes.length);
});

test('too much work, on one entity or on all together, is refused', async () => {
  const tooBroad = { code: 'query_too_broad' };
  await assert.rejects(portionsOf(101, rows(1, 5_000_000)), tooBroad);
  await assert.rejects(portionsOf(1, rows(401, 5_000_000)), tooBroad);
  assert.equal((await portionsOf(1, rows(399, 5_000_000))).flat().length, 100);
});

test('what is harder to evaluate weighs more', () => {
  const contains = (text: string): Filter => ({ kind: 'contains', path: 'a', text });
  const wildcard: Filter = { kind: 'wildcard', path: 'a', pattern: 'a*' };
  const comparison: Filter = { kind: 'comparison', path: 'a', operator: '=', value: 1 };
  assert.equal(weightOf([comparison, { kind: 'not', operand: comparison }]), 2);
  assert.ok(weightOf([contains('one two')]) < weightOf([contains('one* two*')]));
  assert.equal(
    weightOf([{ kind: 'or', operands: [wildcard, comparison] }]),
    weightOf([wildcard, comparison]),
  );
});
