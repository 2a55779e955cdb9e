/** AuthorizationCodeStore over SQL, for one realm. A code is worth nothing without its grant. */
import type {
  AuthorizationCode,
  AuthorizationCodeStore,
  CodeRedemption,
  RefreshToken,
} from '../../core/oauth/authorization.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { type Uuid, uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import { restoreRequest } from './bodies.ts';
import { startFamily } from './refresh-tokens.ts';
import {
  bytes,
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

const failuresAllowed = 2;
const insertCode = statement(
  `insert into authorization_codes (application_id, digest, grant_id, failures, expires_at, body)
   values (?, ?, ?, 0, ?, ?)`,
);
const codeWithGrant = `select c.digest as digest, c.family_id as family_id, c.expires_at as expires_at, c.body as body
  from authorization_codes c join grants g on g.application_id = c.application_id and g.grant_id = c.grant_id
  where c.application_id = ? and c.digest = ? and c.failures <= ${failuresAllowed}`;
/** Where it joins, PostgreSQL may pass over all grants of a realm that it knows no numbers of. */
const codeWithGrantByKey = `select c.digest, c.family_id, c.expires_at, c.body from authorization_codes c, grants g
  where c.application_id = $1 and c.digest = $2 and c.failures <= ${failuresAllowed} and g.application_id = $1
    and g.grant_id = (select grant_id from authorization_codes where application_id = $1 and digest = $2)`;
const selectCode = statement(codeWithGrant, { postgres: codeWithGrantByKey });
/** With the grant, so that its revocation comes wholly before or wholly after. */
const lockCode = statement(codeWithGrant, { postgres: codeWithGrantByKey, lock: true });
const markUsed = statement(
  'update authorization_codes set family_id = ? where application_id = ? and digest = ?',
);
const addFailure = statement(
  `update authorization_codes set failures = failures + 1
   where application_id = ? and digest = ? and family_id is null`,
);

type Body = Omit<AuthorizationCode, 'digest' | 'expiresAt'>;

const absent = { session: undefined };

function toCode(row: Row): AuthorizationCode {
  const body = json<Body>(row, 'body');
  return {
    digest: text(row, 'digest'),
    expiresAt: integer(row, 'expires_at'),
    ...absent,
    ...body,
    request: restoreRequest(body.request),
  };
}

export function createAuthorizationCodeStore(engine: SqlEngine, realm: RealmKey): AuthorizationCodeStore {
  return {
    async add({ digest, expiresAt, ...body }) {
      const grant = uuidToOrderedBytes(body.grant);
      await engine.write(() =>
        rows(insertCode, realm, digest, grant, expiresAt, JSON.stringify(body satisfies Body)),
      );
    },
    async find(digest) {
      const row = await engine.read(() => firstRow(selectCode, realm, digest));
      return row && toCode(row);
    },
    redeem: (digest, family, first, now) => engine.write(() => redeem(realm, digest, family, first, now)),
    async countFailure(digest) {
      await engine.write(() => rows(addFailure, realm, digest));
    },
  };
}

function* redeem(
  realm: RealmKey,
  digest: string,
  family: Uuid,
  first: RefreshToken | undefined,
  now: number,
): Work<CodeRedemption> {
  const row = yield* firstRow(lockCode, realm, digest);
  if (!row || integer(row, 'expires_at') <= now) return { kind: 'unknown' };
  if (row.family_id !== null) {
    return { kind: 'replayed', family: uuidFromOrderedBytes(bytes(row, 'family_id')) };
  }
  yield* rows(markUsed, uuidToOrderedBytes(family), realm, digest);
  if (first) yield* startFamily(realm, { ...first, family });
  return { kind: 'redeemed' };
}
