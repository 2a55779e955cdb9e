/** The users behind codes and refresh tokens, looked at again whenever a token is made for them. */
import { type Awaitable, andThen } from '../awaitable.ts';
import type { StoredEntity } from '../entities/entity-store.ts';
import type { AdminUser } from '../identity/accounts.ts';
import { applicationUserOf } from '../identity/application-user.ts';
import type { Principal } from '../identity/principal.ts';
import type { UserEntitiesSource } from '../identity/user-entities.ts';
import { type Application, managementRealmKey, type RealmKey } from '../tenancy/tenancy.ts';
import type { TenancyCache } from '../tenancy/tenancy-cache.ts';
import type { Uuid } from '../uuid.ts';

export type TokenUser =
  | { kind: 'application_user'; application: Application; user: StoredEntity }
  | { kind: 'admin_user'; user: AdminUser };

export interface TokenUsers {
  /** Undefined when the user is gone, disabled or not activated, or the realm's application is gone (S087). */
  findUsable(realm: RealmKey, user: Uuid): Awaitable<TokenUser | undefined>;
}

export function createTokenUsers(
  cache: Pick<TenancyCache, 'membership' | 'applicationByKey'>,
  entities: UserEntitiesSource,
): TokenUsers {
  return {
    findUsable: (realm, uuid) =>
      realm === managementRealmKey
        ? andThen(cache.membership(uuid), (membership) => usableAdmin(membership?.user))
        : andThen(
            cache.applicationByKey(realm),
            (application) =>
              application &&
              andThen(entities.of(application).resolve('user', uuid), (user) =>
                usableUser(application, user),
              ),
          ),
  };
}

const usableAdmin = (user: AdminUser | undefined): TokenUser | undefined =>
  user?.activated && !user.disabled ? { kind: 'admin_user', user } : undefined;

function usableUser(application: Application, user: StoredEntity | undefined): TokenUser | undefined {
  if (!user) return undefined;
  const { activated, disabled } = applicationUserOf(user);
  return activated && !disabled ? { kind: 'application_user', application, user } : undefined;
}

/** Why there are no tokens then, for the operator. */
export const unusableUser = 'the user is gone, disabled or not activated';

export const principalOfUser = (found: TokenUser): Principal =>
  found.kind === 'admin_user'
    ? { kind: 'admin_user', realm: managementRealmKey, uuid: found.user.uuid }
    : { kind: 'application_user', realm: found.application.key, uuid: found.user.uuid };
