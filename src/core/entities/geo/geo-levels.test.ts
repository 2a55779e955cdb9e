import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cell, cellAt, childrenOf, deepestLevel, wholeEarth } from './geo-cells.ts';
import { createLevels } from './geo-levels.ts';

const town = { latitude: 37.7, longitude: -122.4 };
const mostRows = 64;

/** Looks for the place from the whole earth on, and how many cells were read for it. */
function readsFor(firstLevel: number, rowsOf: (cell: Cell) => number): { reads: number; found: Cell } {
  const levels = createLevels(firstLevel, () => mostRows);
  let cell = wholeEarth;
  for (let reads = 0; ; ) {
    const chosen = levels.cellFor(cell);
    if (chosen === 'read') assert.fail('nothing of the place is read');
    if (chosen !== 'cut') {
      reads += 1;
      assert.deepEqual(chosen, cellAt(town, chosen.level));
      if (rowsOf(chosen) < mostRows || chosen.level === deepestLevel) {
        levels.noteRead(chosen, rowsOf(chosen));
        assert.equal(levels.cellFor(cellAt(town, deepestLevel)), 'read');
        return { reads, found: chosen };
      }
      levels.noteFull(chosen);
    }
    if (chosen === 'cut' || chosen.level === cell.level) cell = cellAt(town, cell.level + 1);
  }
}

test('the right guess takes one look, and any other few', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 24 }), fc.integer({ min: 0, max: 24 }), (guess, right) => {
      const { reads, found } = readsFor(guess, ({ level }) => (level < right ? mostRows : 20));
      assert.ok(found.level >= right);
      assert.ok(reads <= 6, `${reads} looks from level ${guess} to ${right}`);
      if (guess === right) assert.equal(reads, 1);
    }),
  );
});

test('where cells hold next to nothing, larger and larger ones are read', () => {
  const levels = createLevels(20, () => mostRows);
  let cell: Cell = { level: 20, column: 0, row: 0 };
  const read: number[] = [];
  while (cell.column < 2 ** 20) {
    const chosen = levels.cellFor(cell) as Cell;
    read.push(chosen.level);
    levels.noteRead(chosen, 0);
    // East of what was read.
    cell = { ...cell, column: (chosen.column + 1) * 2 ** (20 - chosen.level) };
  }
  assert.deepEqual(read, [20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0]);
});

test('what is known to hold too much is not read again, however little there is beside it', () => {
  const levels = createLevels(5, () => mostRows);
  const crowded = cellAt(town, 5);
  levels.noteFull(crowded);
  for (const quarter of childrenOf(crowded)) {
    assert.deepEqual(levels.cellFor(quarter), quarter);
    levels.noteRead(quarter, 0);
  }
});
