/** Makes the index entries of one collection anew: after its settings changed. usergrid-data.md 1.8. */
import { parseProperties } from './entity-body.ts';
import { diffIndex, type IndexedPaths, indexEntriesOf } from './entity-index.ts';
import type { EntityChange, EntityStore, StoredEntity } from './entity-store.ts';
import { rowBudget, rowsOf } from './index-rows.ts';

/** Written side by side, so that they share transactions. */
const entitiesAtOnce = 100;
/** Then others keep changing the entity, and each of them writes its entries too. */
const mostTries = 20;

/**
 * Every entity has the entries that a write of it now would give it, and no other. Entities may be written meanwhile:
 * entries are replaced only for the version that they were made from.
 * @returns how many entities the collection had.
 */
export async function reindexCollection(
  store: EntityStore,
  type: string,
  indexedPaths: IndexedPaths,
): Promise<number> {
  let entities = 0;
  const range = { path: 'created', from: undefined, fromInclusive: true, to: undefined, toInclusive: true };
  const walk = { type, range, descending: false, probes: [], after: undefined };
  for await (const page of rowsOf(store, walk, rowBudget(Number.POSITIVE_INFINITY), entitiesAtOnce)) {
    for (let from = 0; from < page.length; from += entitiesAtOnce) {
      const some = page.slice(from, from + entitiesAtOnce);
      await Promise.all(some.map(({ entity }) => reindexEntity(store, entity, indexedPaths)));
      entities += some.length;
    }
  }
  return entities;
}

async function reindexEntity(
  store: EntityStore,
  found: StoredEntity,
  indexedPaths: IndexedPaths,
): Promise<void> {
  let entity: StoredEntity | undefined = found;
  for (let tries = 0; entity && tries < mostTries; tries += 1) {
    const { kind } = await store.write(reindexingOf(entity, indexedPaths));
    if (kind === 'written') return;
    entity = await store.findByUuid(found.uuid);
  }
}

/** What is not indexed now may have been before. */
export function reindexingOf(entity: StoredEntity, indexedPaths: IndexedPaths): EntityChange {
  const parts = { ...entity, properties: parseProperties(entity.body) };
  const every = indexEntriesOf(parts, Number.POSITIVE_INFINITY);
  const index = indexEntriesOf(parts, Number.POSITIVE_INFINITY, indexedPaths);
  return { kind: 'reindex', entity, index, indexRemoved: diffIndex(every, index).removed };
}
