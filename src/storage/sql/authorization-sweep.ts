/** AuthorizationSweep over SQL: administration, the one place where a statement crosses realms here. */
import type { AuthorizationSweep } from '../../core/oauth/authorization.ts';
import {
  bytes,
  deleteEach,
  forEach,
  integer,
  type Row,
  rows,
  type SqlEngine,
  statement,
  text,
  type Work,
} from './statement.ts';

/** At a time, so that nobody waits long for a sweep of many. */
const rowsAtOnce = 500;

const deleteExpired = (table: string, key: string, returning = key) =>
  statement(
    `delete from ${table} where (application_id, ${key}) in (
       select application_id, ${key} from ${table} where expires_at <= ? order by expires_at limit ${rowsAtOnce})
     returning ${returning}`,
  );

const expired = [
  deleteExpired('sessions', 'digest'),
  deleteExpired('interactions', 'interaction_id'),
  deleteExpired('authorization_codes', 'digest'),
  deleteExpired('device_authorizations', 'device_code_digest'),
];
const expiredTokens = deleteExpired('refresh_tokens', 'digest', 'application_id, digest, family_id');
const deleteFamilies = deleteEach('refresh_families', {
  application_id: 'bigint',
  family_id: 'bytea',
  newest: 'text',
});

/** A family ends with the newest of its tokens. */
function* sweepTokens(now: number): Work<Row[]> {
  const gone = yield* rows(expiredTokens, now);
  yield* forEach(
    deleteFamilies,
    gone.map((row) => [integer(row, 'application_id'), bytes(row, 'family_id'), text(row, 'digest')]),
  );
  return gone;
}

export function createAuthorizationSweep(engine: SqlEngine): AuthorizationSweep {
  async function sweep(work: () => Work<Row[]>): Promise<number> {
    let deleted = 0;
    for (;;) {
      const { length } = await engine.write(work);
      deleted += length;
      if (length < rowsAtOnce) return deleted;
    }
  }
  return {
    async deleteExpired(now) {
      let deleted = await sweep(() => sweepTokens(now));
      for (const which of expired) deleted += await sweep(() => rows(which, now));
      return deleted;
    },
  };
}
