/** Names for what tokens and refusals know by numbers and uuids only: for the operator, who thinks in names. */
import type { Entities } from '../entities/entities.ts';
import type { StoredEntity } from '../entities/entity-store.ts';
import { type Application, managementRealmKey, type Properties, type RealmKey } from '../tenancy/tenancy.ts';
import type { TenancyCache } from '../tenancy/tenancy-cache.ts';
import type { Uuid } from '../uuid.ts';
import type { AdminUserStore, PermissionStore } from './accounts.ts';
import { findAdminUser } from './find-admin-user.ts';
import type { Principal } from './principal.ts';

export interface PrincipalNames {
  /** `management`, or `organization/application`; undefined when the application is gone. */
  realm(key: RealmKey): Promise<string | undefined>;
  /** The username, or the client's owner; undefined when it is gone. */
  principal(principal: Principal): Promise<string | undefined>;
  /** Of an application user: own roles and those of its groups, some of very many; none for others. */
  roles(principal: Principal): Promise<string[]>;
  /** The account of the realm that somebody tried to sign in to. */
  account(realm: RealmKey, reference: string): Promise<{ name: string; uuid: Uuid } | undefined>;
}

export interface PrincipalNamesOptions {
  cache: Pick<TenancyCache, 'applicationByKey' | 'applicationByUuid' | 'organization' | 'membership'>;
  entities: Entities;
  permissionsOf(realm: RealmKey): Pick<PermissionStore, 'grantsOfUser'>;
  adminUsers: Pick<AdminUserStore, 'find'>;
}

/** Enough to see what is going on, whatever somebody has been given. */
const mostNamed = 20;

export function createPrincipalNames(options: PrincipalNamesOptions): PrincipalNames {
  const { cache, entities, permissionsOf, adminUsers } = options;

  async function realm(key: RealmKey): Promise<string | undefined> {
    if (key === managementRealmKey) return 'management';
    const application = await cache.applicationByKey(key);
    return application && nameOf(application);
  }

  async function findUser({ kind, realm: key, uuid }: Principal): Promise<StoredEntity | undefined> {
    return kind === 'application_user' ? entities.of({ key }).findByUuid('user', uuid) : undefined;
  }

  return {
    realm,
    async principal(principal) {
      const { kind, uuid } = principal;
      switch (kind) {
        case 'admin_user':
          return (await cache.membership(uuid))?.user.username;
        case 'organization_client':
          return (await cache.organization(uuid))?.name;
        case 'application_client': {
          const application = await cache.applicationByUuid(uuid);
          return application && nameOf(application);
        }
        case 'application_user': {
          const user = await findUser(principal);
          return user && textMember(user, 'username');
        }
      }
    },
    async roles({ kind, realm: key, uuid }) {
      if (kind !== 'application_user') return [];
      const { roles } = await permissionsOf(key).grantsOfUser(uuid);
      const ofApplication = entities.of({ key });
      const found = await Promise.all(
        roles.slice(0, mostNamed).map((role) => ofApplication.findByUuid('role', role.uuid)),
      );
      const names = found.map((role) => role && textMember(role, 'name'));
      return [...new Set(['default', ...names.filter((name) => name !== undefined)])];
    },
    async account(key, reference) {
      if (key === managementRealmKey) {
        const user = await findAdminUser(adminUsers, reference);
        return user && { name: user.username, uuid: user.uuid };
      }
      const user = await entities.of({ key }).resolve('user', reference);
      return user && { name: textMember(user, 'username') ?? user.uuid, uuid: user.uuid };
    },
  };
}

const nameOf = ({ organizationName, name }: Application): string => `${organizationName}/${name}`;

function textMember({ body }: StoredEntity, name: string): string | undefined {
  const value = (JSON.parse(body) as Properties)[name];
  return typeof value === 'string' ? value : undefined;
}
