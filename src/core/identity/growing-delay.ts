/** A pause after each failure that doubles from one to the next, by key. */
import { BoundedCache } from '../bounded-cache.ts';
import type { Clock } from '../ports.ts';
import { throttled } from './rate-limit.ts';

export interface GrowingDelay {
  /**
   * Starts an attempt. The answer takes it back, for one that came to no decision.
   * @throws KeygridError `throttled` while the pause after the last failure lasts.
   */
  begin(key: string): () => void;
  /** Attempts that may be under way at once: whatever comes of them, no more failures are free than were promised. */
  attemptsAtOnce(key: string): number;
  failed(key: string): void;
  forget(key: string): void;
}

export interface GrowingDelayOptions {
  clock: Clock;
  /** Failures before the first pause. */
  freeFailures: number;
  longestMilliseconds: number;
  /** Without a failure for so long, all is forgotten. */
  forgottenAfterMilliseconds: number;
  capacity?: number;
}

interface State {
  failures: number;
  lastFailureAt: number;
  notBefore: number;
}

const usualCapacity = 50_000;
const firstDelayMilliseconds = 1000;

export function createGrowingDelay(options: GrowingDelayOptions): GrowingDelay {
  const { clock, freeFailures, longestMilliseconds, forgottenAfterMilliseconds } = options;
  const states = new BoundedCache<string, State>(options.capacity ?? usualCapacity);

  function stateOf(key: string): State {
    const state = states.get(key);
    if (state && clock.now() - state.lastFailureAt < forgottenAfterMilliseconds) return state;
    return { failures: 0, lastFailureAt: 0, notBefore: 0 };
  }

  function pauseAfter(failures: number): number {
    if (failures < freeFailures) return 0;
    return Math.min(firstDelayMilliseconds * 2 ** (failures - freeFailures), longestMilliseconds);
  }

  return {
    begin(key) {
      const state = stateOf(key);
      const now = clock.now();
      if (now < state.notBefore) throw throttled(state.notBefore - now);
      const { notBefore } = state;
      // The pause begins with the attempt: of many sent at once after a pause, one is let through.
      const reserved = now + pauseAfter(state.failures);
      state.notBefore = reserved;
      return () => {
        if (state.notBefore === reserved) state.notBefore = notBefore;
      };
    },
    attemptsAtOnce: (key) => Math.max(1, freeFailures - stateOf(key).failures),
    failed(key) {
      const { failures } = stateOf(key);
      const now = clock.now();
      states.set(key, {
        failures: failures + 1,
        lastFailureAt: now,
        notBefore: now + pauseAfter(failures + 1),
      });
    },
    forget(key) {
      states.set(key, { failures: 0, lastFailureAt: 0, notBefore: 0 });
    },
  };
}
