/** How often a client may call an endpoint: aps-auth.md 5. Calls that are refused cost nothing and extend nothing. */
import { BoundedCache } from '../../core/bounded-cache.ts';
import { KeygridError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { overLimitText } from './errors.ts';

/** Calls a minute. Keys and discovery have no limit: every check of a token may fetch them. */
export const callsPerMinute = {
  'v1/authorize': 500,
  'v1/authenticate': 500,
  'v1/gettoken': 500,
  'v1/refreshtoken': 100,
  'v1/users/@me': 500,
  'v2/authorize': 100,
  'v2/token': 500,
  'v2/introspect': 100,
  'v2/revoke': 100,
  'v2/logout': 500,
  userinfo: 500,
} as const;

export type LimitedEndpoint = keyof typeof callsPerMinute;

export interface Allowance {
  limit: number;
  remaining: number;
}

export interface RateLimits {
  /** @throws KeygridError `throttled` */
  take(endpoint: LimitedEndpoint, caller: string): Allowance;
  /** For a call in the name of a client that it turned out not to be: nobody uses up another's allowance. */
  giveBack(endpoint: LimitedEndpoint, caller: string): void;
}

const minute = 60_000;
const longestCaller = 100;
const callersRemembered = 50_000;

export function createRateLimits(clock: Clock): RateLimits {
  const windows = new BoundedCache<string, { endsAt: number; calls: number }>(callersRemembered);
  const keyOf = (endpoint: LimitedEndpoint, caller: string): string =>
    `${endpoint} ${caller.slice(0, longestCaller)}`;

  function windowOf(key: string): { endsAt: number; calls: number } {
    const known = windows.get(key);
    if (known && known.endsAt > clock.now()) return known;
    const fresh = { endsAt: clock.now() + minute, calls: 0 };
    windows.set(key, fresh);
    return fresh;
  }

  return {
    take(endpoint, caller) {
      const limit = callsPerMinute[endpoint];
      const window = windowOf(keyOf(endpoint, caller));
      if (window.calls >= limit) {
        const retryAfterSeconds = Math.max(1, Math.ceil((window.endsAt - clock.now()) / 1000));
        throw new KeygridError('throttled', overLimitText, { retryAfterSeconds });
      }
      window.calls += 1;
      return { limit, remaining: limit - window.calls };
    },
    giveBack(endpoint, caller) {
      const window = windows.get(keyOf(endpoint, caller));
      if (window && window.calls > 0) window.calls -= 1;
    },
  };
}

/** For operators who want none, and for measurements. */
export const noRateLimits: RateLimits = {
  take: (endpoint) => ({ limit: callsPerMinute[endpoint], remaining: callsPerMinute[endpoint] }),
  giveBack: () => {},
};
