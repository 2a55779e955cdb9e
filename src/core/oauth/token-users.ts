/** The users behind codes and refresh tokens, looked at again whenever a token is made for them. */
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
  findUsable(realm: RealmKey, user: Uuid): Promise<TokenUser | undefined>;
}

export function createTokenUsers(
  cache: Pick<TenancyCache, 'membership' | 'applicationByKey'>,
  entities: UserEntitiesSource,
): TokenUsers {
  return {
    async findUsable(realm, uuid) {
      if (realm === managementRealmKey) {
        const user = (await cache.membership(uuid))?.user;
        return user?.activated && !user.disabled ? { kind: 'admin_user', user } : undefined;
      }
      const application = await cache.applicationByKey(realm);
      const user = application && (await entities.of(application).resolve('user', uuid));
      if (!application || !user) return undefined;
      const { activated, disabled } = applicationUserOf(user);
      return activated && !disabled ? { kind: 'application_user', application, user } : undefined;
    },
  };
}

/** Why there are no tokens then, for the operator. */
export const unusableUser = 'the user is gone, disabled or not activated';

export const principalOfUser = (found: TokenUser): Principal =>
  found.kind === 'admin_user'
    ? { kind: 'admin_user', realm: managementRealmKey, uuid: found.user.uuid }
    : { kind: 'application_user', realm: found.application.key, uuid: found.user.uuid };
