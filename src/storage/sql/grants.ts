/** GrantStore over SQL, for one realm. Refresh-token families end with their grant; codes cannot be used without it. */
import { KeygridError } from '../../core/errors.ts';
import type { Grant, GrantStore } from '../../core/oauth/authorization.ts';
import type { Revocation } from '../../core/oauth/revocation-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { type Uuid, uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import { readSlice, sliceStatements } from './list-slices.ts';
import { addRevocations } from './revocations.ts';
import {
  bytes,
  deleteEach,
  firstRow,
  forEach,
  integer,
  json,
  type Row,
  rows,
  type SqlEngine,
  statement,
  text,
  type Work,
} from './statement.ts';

const columns = 'grant_id, user_id, client_id, scopes, created_at, last_used_at';
const insertGrant = statement(
  `insert into grants (${columns}, application_id) values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning grant_id`,
);
const selectGrant = statement(`select ${columns} from grants where application_id = ? and grant_id = ?`);
const ofUserAndClient = `select ${columns} from grants where application_id = ? and user_id = ? and client_id = ?`;
const selectGrantOf = statement(ofUserAndClient);
const lockGrantOf = statement(ofUserAndClient, { lock: true });
const grantsOfUser = sliceStatements(
  `select ${columns} from grants where application_id = ? and user_id = ?`,
  ['application_id', 'user_id', 'last_used_at', 'grant_id'],
);
const lockGrantsOfUser = statement('select grant_id from grants where application_id = ? and user_id = ?', {
  lock: true,
});
const widenGrant = statement(
  'update grants set scopes = ?, last_used_at = ? where application_id = ? and grant_id = ?',
);
const touchGrant = statement(
  'update grants set last_used_at = ? where application_id = ? and grant_id = ? and last_used_at < ?',
);
const renameGrant = statement('update grants set grant_id = ? where application_id = ? and grant_id = ?');
const deleteGrant = statement(
  'delete from grants where application_id = ? and grant_id = ? returning grant_id',
);
const deleteGrantsOfUser = statement(
  'delete from grants where application_id = ? and user_id = ? returning grant_id',
);
const deleteGrantsOfClient = statement(
  'delete from grants where application_id = ? and client_id = ? returning grant_id',
);
const deleteFamilies = deleteEach('refresh_families', { application_id: 'bigint', grant_id: 'bytea' });

const toGrant = (row: Row): Grant => ({
  id: uuidFromOrderedBytes(bytes(row, 'grant_id')),
  user: uuidFromOrderedBytes(bytes(row, 'user_id')),
  clientId: text(row, 'client_id'),
  scopes: json(row, 'scopes'),
  createdAt: integer(row, 'created_at'),
  lastUsedAt: integer(row, 'last_used_at'),
});

export function createGrantStore(engine: SqlEngine, realm: RealmKey): GrantStore {
  return {
    allow: (grant) => engine.write(() => allow(realm, grant)),
    async find(id) {
      const row = await engine.read(() => firstRow(selectGrant, realm, uuidToOrderedBytes(id)));
      return row && toGrant(row);
    },
    async findOf(user, clientId) {
      const row = await engine.read(() => firstRow(selectGrantOf, realm, uuidToOrderedBytes(user), clientId));
      return row && toGrant(row);
    },
    async listOfUser(user, slice) {
      const compared = [realm, uuidToOrderedBytes(user)];
      return (await engine.read(() => readSlice(grantsOfUser, compared, slice))).map(toGrant);
    },
    async touch(id, lastUsedAt) {
      await engine.write(() => rows(touchGrant, lastUsedAt, realm, uuidToOrderedBytes(id), lastUsedAt));
    },
    revoke: async (id, revocations) => {
      const deletion = () => rows(deleteGrant, realm, uuidToOrderedBytes(id));
      return (await engine.write(() => revoke(realm, deletion(), revocations))).length > 0;
    },
    revokeAllOfUser: (user, revocations) =>
      engine.write(() =>
        revoke(realm, rows(deleteGrantsOfUser, realm, uuidToOrderedBytes(user)), revocations),
      ),
    async endTokensOfUser(user, revocations, nextId) {
      const taken = () => rows(lockGrantsOfUser, realm, uuidToOrderedBytes(user));
      await engine.write(function* () {
        const grants = yield* endFamilies(realm, taken(), revocations);
        for (const grant of grants) yield* rows(renameGrant, uuidToOrderedBytes(nextId()), realm, grant);
      });
    },
    revokeAllOfClient: (clientId, revocations) =>
      engine.write(() => revoke(realm, rows(deleteGrantsOfClient, realm, clientId), revocations)),
  };
}

/** How often another may make or end the grant between our look and our insert. */
const tries = 10;

function* allow(realm: RealmKey, grant: Grant): Work<Grant> {
  for (let attempt = 0; attempt < tries; attempt++) {
    const row = yield* firstRow(lockGrantOf, realm, uuidToOrderedBytes(grant.user), grant.clientId);
    if (row) return yield* widen(realm, toGrant(row), grant);
    if (yield* insert(realm, grant)) return grant;
  }
  throw new KeygridError('write_conflict', 'Try again');
}

function* insert(realm: RealmKey, grant: Grant): Work<boolean> {
  const made = yield* firstRow(
    insertGrant,
    uuidToOrderedBytes(grant.id),
    uuidToOrderedBytes(grant.user),
    grant.clientId,
    JSON.stringify(grant.scopes),
    grant.createdAt,
    grant.lastUsedAt,
    realm,
  );
  return made !== undefined;
}

function* widen(realm: RealmKey, kept: Grant, asked: Grant): Work<Grant> {
  const scopes = [...new Set([...kept.scopes, ...asked.scopes])];
  const lastUsedAt = Math.max(kept.lastUsedAt, asked.lastUsedAt);
  yield* rows(widenGrant, JSON.stringify(scopes), lastUsedAt, realm, uuidToOrderedBytes(kept.id));
  return { ...kept, scopes, lastUsedAt };
}

/**
 * The grants go first: whoever is about to make a family has locked its grant, so that the second statement sees what
 * was made before, and nothing can be made after.
 */
function* revoke(realm: RealmKey, deletion: Work<Row[]>, revocations: readonly Revocation[]): Work<Uuid[]> {
  return (yield* endFamilies(realm, deletion, revocations)).map(uuidFromOrderedBytes);
}

/** Of the grants that are taken first, and so are held. */
function* endFamilies(
  realm: RealmKey,
  taken: Work<Row[]>,
  revocations: readonly Revocation[],
): Work<Uint8Array[]> {
  const grants = (yield* taken).map((row) => bytes(row, 'grant_id'));
  yield* forEach(
    deleteFamilies,
    grants.map((grant) => [realm, grant]),
  );
  yield* addRevocations(revocations);
  return grants;
}
