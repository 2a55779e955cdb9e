/** Creating a batch of users. usergrid-data.md 1.2: items at fault are left out, the rest is created in order. */
import type { StoredEntity } from '../entities/entity-store.ts';
import { type ErrorCode, KeygridError } from '../errors.ts';
import type { Properties } from '../tenancy/tenancy.ts';

/** What is wrong with an item; anything else is wrong with the server and ends the batch. */
const ownFaults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'invalid_argument',
  'missing_property',
  'duplicate_value',
  'entity_too_large',
  'password_policy',
]);

export interface UserCreation<Prepared> {
  prepare(sent: Properties): Promise<Prepared>;
  store(prepared: Prepared): Promise<StoredEntity>;
}

/** Each may have a password to hash, and guests may sign up: a batch must not keep the server busy for minutes. */
const mostAtOnce = 500;

/** Nothing is stored before all passwords are hashed. @throws KeygridError `invalid_argument` for too many */
export async function createUsers<Prepared extends { properties: Properties }>(
  { prepare, store }: UserCreation<Prepared>,
  sent: Properties[],
): Promise<StoredEntity[]> {
  if (sent.length > mostAtOnce) {
    throw new KeygridError('invalid_argument', `A batch has at most ${mostAtOnce} users`);
  }
  const prepared: Prepared[] = [];
  // One password after the other: a batch has one turn at a time, like everyone.
  for (const item of sent) {
    const ready = await unlessAtFault(prepare(item));
    if (ready) prepared.push(ready);
  }
  const stored = new Map<Prepared, StoredEntity | undefined>();
  const storeOne = async (item: Prepared): Promise<void> => {
    stored.set(item, await unlessAtFault(store(item)));
  };
  const { first, later } = bySharedNames(prepared);
  await Promise.all(first.map(storeOne));
  for (const item of later) await storeOne(item);
  return prepared.map((item) => stored.get(item)).filter((user) => user !== undefined);
}

/** Of two that claim one name or address the first is kept, so the second waits until that one is stored or refused. */
function bySharedNames<Prepared extends { properties: Properties }>(
  prepared: Prepared[],
): { first: Prepared[]; later: Prepared[] } {
  const claimed = new Set<string>();
  const later = new Set<Prepared>();
  for (const item of prepared) {
    const { username, email } = item.properties;
    const claims = [`username ${username}`.toLowerCase()];
    if (email !== undefined) claims.push(`email ${email}`.toLowerCase());
    if (claims.some((claim) => claimed.has(claim))) later.add(item);
    for (const claim of claims) claimed.add(claim);
  }
  return { first: prepared.filter((item) => !later.has(item)), later: [...later] };
}

async function unlessAtFault<Result>(attempt: Promise<Result>): Promise<Result | undefined> {
  try {
    return await attempt;
  } catch (error) {
    if (error instanceof KeygridError && ownFaults.has(error.code)) return undefined;
    throw error;
  }
}
