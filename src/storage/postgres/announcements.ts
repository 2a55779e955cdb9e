/**
 * Changes on their way to other processes: a row in `changes`, for those that cannot listen at the moment, and a
 * notification, both in the transaction of the write itself.
 */
import type pg from 'pg';
import { type Change, type ChangeTopic, changeTopics } from '../../core/oauth/revocation-store.ts';
import { integer, type Row } from '../sql/statement.ts';
import type { AnnouncedChange } from './engine.ts';

export const changeChannel = 'keygrid_changes';

const insertChanges = {
  name: 'keygrid_announce',
  text: `with added as (
      insert into changes (topic, realm) select * from unnest($1::text[], $2::bigint[]) returning sequence, topic, realm)
    select sequence, topic, realm, pg_notify('${changeChannel}', sequence || ' ' || topic || ' ' || realm)::text as told
    from added`,
};

export async function announceChanges(
  changes: Change[],
  run: (query: pg.QueryConfig<unknown[]>) => Promise<Row[]>,
): Promise<AnnouncedChange[]> {
  if (changes.length === 0) return [];
  const distinct = [
    ...new Map(changes.map((change) => [`${change.topic} ${change.realm}`, change])).values(),
  ];
  const rows = await run({
    ...insertChanges,
    values: [distinct.map(({ topic }) => topic), distinct.map(({ realm }) => realm)],
  });
  return rows.map(toAnnouncedChange);
}

export const toAnnouncedChange = (row: Row): AnnouncedChange => ({
  sequence: integer(row, 'sequence'),
  topic: row.topic as ChangeTopic,
  realm: integer(row, 'realm'),
});

/** Undefined for what is not ours: anybody with a connection may notify. */
export function parseAnnouncement(payload: string | undefined): AnnouncedChange | undefined {
  const [sequence, topic, realm] = (payload ?? '').split(' ');
  const known = changeTopics.find((each) => each === topic);
  return known && { sequence: Number(sequence), topic: known, realm: Number(realm) };
}
