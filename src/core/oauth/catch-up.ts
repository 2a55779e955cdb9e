/** Reads what was announced: one reading at a time, and as often as it takes. */
import type { Clock, Log } from '../ports.ts';

export interface CatchUp {
  /** Something is there to be read. */
  announced(): void;
  /** For how long something announced has not been read; a reading that failed is tried again from here. */
  behindMilliseconds(): number;
}

const betweenTries = 1_000;

export function createCatchUp(
  read: () => Promise<void>,
  { clock, log }: { clock: Clock; log: Log },
): CatchUp {
  let announcements = 0;
  let announcementsRead = 0;
  let behindSince = 0;
  let running = false;
  let triedAt = 0;

  /** What is announced while it reads may have been written after it read: then it reads once more. */
  async function run(): Promise<void> {
    running = true;
    try {
      while (announcementsRead < announcements) {
        triedAt = clock.now();
        const readUpTo = announcements;
        await read();
        announcementsRead = readUpTo;
        behindSince = triedAt;
      }
    } catch (error) {
      log.error({ err: error }, 'what was announced cannot be read');
    }
    running = false;
  }

  return {
    announced() {
      if (announcementsRead === announcements) behindSince = clock.now();
      announcements += 1;
      if (!running) void run();
    },
    behindMilliseconds() {
      if (announcementsRead === announcements) return 0;
      const now = clock.now();
      if (!running && now - triedAt >= betweenTries) void run();
      return now - behindSince;
    },
  };
}
