/** PermissionStore over SQL, for one application. */
import type { PermissionStore, UserGrants } from '../../core/identity/accounts.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import { announce, bytes, json, rows, type SqlEngine, statement, text, type Work } from './statement.ts';

const insertPermission = statement(
  `insert into permissions (application_id, holder_id, permission, position)
   values (?, ?, ?, (select coalesce(max(position), 0) + 1 from permissions where application_id = ? and holder_id = ?))
   on conflict do nothing`,
);
const selectPermissions = statement(
  'select permission from permissions where application_id = ? and holder_id = ? order by position, permission',
);
const deletePermission = statement(
  'delete from permissions where application_id = ? and holder_id = ? and permission = ?',
);
/** Groups of the user: group -users-> user. */
const groupsOfUser = statement(
  `select source_id from edges
   where application_id = ? and target_id = ? and verb = 'users' and source_type = 'group'`,
);
/** Roles of a user or group: role -users-> user, role -groups-> group. */
const rolesOfHolder = statement(
  `select g.source_id as source_id, e.body as body
   from edges g join entities e on e.application_id = g.application_id and e.entity_id = g.source_id
   where g.application_id = ? and g.target_id = ? and g.verb = ? and g.source_type = 'role'`,
);

export const addPermission = (application: RealmKey, holder: Buffer, permission: string): Work<unknown> =>
  rows(insertPermission, application, holder, permission, application, holder);

export function createPermissionStore(engine: SqlEngine, application: RealmKey): PermissionStore {
  const changed = { topic: 'permissions', realm: application } as const;
  return {
    list: (holder) => engine.read(() => permissionsOf(application, uuidToOrderedBytes(holder))),
    add: (holder, permission) =>
      engine.write(function* () {
        yield* addPermission(application, uuidToOrderedBytes(holder), permission);
        yield* announce(changed);
      }),
    remove: (holder, permissions) =>
      engine.write(function* () {
        for (const permission of permissions) {
          yield* rows(deletePermission, application, uuidToOrderedBytes(holder), permission);
        }
        yield* announce(changed);
      }),
    grantsOfUser: (user) => engine.read(() => grantsOfUser(application, uuidToOrderedBytes(user))),
  };
}

function* permissionsOf(application: RealmKey, holder: Uint8Array): Work<string[]> {
  return (yield* rows(selectPermissions, application, holder)).map((row) => text(row, 'permission'));
}

function* grantsOfUser(application: RealmKey, user: Buffer): Work<UserGrants> {
  const permissions = yield* permissionsOf(application, user);
  const roles = yield* rolesOf(application, user, 'users');
  for (const row of yield* rows(groupsOfUser, application, user)) {
    const group = bytes(row, 'source_id');
    permissions.push(...(yield* permissionsOf(application, group)));
    roles.push(...(yield* rolesOf(application, group, 'groups')));
  }
  return { permissions, roles };
}

function* rolesOf(application: RealmKey, holder: Uint8Array, verb: string): Work<UserGrants['roles']> {
  const found: UserGrants['roles'] = [];
  for (const row of yield* rows(rolesOfHolder, application, holder, verb)) {
    const role = bytes(row, 'source_id');
    const { inactivity } = json<{ inactivity?: number }>(row, 'body');
    found.push({
      uuid: uuidFromOrderedBytes(role),
      permissions: yield* permissionsOf(application, role),
      inactivityMilliseconds: typeof inactivity === 'number' ? inactivity : 0,
    });
  }
  return found;
}
