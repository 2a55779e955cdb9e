/**
 * Many passwords by one thread, that is asked and answers once for all of them: to be woken between two hashes costs the
 * main thread more than the work it is woken for (docs/decisions/2026-11-30-many-passwords-by-one-thread.md).
 */
import { Worker } from 'node:worker_threads';
import { type PasswordJob, type PasswordResult, performPasswordJob } from './password-job.ts';

/** What a thread is started with. */
export interface ThreadData {
  endsAfterMilliseconds: number;
}

export type Outcomes = PromiseSettledResult<PasswordResult>[];

const workerFile = new URL(`./password-worker.${import.meta.url.split('.').at(-1)}`, import.meta.url);

/** Threads are started as they are needed, one for each call that is under way; idle ones end after a while. */
export function createPasswordThreads(
  endsAfterMilliseconds = 30_000,
): (jobs: PasswordJob[]) => Promise<Outcomes> {
  const idle = new Set<Worker>();

  function startThread(): Worker {
    const workerData: ThreadData = { endsAfterMilliseconds };
    const thread = new Worker(workerFile, { workerData });
    // An idle one that ends is not asked again; one that fails at work says so to who waits for it.
    thread.on('error', () => idle.delete(thread));
    thread.once('exit', () => idle.delete(thread));
    return thread;
  }

  function askThread(jobs: PasswordJob[]): Promise<Outcomes> {
    return new Promise((resolve, reject) => {
      // Where the system has no thread left this throws, which within a promise refuses like all else.
      const thread = idle.values().next().value ?? startThread();
      idle.delete(thread);
      const ended = (): void => reject(new Error('the thread ended'));
      thread.once('exit', ended).once('message', (outcomes: Outcomes) => {
        thread.off('exit', ended).unref();
        idle.add(thread);
        resolve(outcomes);
      });
      thread.ref();
      thread.postMessage(jobs);
    });
  }

  // A thread that cannot be had, or that ends in the middle, is no reason to refuse anybody.
  return (jobs) => askThread(jobs).catch(() => Promise.allSettled(jobs.map(performPasswordJob)));
}
