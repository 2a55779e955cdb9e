/** AuthorizationSweep over SQL: administration, the one place where a statement crosses realms here. */
import type { AuthorizationSweep } from '../../core/oauth/authorization.ts';
import {
  bytes,
  deleteEach,
  firstRow,
  forEach,
  integer,
  type Row,
  rows,
  type SqlEngine,
  type Statement,
  statement,
  text,
  type Work,
} from './statement.ts';

/** At a time, so that nobody waits long for a sweep of many. */
const rowsAtOnce = 500;

interface Expiry {
  /** When the last of a lot expired; none where fewer than a lot have expired. */
  endOfLot: Statement;
  deleteUntil: Statement;
}

const expiryOf = (table: string, returning: string): Expiry => ({
  endOfLot: statement(
    `select expires_at from ${table} where expires_at <= ? order by expires_at limit 1 offset ${rowsAtOnce - 1}`,
  ),
  deleteUntil: statement(`delete from ${table} where expires_at <= ? returning ${returning}`),
});

const expired = [
  expiryOf('sessions', 'digest'),
  expiryOf('interactions', 'interaction_id'),
  expiryOf('authorization_codes', 'digest'),
  expiryOf('device_authorizations', 'user_code'),
];
const expiredTokens = expiryOf('refresh_tokens', 'application_id, family_id, digest');
const deleteFamilies = deleteEach('refresh_families', {
  application_id: 'bigint',
  family_id: 'bytea',
  newest: 'text',
});

function* deleteLot({ endOfLot, deleteUntil }: Expiry, now: number): Work<Row[]> {
  const last = yield* firstRow(endOfLot, now);
  return yield* rows(deleteUntil, last ? integer(last, 'expires_at') : now);
}

/** A family ends with the newest of its tokens. */
function* deleteLotOfTokens(now: number): Work<Row[]> {
  const gone = yield* deleteLot(expiredTokens, now);
  yield* forEach(
    deleteFamilies,
    gone.map((row) => [integer(row, 'application_id'), bytes(row, 'family_id'), text(row, 'digest')]),
  );
  return gone;
}

export function createAuthorizationSweep(engine: SqlEngine): AuthorizationSweep {
  async function sweep(lot: () => Work<Row[]>): Promise<number> {
    let deleted = 0;
    for (;;) {
      const { length } = await engine.write(lot);
      deleted += length;
      if (length < rowsAtOnce) return deleted;
    }
  }
  return {
    async deleteExpired(now) {
      let deleted = await sweep(() => deleteLotOfTokens(now));
      for (const expiry of expired) deleted += await sweep(() => deleteLot(expiry, now));
      return deleted;
    },
  };
}
