/** Entity changes made ready for storage: values in, values out. */
import { KeygridError } from '../errors.ts';
import type { ChangeTopic } from '../oauth/revocation-store.ts';
import type { Uuid } from '../uuid.ts';
import {
  type EntityParts,
  mergeProperties,
  type PropertyMap,
  parseProperties,
  readProperties,
  renderBody,
  withoutAbsent,
} from './entity-body.ts';
import { applyRules, claimsOf } from './entity-rules.ts';
import type { EntityChange, StoredEntity, UniqueClaim } from './entity-store.ts';
import { type EntityType, entityType, requireCreatableType } from './entity-types.ts';
import { diffIndex, indexEntriesOf, maximumEntries } from './index/entity-index.ts';
import { type IndexedFields, indexedPathsOf } from './index/indexed-fields.ts';

export type Creation = EntityChange & { kind: 'create' };
export type Replacement = EntityChange & { kind: 'replace' };
export type Deletion = EntityChange & { kind: 'delete' };

/** Milliseconds since the epoch. `created` differs from `now` for a time-based uuid that the caller chose. */
export interface Birth {
  uuid: Uuid;
  now: number;
  created?: number;
  /** Of an entity whose uuid may have been in use before. */
  version?: number;
  /** See StoredEntity. */
  indexedFields?: IndexedFields | undefined;
}

/** @throws KeygridError `invalid_argument`, `missing_property`, `entity_too_large` */
export function creationOf(type: string, body: unknown, birth: Birth): Creation {
  const { uuid, now, created = now, version = 1, indexedFields } = birth;
  const rules = requireCreatableType(type);
  const properties = withoutAbsent(readProperties(rules, body));
  applyRules(rules, properties, now, true);
  const parts: EntityParts = { uuid, type, created, modified: created, properties };
  const change: Creation = {
    kind: 'create',
    entity: { uuid, type, created, modified: created, version, body: renderBody(parts) },
    claims: claimsOf(rules, properties),
    index: indexEntriesOf(parts, maximumEntries, indexedPathsOf(indexedFields)),
  };
  if (indexedFields !== undefined) change.entity.indexedFields = indexedFields;
  // A new user or group has no rights that a cache could know; a new role may carry a name that one knows as missing.
  return announcing(rules.decidingRights === 'all', change);
}

/**
 * @param indexedFields what of the new version is to be indexed.
 * @throws KeygridError `invalid_argument`, `entity_too_large`
 */
export function replacementOf(
  before: StoredEntity,
  patch: unknown,
  now: number,
  indexedFields?: IndexedFields,
): Replacement {
  const rules = entityType(before.type);
  const earlier = parseProperties(before.body);
  const properties = mergeProperties(rules, earlier, readProperties(rules, patch));
  applyRules(rules, properties, now, false);
  const parts: EntityParts = { ...before, modified: now, properties };
  const claims = diffClaims(claimsOf(rules, earlier), claimsOf(rules, properties));
  const index = diffIndex(
    indexEntriesOf(
      { ...before, properties: earlier },
      Number.POSITIVE_INFINITY,
      indexedPathsOf(before.indexedFields),
    ),
    indexEntriesOf(parts, maximumEntries, indexedPathsOf(indexedFields)),
  );
  const { indexedFields: _, ...rest } = before;
  const entity: StoredEntity = {
    ...rest,
    modified: now,
    version: before.version + 1,
    body: renderBody(parts),
  };
  if (indexedFields !== undefined) entity.indexedFields = indexedFields;
  const change: Replacement = {
    kind: 'replace',
    entity,
    claimsAdded: claims.added,
    claimsRemoved: claims.removed,
    indexAdded: index.added,
    indexRemoved: index.removed,
  };
  return announcing(changesRights(rules, earlier, properties), change);
}

export function deletionOf(entity: StoredEntity): Deletion {
  const rules = entityType(entity.type);
  const properties = parseProperties(entity.body);
  const change: Deletion = {
    kind: 'delete',
    entity,
    claims: claimsOf(rules, properties),
    index: indexEntriesOf(
      { ...entity, properties },
      Number.POSITIVE_INFINITY,
      indexedPathsOf(entity.indexedFields),
    ),
  };
  return announcing(rules.decidingRights.length > 0, change);
}

function announcing<Change extends EntityChange>(affectsRights: boolean, change: Change): Change {
  const announces: ChangeTopic = 'permissions';
  return affectsRights ? { ...change, announces } : change;
}

function changesRights({ decidingRights }: EntityType, before: PropertyMap, after: PropertyMap): boolean {
  if (decidingRights === 'all') return true;
  return decidingRights.some((key) => before.get(key)?.value !== after.get(key)?.value);
}

function diffClaims(
  before: UniqueClaim[],
  after: UniqueClaim[],
): { added: UniqueClaim[]; removed: UniqueClaim[] } {
  const lacking = (claims: UniqueClaim[], { property, value }: UniqueClaim): boolean =>
    !claims.some((claim) => claim.property === property && claim.value === value);
  return {
    added: after.filter((claim) => lacking(before, claim)),
    removed: before.filter((claim) => lacking(after, claim)),
  };
}

/** The refusal of a write whose claim another entity holds. usergrid-data.md 1.7. */
export const duplicateValue = (type: string, property: string, value: string): KeygridError =>
  new KeygridError(
    'duplicate_value',
    `Entity "${type}" requires that property named "${property}" be unique, value of ${value} exists`,
    { subject: { type, property, value } },
  );
