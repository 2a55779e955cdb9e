/** Admin users, credentials of every realm, and mail tokens, over SQL. */
import { KeygridError } from '../../core/errors.ts';
import type {
  AdminUser,
  AdminUserStore,
  Credential,
  CredentialStore,
  MailToken,
  MailTokenPurpose,
  MailTokenStore,
} from '../../core/identity/accounts.ts';
import { managementRealmKey, type RealmKey } from '../../core/tenancy/tenancy.ts';
import { uuidToOrderedBytes } from '../../core/uuid.ts';
import {
  announce,
  firstRow,
  integer,
  json,
  type Row,
  rows,
  type SqlEngine,
  statement,
  text,
  truth,
  type Work,
} from './statement.ts';

const columns = `uuid, username, email, name, activated, confirmed, disabled, superuser, properties, created, modified`;
const insertAdminUser = statement(
  `insert into admin_users (uuid, username, username_key, email, email_key, name, activated, confirmed, disabled,
     superuser, properties, created, modified)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning uuid`,
);
const updateAdminUser = statement(
  `update admin_users set username = ?, username_key = ?, email = ?, email_key = ?, name = ?, activated = ?,
     confirmed = ?, disabled = ?, superuser = ?, properties = ?, modified = ? where uuid = ?`,
);
const byUuid = statement(`select ${columns} from admin_users where uuid = ?`);
const byUsername = statement(`select ${columns} from admin_users where username_key = ?`);
const byEmail = statement(`select ${columns} from admin_users where email_key = ?`);
const lockByUsername = statement('select uuid from admin_users where username_key = ? and uuid <> ?', {
  lock: true,
});
const lockByEmail = statement('select uuid from admin_users where email_key = ? and uuid <> ?', {
  lock: true,
});
const usersAfter = statement(
  `select ${columns} from admin_users where username_key > ? order by username_key limit ?`,
);
const anySuperuser = statement('select uuid from admin_users where superuser = 1 limit 1');

const toAdminUser = (row: Row): AdminUser => ({
  uuid: text(row, 'uuid'),
  username: text(row, 'username'),
  email: text(row, 'email'),
  name: text(row, 'name'),
  activated: truth(row, 'activated'),
  confirmed: truth(row, 'confirmed'),
  disabled: truth(row, 'disabled'),
  superuser: truth(row, 'superuser'),
  properties: json(row, 'properties'),
  created: integer(row, 'created'),
  modified: integer(row, 'modified'),
});

export function createAdminUserStore(engine: SqlEngine): AdminUserStore {
  return {
    create: (user, credential) =>
      engine.write(function* () {
        yield* addAdminUser(user, credential);
        yield* announce({ topic: 'tenancy', realm: managementRealmKey });
      }),
    async find(reference) {
      const row = await engine.read(() => selectUser(reference));
      return row && toAdminUser(row);
    },
    findMany: (uuids) =>
      engine.read(function* () {
        const found: AdminUser[] = [];
        for (const uuid of uuids) {
          const row = yield* firstRow(byUuid, uuid);
          if (row) found.push(toAdminUser(row));
        }
        return found;
      }),
    update: (user) =>
      engine.write(function* () {
        yield* refuseTaken(user);
        yield* rows(
          updateAdminUser,
          user.username,
          user.username.toLowerCase(),
          user.email,
          user.email.toLowerCase(),
          user.name,
          Number(user.activated),
          Number(user.confirmed),
          Number(user.disabled),
          Number(user.superuser),
          JSON.stringify(user.properties),
          user.modified,
          user.uuid,
        );
        yield* announce({ topic: 'tenancy', realm: managementRealmKey });
      }),
    async list(limit, cursor) {
      const found = await engine.read(() => rows(usersAfter, cursor ?? '', limit + 1));
      const items = found.slice(0, limit).map(toAdminUser);
      return { items, cursor: found.length > limit ? items.at(-1)?.username.toLowerCase() : undefined };
    },
    hasSuperuser: async () => (await engine.read(() => firstRow(anySuperuser))) !== undefined,
  };
}

/** @throws KeygridError `duplicate_value` */
export function* addAdminUser(user: AdminUser, credential: Credential | undefined): Work<void> {
  yield* refuseTaken(user);
  yield* insertUser(user);
  if (credential) yield* putCredential(managementRealmKey, user.uuid, credential);
}

const selectUser = (
  reference: { uuid: string } | { username: string } | { email: string },
): Work<Row | undefined> => {
  if ('uuid' in reference) return firstRow(byUuid, reference.uuid);
  if ('username' in reference) return firstRow(byUsername, reference.username.toLowerCase());
  return firstRow(byEmail, reference.email.toLowerCase());
};

function* refuseTaken(user: AdminUser): Work<void> {
  if (yield* firstRow(lockByUsername, user.username.toLowerCase(), user.uuid))
    throw taken('username', user.username);
  if (yield* firstRow(lockByEmail, user.email.toLowerCase(), user.uuid)) throw taken('email', user.email);
}

function* insertUser(user: AdminUser): Work<void> {
  const row = yield* firstRow(
    insertAdminUser,
    user.uuid,
    user.username,
    user.username.toLowerCase(),
    user.email,
    user.email.toLowerCase(),
    user.name,
    Number(user.activated),
    Number(user.confirmed),
    Number(user.disabled),
    Number(user.superuser),
    JSON.stringify(user.properties),
    user.created,
    user.modified,
  );
  if (row) return;
  // Somebody took a name since it was looked for: which one can be seen now.
  yield* refuseTaken(user);
  throw taken('username', user.username);
}

const taken = (property: string, value: string): KeygridError =>
  new KeygridError('duplicate_value', `An admin user with this ${property} exists`, {
    subject: { type: 'user', property, value },
  });

const selectCredential = statement(
  'select password_hash, changed_at, history from credentials where application_id = ? and account_id = ?',
);
const upsertCredential = statement(
  `insert into credentials (application_id, account_id, password_hash, changed_at, history) values (?, ?, ?, ?, ?)
   on conflict (application_id, account_id) do update set password_hash = excluded.password_hash,
     changed_at = excluded.changed_at, history = excluded.history`,
);

const putCredential = (realm: RealmKey, account: string, credential: Credential): Work<unknown> =>
  rows(
    upsertCredential,
    realm,
    uuidToOrderedBytes(account),
    credential.passwordHash,
    credential.changedAt,
    JSON.stringify(credential.history),
  );

export function createCredentialStore(engine: SqlEngine, realm: RealmKey): CredentialStore {
  return {
    async find(account) {
      const row = await engine.read(() => firstRow(selectCredential, realm, uuidToOrderedBytes(account)));
      if (!row) return undefined;
      return {
        passwordHash: text(row, 'password_hash'),
        changedAt: integer(row, 'changed_at'),
        history: json(row, 'history'),
      };
    },
    async set(account, credential) {
      await engine.write(() => putCredential(realm, account, credential));
    },
  };
}

const insertMailToken = statement(
  'insert into mail_tokens (digest, realm, subject, purpose, expires_at) values (?, ?, ?, ?, ?)',
);
const selectMailToken = statement(
  'select digest, realm, subject, purpose, expires_at from mail_tokens where digest = ?',
);
const takeMailToken = statement(
  'delete from mail_tokens where digest = ? returning digest, realm, subject, purpose, expires_at',
);
const deleteExpiredMailTokens = statement('delete from mail_tokens where expires_at <= ? returning digest');

const toMailToken = (row: Row): MailToken => ({
  digest: text(row, 'digest'),
  realm: integer(row, 'realm'),
  subject: text(row, 'subject'),
  purpose: text(row, 'purpose') as MailTokenPurpose,
  expiresAt: integer(row, 'expires_at'),
});

export function createMailTokenStore(engine: SqlEngine): MailTokenStore {
  return {
    async add({ digest, realm, subject, purpose, expiresAt }) {
      await engine.write(() => rows(insertMailToken, digest, realm, subject, purpose, expiresAt));
    },
    async find(digest) {
      const row = await engine.read(() => firstRow(selectMailToken, digest));
      return row && toMailToken(row);
    },
    async useOnce(digest) {
      const row = await engine.write(() => firstRow(takeMailToken, digest));
      return row && toMailToken(row);
    },
    deleteExpired: async (now) => (await engine.write(() => rows(deleteExpiredMailTokens, now))).length,
  };
}
