/**
 * RefreshTokenStore over SQL, for one realm. What a family's tokens have in common is kept once, in the row of the
 * family, which each use locks; a token itself is its digest and its times. A token without a family is dead, so that
 * ending a family is the deletion of one row, and no rotation under way can save a successor from it (S082).
 */

import { BoundedCache } from '../../core/bounded-cache.ts';
import type {
  KnownRefreshToken,
  RefreshRotation,
  RefreshToken,
  RefreshTokenStore,
} from '../../core/oauth/authorization.ts';
import type { Revocation } from '../../core/oauth/revocation-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import { addRevocations } from './revocations.ts';
import {
  bytes,
  changes,
  effect,
  firstRow,
  integer,
  type Row,
  rows,
  type SqlEngine,
  statement,
  text,
  type Work,
} from './statement.ts';

const insertFamily = statement(
  'insert into refresh_families (application_id, family_id, grant_id, newest, body) values (?, ?, ?, ?, ?)',
);
const insertToken = effect(
  'insert into refresh_tokens (application_id, digest, family_id, issued_at, expires_at) values (?, ?, ?, ?, ?)',
);
const columns = `t.digest as digest, t.issued_at as issued_at, t.expires_at as expires_at, f.family_id as family_id,
  f.newest as newest, f.predecessor as predecessor, f.spent_at as spent_at, f.sealed_successor as sealed_successor,
  f.body as body`;
const tokenWithFamily = `select ${columns} from refresh_tokens t
  join refresh_families f on f.application_id = t.application_id and f.family_id = t.family_id
  where t.application_id = ? and t.digest = ?`;
/** Where it joins, PostgreSQL may pass over all families of a realm that it knows no numbers of. */
const tokenWithFamilyByKey = `select ${columns} from refresh_tokens t, refresh_families f
  where t.application_id = $1 and t.digest = $2 and f.application_id = $1
    and f.family_id = (select family_id from refresh_tokens where application_id = $1 and digest = $2)`;
const selectToken = statement(tokenWithFamily, { postgres: tokenWithFamilyByKey });
const lockToken = statement(tokenWithFamily, { postgres: `${tokenWithFamilyByKey} for update of f` });
const advanceFamily = effect(
  `update refresh_families set newest = ?, predecessor = ?, spent_at = ?, sealed_successor = ?
   where application_id = ? and family_id = ?`,
);
const deleteFamily = statement(
  'delete from refresh_families where application_id = ? and family_id = ? returning family_id',
);

/** What the tokens of a family have in common. */
type FamilyBody = Omit<RefreshToken, 'digest' | 'family' | 'issuedAt' | 'expiresAt'>;

const absent = { session: undefined, nonce: undefined };

/** A rotation reads the body twice, and the next one of the family again. By their text, which says all; nobody changes them. */
const bodies = new BoundedCache<string, FamilyBody>(1000);

function familyBodyOf(written: string): FamilyBody {
  let body = bodies.get(written);
  if (!body) {
    body = JSON.parse(written) as FamilyBody;
    Object.freeze(body.scopes);
    Object.freeze(body.authenticationMethods);
    bodies.set(written, body);
  }
  return body;
}

const toToken = (row: Row): RefreshToken => ({
  digest: text(row, 'digest'),
  family: uuidFromOrderedBytes(bytes(row, 'family_id')),
  issuedAt: integer(row, 'issued_at'),
  expiresAt: integer(row, 'expires_at'),
  ...absent,
  ...familyBodyOf(text(row, 'body')),
});

export function createRefreshTokenStore(engine: SqlEngine, realm: RealmKey): RefreshTokenStore {
  return {
    async find(digest): Promise<KnownRefreshToken | undefined> {
      const row = await engine.read(() => firstRow(selectToken, realm, digest));
      return row && { ...toToken(row), spent: row.newest !== digest };
    },
    rotate: (digest, successor, sealedSuccessor, now, graceMilliseconds, ifReused) =>
      engine.write(function* () {
        const row = yield* firstRow(lockToken, realm, digest);
        const token = row && toToken(row);
        if (!token || token.expiresAt <= now || token.familyExpiresAt <= now) return { kind: 'unknown' };
        if (row.newest !== digest) {
          return yield* useAgain(realm, row, token, { graceBegan: now - graceMilliseconds, ifReused });
        }
        yield* addToken(realm, { ...successor, family: token.family });
        const family = bytes(row, 'family_id');
        yield* changes(advanceFamily, successor.digest, digest, now, sealedSuccessor, realm, family);
        return { kind: 'rotated', token };
      }),
    revokeFamily: (family, revocations) =>
      engine.write(function* () {
        const deleted = yield* firstRow(deleteFamily, realm, uuidToOrderedBytes(family));
        yield* addRevocations(revocations);
        return deleted !== undefined;
      }),
  };
}

/** A spent token: its owner may have lost the answer, if that was just now (S081). */
function* useAgain(
  realm: RealmKey,
  row: Row,
  token: RefreshToken,
  { graceBegan, ifReused }: { graceBegan: number; ifReused: readonly Revocation[] },
): Work<RefreshRotation> {
  if (row.predecessor === token.digest && integer(row, 'spent_at') > graceBegan) {
    return { kind: 'grace', token, sealedSuccessor: text(row, 'sealed_successor') };
  }
  yield* rows(deleteFamily, realm, bytes(row, 'family_id'));
  yield* addRevocations(ifReused);
  return { kind: 'reused', token };
}

/** The first token of a family. Whoever calls holds the lock of its grant. */
export function* startFamily(realm: RealmKey, first: RefreshToken): Work<void> {
  const { digest, family, issuedAt: _, expiresAt: __, ...body } = first;
  const [key, grant] = [uuidToOrderedBytes(family), uuidToOrderedBytes(body.grant)];
  yield* rows(insertFamily, realm, key, grant, digest, JSON.stringify(body satisfies FamilyBody));
  yield* addToken(realm, first);
}

const addToken = (realm: RealmKey, { digest, family, issuedAt, expiresAt }: RefreshToken): Work<boolean> =>
  changes(insertToken, realm, digest, uuidToOrderedBytes(family), issuedAt, expiresAt);
