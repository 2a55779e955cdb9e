/** SessionStore over SQL, for one realm. */
import type { Session, SessionStore } from '../../core/sessions/session-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { type Uuid, uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import { readSlice, sliceStatements } from './list-slices.ts';
import {
  bytes,
  firstRow,
  integer,
  json,
  type Row,
  rows,
  type SqlEngine,
  type SqlValue,
  statement,
  text,
} from './statement.ts';

const columns = 'digest, session_id, user_id, created_at, last_seen_at, expires_at, body';
const insertSession = statement(
  `insert into sessions (${columns}, application_id) values (?, ?, ?, ?, ?, ?, ?, ?)`,
);
const selectSession = statement(`select ${columns} from sessions where application_id = ? and digest = ?`);
const replaceSession = statement(
  `update sessions set digest = ?, session_id = ?, user_id = ?, created_at = ?, last_seen_at = ?, expires_at = ?,
     body = ?
   where application_id = ? and digest = ? returning digest`,
);
const touchSession = statement(
  'update sessions set last_seen_at = ? where application_id = ? and digest = ? and last_seen_at < ?',
);
const deleteSession = statement('delete from sessions where application_id = ? and session_id = ?');
const deleteOfUser = statement('delete from sessions where application_id = ? and user_id = ?');
const deleteOthersOfUser = statement(
  'delete from sessions where application_id = ? and user_id = ? and session_id <> ?',
);
const deleteOneOfUser = statement(
  'delete from sessions where application_id = ? and user_id = ? and session_id = ?',
);
const liveOfUser = sliceStatements(
  `select ${columns} from sessions where application_id = ? and user_id = ? and expires_at > ? and last_seen_at > ?`,
  ['application_id', 'user_id', 'created_at', 'session_id'],
);

type Body = Pick<Session, 'authenticatedAt' | 'authenticationMethods' | 'userAgent' | 'address'>;

const absent = { authenticatedAt: undefined };

const toSession = (row: Row): Session => ({
  digest: text(row, 'digest'),
  id: uuidFromOrderedBytes(bytes(row, 'session_id')),
  user: row.user_id === null ? undefined : uuidFromOrderedBytes(bytes(row, 'user_id')),
  createdAt: integer(row, 'created_at'),
  lastSeenAt: integer(row, 'last_seen_at'),
  expiresAt: integer(row, 'expires_at'),
  ...absent,
  ...json<Body>(row, 'body'),
});

function toValues(session: Session): SqlValue[] {
  const { authenticatedAt, authenticationMethods, userAgent, address } = session;
  return [
    session.digest,
    uuidToOrderedBytes(session.id),
    session.user === undefined ? null : uuidToOrderedBytes(session.user),
    session.createdAt,
    session.lastSeenAt,
    session.expiresAt,
    JSON.stringify({ authenticatedAt, authenticationMethods, userAgent, address } satisfies Body),
  ];
}

export function createSessionStore(engine: SqlEngine, realm: RealmKey): SessionStore {
  return {
    async create(session) {
      await engine.write(() => rows(insertSession, ...toValues(session), realm));
    },
    async find(digest) {
      const row = await engine.read(() => firstRow(selectSession, realm, digest));
      return row && toSession(row);
    },
    replace: async (digest, successor) =>
      (await engine.write(() => firstRow(replaceSession, ...toValues(successor), realm, digest))) !==
      undefined,
    async touch(digest, lastSeenAt) {
      await engine.write(() => rows(touchSession, lastSeenAt, realm, digest, lastSeenAt));
    },
    async end(id) {
      await engine.write(() => rows(deleteSession, realm, uuidToOrderedBytes(id)));
    },
    async endAllOfUser(user, except) {
      await engine.write(() => endAll(realm, user, except));
    },
    async endOfUser(user, id) {
      await engine.write(() =>
        rows(deleteOneOfUser, realm, uuidToOrderedBytes(user), uuidToOrderedBytes(id)),
      );
    },
    async listOfUser(user, { expiresAfter, seenAfter }, slice) {
      const compared = [realm, uuidToOrderedBytes(user), expiresAfter, seenAfter];
      return (await engine.read(() => readSlice(liveOfUser, compared, slice))).map(toSession);
    },
  };
}

const endAll = (realm: RealmKey, user: Uuid, except: Uuid | undefined) =>
  except === undefined
    ? rows(deleteOfUser, realm, uuidToOrderedBytes(user))
    : rows(deleteOthersOfUser, realm, uuidToOrderedBytes(user), uuidToOrderedBytes(except));
