/** What a large file needs beside the work: to be mapped, and a thread that moves the log into it. */
import type { DatabaseSync } from 'node:sqlite';
import { type Checkpoints, createCheckpoints } from './checkpoints.ts';
import type { SqlitePorts } from './ports.ts';

/**
 * From this size on, in bytes, the file is read by mapping it: a page then costs no system call and no copy, and among
 * a million entities every row is in another page. A smaller one is held by SQLite's own cache, and does not show as
 * memory of the process.
 */
export const largeFile = 256 * 1024 * 1024;
/** As much as SQLite maps at most. */
const mostMappedBytes = 0x7fff0000;
const commitsBetweenLooks = 1000;

export interface LargeFileCare {
  /** Never throws. */
  afterCommit(): void;
  close(): Promise<void>;
}

/** Looks at the size at once, and then now and again. */
export function careForLargeFile(
  database: DatabaseSync,
  ports: SqlitePorts,
  mappedFrom: number,
): LargeFileCare {
  let checkpoints: Checkpoints | undefined;
  let commits = 0;

  function lookAtSize(): void {
    if (mapIfLarge(database, mappedFrom)) checkpoints = createCheckpoints(database, ports);
  }

  lookAtSize();
  return {
    afterCommit() {
      commits += 1;
      try {
        if (!checkpoints && commits % commitsBetweenLooks === 0) lookAtSize();
        checkpoints?.afterCommit();
      } catch {
        // The commits stand. What hinders this, as a full disk does, is told to the writes that it hinders.
      }
    },
    close: async () => checkpoints?.close(),
  };
}

/** Whether the file is large; then it is mapped from now on. */
function mapIfLarge(database: DatabaseSync, mappedFrom: number): boolean {
  const { bytes } = database
    .prepare('select page_count * page_size as bytes from pragma_page_count, pragma_page_size')
    .get() as { bytes: number };
  if (bytes < mappedFrom) return false;
  database.exec(`pragma mmap_size = ${mostMappedBytes}`);
  return true;
}
