/** Makes the index entries of one collection anew: after its settings changed. usergrid-data.md 1.8. */
import { parseProperties } from '../entity-body.ts';
import type { EntityChange, EntityStore, IndexPosition, StoredEntity } from '../entity-store.ts';
import { diffIndex, indexEntriesOf } from './entity-index.ts';
import { rowBudget, rowsOf } from './index-rows.ts';
import { type IndexedFields, indexedPathsOf } from './indexed-fields.ts';

/** Written side by side, so that they share transactions. */
const entitiesAtOnce = 100;
/** Then others keep changing the entity, and each of them writes its entries too. */
const mostTries = 20;

/** What of an entity shall be indexed. */
export type FieldsFor = (entity: StoredEntity) => IndexedFields | undefined;

/** What is indexed of it already. */
export const ownFields: FieldsFor = ({ indexedFields }) => indexedFields;

export interface ReindexPart {
  /** How many entities it was. */
  entities: number;
  /** Where the next part begins; undefined when the collection is through. */
  position: IndexPosition | undefined;
}

/**
 * Every entity of the part gets the entries that a write of it now would give it, and no other. Entities may be written
 * meanwhile: entries are replaced only for the version that they were made from.
 * @param most entities of one part, give or take some hundred.
 */
export async function reindexPart(
  store: EntityStore,
  type: string,
  fieldsFor: FieldsFor,
  after: IndexPosition | undefined,
  most: number,
): Promise<ReindexPart> {
  let entities = 0;
  const range = { path: 'created', from: undefined, fromInclusive: true, to: undefined, toInclusive: true };
  const walk = { type, range, descending: false, probes: [], after };
  for await (const page of rowsOf(store, walk, rowBudget(Number.POSITIVE_INFINITY), entitiesAtOnce)) {
    for (let from = 0; from < page.length; from += entitiesAtOnce) {
      const some = page.slice(from, from + entitiesAtOnce);
      await Promise.all(some.map(({ entity }) => reindexEntity(store, entity, fieldsFor)));
      entities += some.length;
    }
    if (entities >= most) return { entities, position: page.at(-1)?.position };
  }
  return { entities, position: undefined };
}

/** All of it. @returns how many entities the collection had. */
export async function reindexCollection(
  store: EntityStore,
  type: string,
  indexedFields: IndexedFields | undefined,
): Promise<number> {
  return (await reindexPart(store, type, () => indexedFields, undefined, Number.POSITIVE_INFINITY)).entities;
}

async function reindexEntity(store: EntityStore, found: StoredEntity, fieldsFor: FieldsFor): Promise<void> {
  let entity: StoredEntity | undefined = found;
  for (let tries = 0; entity && tries < mostTries; tries += 1) {
    const { kind } = await store.write(reindexingOf(entity, fieldsFor(entity)));
    if (kind === 'written') return;
    entity = await store.findByUuid(found.uuid);
  }
}

/** What is not indexed now may have been before. */
export function reindexingOf(
  { indexedFields: _, ...read }: StoredEntity,
  indexedFields: IndexedFields | undefined,
): EntityChange {
  const parts = { ...read, properties: parseProperties(read.body) };
  const every = indexEntriesOf(parts, Number.POSITIVE_INFINITY);
  const index = indexEntriesOf(parts, Number.POSITIVE_INFINITY, indexedPathsOf(indexedFields));
  const entity: StoredEntity = indexedFields === undefined ? read : { ...read, indexedFields };
  return { kind: 'reindex', entity, index, indexRemoved: diffIndex(every, index).removed };
}
