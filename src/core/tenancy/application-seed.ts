/** What every new application starts with: three roles. usergrid-auth.md 7.3, checks UA-82 and UA-83. */
import type { EntityChange } from '../entities/entity-store.ts';
import type { ApplicationSeed, Properties } from './tenancy.ts';

const everything = 'get,put,post,delete:/**';
const guestPermissions = ['post:/users', 'post:/devices', 'put:/devices/*'];

interface SeedRole {
  name: string;
  title: string;
  permissions: string[];
}

const rolesOf = (sandbox: boolean): SeedRole[] => [
  { name: 'admin', title: 'Administrator', permissions: [] },
  { name: 'default', title: 'Default', permissions: [everything] },
  {
    name: 'guest',
    title: 'Guest',
    permissions: sandbox ? [...guestPermissions, everything] : guestPermissions,
  },
];

/** The sandbox's guests may do everything; elsewhere a guest may only sign up and register a device. */
export const defaultRoles = rolesOf(false);

export function applicationSeed(
  sandbox: boolean,
  newEntity: (type: string, properties: Properties) => EntityChange,
): ApplicationSeed {
  const seed: ApplicationSeed = { entities: [], permissions: [] };
  for (const { name, title, permissions } of rolesOf(sandbox)) {
    const change = newEntity('role', { name, roleName: name, title, inactivity: 0 });
    seed.entities.push(change);
    for (const permission of permissions) seed.permissions.push({ holder: change.entity.uuid, permission });
  }
  return seed;
}
