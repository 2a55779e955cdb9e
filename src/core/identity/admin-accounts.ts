/** Accounts of the management realm. usergrid-auth.md 8.5 to 8.8. Who may call what is decided by access.ts. */
import { KeygridError } from '../errors.ts';
import type { Clock, Log } from '../ports.ts';
import {
  type NewOwner,
  type Organization,
  type Properties,
  passwordHistorySizeOf,
} from '../tenancy/tenancy.ts';
import { isUuid, type Uuid, type UuidSource } from '../uuid.ts';
import { createAccountAudit, type DoneBy } from './account-audit.ts';
import { managementPlace, type Origin } from './account-place.ts';
import type { AccountTokens } from './account-tokens.ts';
import type { AdminUser, AdminUserStore } from './accounts.ts';
import type { AdminActivation } from './admin-activation.ts';
import { applyAdminUserPatch, mergeProperties, readAdminUserNames } from './admin-user-input.ts';
import { findAdminUser } from './find-admin-user.ts';
import {
  type PasswordChangeOptions,
  type PasswordChangeRequest,
  requireOldPassword,
  requirePasswords,
} from './password-change.ts';
import type { NewPasswords, PasswordReset } from './password-reset.ts';
import type { Passwords } from './passwords.ts';
import type { LoginThrottle } from './throttle.ts';

export interface NewAdminUser {
  /** Defaults to the email address. */
  username?: unknown;
  email?: unknown;
  /** Defaults to the email address. */
  name?: unknown;
  /** Without one the account cannot sign in until a password is set by mail. */
  password?: unknown;
  /** Further keys of the request; what is not for clients to say is left out. */
  properties?: Properties;
}

export interface AdminAccounts {
  /**
   * A new account, to be stored by `store`, or by the caller together with its organization; `welcome` sends its mail
   * then.
   * @throws KeygridError `invalid_argument`, `password_policy`, `overloaded`
   */
  prepare(given: NewAdminUser, options?: { superuser?: boolean }): Promise<NewOwner>;
  /** @throws KeygridError `duplicate_value` */
  store(prepared: NewOwner, by: DoneBy): Promise<AdminUser>;
  /** `prepare`, `store` and `welcome`. @throws KeygridError as those */
  create(given: NewAdminUser, options?: DoneBy & { superuser?: boolean }): Promise<AdminUser>;
  /** Asks for what the new account still needs: confirmation or approval. */
  welcome(user: AdminUser): Promise<void>;

  find(reference: string): Promise<AdminUser | undefined>;
  /** @throws KeygridError `account_not_found` */
  require(reference: string): Promise<AdminUser>;
  /** Milliseconds since the epoch; undefined without a password. */
  passwordChangedAt(user: AdminUser): Promise<number | undefined>;

  /**
   * Names, and any other key as a property; keys about passwords and state are ignored. Where addresses are confirmed,
   * a new one has to be, unless the superuser set it.
   * @throws KeygridError `invalid_argument`, `duplicate_value`
   */
  update(user: AdminUser, patch: Properties, options?: { bySuperuser: boolean }): Promise<AdminUser>;
  /**
   * An unknown account is a `password_mismatch` like a wrong password, unless the caller is privileged.
   * @throws KeygridError `invalid_argument`, `password_policy`, `password_mismatch`, `password_reused`, `throttled`,
   *   `account_not_found`
   */
  changePassword(
    reference: string,
    request: PasswordChangeRequest,
    options: PasswordChangeOptions,
  ): Promise<AdminUser>;
  /** Disabling ends all tokens. */
  setDisabled(user: AdminUser, disabled: boolean, by?: DoneBy): Promise<AdminUser>;

  /** Whether mail was sent: not for the caller's eyes. @throws KeygridError `throttled` */
  requestPasswordReset(reference: string, origin: Origin): Promise<boolean>;
  /** On behalf of an administrator who has just made the account. */
  sendPasswordReset(user: AdminUser): Promise<boolean>;
  /** Whether the link is good. @throws KeygridError `account_not_found` */
  acceptsResetToken(reference: string, token: unknown): Promise<boolean>;
  /**
   * Ends all tokens, and proves the address.
   * @throws KeygridError `account_not_found`, `mail_token_invalid`, `invalid_argument`, `password_policy`,
   *   `password_reused`
   */
  resetPassword(reference: string, given: NewPasswords): Promise<AdminUser>;
}

export interface AdminAccountsOptions {
  adminUsers: AdminUserStore;
  organizationsOf(adminUser: Uuid): Promise<Pick<Organization, 'properties'>[]>;
  activation: AdminActivation;
  passwords: Passwords;
  throttle: LoginThrottle;
  reset: PasswordReset;
  tokens: AccountTokens;
  uuids: UuidSource;
  clock: Clock;
  log: Log;
}

export function createAdminAccounts(options: AdminAccountsOptions): AdminAccounts {
  const { adminUsers, activation, passwords, throttle, reset, tokens, uuids, clock } = options;
  const audit = createAccountAudit(options.log);

  async function prepare(given: NewAdminUser, { superuser = false } = {}): Promise<NewOwner> {
    const { password } = given;
    const names = readAdminUserNames(given);
    const hasPassword = password !== undefined && password !== null && password !== '';
    const credential = hasPassword ? await passwords.prepare(managementPlace, password) : undefined;
    const now = clock.now();
    const user: AdminUser = {
      ...names,
      ...activation.stateOfNew(superuser),
      uuid: uuids.next(),
      disabled: false,
      superuser,
      properties: mergeProperties({}, given.properties ?? {}),
      created: now,
      modified: now,
    };
    return { user, credential };
  }

  async function store({ user, credential }: NewOwner, by: DoneBy): Promise<AdminUser> {
    await adminUsers.create(user, credential);
    audit('account_created', managementPlace, user.uuid, by);
    return user;
  }

  async function change(user: AdminUser): Promise<AdminUser> {
    const stored = { ...user, modified: clock.now() };
    await adminUsers.update(stored);
    return stored;
  }

  const find = (reference: string) => findAdminUser(adminUsers, reference);

  async function require(reference: string): Promise<AdminUser> {
    const user = await find(reference);
    if (user) return user;
    const what = isUuid(reference) ? 'user id' : reference.includes('@') ? 'email' : 'username';
    throw new KeygridError(
      'account_not_found',
      `Could not find user for ${what}: ${reference.slice(0, 256)}`,
    );
  }

  /** The strictest of the user's organizations. */
  async function historySizeOf({ uuid }: AdminUser): Promise<number> {
    const organizations = await options.organizationsOf(uuid);
    return Math.max(0, ...organizations.map(passwordHistorySizeOf));
  }

  return {
    prepare,
    store,
    find,
    require,
    async create(given, { superuser, actor } = {}) {
      const user = await store(await prepare(given, { superuser }), { actor });
      await activation.welcome(user);
      return user;
    },
    async welcome(user) {
      await activation.welcome(user);
    },
    passwordChangedAt: ({ uuid }) => passwords.changedAt(managementPlace, uuid),

    async update(user, patch, { bySuperuser } = { bySuperuser: false }) {
      const patched = applyAdminUserPatch(user, patch);
      const isNewAddress = patched.email.toLowerCase() !== user.email.toLowerCase();
      if (!isNewAddress || bySuperuser || !activation.requiresConfirmation(user)) return change(patched);
      const unconfirmed = await change({ ...patched, confirmed: false });
      await activation.welcome(unconfirmed);
      return unconfirmed;
    },
    async changePassword(reference, request, { privileged, keep, address, actor }) {
      requirePasswords(request, privileged);
      const user = privileged ? await require(reference) : await find(reference);
      if (!privileged) {
        const account = { place: managementPlace, reference, uuid: user?.uuid };
        await requireOldPassword({ passwords, throttle }, account, request.oldPassword, { address });
      }
      // Who proved an old password is known; the check is for the type.
      const known = user ?? (await require(reference));
      const historySize = await historySizeOf(known);
      const { newPassword } = request;
      const credential = await passwords.prepareChange(managementPlace, known.uuid, newPassword, historySize);
      await passwords.store(managementPlace, known.uuid, credential);
      const kept = keep?.principal.uuid === known.uuid ? keep : undefined;
      await tokens.revokeTokensOfAdminUser(known.uuid, { reason: 'revoked', keep: kept });
      if (privileged) audit('password_reset', managementPlace, known.uuid, { actor });
      return known;
    },
    async setDisabled(user, disabled, by) {
      const stored = await change({ ...user, disabled });
      if (!disabled) return stored;
      const reason = 'account_disabled';
      await tokens.revokeTokensOfAdminUser(user.uuid, { reason });
      audit('account_deactivated', managementPlace, user.uuid, { ...by, reason });
      return stored;
    },

    requestPasswordReset: (reference, origin) =>
      reset.request(managementPlace, reference, () => find(reference), origin),
    sendPasswordReset: (user) => reset.send(managementPlace, user),
    acceptsResetToken: async (reference, token) =>
      reset.accepts(managementPlace, await require(reference), token),
    async resetPassword(reference, given) {
      const user = await require(reference);
      await reset.complete(managementPlace, user, given, await historySizeOf(user));
      await tokens.revokeTokensOfAdminUser(user.uuid, { reason: 'revoked' });
      return activation.addressProven(user);
    },
  };
}
