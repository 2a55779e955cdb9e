/** Revocations, server keys, refusals and the outbox, over SQL. */
import type { OutboxStore, Refusal, RefusalStore } from '../../core/explain.ts';
import type { ServerKeyStore } from '../../core/keys/key-store.ts';
import type {
  Revocation,
  RevocationKind,
  RevocationReason,
  RevocationStore,
} from '../../core/oauth/revocation-store.ts';
import {
  announce,
  firstRow,
  forEach,
  insertEach,
  integer,
  json,
  type Row,
  rows,
  type SqlEngine,
  statement,
  text,
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

export function createRevocationStore(engine: SqlEngine): RevocationStore {
  return {
    add: (revocations) =>
      engine.write(function* () {
        for (const { kind, subject, issuedBefore, reason, expiresAt } of revocations) {
          const end = Number.isFinite(expiresAt) ? expiresAt : null;
          yield* rows(upsertRevocation, kind, subject, issuedBefore, reason, end);
        }
        yield* announce({ topic: 'revocations', realm: 0 });
      }),
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

const selectKeys = statement('select id, sealed, active_from from server_keys order by active_from, id');
const insertKey = statement(
  'insert into server_keys (id, sealed, active_from) values (?, ?, ?) on conflict do nothing returning id',
);
const deleteKey = statement('delete from server_keys where id = ?');
const selectState = statement('select value from server_state where name = ?');
const insertState = statement('insert into server_state (name, value) values (?, ?) on conflict do nothing');

export function createServerKeyStore(engine: SqlEngine): ServerKeyStore {
  const readState = async (name: string): Promise<string | undefined> => {
    const row = await engine.read(() => firstRow(selectState, name));
    return row && text(row, 'value');
  };
  return {
    async list() {
      const found = await engine.read(() => rows(selectKeys));
      return found.map((row) => ({
        id: integer(row, 'id'),
        sealed: text(row, 'sealed'),
        activeFrom: integer(row, 'active_from'),
      }));
    },
    add: async (key) =>
      (await engine.write(() => firstRow(insertKey, key.id, key.sealed, key.activeFrom))) !== undefined,
    async remove(id) {
      await engine.write(() => rows(deleteKey, id));
    },
    readState,
    async writeStateOnce(name, value) {
      await engine.write(() => rows(insertState, name, value));
      return (await readState(name)) ?? value;
    },
  };
}

/** How many refusals are kept for `explain`. */
const refusalsKept = 10_000;
const insertRefusals = insertEach('refusals', { request_id: 'text', at: 'bigint', refusal: 'text' });
const trimRefusals = statement(
  'delete from refusals where at < (select at from refusals order by at desc limit 1 offset ?)',
);
const selectRefusal = statement('select refusal from refusals where request_id = ?');

export function createRefusalStore(engine: SqlEngine): RefusalStore {
  return {
    append: (refusals) =>
      engine.write(function* () {
        yield* forEach(
          insertRefusals,
          refusals.map((refusal) => [refusal.requestId, refusal.at, JSON.stringify(refusal)]),
        );
        yield* rows(trimRefusals, refusalsKept);
      }),
    async find(requestId) {
      const row = await engine.read(() => firstRow(selectRefusal, requestId));
      return row && json<Refusal>(row, 'refusal');
    },
  };
}

const insertMessage = statement('insert into outbox (recipient, subject, body, sent_at) values (?, ?, ?, ?)');
/** How many messages are kept, where no mail server takes them. */
const messagesKept = 10_000;
const trimMessages = statement('delete from outbox where id <= (select max(id) from outbox) - ?');
const selectMessages = statement(
  'select id, recipient, subject, body, sent_at from outbox where id < ? order by id desc limit ?',
);

export function createOutboxStore(engine: SqlEngine): OutboxStore {
  return {
    async append({ to, subject, text: body, sentAt }) {
      await engine.write(function* () {
        yield* rows(insertMessage, to, subject, body, sentAt);
        yield* rows(trimMessages, messagesKept);
      });
    },
    async list(limit, before) {
      const found = await engine.read(() => rows(selectMessages, before ?? Number.MAX_SAFE_INTEGER, limit));
      return found.map((row) => ({
        id: integer(row, 'id'),
        to: text(row, 'recipient'),
        subject: text(row, 'subject'),
        text: text(row, 'body'),
        sentAt: integer(row, 'sent_at'),
      }));
    },
  };
}
