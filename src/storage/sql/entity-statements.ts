/** The statements of the entity tables, and the work that one entity change is. */
import type {
  EntityChange,
  IndexedValue,
  StoredEntity,
  UniqueClaim,
  WriteOutcome,
} from '../../core/entities/entity-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import { claimIdempotencyKey } from './idempotency-keys.ts';
import { indexKey, tailOf } from './index-keys.ts';
import { findPaths, numberPaths, type PathNumbers } from './index-paths.ts';
import {
  announce,
  bytes,
  changes,
  deleteEach,
  effect,
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

export const insertEntity = effect(
  `insert into entities (application_id, entity_id, type, created, modified, version, body, indexed_fields)
   values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
);
const replaceEntity = effect(
  `update entities set modified = ?, version = ?, body = ?, indexed_fields = ?
   where application_id = ? and entity_id = ? and version = ?`,
);
const deleteEntity = effect(
  'delete from entities where application_id = ? and entity_id = ? and version = ?',
);
const lockIndexedFields = statement(
  'select indexed_fields from entities where application_id = ? and entity_id = ? and version = ?',
  { lock: true },
);
const setIndexedFields = statement(
  'update entities set indexed_fields = ? where application_id = ? and entity_id = ?',
);
export const insertClaim = effect(
  `insert into unique_values (application_id, type, property, value, entity_id)
   values (?, ?, ?, ?, ?) on conflict do nothing`,
);
const deleteClaim = statement(
  `delete from unique_values
   where application_id = ? and type = ? and property = ? and value = ? and entity_id = ?`,
);
const ofEntity = { application_id: 'bigint' } as const;
const ofEntry = { key: 'bytea' } as const;
export const insertIndexEntries = insertEach('entity_index', ofEntry, ofEntity);
const deleteIndexEntries = deleteEach('entity_index', ofEntry, ofEntity);
const deletePermissions = statement('delete from permissions where application_id = ? and holder_id = ?');
const deleteCredential = statement('delete from credentials where application_id = ? and account_id = ?');

export const toStoredEntity = (row: Row): StoredEntity =>
  storedEntity(
    {
      uuid: uuidFromOrderedBytes(bytes(row, 'entity_id')),
      type: text(row, 'type'),
      created: integer(row, 'created'),
    },
    row,
  );

/** Of a row with what is not known without it. */
export const storedEntity = (
  known: Pick<StoredEntity, 'uuid' | 'type' | 'created'>,
  row: Row,
): StoredEntity =>
  withMarks(
    {
      ...known,
      modified: integer(row, 'modified'),
      version: integer(row, 'version'),
      body: text(row, 'body'),
    },
    row.connected,
    row.indexed_fields,
  );

/** Which most entities do not have. */
export function withMarks(
  entity: StoredEntity,
  connected?: SqlValue,
  indexedFields?: SqlValue,
): StoredEntity {
  if (connected === 1) entity.connected = true;
  if (typeof indexedFields === 'string') entity.indexedFields = indexedFields;
  return entity;
}

/** Ends the unit of work so that the engine rolls it back; the store turns it into its outcome. */
export class ChangeRefused extends Error {
  readonly outcome: WriteOutcome;
  constructor(outcome: WriteOutcome) {
    super(outcome.kind);
    this.outcome = outcome;
  }
}

const nothing: PathNumbers = new Map();

/**
 * Of a deletion all but the edges (edge-removal.ts). Answers the numbers of paths that were not among those known: right for sure once the transaction is over.
 * @throws ChangeRefused with the outcome when nothing may be written.
 */
export function* applyEntityChange(
  application: RealmKey,
  change: EntityChange,
  known: PathNumbers = nothing,
): Work<PathNumbers> {
  if (change.announces) yield* announce({ topic: change.announces, realm: application });
  const subject = { application, id: uuidToOrderedBytes(change.entity.uuid), entity: change.entity };
  if (change.kind === 'create') return yield* applyCreate(subject, change, known);
  if (change.kind === 'replace') return yield* applyReplace(subject, change, known);
  if (change.kind === 'reindex') return yield* applyReindex(subject, change, known);
  return yield* applyDelete(subject, change, known);
}

interface Subject {
  application: RealmKey;
  id: Buffer;
  entity: StoredEntity;
}

function* applyCreate(
  subject: Subject,
  change: EntityChange & { kind: 'create' },
  known: PathNumbers,
): Work<PathNumbers> {
  const { application, id, entity } = subject;
  if (change.idempotency) {
    const { record, now } = change.idempotency;
    const isFirst = yield* claimIdempotencyKey(application, record, now);
    if (!isFirst) throw new ChangeRefused({ kind: 'repeated' });
  }
  yield* claim(subject, change.claims);
  const { type, created, modified, version, body } = entity;
  const values = [type, created, modified, version, body, entity.indexedFields ?? null];
  const isNew = yield* changes(insertEntity, application, id, ...values);
  if (!isNew) throw new ChangeRefused({ kind: 'conflict' });
  return yield* insertEntries(subject, change.index, known);
}

function* applyReplace(
  subject: Subject,
  change: EntityChange & { kind: 'replace' },
  known: PathNumbers,
): Work<PathNumbers> {
  const { application, id, entity } = subject;
  const { modified, version, body } = entity;
  const values = [modified, version, body, entity.indexedFields ?? null];
  const isCurrent = yield* changes(replaceEntity, ...values, application, id, version - 1);
  if (!isCurrent) throw new ChangeRefused({ kind: 'conflict' });
  yield* release(subject, change.claimsRemoved);
  yield* claim(subject, change.claimsAdded);
  const learned = yield* deleteEntries(subject, change.indexRemoved, known);
  return joined(learned, yield* insertEntries(subject, change.indexAdded, joined(known, learned)));
}

function* applyReindex(
  subject: Subject,
  change: EntityChange & { kind: 'reindex' },
  known: PathNumbers,
): Work<PathNumbers> {
  const { application, id, entity } = subject;
  const current = yield* firstRow(lockIndexedFields, application, id, entity.version);
  if (!current) throw new ChangeRefused({ kind: 'conflict' });
  const fields = entity.indexedFields ?? null;
  if (current.indexed_fields !== fields) yield* rows(setIndexedFields, fields, application, id);
  const learned = yield* deleteEntries(subject, change.indexRemoved, known);
  return joined(learned, yield* insertEntries(subject, change.index, joined(known, learned)));
}

function* applyDelete(
  subject: Subject,
  change: EntityChange & { kind: 'delete' },
  known: PathNumbers,
): Work<PathNumbers> {
  const { application, id, entity } = subject;
  const isCurrent = yield* changes(deleteEntity, application, id, entity.version);
  if (!isCurrent) throw new ChangeRefused({ kind: 'conflict' });
  yield* release(subject, change.claims);
  const learned = yield* deleteEntries(subject, change.index, known);
  for (const dependent of [deletePermissions, deleteCredential]) {
    yield* rows(dependent, application, id);
  }
  return learned;
}

function* claim({ application, id, entity }: Subject, claims: UniqueClaim[]): Work<void> {
  for (const { property, value } of claims) {
    const isFree = yield* changes(insertClaim, application, entity.type, property, value, id);
    if (!isFree) throw new ChangeRefused({ kind: 'duplicate', property, value });
  }
}

function* release({ application, id, entity }: Subject, claims: UniqueClaim[]): Work<void> {
  for (const { property, value } of claims) {
    yield* rows(deleteClaim, application, entity.type, property, value, id);
  }
}

function* insertEntries(subject: Subject, entries: IndexedValue[], known: PathNumbers): Work<PathNumbers> {
  const { application, entity, id } = subject;
  const unknown = unknownPaths(entries, known);
  const learned = unknown ? yield* numberPaths(application, entity.type, unknown) : nothing;
  const tail = tailOf(entity.created, id);
  const keys = entries.map(({ path, value }) => [
    indexKey(known.get(path) ?? learned.get(path)!, value, tail),
  ]);
  yield* forEach(insertIndexEntries, keys, [application]);
  return learned;
}

/** Where a path has no number, there is nothing to delete. */
function* deleteEntries(subject: Subject, entries: IndexedValue[], known: PathNumbers): Work<PathNumbers> {
  const { application, entity, id } = subject;
  const unknown = unknownPaths(entries, known);
  const learned = unknown ? yield* findPaths(application, entity.type, unknown) : nothing;
  const tail = tailOf(entity.created, id);
  const keys = entries.flatMap(({ path, value }) => {
    const number = known.get(path) ?? learned.get(path);
    return number === undefined ? [] : [[indexKey(number, value, tail)]];
  });
  yield* forEach(deleteIndexEntries, keys, [application]);
  return learned;
}

function unknownPaths(entries: IndexedValue[], known: PathNumbers): string[] | undefined {
  const unknown = entries.filter(({ path }) => !known.has(path));
  return unknown.length > 0 ? unknown.map(({ path }) => path) : undefined;
}

const joined = (one: PathNumbers, other: PathNumbers): PathNumbers =>
  other.size === 0 ? one : new Map([...one, ...other]);
