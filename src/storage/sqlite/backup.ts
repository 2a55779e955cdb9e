/** A consistent copy of a SQLite database in use. */
import { backup } from 'node:sqlite';
import { openDatabase } from './engine.ts';

/** Called after every batch of pages. */
export type CopyProgress = (share: { done: number; total: number }) => void;

const pagesAtOnce = 1000;

/**
 * Copies the database as it is now, whatever is written to it meanwhile, to a new file that stands alone: no write-ahead
 * log belongs to it.
 */
export async function copyDatabase(source: string, target: string, onProgress?: CopyProgress): Promise<void> {
  const reader = openDatabase(source, true);
  try {
    // Within a read transaction the copy is of one moment; without, every write of another process begins it anew.
    reader.exec('begin; select 1 from sqlite_schema limit 1');
    await backup(reader, target, {
      rate: pagesAtOnce,
      progress: ({ totalPages, remainingPages }) =>
        onProgress?.({ done: totalPages - remainingPages, total: totalPages }),
    });
  } finally {
    reader.close();
  }
  const copy = openDatabase(target);
  copy.exec('pragma journal_mode = delete');
  copy.close();
}
