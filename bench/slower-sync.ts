/** Servers whose disk takes longer to say that something is on it: to know what a figure owes to the disk of this machine. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { repositoryRoot } from './processes.ts';

/**
 * While `start` runs, servers are started with a library that holds up each of their syncs.
 * @throws Error where there is no C compiler.
 */
export async function withSlowerSyncs<Started>(
  directory: string,
  microseconds: number,
  start: () => Promise<Started>,
): Promise<Started> {
  const library = join(directory, 'slower-sync.so');
  const source = join(repositoryRoot, 'bench/slower-sync.c');
  execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl'], { stdio: 'pipe' });
  const settings = { LD_PRELOAD: library, SLOWER_SYNC_MICROSECONDS: String(microseconds) };
  Object.assign(process.env, settings);
  try {
    return await start();
  } finally {
    for (const name of Object.keys(settings)) delete process.env[name];
  }
}
