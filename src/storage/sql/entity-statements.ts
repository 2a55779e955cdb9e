/** The statements of the entity tables, and the work that one entity change is. */
import type {
  EntityChange,
  IndexEntry,
  StoredEntity,
  WriteOutcome,
} from '../../core/entities/entity-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { type Uuid, uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import {
  announce,
  bytes,
  deleteEach,
  firstRow,
  forEach,
  insertEach,
  integer,
  type Row,
  rows,
  type SqlValue,
  statement,
  text,
  type Work,
} from './statement.ts';

const insertEntity = statement(
  `insert into entities (application_id, entity_id, type, created, modified, version, body)
   values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing returning version`,
);
const replaceEntity = statement(
  `update entities set modified = ?, version = ?, body = ?
   where application_id = ? and entity_id = ? and version = ? returning version`,
);
const deleteEntity = statement(
  'delete from entities where application_id = ? and entity_id = ? and version = ? returning version',
);
const lockVersion = statement(
  'select version from entities where application_id = ? and entity_id = ? and version = ?',
  { lock: true },
);
const insertClaim = statement(
  `insert into unique_values (application_id, type, property, value, entity_id)
   values (?, ?, ?, ?, ?) on conflict do nothing returning property`,
);
const deleteClaim = statement(
  `delete from unique_values
   where application_id = ? and type = ? and property = ? and value = ? and entity_id = ?`,
);
const indexColumns = {
  application_id: 'bigint',
  type: 'text',
  path: 'text',
  value: 'bytea',
  created: 'bigint',
  entity_id: 'bytea',
} as const;
const insertIndexEntries = insertEach('entity_index', indexColumns);
const deleteIndexEntries = deleteEach('entity_index', indexColumns);
const deleteEdgesFrom = statement('delete from edges where application_id = ? and source_id = ?');
/** By whole keys: SQLite would else look for the target among all edges of the application. */
const deleteEdgesTo = statement(
  `delete from edges where (application_id, source_id, verb, target_id) in
     (select application_id, source_id, verb, target_id from edges where application_id = ? and target_id = ?)`,
);
const deletePermissions = statement('delete from permissions where application_id = ? and holder_id = ?');
const deleteCredential = statement('delete from credentials where application_id = ? and account_id = ?');

export const toStoredEntity = (row: Row): StoredEntity =>
  withoutId(row, uuidFromOrderedBytes(bytes(row, 'entity_id')));

const isConnected = { connected: true } as const;

/** Of a row that was looked up by its id. */
export const withoutId = (row: Row, uuid: Uuid): StoredEntity => ({
  uuid,
  type: text(row, 'type'),
  created: integer(row, 'created'),
  modified: integer(row, 'modified'),
  version: integer(row, 'version'),
  body: text(row, 'body'),
  ...(row.connected === 1 ? isConnected : {}),
});

/** Ends the unit of work so that the engine rolls it back; the store turns it into its outcome. */
export class ChangeRefused extends Error {
  readonly outcome: WriteOutcome;
  constructor(outcome: WriteOutcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

/** @throws ChangeRefused with the outcome when nothing may be written. */
export function* applyEntityChange(application: RealmKey, change: EntityChange): Work<void> {
  if (change.announces) yield* announce({ topic: change.announces, realm: application });
  const id = uuidToOrderedBytes(change.entity.uuid);
  if (change.kind === 'create') yield* applyCreate(application, id, change);
  else if (change.kind === 'replace') yield* applyReplace(application, id, change);
  else if (change.kind === 'reindex') yield* applyReindex(application, id, change);
  else yield* applyDelete(application, id, change);
}

function* applyCreate(
  application: RealmKey,
  id: Buffer,
  change: EntityChange & { kind: 'create' },
): Work<void> {
  const { entity } = change;
  yield* claim(application, entity.type, id, change.claims);
  const created = yield* firstRow(
    insertEntity,
    application,
    id,
    entity.type,
    entity.created,
    entity.modified,
    entity.version,
    entity.body,
  );
  if (!created) throw new ChangeRefused({ kind: 'conflict' });
  yield* forEach(insertIndexEntries, indexRows(application, entity, id, change.index));
}

function* applyReplace(
  application: RealmKey,
  id: Buffer,
  change: EntityChange & { kind: 'replace' },
): Work<void> {
  const { entity } = change;
  const replaced = yield* firstRow(
    replaceEntity,
    entity.modified,
    entity.version,
    entity.body,
    application,
    id,
    entity.version - 1,
  );
  if (!replaced) throw new ChangeRefused({ kind: 'conflict' });
  yield* release(application, entity.type, id, change.claimsRemoved);
  yield* claim(application, entity.type, id, change.claimsAdded);
  yield* forEach(deleteIndexEntries, indexRows(application, entity, id, change.indexRemoved));
  yield* forEach(insertIndexEntries, indexRows(application, entity, id, change.indexAdded));
}

function* applyReindex(
  application: RealmKey,
  id: Buffer,
  change: EntityChange & { kind: 'reindex' },
): Work<void> {
  const { entity } = change;
  const current = yield* firstRow(lockVersion, application, id, entity.version);
  if (!current) throw new ChangeRefused({ kind: 'conflict' });
  yield* forEach(deleteIndexEntries, indexRows(application, entity, id, change.indexRemoved));
  yield* forEach(insertIndexEntries, indexRows(application, entity, id, change.index));
}

function* applyDelete(
  application: RealmKey,
  id: Buffer,
  change: EntityChange & { kind: 'delete' },
): Work<void> {
  const { entity } = change;
  const deleted = yield* firstRow(deleteEntity, application, id, entity.version);
  if (!deleted) throw new ChangeRefused({ kind: 'conflict' });
  yield* release(application, entity.type, id, change.claims);
  yield* forEach(deleteIndexEntries, indexRows(application, entity, id, change.index));
  for (const dependent of [deleteEdgesFrom, deleteEdgesTo, deletePermissions, deleteCredential]) {
    yield* rows(dependent, application, id);
  }
}

function* claim(
  application: RealmKey,
  type: string,
  id: Buffer,
  claims: { property: string; value: string }[],
): Work<void> {
  for (const { property, value } of claims) {
    const row = yield* firstRow(insertClaim, application, type, property, value, id);
    if (!row) throw new ChangeRefused({ kind: 'duplicate', property, value });
  }
}

function* release(
  application: RealmKey,
  type: string,
  id: Buffer,
  claims: { property: string; value: string }[],
): Work<void> {
  for (const { property, value } of claims) yield* rows(deleteClaim, application, type, property, value, id);
}

const indexRows = (
  application: RealmKey,
  entity: StoredEntity,
  id: Buffer,
  index: IndexEntry[],
): SqlValue[][] =>
  index.map((entry) => [application, entity.type, entry.path, entry.value, entity.created, id]);
