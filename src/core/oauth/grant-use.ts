/** Notes when a grant was last used, for its user to see: now and then, since each note is a write. */
import { BoundedCache } from '../bounded-cache.ts';
import type { Clock } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import type { GrantStore } from './authorization.ts';

const notedEveryMilliseconds = 300_000;
const capacity = 50_000;

export function createGrantUse(options: {
  grantsOf(realm: RealmKey): Pick<GrantStore, 'touch'>;
  clock: Clock;
}): (realm: RealmKey, grant: Uuid) => Promise<void> {
  const { grantsOf, clock } = options;
  const notedAt = new BoundedCache<Uuid, number>(capacity);
  return async (realm, grant) => {
    const now = clock.now();
    if (now - (notedAt.get(grant) ?? 0) < notedEveryMilliseconds) return;
    notedAt.set(grant, now);
    await grantsOf(realm).touch(grant, now);
  };
}
