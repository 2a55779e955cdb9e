/** What roles, users and groups may do, as it is listed and changed. How it is asked for: access.ts. usergrid-auth.md 7. */
import type { Entities } from '../entities/entities.ts';
import type { StoredEntity } from '../entities/entity-store.ts';
import { KeygridError } from '../errors.ts';
import { defaultRoles } from '../tenancy/application-seed.ts';
import type { Application, Properties, RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';
import type { PermissionStore } from './accounts.ts';
import { normalizePermission } from './permission-pattern.ts';

export interface Roles {
  /** Of a role, user or group, in the order they were given; not what it has by membership. */
  permissionsOf(application: Application, holder: Uuid): Promise<string[]>;
  /**
   * In lower case, once. Counts from the next request on.
   * @returns all permissions of the holder. @throws KeygridError `invalid_argument`
   */
  addPermission(application: Application, holder: Uuid, permission: unknown): Promise<string[]>;
  /** Exactly these texts, in any case. @returns what is left. @throws KeygridError `invalid_argument` */
  removePermissions(application: Application, holder: Uuid, permissions: string[]): Promise<string[]>;

  /** Brings the roles of a new application back, and their permissions; takes nothing away. @returns those roles */
  resetDefaultRoles(application: Application): Promise<StoredEntity[]>;
}

export interface RolesOptions {
  entities: Entities;
  permissionsOf(application: RealmKey): PermissionStore;
}

const mostPermissions = 1000;

export function createRoles({ entities, permissionsOf }: RolesOptions): Roles {
  async function addPermissions(application: Application, holder: Uuid, added: string[]): Promise<string[]> {
    const store = permissionsOf(application.key);
    const present = await store.list(holder);
    const missing = added.filter((permission) => !present.includes(permission));
    if (present.length + missing.length > mostPermissions) {
      throw new KeygridError(
        'invalid_argument',
        `At most ${mostPermissions} permissions can be given to one holder`,
      );
    }
    for (const permission of missing) await store.add(holder, permission);
    return missing.length === 0 ? present : store.list(holder);
  }

  return {
    permissionsOf: (application, holder) => permissionsOf(application.key).list(holder),
    addPermission: async (application, holder, permission) =>
      addPermissions(application, holder, [readPermission(permission)]),
    async removePermissions(application, holder, permissions) {
      if (!permissions.some((permission) => permission.trim() !== '')) throw permissionMissing();
      const store = permissionsOf(application.key);
      // As it was stored, or as it is read: a client may send either.
      const texts = permissions.flatMap((text) => [text.trim().toLowerCase(), ...normalized(text)]);
      await store.remove(holder, [...new Set(texts)]);
      return store.list(holder);
    },

    async resetDefaultRoles(application) {
      const roles: StoredEntity[] = [];
      for (const { name, title, permissions } of defaultRoles) {
        const role = await ensureRole(entities, application, { name, roleName: name, title, inactivity: 0 });
        await addPermissions(application, role.uuid, permissions);
        roles.push(role);
      }
      return roles;
    },
  };
}

async function ensureRole(
  entities: Entities,
  application: Application,
  properties: Properties & { name: string },
): Promise<StoredEntity> {
  const ofApplication = entities.of(application);
  const present = await ofApplication.findByAlias('role', properties.name);
  if (present) return present;
  try {
    return await ofApplication.create('role', properties);
  } catch (error) {
    // Another request may have made it in between.
    const made = await ofApplication.findByAlias('role', properties.name);
    if (made) return made;
    throw error;
  }
}

function readPermission(permission: unknown): string {
  if (permission === undefined || permission === null || permission === '') throw permissionMissing();
  if (typeof permission !== 'string') {
    throw new KeygridError('invalid_argument', "A 'permission' is a text such as 'get,put:/users/*'");
  }
  return normalizePermission(permission);
}

function normalized(text: string): string[] {
  try {
    return [normalizePermission(text)];
  } catch (error) {
    if (error instanceof KeygridError) return [];
    throw error;
  }
}

const permissionMissing = (): KeygridError =>
  new KeygridError('invalid_argument', "You must supply a 'permission' property");
