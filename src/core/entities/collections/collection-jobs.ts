/**
 * What goes on with whole collections in the background: wiping them, and indexing them anew (usergrid-data.md 1.5 and
 * 1.8). A job is stored before it begins and after each part of it, so that it goes on after a restart; doing a part
 * twice changes nothing.
 */
import type { Clock, Log } from '../../ports.ts';
import type { Application, RealmKey } from '../../tenancy/tenancy.ts';
import type { Uuid, UuidSource } from '../../uuid.ts';
import type { CollectionJobParts, JobPart } from './collection-job-parts.ts';

export type CollectionJobKind = 'clear' | 'reindex';
export type CollectionJobStatus = 'STARTED' | 'INPROGRESS' | 'COMPLETE' | 'FAILED';

export interface CollectionJob {
  id: Uuid;
  application: RealmKey;
  type: string;
  kind: CollectionJobKind;
  status: CollectionJobStatus;
  /** Milliseconds since the epoch. */
  startedAt: number;
  lastUpdated: number;
  /** Of a clear: entities changed at that time or later stay. */
  updatedBefore: number;
  /** How many entities it has looked at, and how many it has deleted or indexed. */
  checked: number;
  done: number;
  /** How often in a row it could not go on. */
  failures: number;
  /** Where the next part begins, as its kind writes it. */
  position: string | undefined;
}

/** Of one application. */
export interface CollectionJobStore {
  create(job: CollectionJob, dueAt: number): Promise<void>;
  find(id: Uuid): Promise<CollectionJob | undefined>;
  save(job: CollectionJob, dueAt: number): Promise<void>;
  /** Moves what is due at `before` to `dueAt`; false where another was quicker. */
  take(id: Uuid, before: number, dueAt: number): Promise<boolean>;
  delete(id: Uuid): Promise<void>;
}

/** Of all applications: administration. */
export interface CollectionJobQueue {
  due(now: number, most: number): Promise<{ job: CollectionJob; dueAt: number }[]>;
}

export interface CollectionJobs {
  /** The job has been stored, and begins. */
  start(
    application: Application,
    type: string,
    kind: CollectionJobKind,
    updatedBefore?: number,
  ): Promise<CollectionJob>;
  find(application: Application, id: Uuid): Promise<CollectionJob | undefined>;
  /** Takes up what is due; at the start of a process, what an earlier one left too. */
  resume(atStart?: boolean): void;
  /** Resolves when nothing is done in the background. */
  idle(): Promise<void>;
  /** Ends after the part that is under way: the rest is done after the next start. */
  stop(): Promise<void>;
}

export interface CollectionJobsOptions {
  storeOf(application: RealmKey): CollectionJobStore;
  queue: CollectionJobQueue;
  parts: CollectionJobParts;
  clock: Clock;
  uuids: UuidSource;
  log: Log;
}

/** How long after the last sign of life another process takes a job up. */
const leaseMilliseconds = 60_000;
/** How long the outcome can be asked for. */
const keptMilliseconds = 7 * 24 * 60 * 60_000;
const takenTogether = 10;
/** Then the next job has its turn. */
const partsInTurn = 10;
const mostFailures = 10;

const isOver = ({ status }: CollectionJob): boolean => status === 'COMPLETE' || status === 'FAILED';

export function createCollectionJobs(options: CollectionJobsOptions): CollectionJobs {
  const { storeOf, queue, parts, clock, uuids, log } = options;
  let working: Promise<void> | undefined;
  let wanted = false;
  let stopped = false;

  /** When the job is due again, should nobody get on with it. */
  function dueAfter({ status }: CollectionJob, goesOn: boolean): number {
    if (status === 'COMPLETE' || status === 'FAILED') return clock.now() + keptMilliseconds;
    return goesOn ? clock.now() + leaseMilliseconds : clock.now();
  }

  async function attempt(job: CollectionJob): Promise<CollectionJob> {
    try {
      return advanced(job, await parts[job.kind](job));
    } catch (error) {
      log.error({ err: error, job: job.id }, 'a part of a collection job failed');
      const failures = job.failures + 1;
      return { ...job, failures, status: failures < mostFailures ? job.status : 'FAILED' };
    }
  }

  async function advance(first: CollectionJob): Promise<void> {
    let job = first;
    for (let part = 1; part <= partsInTurn && !isOver(job) && !stopped; part += 1) {
      const before = job;
      job = { ...(await attempt(before)), lastUpdated: clock.now() };
      // What fails waits as long as if the process had ended.
      const failed = job.failures > before.failures;
      await storeOf(job.application).save(job, dueAfter(job, failed || part < partsInTurn));
      if (failed) return;
    }
  }

  async function take(job: CollectionJob, dueAt: number): Promise<void> {
    const store = storeOf(job.application);
    if (isOver(job)) return store.delete(job.id);
    if (await store.take(job.id, dueAt, clock.now() + leaseMilliseconds)) await advance(job);
  }

  async function work(until: number): Promise<void> {
    try {
      for (let now = until; wanted && !stopped; now = clock.now()) {
        const due = await queue.due(now, takenTogether);
        wanted = due.length > 0;
        for (const { job, dueAt } of due) if (!stopped) await take(job, dueAt);
      }
    } catch (error) {
      log.error({ err: error }, 'collection jobs could not be taken up');
    } finally {
      working = undefined;
    }
  }

  function resume(atStart = false): void {
    wanted = true;
    if (!working && !stopped) working = work(clock.now() + (atStart ? leaseMilliseconds : 0));
  }

  return {
    async start({ key }, type, kind, updatedBefore) {
      const now = clock.now();
      const job: CollectionJob = {
        ...{ id: uuids.next(), application: key, type, kind, status: 'STARTED' },
        ...{ startedAt: now, lastUpdated: now, updatedBefore: updatedBefore ?? now + 1 },
        ...{ checked: 0, done: 0, failures: 0, position: undefined },
      };
      await storeOf(key).create(job, now);
      resume();
      return job;
    },
    find: ({ key }, id) => storeOf(key).find(id),
    resume,
    async idle() {
      while (working) await working;
    },
    async stop() {
      stopped = true;
      await working;
    },
  };
}

const advanced = (job: CollectionJob, { checked, done, position }: JobPart): CollectionJob => ({
  ...job,
  status: position === undefined ? 'COMPLETE' : 'INPROGRESS',
  checked: job.checked + checked,
  done: job.done + done,
  failures: 0,
  position,
});
