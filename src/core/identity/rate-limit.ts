/** So many in so long, by key, in bounded memory. */
import { BoundedCache } from '../bounded-cache.ts';
import { KeygridError } from '../errors.ts';
import type { Clock } from '../ports.ts';

export interface RateLimit {
  /** @throws KeygridError `throttled` when the key has used up its allowance. */
  check(key: string): void;
  count(key: string): void;
  /** How many more may be counted now, before `check` throws. */
  left(key: string): number;
  /** `check`, then `count`. */
  take(key: string): void;
}

export interface RateLimitOptions {
  clock: Clock;
  /** How many at once after a pause; so many in each window from then on, evenly spread. */
  limit: number;
  windowMilliseconds: number;
  /** Keys remembered; beyond it the least recently used are let go. */
  capacity?: number;
}

const usualCapacity = 50_000;

/**
 * A leaky bucket, kept as the one moment at which it will have run empty: each count moves that moment on by the time
 * that one takes to leak.
 */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { clock, limit, windowMilliseconds, capacity = usualCapacity } = options;
  const emptyAt = new BoundedCache<string, number>(capacity);
  const share = windowMilliseconds / limit;

  /** Milliseconds that what was counted takes to leak. */
  const level = (key: string): number => Math.max(0, (emptyAt.get(key) ?? 0) - clock.now());

  function check(key: string): void {
    const excess = level(key) + share - windowMilliseconds;
    if (excess > 0) throw throttled(excess);
  }

  /** Counts beyond the limit, from attempts that were already under way, cost at most another window. */
  function count(key: string): void {
    emptyAt.set(key, clock.now() + Math.min(level(key) + share, 2 * windowMilliseconds));
  }

  return {
    check,
    count,
    left: (key) => Math.max(0, Math.floor((windowMilliseconds - level(key)) / share)),
    take(key) {
      check(key);
      count(key);
    },
  };
}

/** Says how long to wait, and nothing of what was counted. */
export const throttled = (waitMilliseconds: number): KeygridError =>
  new KeygridError('throttled', 'Too many attempts. Wait before the next.', {
    retryAfterSeconds: Math.max(1, Math.ceil(waitMilliseconds / 1000)),
  });
