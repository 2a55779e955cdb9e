/** Who did what an activity tells of. usergrid-data.md 4.3. */
import type { StoredEntity } from '../entities/entity-store.ts';
import { KeygridError } from '../errors.ts';
import type { Properties } from '../tenancy/tenancy.ts';

/**
 * The activity with the user as its actor. What it says of the actor itself is kept.
 * @throws KeygridError `invalid_argument` when it is no object, or the actor is none
 */
export function withActor(sent: unknown, user: StoredEntity): Properties {
  if (!isObject(sent)) throw new KeygridError('invalid_argument', 'An activity must be a JSON object');
  const name = Object.keys(sent).findLast((key) => key.toLowerCase() === 'actor') ?? 'actor';
  const given = sent[name] ?? {};
  if (!isObject(given)) throw new KeygridError('invalid_argument', 'The actor must be a JSON object');
  const { email } = JSON.parse(user.body) as Properties;
  const actor = {
    ...given,
    uuid: given.uuid || user.uuid,
    ...((given.email || email) !== undefined && { email: given.email || email }),
  };
  return { ...sent, [name]: actor };
}

/** The uuid of the actor, which is set for good when the activity is created. */
export function actorOf({ body }: StoredEntity): string | undefined {
  const { actor } = JSON.parse(body) as Properties;
  return isObject(actor) && typeof actor.uuid === 'string' ? actor.uuid.toLowerCase() : undefined;
}

const isObject = (value: unknown): value is Properties =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
