/** Who signs in with a name and a password. usergrid-auth.md 2.4. */
import type { StoredEntity } from '../entities/entity-store.ts';
import { KeygridError } from '../errors.ts';
import type { Clock, Log } from '../ports.ts';
import type { Application, Properties } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import { type AccountPlace, managementPlace, type Origin, placeOf } from './account-place.ts';
import type { AdminUser, AdminUserStore, Credential } from './accounts.ts';
import { findAdminUser } from './find-admin-user.ts';
import type { Passwords } from './passwords.ts';
import { createSignInAudit } from './sign-in-audit.ts';
import type { LoginThrottle } from './throttle.ts';
import type { UserEntitiesSource } from './user-entities.ts';

export interface AdminUserLogin {
  user: AdminUser;
  /** Milliseconds since the epoch. */
  passwordChangedAt: number;
}

export interface ApplicationUserLogin {
  entity: StoredEntity;
  /** The entity's body, parsed. */
  properties: Properties;
}

/**
 * Identifiers are username, email address or uuid, in any case. All throw KeygridError `invalid_grant`, `throttled`
 * and `overloaded`; and, to those who know the password only, `account_inactive`, `account_disabled` and
 * `account_unconfirmed`.
 */
export interface Login {
  adminUser(identifier: unknown, password: unknown, origin: Origin): Promise<AdminUserLogin>;
  applicationUser(
    application: Application,
    identifier: unknown,
    password: unknown,
    origin: Origin,
  ): Promise<ApplicationUserLogin>;
}

export interface LoginOptions {
  throttle: LoginThrottle;
  passwords: Passwords;
  adminUsers: Pick<AdminUserStore, 'find'>;
  entities: UserEntitiesSource;
  /** Whether admin users must confirm their address before they sign in. */
  requireConfirmation: boolean;
  log: Log;
  clock: Clock;
}

export function createLogin(options: LoginOptions): Login {
  const { throttle, passwords, adminUsers, entities, requireConfirmation } = options;
  const signIns = createSignInAudit(options);

  /** The account that name and password prove; how long it takes does not tell whether there is such an account. */
  async function prove<Account extends { uuid: Uuid }>(
    place: AccountPlace,
    { identifier, password }: Typed,
    { address }: Origin,
    find: (identifier: string) => Promise<Account | undefined>,
  ): Promise<{ account: Account; credential: Credential }> {
    const account = await find(identifier);
    const counted = account?.uuid ?? identifier;
    const keys = { realm: place.realm, tenant: place.tenant, identifier: counted, address };
    const proven = await throttle.attempt(keys, async () => {
      const credential = await passwords.prove(place, account?.uuid, password);
      return account && credential && { account, credential };
    });
    if (!proven) throw wrong();
    return proven;
  }

  return {
    async adminUser(identifier, password, origin) {
      const typed = readTyped(identifier, password);
      return signIns.watch(managementPlace, origin.address, async (found) => {
        const find = noting(found, (reference) => findAdminUser(adminUsers, reference));
        const { account, credential } = await prove(managementPlace, typed, origin, find);
        if (requireConfirmation && !account.confirmed && !account.superuser) {
          throw new KeygridError('account_unconfirmed', 'User must be confirmed to authenticate');
        }
        requireUsable(account);
        return { user: account, passwordChangedAt: credential.changedAt };
      });
    },
    async applicationUser(application, identifier, password, origin) {
      const typed = readTyped(identifier, password);
      const place = placeOf(application);
      return signIns.watch(place, origin.address, async (found) => {
        const find = noting(found, async (reference) => entities.of(application).resolve('user', reference));
        const { account } = await prove(place, typed, origin, find);
        const properties = JSON.parse(account.body) as Properties;
        requireUsable({
          activated: properties.activated !== false,
          disabled: properties.disabled === true,
        });
        return { entity: account, properties };
      });
    },
  };
}

interface Typed {
  identifier: string;
  password: string;
}

/** @throws KeygridError `invalid_grant` */
function readTyped(identifier: unknown, password: unknown): Typed {
  if (typeof identifier !== 'string' || typeof password !== 'string') throw wrong();
  return { identifier, password };
}

const noting =
  <Account extends { uuid: Uuid }>(
    found: (account: Uuid) => void,
    find: (reference: string) => Promise<Account | undefined>,
  ) =>
  async (reference: string): Promise<Account | undefined> => {
    const account = await find(reference);
    if (account) found(account.uuid);
    return account;
  };

/** @throws KeygridError `account_inactive`, `account_disabled` */
function requireUsable({ activated, disabled }: { activated: boolean; disabled: boolean }): void {
  if (!activated) throw new KeygridError('account_inactive', 'user not activated');
  if (disabled) throw new KeygridError('account_disabled', 'user disabled');
}

const wrong = (): KeygridError => new KeygridError('invalid_grant', 'invalid username or password');
