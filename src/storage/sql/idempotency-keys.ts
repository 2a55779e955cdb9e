/** IdempotencyStore over SQL, for one application, and IdempotencySweep for all of them. */
import type {
  IdempotencyRecord,
  IdempotencyStore,
  IdempotencySweep,
} from '../../core/entities/collections/idempotency.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import {
  changes,
  effect,
  firstRow,
  integer,
  json,
  type Row,
  rows,
  type SqlEngine,
  statement,
  text,
  type Work,
} from './statement.ts';

const selectKey = statement(
  `select digest, request_digest, finished, uuids, expires_at from idempotency_keys
   where application_id = ? and digest = ?`,
);
/** In the place of one that has expired too. */
const claimKey = effect(
  `insert into idempotency_keys (application_id, digest, request_digest, finished, uuids, expires_at)
   values (?, ?, ?, ?, ?, ?)
   on conflict (application_id, digest) do update set request_digest = excluded.request_digest,
     finished = excluded.finished, uuids = excluded.uuids, expires_at = excluded.expires_at
   where idempotency_keys.expires_at <= ?`,
);
const finishKey = statement(
  'update idempotency_keys set finished = 1, uuids = ? where application_id = ? and digest = ?',
);
const releaseKey = statement(
  'delete from idempotency_keys where application_id = ? and digest = ? and uuids = ?',
);
/** At a time, so that nobody waits long for a sweep of many. */
const rowsAtOnce = 500;
const endOfLot = statement(
  `select expires_at from idempotency_keys where expires_at <= ? order by expires_at limit 1 offset ${rowsAtOnce - 1}`,
);
const deleteUntil = statement('delete from idempotency_keys where expires_at <= ? returning digest');

/** Whether the digest was free. */
export function* claimIdempotencyKey(
  application: RealmKey,
  { digest, requestDigest, finished, uuids, expiresAt }: IdempotencyRecord,
  now: number,
): Work<boolean> {
  const values = [digest, requestDigest, finished ? 1 : 0, JSON.stringify(uuids), expiresAt];
  return yield* changes(claimKey, application, ...values, now);
}

export const createIdempotencyStore = (engine: SqlEngine, application: RealmKey): IdempotencyStore => ({
  async find(digest, now) {
    const row = await engine.read(() => firstRow(selectKey, application, digest));
    return row && integer(row, 'expires_at') > now ? toRecord(row) : undefined;
  },
  claim: (record, now) => engine.write(() => claimIdempotencyKey(application, record, now)),
  finish: (digest, uuids) =>
    engine.write(function* () {
      yield* rows(finishKey, JSON.stringify(uuids), application, digest);
    }),
  release: (digest, uuids) =>
    engine.write(function* () {
      yield* rows(releaseKey, application, digest, JSON.stringify(uuids));
    }),
});

const toRecord = (row: Row): IdempotencyRecord => ({
  digest: text(row, 'digest'),
  requestDigest: text(row, 'request_digest'),
  finished: integer(row, 'finished') === 1,
  uuids: json<string[]>(row, 'uuids'),
  expiresAt: integer(row, 'expires_at'),
});

export const createIdempotencySweep = (engine: SqlEngine): IdempotencySweep => ({
  async deleteExpired(now) {
    let deleted = 0;
    for (;;) {
      const { length } = await engine.write(function* () {
        const last = yield* firstRow(endOfLot, now);
        return yield* rows(deleteUntil, last ? integer(last, 'expires_at') : now);
      });
      deleted += length;
      if (length < rowsAtOnce) return deleted;
    }
  },
});
