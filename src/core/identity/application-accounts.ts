/** Accounts of applications: entities of `users` that can sign in. usergrid-auth.md 9. Rights are decided by access.ts. */
import type { StoredEntity } from '../entities/entity-store.ts';
import type { ChangeOptions, CreateOptions } from '../entities/entity-writer.ts';
import { KeygridError } from '../errors.ts';
import type { Clock, Log } from '../ports.ts';
import type { Application, Properties } from '../tenancy/tenancy.ts';
import { createAccountAudit, type DoneBy } from './account-audit.ts';
import { type Origin, placeOf } from './account-place.ts';
import type { AccountTokens } from './account-tokens.ts';
import type { Credential } from './accounts.ts';
import type { ApplicationActivation } from './application-activation.ts';
import { applicationUserOf, readApplicationUser, withPicture } from './application-user.ts';
import { createUsers } from './create-users.ts';
import {
  type PasswordChangeOptions,
  type PasswordChangeRequest,
  requireOldPassword,
  requirePasswords,
} from './password-change.ts';
import type { NewPasswords, PasswordReset } from './password-reset.ts';
import type { Passwords } from './passwords.ts';
import type { LoginThrottle } from './throttle.ts';
import type { UserEntitiesSource } from './user-entities.ts';

/** Who writes. Only administrators of this application say whether an address is confirmed. */
export interface WriteOptions extends DoneBy {
  administrator: boolean;
}

/** A `uuid` that the caller chose, as `PUT /users/{uuid}` does, must not be in use. */
export interface NewUserOptions extends WriteOptions, CreateOptions {}

export interface ApplicationAccounts {
  /**
   * A password that is refused leaves no user behind.
   * @throws KeygridError `invalid_argument`, `missing_property`, `duplicate_value`, `password_policy`, `overloaded`
   */
  create(application: Application, sent: Properties, options: NewUserOptions): Promise<StoredEntity>;
  /** Those that could be created, in order; items at fault are left out. @throws KeygridError `overloaded` */
  createMany(application: Application, sent: Properties[], options: WriteOptions): Promise<StoredEntity[]>;

  find(application: Application, reference: string): Promise<StoredEntity | undefined>;
  /** @throws KeygridError `entity_not_found` */
  require(application: Application, reference: string): Promise<StoredEntity>;

  /**
   * Merges. Passwords are ignored. Shutting the user out, by `disabled` or `activated`, ends the tokens.
   * @throws KeygridError `invalid_argument`, `duplicate_value`, `precondition_failed`
   */
  update(
    application: Application,
    user: StoredEntity,
    patch: Properties,
    options: WriteOptions & ChangeOptions,
  ): Promise<StoredEntity>;
  /** Ends the tokens. */
  deactivate(application: Application, user: StoredEntity, by?: DoneBy): Promise<StoredEntity>;
  /** Ends the tokens. @throws KeygridError `entity_not_found`, `precondition_failed` */
  delete(
    application: Application,
    user: StoredEntity,
    options?: ChangeOptions & DoneBy,
  ): Promise<StoredEntity>;
  /**
   * @throws KeygridError `entity_not_found`, `invalid_argument`, `password_policy`, `password_mismatch`, `throttled`
   */
  changePassword(
    application: Application,
    reference: string,
    request: PasswordChangeRequest,
    options: PasswordChangeOptions,
  ): Promise<StoredEntity>;

  /** Whether mail was sent: not for the caller's eyes. @throws KeygridError `throttled` */
  requestPasswordReset(application: Application, reference: string, origin: Origin): Promise<boolean>;
  /** Whether the link is good. @throws KeygridError `entity_not_found` */
  acceptsResetToken(application: Application, reference: string, token: unknown): Promise<boolean>;
  /**
   * Ends all tokens.
   * @throws KeygridError `entity_not_found`, `mail_token_invalid`, `invalid_argument`, `password_policy`
   */
  resetPassword(application: Application, reference: string, given: NewPasswords): Promise<StoredEntity>;
}

export interface ApplicationAccountsOptions {
  entities: UserEntitiesSource;
  activation: ApplicationActivation;
  passwords: Passwords;
  throttle: LoginThrottle;
  reset: PasswordReset;
  tokens: AccountTokens;
  clock: Clock;
  log: Log;
}

/** A user that is ready to be stored. */
interface Prepared {
  properties: Properties;
  credential: Credential | undefined;
}

export function createApplicationAccounts(options: ApplicationAccountsOptions): ApplicationAccounts {
  const { entities, activation, passwords, throttle, reset, tokens, clock } = options;
  const audit = createAccountAudit(options.log);

  async function prepare(
    application: Application,
    sent: Properties,
    { administrator }: WriteOptions,
  ): Promise<Prepared> {
    const { properties, password } = readApplicationUser(sent);
    const { confirmed, deactivated: _, ...others } = properties;
    const credential =
      password === undefined ? undefined : await passwords.prepare(placeOf(application), password);
    return {
      credential,
      properties: {
        ...withPicture(others),
        ...(administrator && confirmed !== undefined ? { confirmed } : {}),
        activated: activation.activatesAtOnce(application),
      },
    };
  }

  async function store(
    application: Application,
    { properties, credential }: Prepared,
    { actor, ...options }: CreateOptions & DoneBy,
  ): Promise<StoredEntity> {
    const users = entities.of(application);
    const user = await users.create('user', properties, options);
    if (credential) {
      try {
        await passwords.store(placeOf(application), user.uuid, credential);
      } catch (error) {
        await users.delete('user', user);
        throw error;
      }
    }
    audit('account_created', placeOf(application), user.uuid, { actor });
    await activation.welcome(application, user);
    return user;
  }

  /** What follows of a change that shuts the user out. */
  async function shutOut(
    application: Application,
    { uuid }: StoredEntity,
    { actor, reason }: DoneBy & { reason: 'account_disabled' | 'account_inactive' },
  ): Promise<void> {
    await tokens.revokeTokensOfApplicationUser(application, uuid, { reason });
    audit('account_deactivated', placeOf(application), uuid, { actor, reason });
  }

  const find = async (application: Application, reference: string) =>
    entities.of(application).resolve('user', reference);

  async function require(application: Application, reference: string): Promise<StoredEntity> {
    const user = await find(application, reference);
    if (user) return user;
    throw new KeygridError('entity_not_found', 'User not found', { subject: { type: 'user' } });
  }

  return {
    find,
    require,
    create: async (application, sent, how) =>
      store(application, await prepare(application, sent, how), {
        uuid: how.uuid,
        idempotency: how.idempotency,
        actor: how.actor,
      }),
    createMany: (application, sent, how) =>
      createUsers(
        {
          prepare: (properties) => prepare(application, properties, how),
          store: (prepared) => store(application, prepared, { actor: how.actor }),
        },
        sent,
      ),

    async update(application, user, patch, { administrator, precondition, actor }) {
      const before = applicationUserOf(user);
      const { properties } = readApplicationUser(patch);
      if (!administrator) delete properties.confirmed;
      if (isOtherAddress(before.email, properties.email) && !administrator && before.confirmed) {
        properties.confirmed = false;
      }
      if (properties.activated === true) properties.deactivated = null;
      const updated = await entities.of(application).update('user', user, properties, { precondition });
      if (properties.disabled === true) {
        await shutOut(application, user, { actor, reason: 'account_disabled' });
      } else if (properties.activated === false) {
        await shutOut(application, user, { actor, reason: 'account_inactive' });
      }
      return updated;
    },
    async deactivate(application, user, by) {
      const patch = { activated: false, deactivated: clock.now() };
      const updated = await entities.of(application).update('user', user, patch);
      await shutOut(application, user, { ...by, reason: 'account_inactive' });
      return updated;
    },
    async delete(application, user, { actor, ...options } = {}) {
      const deleted = await entities.of(application).delete('user', user, options);
      await tokens.revokeTokensOfApplicationUser(application, user.uuid, { reason: 'principal_gone' });
      audit('account_deleted', placeOf(application), user.uuid, { actor });
      return deleted;
    },
    async changePassword(application, reference, request, { privileged, keep, address, actor }) {
      requirePasswords(request, privileged);
      const user = await require(application, reference);
      const place = placeOf(application);
      if (!privileged) {
        const account = { place, reference, uuid: user.uuid };
        await requireOldPassword({ passwords, throttle }, account, request.oldPassword, { address });
      }
      await passwords.store(place, user.uuid, await passwords.prepare(place, request.newPassword));
      await tokens.revokeTokensOfApplicationUser(application, user.uuid, { reason: 'revoked', keep });
      if (privileged) audit('password_reset', place, user.uuid, { actor });
      return user;
    },

    requestPasswordReset: (application, reference, origin) =>
      reset.request(
        placeOf(application),
        reference,
        async () => {
          const user = await find(application, reference);
          return user && applicationUserOf(user);
        },
        origin,
      ),
    acceptsResetToken: async (application, reference, token) =>
      reset.accepts(placeOf(application), applicationUserOf(await require(application, reference)), token),
    async resetPassword(application, reference, given) {
      const user = await require(application, reference);
      await reset.complete(placeOf(application), applicationUserOf(user), given, 0);
      await tokens.revokeTokensOfApplicationUser(application, user.uuid, { reason: 'revoked' });
      return user;
    },
  };
}

const isOtherAddress = (before: string | undefined, sent: unknown): boolean =>
  sent !== undefined && String(sent ?? '').toLowerCase() !== (before ?? '').toLowerCase();
