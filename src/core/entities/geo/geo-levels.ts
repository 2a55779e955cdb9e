/**
 * How large the cells are that a search reads: so that each holds some rows and few, whatever part of the earth it is
 * in. It begins with what an earlier search found, and learns from each cell that it reads.
 */
import { type Cell, deepestLevel, firstNumber } from './geo-cells.ts';
import { meanEarthRadiusInMeters } from './geography.ts';

export interface Levels {
  /**
   * The cell to be read for this one: itself, or a larger one around it. Or else it has been read, or is to be cut up
   * without a look, since it is likely to hold too much. What is so many meters away is looked for in cells that are
   * not much smaller than that: else a wide ring would be cut into thousands.
   */
  cellFor(cell: Cell, meters?: number): Cell | 'read' | 'cut';
  /** The cell was read to its end, which took so many rows. */
  noteRead(cell: Cell, rows: number): void;
  /** The cell holds more than was read. */
  noteFull(cell: Cell): void;
  /** On which cells are expected to hold the right number of rows. */
  likely(): number;
}

/** A cell with less than one in so many of the rows it may have is too small. */
const fewestShare = 8;

/** @param mostRows how many rows of a cell are read, at the time. */
export function createLevels(firstLikely: number, mostRows: () => number): Levels {
  const read = new Set<number>();
  const full = new Set<number>();
  let likely = firstLikely;
  /** The first guess may be far too large: twice as many levels deeper at each miss. */
  let levelsDeeper = 1;
  /** Cells that held too few, since the level was last changed for it. */
  let small = 0;
  /** Than what is as high as far away. */
  let levelsSmaller = 2;

  return {
    cellFor(cell, meters = 0) {
      let least = 0;
      for (let level = 0; level <= cell.level; level += 1) {
        const number = numberOf(around(cell, level));
        if (read.has(number)) return 'read';
        if (full.has(number)) least = level + 1;
      }
      const level = Math.max(Math.min(likely, levelOfHeight(meters) + levelsSmaller), least);
      return level > cell.level ? 'cut' : around(cell, level);
    },
    noteRead(cell, rows) {
      read.add(numberOf(cell));
      levelsDeeper = 1;
      const share = (rows + 1) * fewestShare;
      if (share >= mostRows()) return;
      small += 1;
      // At the edge of a crowd, larger cells would hold a part of it again.
      if (small <= full.size) return;
      small = 0;
      // A level up, a cell is four times as large.
      likely = Math.max(0, Math.min(likely, cell.level - (share * 4 < mostRows() ? 2 : 1)));
    },
    noteFull(cell) {
      full.add(numberOf(cell));
      if (cell.level < likely) levelsSmaller += 1;
      likely = Math.min(deepestLevel, Math.max(likely, cell.level + levelsDeeper));
      levelsDeeper *= 2;
    },
    likely: () => likely,
  };
}

/** On which cells are about so many meters high, from the south to the north. */
const levelOfHeight = (meters: number): number =>
  Math.max(0, Math.floor(Math.log2((Math.PI * meanEarthRadiusInMeters) / meters)));

const around = ({ level, column, row }: Cell, larger: number): Cell => ({
  level: larger,
  column: column >> (level - larger),
  row: row >> (level - larger),
});

/** No two cells have the same; it is below 2^53. */
const numberOf = (cell: Cell): number => firstNumber(cell) * 32 + cell.level;
