/** Edges of an entity that is gone. There may be very many, as of an activity in many feeds: nobody waits for them all. */
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { rows, statement, type Work } from './statement.ts';

/** At a time. */
const most = 500;

/** By whole keys: SQLite would else look for the target among all edges of the application. */
const deleteAt = (end: 'source' | 'target') =>
  statement(
    `delete from edges where (application_id, source_id, verb, target_id) in
       (select application_id, source_id, verb, target_id from edges
        where application_id = ? and ${end}_id = ? limit ${most}) returning verb`,
  );
const deleteOutgoing = deleteAt('source');
const deleteIncoming = deleteAt('target');

/** Ends so many of its edges. @returns whether none is left. */
export function* removeEdges(application: RealmKey, id: Uint8Array): Work<boolean> {
  const outgoing = yield* rows(deleteOutgoing, application, id);
  if (outgoing.length === most) return false;
  return (yield* rows(deleteIncoming, application, id)).length < most;
}
