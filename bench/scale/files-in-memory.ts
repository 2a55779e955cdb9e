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
  const { error, stderr } = spawnSync('find', readAll, {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (error) throw error;
  // PostgreSQL makes and removes files meanwhile: what is gone needs no reading.
  const problems = stderr
    .split('\n')
    .filter((line) => line !== '' && !line.endsWith(': No such file or directory'));
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
