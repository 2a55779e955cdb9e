import { KeygridError } from '../core/errors.ts';

export interface FairQueue {
  /**
   * Runs the job when its turn comes, and answers with its result.
   * @throws KeygridError `overloaded` when there is no room to wait.
   */
  run<Result>(tenant: string, job: () => Promise<Result>): Promise<Result>;
  /** Jobs that run or wait. */
  readonly pending: number;
}

export interface FairQueueOptions {
  /** Jobs that run at the same time. */
  concurrency: number;
  /** Jobs that wait, over all tenants. */
  queueLimit: number;
  /** What a refused caller is told to wait. */
  retryAfterSeconds: number;
}

interface Waiting {
  start(): void;
  refuse(): void;
}

/**
 * Tenants take turns, each with its own jobs in order. When the queue is full, room for a tenant comes from the
 * newest job of the one that waits for most; that one alone notices that the server is overloaded.
 */
export function createFairQueue({ concurrency, queueLimit, retryAfterSeconds }: FairQueueOptions): FairQueue {
  // A Map keeps the order of insertion: the tenant at its front has the next turn.
  const waitingByTenant = new Map<string, Waiting[]>();
  let running = 0;
  let waiting = 0;

  function startNext(): void {
    const turn = waitingByTenant.entries().next().value;
    if (turn === undefined || running >= concurrency) return;
    const [tenant, jobs] = turn;
    const job = jobs.shift();
    waitingByTenant.delete(tenant);
    if (jobs.length > 0) waitingByTenant.set(tenant, jobs);
    waiting -= 1;
    running += 1;
    job?.start();
  }

  function longest(): Waiting[] {
    let found: Waiting[] = [];
    for (const jobs of waitingByTenant.values()) if (jobs.length > found.length) found = jobs;
    return found;
  }

  /** False when there is no room, and no tenant with at least two more jobs to take it from. */
  function makeRoom(jobs: Waiting[]): boolean {
    if (waiting < queueLimit) return true;
    const crowded = longest();
    if (crowded.length < jobs.length + 2) return false;
    crowded.pop()?.refuse();
    waiting -= 1;
    return true;
  }

  const overloaded = () =>
    new KeygridError('overloaded', 'The server is busy. Try again in a few seconds.', { retryAfterSeconds });

  function waitForTurn(tenant: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const jobs = waitingByTenant.get(tenant) ?? [];
      if (!makeRoom(jobs)) return reject(overloaded());
      jobs.push({ start: resolve, refuse: () => reject(overloaded()) });
      waitingByTenant.set(tenant, jobs);
      waiting += 1;
    });
  }

  return {
    get pending() {
      return running + waiting;
    },
    async run(tenant, job) {
      if (running < concurrency) running += 1;
      else await waitForTurn(tenant);
      try {
        return await job();
      } finally {
        running -= 1;
        startNext();
      }
    },
  };
}
