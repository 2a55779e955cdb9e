import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchContext, Engine } from '../context.ts';

/**
 * Reads all that the engine has on the disk, so that the system has it in memory: some take away again, within half a
 * minute, what nobody asks for, and the largest collection would then be measured against the disk alone.
 */
export function readIntoMemory({ directory }: BenchContext, engine: Engine): void {
  const places =
    engine === 'postgres'
      ? [join(directory, 'postgres', 'base')]
      : readdirSync(directory)
          .filter((name) => name.startsWith('scale-sqlite-'))
          .map((name) => join(directory, name));
  const readAll = [...places, '-type', 'f', '-exec', 'cat', '{}', '+'];
  // PostgreSQL makes and removes files meanwhile: what is gone needs no reading, and `find` would call it a failure.
  const { error } = spawnSync('find', readAll, { stdio: 'ignore' });
  if (error) throw error;
}
