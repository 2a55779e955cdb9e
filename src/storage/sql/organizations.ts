/** Organizations and their members, over SQL. */
import { KeygridError } from '../../core/errors.ts';
import type { NewOwner, Organization, TenancyStore } from '../../core/tenancy/tenancy.ts';
import { addAdminUser } from './accounts.ts';
import {
  announce,
  changes,
  effect,
  firstRow,
  integer,
  json,
  type Row,
  rows,
  type SqlEngine,
  statement,
  text,
  truth,
  type Work,
} from './statement.ts';

const organizationColumns = 'uuid, name, properties, sealed_client_secret, activated, created, modified';
const insertOrganization = statement(
  `insert into organizations (uuid, name, name_key, properties, sealed_client_secret, activated, created, modified)
   values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning uuid`,
);
const organizationByUuid = statement(`select ${organizationColumns} from organizations where uuid = ?`);
const organizationByName = statement(`select ${organizationColumns} from organizations where name_key = ?`);
const organizationsAfter = statement(
  `select ${organizationColumns} from organizations where name_key > ? order by name_key limit ?`,
);
const updateOrganization = statement(
  `update organizations set properties = ?, sealed_client_secret = ?, activated = ?, modified = ? where uuid = ?`,
);
const insertMember = effect(
  'insert into memberships (organization_uuid, admin_user_uuid) values (?, ?) on conflict do nothing',
);
const lockOrganization = statement('select uuid from organizations where uuid = ?', { lock: true });
const members = statement(
  'select admin_user_uuid from memberships where organization_uuid = ? order by admin_user_uuid',
);
const deleteMember = effect('delete from memberships where organization_uuid = ? and admin_user_uuid = ?');
const organizationsOfMember = statement(
  `select o.uuid as uuid, o.name as name, o.properties as properties, o.sealed_client_secret as sealed_client_secret,
     o.activated as activated, o.created as created, o.modified as modified
   from memberships m join organizations o on o.uuid = m.organization_uuid
   where m.admin_user_uuid = ? order by o.name_key`,
);

/** Announced by whatever changes organizations or members. */
export const tenancyChanged = { topic: 'tenancy', realm: 0 } as const;

const toOrganization = (row: Row): Organization => ({
  uuid: text(row, 'uuid'),
  name: text(row, 'name'),
  properties: json(row, 'properties'),
  sealedClientSecret: text(row, 'sealed_client_secret'),
  activated: truth(row, 'activated'),
  created: integer(row, 'created'),
  modified: integer(row, 'modified'),
});

export type OrganizationStore = Pick<
  TenancyStore,
  | 'findOrganization'
  | 'listOrganizations'
  | 'updateOrganization'
  | 'memberUuids'
  | 'organizationsOfMember'
  | 'addMember'
  | 'removeMember'
>;

export function createOrganizationStore(engine: SqlEngine): OrganizationStore {
  return {
    async findOrganization(reference) {
      const row = await engine.read(() =>
        'uuid' in reference
          ? firstRow(organizationByUuid, reference.uuid)
          : firstRow(organizationByName, reference.name.toLowerCase()),
      );
      return row && toOrganization(row);
    },
    async listOrganizations(limit, cursor) {
      const found = await engine.read(() => rows(organizationsAfter, cursor ?? '', limit + 1));
      const items = found.slice(0, limit).map(toOrganization);
      return { items, cursor: found.length > limit ? items.at(-1)?.name.toLowerCase() : undefined };
    },
    updateOrganization: (uuid, change) =>
      engine.write(function* () {
        yield* rows(lockOrganization, uuid);
        const row = yield* firstRow(organizationByUuid, uuid);
        if (!row) throw new KeygridError('organization_not_found', 'There is no such organization');
        const changed = change(toOrganization(row));
        const { properties, sealedClientSecret, activated, modified } = changed;
        const values = [JSON.stringify(properties), sealedClientSecret, Number(activated), modified];
        yield* rows(updateOrganization, ...values, uuid);
        yield* announce(tenancyChanged);
        return changed;
      }),

    async memberUuids(organizationUuid) {
      return (await engine.read(() => rows(members, organizationUuid))).map((row) =>
        text(row, 'admin_user_uuid'),
      );
    },
    async organizationsOfMember(adminUserUuid) {
      return (await engine.read(() => rows(organizationsOfMember, adminUserUuid))).map(toOrganization);
    },
    addMember: (organizationUuid, adminUserUuid) =>
      engine.write(function* () {
        const isNew = yield* changes(insertMember, organizationUuid, adminUserUuid);
        yield* announce(tenancyChanged);
        return isNew;
      }),
    removeMember: (organizationUuid, adminUserUuid) =>
      engine.write(function* () {
        yield* rows(lockOrganization, organizationUuid);
        const present = yield* rows(members, organizationUuid);
        const others = present.filter((row) => row.admin_user_uuid !== adminUserUuid);
        if (others.length === 0 && present.length > 0) {
          throw new KeygridError('last_member', 'Organizations must have at least one member.');
        }
        const wasMember = yield* changes(deleteMember, organizationUuid, adminUserUuid);
        yield* announce(tenancyChanged);
        return wasMember;
      }),
  };
}

export function* addOwner(organization: Organization, owner: string | NewOwner): Work<void> {
  if (typeof owner !== 'string') yield* addAdminUser(owner.user, owner.credential);
  yield* changes(insertMember, organization.uuid, typeof owner === 'string' ? owner : owner.user.uuid);
}

/** @throws KeygridError `duplicate_value`, subject.property `path` */
export function* addOrganization(organization: Organization): Work<void> {
  const { uuid, name, properties, sealedClientSecret, activated, created, modified } = organization;
  const row = yield* firstRow(
    insertOrganization,
    uuid,
    name,
    name.toLowerCase(),
    JSON.stringify(properties),
    sealedClientSecret,
    Number(activated),
    created,
    modified,
  );
  if (!row) {
    throw new KeygridError('duplicate_value', `An organization named ${name} exists`, {
      subject: { type: 'group', property: 'path', value: name },
    });
  }
}
