/** RFC 6749 §4.3: an application user at its application's endpoint, an admin user at the management realm's. */
import type { StoredEntity } from '../../entities/entity-store.ts';
import type { AdminUser } from '../../identity/accounts.ts';
import { type Application, managementRealmKey } from '../../tenancy/tenancy.ts';
import { standardLifetimes, userTokenLifetimes } from '../../tenancy/token-lifetimes.ts';
import { invalidGrant } from '../token-endpoint.ts';
import type { Grant, ProvedGrant } from '../token-request.ts';

/** @throws KeygridError `invalid_grant`, `account_*`, `throttled`, `overloaded` */
export interface PasswordLogin {
  adminUser(
    identifier: unknown,
    password: unknown,
    context: { address: string },
  ): Promise<{ user: AdminUser; passwordChangedAt: number }>;
  applicationUser(
    application: Application,
    identifier: unknown,
    password: unknown,
    context: { address: string },
  ): Promise<{ entity: StoredEntity }>;
}

export function passwordGrant(login: PasswordLogin): Grant {
  return {
    grantType: 'password',
    parameters: ['username', 'password'],
    async prove({ application, parameters, address }): Promise<ProvedGrant> {
      const { username, password } = parameters;
      if (typeof username !== 'string' || typeof password !== 'string') throw invalidGrant();
      if (application) {
        const { entity } = await login.applicationUser(application, username, password, { address });
        return {
          principal: { kind: 'application_user', realm: application.key, uuid: entity.uuid },
          subject: { kind: 'application_user', application, user: entity },
          lifetimes: userTokenLifetimes(application),
        };
      }
      const { user, passwordChangedAt } = await login.adminUser(username, password, { address });
      return {
        principal: { kind: 'admin_user', realm: managementRealmKey, uuid: user.uuid },
        subject: { kind: 'admin_user', user, passwordChangedAt },
        lifetimes: standardLifetimes,
      };
    },
  };
}
