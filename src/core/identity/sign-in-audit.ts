/** Notes who signed in, and who did not. S162. */
import { createAudit, userSubject } from '../audit.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { type ErrorCode, KeygridError } from '../errors.ts';
import type { Clock, Log } from '../ports.ts';
import type { Uuid } from '../uuid.ts';
import type { AccountPlace } from './account-place.ts';
import { networkOf } from './address-network.ts';

export interface SignInAudit {
  /** `work` tells whom it found as soon as it knows. */
  watch<Result>(
    place: AccountPlace,
    address: string,
    work: (found: (account: Uuid) => void) => Promise<Result>,
  ): Promise<Result>;
}

/** Who is held back comes again at once, thousands of times: one line a minute says so. */
const heldBack: ReadonlySet<ErrorCode> = new Set(['throttled', 'overloaded']);
const heldBackEvery = 60_000;
const networksRemembered = 10_000;

export function createSignInAudit({ log, clock }: { log: Log; clock: Clock }): SignInAudit {
  const audit = createAudit(log);
  const notedAt = new BoundedCache<string, number>(networksRemembered);

  function isNews(key: string): boolean {
    const now = clock.now();
    if (now - (notedAt.get(key) ?? Number.NEGATIVE_INFINITY) < heldBackEvery) return false;
    notedAt.set(key, now);
    return true;
  }

  return {
    async watch({ realm, tenant }, address, work) {
      let actor: string | undefined;
      const where = { realm, tenant, address };
      try {
        const result = await work((uuid) => {
          actor = userSubject(realm, uuid);
        });
        audit('signed_in', { ...where, actor });
        return result;
      } catch (error) {
        if (!(error instanceof KeygridError)) throw error;
        const reason = error.code;
        if (!heldBack.has(reason)) audit('sign_in_refused', { ...where, actor, reason });
        else if (isNews(`${networkOf(address)} ${realm}`)) audit('sign_ins_held_back', { ...where, reason });
        throw error;
      }
    },
  };
}
