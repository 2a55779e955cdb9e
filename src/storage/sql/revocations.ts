/** RevocationStore over SQL. */
import type {
  Revocation,
  RevocationKind,
  RevocationReason,
  RevocationStore,
} from '../../core/oauth/revocation-store.ts';
import {
  announce,
  firstRow,
  integer,
  type Row,
  rows,
  type SqlEngine,
  statement,
  text,
  type Work,
} from './statement.ts';

/**
 * What `changed` counts. SQLite: the change that the same transaction will announce; there is one writer. PostgreSQL:
 * the transaction, since a reader may not see yet what another wrote before: its position is the oldest transaction
 * that is still under way.
 */
const thisChange = {
  sqlite: '(select coalesce(max(sequence), 0) + 1 from changes)',
  postgres: 'pg_current_xact_id()::text::bigint',
};
const selectPosition = statement('select coalesce(max(sequence), 0) + 1 as position from changes', {
  postgres: 'select pg_snapshot_xmin(pg_current_snapshot())::text::bigint as position',
});
const upsertRevocationAt = (changed: string): string =>
  `insert into revocations (kind, subject, issued_before, reason, expires_at, changed) values (?, ?, ?, ?, ?, ${changed})
   on conflict (kind, subject) do update set
     changed = excluded.changed,
     issued_before = case when excluded.issued_before > revocations.issued_before
       then excluded.issued_before else revocations.issued_before end,
     reason = excluded.reason,
     expires_at = case when excluded.expires_at is null or revocations.expires_at is null then null
       when excluded.expires_at > revocations.expires_at then excluded.expires_at else revocations.expires_at end`;
const upsertRevocation = statement(upsertRevocationAt(thisChange.sqlite), {
  postgres: upsertRevocationAt(thisChange.postgres),
});
const liveRevocations = statement(
  `select kind, subject, issued_before, reason, expires_at from revocations
   where changed >= ? and (expires_at is null or expires_at > ?)`,
);
const deleteExpiredRevocations = statement('delete from revocations where expires_at <= ? returning kind');

/** Stores and announces them, within the work of whatever else ends. */
export function* addRevocations(revocations: readonly Revocation[]): Work<void> {
  if (revocations.length === 0) return;
  for (const { kind, subject, issuedBefore, reason, expiresAt } of revocations) {
    const end = Number.isFinite(expiresAt) ? expiresAt : null;
    yield* rows(upsertRevocation, kind, subject, issuedBefore, reason, end);
  }
  yield* announce({ topic: 'revocations', realm: 0 });
}

export function createRevocationStore(engine: SqlEngine): RevocationStore {
  return {
    add: (revocations) => engine.write(() => addRevocations(revocations)),
    listLive: (now, since = 0) =>
      engine.read(function* () {
        // The position first: what is written between the two is listed, and listed again.
        const position = integer((yield* firstRow(selectPosition))!, 'position');
        const revocations = (yield* rows(liveRevocations, since, now)).map(revocationOf);
        return { revocations, position };
      }),
    deleteExpired: async (now) => (await engine.write(() => rows(deleteExpiredRevocations, now))).length,
  };
}

const revocationOf = (row: Row): Revocation => ({
  kind: text(row, 'kind') as RevocationKind,
  subject: text(row, 'subject'),
  issuedBefore: integer(row, 'issued_before'),
  reason: text(row, 'reason') as RevocationReason,
  expiresAt: row.expires_at === null ? Number.POSITIVE_INFINITY : integer(row, 'expires_at'),
});
