import { KeygridError } from '../core/errors.ts';

export interface FairQueue<Job, Result> {
  /**
   * Answers with the job's result when its turn came and it is done.
   * @throws KeygridError `overloaded` when there is no room to wait.
   */
  run(tenant: string, job: Job): Promise<Result>;
  /** Jobs that run or wait. */
  readonly pending: number;
}

export interface FairQueueOptions<Job, Result> {
  /** Portions that run at the same time. */
  concurrency: number;
  /** Jobs of one portion. Only where many wait is one more than a single job. */
  portionAtMost: number;
  /** Jobs that wait, over all tenants. */
  queueLimit: number;
  /** What a refused caller is told to wait. */
  retryAfterSeconds: number;
  /** Does the jobs of a portion; each outcome at its job's place. */
  perform(jobs: Job[]): Promise<PromiseSettledResult<Result>[]>;
}

interface Waiting<Job, Result> {
  job: Job;
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

/** Fewer are begun one by one: each is then answered as soon as it is done. */
const smallestPortion = 4;

/**
 * Tenants take turns, each with its own jobs in order. When the queue is full, room for a tenant comes from the
 * newest job of the one that waits for most; that one alone notices that the server is overloaded.
 */
export function createFairQueue<Job, Result>(options: FairQueueOptions<Job, Result>): FairQueue<Job, Result> {
  const { concurrency, portionAtMost, queueLimit, retryAfterSeconds, perform } = options;
  type Entry = Waiting<Job, Result>;
  // A Map keeps the order of insertion: the tenant at its front has the next turn.
  const waitingByTenant = new Map<string, Entry[]>();
  let portions = 0;
  let running = 0;
  let waiting = 0;

  function takeNext(): Entry {
    const [tenant, entries] = waitingByTenant.entries().next().value!;
    const next = entries.shift()!;
    waitingByTenant.delete(tenant);
    if (entries.length > 0) waitingByTenant.set(tenant, entries);
    waiting -= 1;
    return next;
  }

  function takePortion(): Entry[] {
    const share = Math.ceil(waiting / concurrency);
    const size = share < smallestPortion ? 1 : Math.min(share, portionAtMost);
    return Array.from({ length: size }, takeNext);
  }

  /** What fails as a whole, at once or later, is told to each that waits for it. */
  async function outcomesOf(entries: Entry[]): Promise<PromiseSettledResult<Result>[]> {
    try {
      return await perform(entries.map(({ job }) => job));
    } catch (reason) {
      return entries.map(() => ({ status: 'rejected', reason }));
    }
  }

  async function runPortion(entries: Entry[]): Promise<void> {
    portions += 1;
    running += entries.length;
    const outcomes = await outcomesOf(entries);
    portions -= 1;
    running -= entries.length;
    startNext();
    for (const [at, { resolve, reject }] of entries.entries()) {
      const outcome = outcomes[at]!;
      if (outcome.status === 'fulfilled') resolve(outcome.value);
      else reject(outcome.reason);
    }
  }

  function startNext(): void {
    while (waiting > 0 && portions < concurrency) void runPortion(takePortion());
  }

  function longest(): Entry[] {
    let found: Entry[] = [];
    for (const entries of waitingByTenant.values()) if (entries.length > found.length) found = entries;
    return found;
  }

  const overloaded = () =>
    new KeygridError('overloaded', 'The server is busy. Try again in a few seconds.', { retryAfterSeconds });

  /** False when there is no room, and no tenant with at least two more jobs to take it from. */
  function makeRoom(entries: Entry[]): boolean {
    if (portions < concurrency || waiting < queueLimit) return true;
    const crowded = longest();
    if (crowded.length < entries.length + 2) return false;
    crowded.pop()?.reject(overloaded());
    waiting -= 1;
    return true;
  }

  return {
    get pending() {
      return running + waiting;
    },
    run: (tenant, job) =>
      new Promise((resolve, reject) => {
        const entries = waitingByTenant.get(tenant) ?? [];
        if (!makeRoom(entries)) return reject(overloaded());
        entries.push({ job, resolve, reject });
        waitingByTenant.set(tenant, entries);
        waiting += 1;
        startNext();
      }),
  };
}
