/** Accounts of the management realm and the credentials of every realm: types and stores. */
import type { Page, Properties, RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';

export interface AdminUser {
  uuid: Uuid;
  username: string;
  email: string;
  name: string;
  activated: boolean;
  confirmed: boolean;
  disabled: boolean;
  superuser: boolean;
  properties: Properties;
  created: number;
  modified: number;
}

export interface AdminUserStore {
  /** @throws KeygridError `duplicate_value`, subject.property `username` or `email`. */
  create(user: AdminUser, credential: Credential | undefined): Promise<void>;
  find(reference: { uuid: Uuid } | { username: string } | { email: string }): Promise<AdminUser | undefined>;
  findMany(uuids: Uuid[]): Promise<AdminUser[]>;
  /** Replaces everything but uuid and created. @throws KeygridError `duplicate_value` as `create`. */
  update(user: AdminUser): Promise<void>;
  list(limit: number, cursor: string | undefined): Promise<Page<AdminUser>>;
  /** Whether any superuser exists. */
  hasSuperuser(): Promise<boolean>;
}

export interface Credential {
  passwordHash: string;
  /** Milliseconds since the epoch. */
  changedAt: number;
  /** Hashes of earlier passwords, newest first; as many as the password history asks for. */
  history: string[];
}

/** Passwords of one realm's accounts. */
export interface CredentialStore {
  find(account: Uuid): Promise<Credential | undefined>;
  /** Also ends what was there before. */
  set(account: Uuid, credential: Credential): Promise<void>;
}

export type MailTokenPurpose = 'activate' | 'confirm' | 'reset_password' | 'activate_organization';

export interface MailToken {
  /** SHA-256 of the token and the address it is bound to, base64url. The token itself is never stored. */
  digest: string;
  realm: RealmKey;
  subject: Uuid;
  purpose: MailTokenPurpose;
  expiresAt: number;
}

export interface MailTokenStore {
  add(token: MailToken): Promise<void>;
  /** The token, left as it is. */
  find(digest: string): Promise<MailToken | undefined>;
  /** Takes it away: of two at once, one gets it. */
  useOnce(digest: string): Promise<MailToken | undefined>;
  deleteExpired(now: number): Promise<number>;
}

/** Role and permission rows of one application. */
export interface PermissionStore {
  /** In the order they were added. */
  list(holder: Uuid): Promise<string[]>;
  add(holder: Uuid, permission: string): Promise<void>;
  remove(holder: Uuid, permissions: string[]): Promise<void>;
  /** All that speaks for a user: own and groups' permissions, and the roles of the user and of its groups. */
  grantsOfUser(user: Uuid): Promise<UserGrants>;
}

export interface UserGrants {
  permissions: string[];
  roles: { uuid: Uuid; permissions: string[]; inactivityMilliseconds: number }[];
}
