/**
 * Brings activities into the feeds they belong to. What is to be done is stored with the activity, so that a post that
 * was acknowledged reaches all feeds whatever happens to the process; doing a part twice changes nothing.
 */
import { createTurns } from '../entities/turns.ts';
import type { Clock, Log } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import type { ActivityStore, FanOut, FanOutStore } from './activity-store.ts';

/** Written side by side with what others publish: few have more followers. */
const feedsAtFirst = 50;
/** Then one transaction after the other, whoever publishes: nobody waits for it more than a few milliseconds. */
const feedsAtOnce = 250;
/** The rest follows after the answer. */
const batchesInRequest = 40;
/** Then the next fan-out has its turn, so that one of millions does not hold up the others. */
const batchesInTurn = 10;
const copiedOnFollow = 1000;
/** How long after the last sign of life another process takes a fan-out up. */
const leaseMilliseconds = 30_000;
const takenTogether = 20;

/** Before every activity. */
const newest = { connectedAt: Number.MAX_SAFE_INTEGER, uuid: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

export interface FanOuts {
  /**
   * The first 10,000 feeds, of a batch the first 50; what is left goes on in the background. Never throws: what fails is
   * tried again later.
   */
  begin(fanOut: FanOut, isOfBatch: boolean): Promise<void>;
  /** Brings the newest 1000 activities that the user published into the follower's feed. */
  copyPublished(application: RealmKey, user: Uuid, follower: Uuid): Promise<void>;
  /** When what was just published is due, if nobody gets on with it. */
  dueAt(): number;
  /** Takes up what is due; at the start of a process, what an earlier one left too. */
  resume(atStart?: boolean): void;
  /** Resolves when nothing is done in the background. */
  idle(): Promise<void>;
  /** Ends after the batch that is under way: the rest is done after the next start. */
  stop(): Promise<void>;
}

export function createFanOuts(options: {
  activitiesOf(application: RealmKey): ActivityStore;
  fanOuts: FanOutStore;
  clock: Clock;
  log: Log;
}): FanOuts {
  const { activitiesOf, fanOuts, clock, log } = options;
  let working: Promise<void> | undefined;
  let wanted = false;
  let stopped = false;
  const inTurn = createTurns();
  const dueAt = () => clock.now() + leaseMilliseconds;

  /** Whether it was finished. What is left after so many batches is due at once. */
  async function advance(fanOut: FanOut, batches: number): Promise<boolean> {
    const activities = activitiesOf(fanOut.application);
    let left: FanOut | undefined = fanOut;
    for (let batch = 1; left && batch <= batches && !stopped; batch += 1) {
      const from: FanOut = left;
      const isLast = batch === batches;
      left = await inTurn('feeds', () =>
        activities.spread(from, feedsAtOnce, isLast ? clock.now() : dueAt()),
      );
    }
    return left === undefined;
  }

  async function start(fanOut: FanOut, isOfBatch: boolean): Promise<boolean> {
    if (stopped) return false;
    const until = isOfBatch ? clock.now() : dueAt();
    const left = await activitiesOf(fanOut.application).spread(fanOut, feedsAtFirst, until);
    if (left === undefined) return true;
    return !isOfBatch && advance(left, batchesInRequest);
  }

  const report = (error: unknown, { activity }: FanOut): void =>
    log.error({ err: error, activity }, 'a fan-out failed, and will be taken up again');

  /** One that fails again and again must not keep the others from their turn. */
  async function advanceOrPostpone(fanOut: FanOut): Promise<void> {
    try {
      await advance(fanOut, batchesInTurn);
    } catch (error) {
      report(error, fanOut);
      await activitiesOf(fanOut.application).postpone(fanOut, dueAt());
    }
  }

  async function work(until: number): Promise<void> {
    try {
      for (let now = until; wanted && !stopped; now = clock.now()) {
        const due = await fanOuts.due(now, takenTogether);
        wanted = due.length > 0;
        for (const fanOut of due) if (!stopped) await advanceOrPostpone(fanOut);
      }
    } catch (error) {
      log.error({ err: error }, 'fan-outs could not be taken up');
    } finally {
      working = undefined;
    }
  }

  function resume(atStart = false): void {
    wanted = true;
    if (working || stopped) return;
    working = work(atStart ? dueAt() : clock.now());
  }

  return {
    async begin(fanOut, isOfBatch) {
      try {
        if (!(await start(fanOut, isOfBatch))) resume();
      } catch (error) {
        report(error, fanOut);
      }
    },
    async copyPublished(application, user, follower) {
      const activities = activitiesOf(application);
      let left: FanOut['after'] | undefined = newest;
      for (let copied = 0; left && copied < copiedOnFollow; copied += feedsAtOnce) {
        const from: FanOut['after'] = left;
        left = await inTurn('feeds', () => activities.copyPublished(user, follower, feedsAtOnce, from));
      }
    },
    dueAt,
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
