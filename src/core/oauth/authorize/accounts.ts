/** The accounts of every realm, as far as signing in to a client needs them. */
import { KeygridError } from '../../errors.ts';
import type { Login } from '../../identity/login.ts';
import type { Principal } from '../../identity/principal.ts';
import { managementRealmKey, type Properties, type RealmKey } from '../../tenancy/tenancy.ts';
import type { TenancyCache } from '../../tenancy/tenancy-cache.ts';
import type { Uuid } from '../../uuid.ts';
import { principalOfUser, type TokenUser, type TokenUsers } from '../token-users.ts';
import type { AccountOnPage, TypedCredentials } from './authorization-service.ts';

export interface RealmAccounts {
  /**
   * Throttled together with every other way of trying passwords (S045); one answer and one time for all that is wrong
   * (S046). @throws KeygridError `invalid_grant`, `account_*`, `throttled`, `overloaded`
   */
  prove(realm: RealmKey, typed: TypedCredentials, address: string): Promise<Principal>;
  /** Undefined when the account is gone or shut out. */
  find(realm: RealmKey, user: Uuid): Promise<TokenUser | undefined>;
  isMember(user: TokenUser, organizationUuid: Uuid): Promise<boolean>;
}

export interface RealmAccountsOptions {
  login: Login;
  users: TokenUsers;
  cache: Pick<TenancyCache, 'applicationByKey' | 'membership'>;
}

export function createRealmAccounts({ login, users, cache }: RealmAccountsOptions): RealmAccounts {
  return {
    async prove(realm, { username, password }, address) {
      if (realm === managementRealmKey) {
        const { user } = await login.adminUser(username, password, { address });
        return { kind: 'admin_user', realm, uuid: user.uuid };
      }
      const application = await cache.applicationByKey(realm);
      if (!application) throw new KeygridError('invalid_grant', 'invalid username or password');
      const { entity } = await login.applicationUser(application, username, password, { address });
      return { kind: 'application_user', realm, uuid: entity.uuid };
    },
    find: async (realm, user) => users.findUsable(realm, user),
    async isMember(user, organizationUuid) {
      if (user.kind !== 'admin_user') return false;
      const membership = await cache.membership(user.user.uuid);
      return membership?.organizationUuids.has(organizationUuid) ?? false;
    },
  };
}

export const userUuidOf = (user: TokenUser): Uuid => principalOfUser(user).uuid;

export function accountOnPage(found: TokenUser): AccountOnPage {
  if (found.kind === 'admin_user') {
    const { username, name, email } = found.user;
    return { username, name: name || undefined, email };
  }
  const { username, name, email } = JSON.parse(found.user.body) as Properties;
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  return { username: text(username) ?? found.user.uuid, name: text(name), email: text(email) };
}
