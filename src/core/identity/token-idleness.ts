/** The longest gap between two uses of each token, for roles that lapse with inactivity (usergrid-auth.md 7.7). */
import { BoundedCache } from '../bounded-cache.ts';
import type { Clock } from '../ports.ts';
import type { Caller } from './principal.ts';

const tokensRemembered = 50_000;

/** Kept in memory: after a restart a gap counts from the first use that this process saw. */
export function createTokenIdleness(clock: Clock): (caller: Caller) => number {
  const uses = new BoundedCache<string, { lastUsed: number; longest: number }>(tokensRemembered);
  return ({ token }) => {
    if (!token) return 0;
    const now = clock.now();
    const use = uses.get(token.id);
    if (!use) {
      uses.set(token.id, { lastUsed: now, longest: 0 });
      return 0;
    }
    use.longest = Math.max(use.longest, now - use.lastUsed);
    use.lastUsed = now;
    return use.longest;
  };
}
