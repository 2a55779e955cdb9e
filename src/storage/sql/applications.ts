/** Applications, over SQL. */
import { KeygridError } from '../../core/errors.ts';
import type {
  Application,
  ApplicationReference,
  ApplicationSeed,
  NewApplication,
  TenancyStore,
} from '../../core/tenancy/tenancy.ts';
import { uuidToOrderedBytes } from '../../core/uuid.ts';
import { declareCollection } from './entities.ts';
import { applyEntityChange } from './entity-statements.ts';
import { tenancyChanged } from './organizations.ts';
import { addPermission } from './permissions.ts';
import {
  announce,
  firstRow,
  integer,
  json,
  type Row,
  rows,
  type SqlEngine,
  type SqlValue,
  statement,
  text,
  type Work,
} from './statement.ts';

const applicationColumns = `a.application_id as application_id, a.uuid as uuid, a.organization_uuid as organization_uuid,
  o.name as organization_name, a.name as name, a.properties as properties,
  a.sealed_client_secret as sealed_client_secret, a.created as created, a.modified as modified,
  a.deleted_at as deleted_at`;
const fromApplications = 'from applications a join organizations o on o.uuid = a.organization_uuid';
const insertApplication = statement(
  `insert into applications (uuid, organization_uuid, name, properties, sealed_client_secret, created, modified)
   values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning application_id`,
);
const applicationByUuid = statement(`select ${applicationColumns} ${fromApplications} where a.uuid = ?`);
const applicationByKey = statement(
  `select ${applicationColumns} ${fromApplications} where a.application_id = ?`,
);
const applicationByName = statement(
  `select ${applicationColumns} ${fromApplications}
   where a.organization_uuid = ? and a.name = ? and a.deleted_at is null`,
);
const liveApplications = statement(
  `select ${applicationColumns} ${fromApplications}
   where a.organization_uuid = ? and a.deleted_at is null order by a.name`,
);
const deletedApplications = statement(
  `select ${applicationColumns} ${fromApplications}
   where a.organization_uuid = ? and a.deleted_at is not null order by a.name`,
);
const allLiveApplications = statement(
  `select ${applicationColumns} ${fromApplications}
   where a.application_id > ? and a.deleted_at is null order by a.application_id limit ?`,
);
const allDeletedApplications = statement(
  `select ${applicationColumns} ${fromApplications}
   where a.application_id > ? and a.deleted_at is not null order by a.application_id limit ?`,
);
const updateApplication = statement(
  'update applications set properties = ?, sealed_client_secret = ?, modified = ? where application_id = ?',
);
const lockApplication = statement(
  'select organization_uuid, name, deleted_at from applications where application_id = ?',
  { lock: true },
);
const sameNameDeleted = statement(
  `select application_id from applications
   where organization_uuid = ? and name = ? and deleted_at is not null and application_id <> ?`,
);
const sameNameLive = statement(
  `select application_id from applications
   where organization_uuid = ? and name = ? and deleted_at is null and application_id <> ?`,
);
const setDeletedAt = statement('update applications set deleted_at = ? where application_id = ?');

const toApplication = (row: Row): Application => ({
  key: integer(row, 'application_id'),
  uuid: text(row, 'uuid'),
  organizationUuid: text(row, 'organization_uuid'),
  organizationName: text(row, 'organization_name'),
  name: text(row, 'name'),
  properties: json(row, 'properties'),
  sealedClientSecret: text(row, 'sealed_client_secret'),
  created: integer(row, 'created'),
  modified: integer(row, 'modified'),
  deletedAt: row.deleted_at === null ? undefined : integer(row, 'deleted_at'),
});

export type ApplicationStore = Pick<
  TenancyStore,
  | 'createApplication'
  | 'findApplication'
  | 'listApplications'
  | 'listAllApplications'
  | 'updateApplication'
  | 'deleteApplication'
  | 'restoreApplication'
>;

export function createApplicationStore(engine: SqlEngine): ApplicationStore {
  const find = async (reference: ApplicationReference): Promise<Application | undefined> => {
    const row = await engine.read(() => selectApplication(reference));
    return row && toApplication(row);
  };
  return {
    createApplication: async (application, seed) => {
      const key = await engine.write(function* () {
        const added = yield* addApplication(application, seed);
        yield* announce(tenancyChanged);
        return added;
      });
      return (await find({ key }))!;
    },
    findApplication: find,
    async listApplications(organizationUuid, deleted = false) {
      const which = deleted ? deletedApplications : liveApplications;
      return (await engine.read(() => rows(which, organizationUuid))).map(toApplication);
    },
    async listAllApplications(deleted, limit, cursor) {
      const which = deleted ? allDeletedApplications : allLiveApplications;
      const found = await engine.read(() => rows(which, Number(cursor ?? 0), limit + 1));
      const items = found.slice(0, limit).map(toApplication);
      return { items, cursor: found.length > limit ? String(items.at(-1)?.key) : undefined };
    },
    updateApplication: (key, change) =>
      engine.write(function* () {
        yield* rows(lockApplication, key);
        const row = yield* firstRow(applicationByKey, key);
        if (!row) throw new KeygridError('entity_not_found', 'There is no such application');
        const changed = change(toApplication(row));
        const { properties, sealedClientSecret, modified } = changed;
        yield* rows(updateApplication, JSON.stringify(properties), sealedClientSecret, modified, key);
        yield* announce({ topic: 'tenancy', realm: key });
        return changed;
      }),
    deleteApplication: (key, deletedAt) =>
      engine.write(() => moveApplication(key, deletedAt, sameNameDeleted)),
    restoreApplication: (key) => engine.write(() => moveApplication(key, null, sameNameLive)),
  };
}

/** With its roles and their permissions. Answers its key. @throws KeygridError `application_exists` */
export function* addApplication(application: NewApplication, seed: ApplicationSeed): Work<number> {
  const { uuid, organizationUuid, name, properties, sealedClientSecret, created, modified } = application;
  const row = yield* firstRow(
    insertApplication,
    uuid,
    organizationUuid,
    name,
    JSON.stringify(properties),
    sealedClientSecret,
    created,
    modified,
  );
  if (!row) {
    throw new KeygridError('application_exists', `Application with name ${name} already exists.`, {
      subject: { name },
    });
  }
  const key = integer(row, 'application_id');
  for (const change of seed.entities) {
    yield* declareCollection(key, change.entity.type);
    yield* applyEntityChange(key, change);
  }
  for (const { holder, permission } of seed.permissions) {
    yield* addPermission(key, uuidToOrderedBytes(holder), permission);
  }
  return key;
}

function* moveApplication(key: number, deletedAt: SqlValue, sameName: typeof sameNameLive): Work<void> {
  const row = yield* firstRow(lockApplication, key);
  const isThere = row !== undefined && (row.deleted_at === null) === (deletedAt !== null);
  if (!isThere) throw new KeygridError('entity_not_found', 'There is no such application');
  const inTheWay = yield* firstRow(sameName, text(row, 'organization_uuid'), text(row, 'name'), key);
  if (inTheWay) {
    throw new KeygridError(
      'application_conflict',
      deletedAt === null
        ? `An application named ${row.name} exists; it must be deleted before this one can be restored.`
        : `A deleted application named ${row.name} exists already; two cannot be kept.`,
    );
  }
  yield* rows(setDeletedAt, deletedAt, key);
  yield* announce({ topic: 'tenancy', realm: key });
}

function selectApplication(reference: ApplicationReference): Work<Row | undefined> {
  if ('uuid' in reference) return firstRow(applicationByUuid, reference.uuid);
  if ('key' in reference) return firstRow(applicationByKey, reference.key);
  return firstRow(applicationByName, reference.organizationUuid, reference.name.toLowerCase());
}
