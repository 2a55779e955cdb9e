/** An application as an entity: what `GET /{org}/{app}` and the management API show. usergrid-auth.md 8.3. */
import { builtInTypes } from '../../core/entities/entity-types.ts';
import type { Application } from '../../core/tenancy/tenancy.ts';
import { internalApplicationProperties } from '../../core/tenancy/token-lifetimes.ts';
import { collectionName } from './inflection.ts';
import { fullName } from './render-accounts.ts';

export interface CollectionCount {
  /** Lower-case singular. */
  type: string;
  count: number;
}

/** `collections`: every type that there is or was; built-in ones are shown even when they are missing there. */
export function renderApplication(
  application: Application,
  collections: CollectionCount[],
): Record<string, unknown> {
  const own = Object.entries(application.properties).filter(
    ([name]) => !internalApplicationProperties.has(name),
  );
  return {
    ...Object.fromEntries(own),
    uuid: application.uuid,
    type: 'application',
    name: fullName(application),
    created: application.created,
    modified: application.modified,
    organizationName: application.organizationName.toLowerCase(),
    applicationName: application.name,
    metadata: { collections: renderCollections(collections) },
  };
}

/** Plural name -> the four keys that the portal reads. */
function renderCollections(collections: CollectionCount[]): Record<string, unknown> {
  const counts = countsByCollection(collections);
  return Object.fromEntries(
    [...counts].map(([name, { type, count }]) => [name, { name, title: capitalized(name), type, count }]),
  );
}

/** Plural name -> type and number of entities. */
export function countsByCollection(collections: CollectionCount[]): Map<string, CollectionCount> {
  const counts = new Map<string, CollectionCount>();
  for (const { type, collection } of builtInTypes) {
    if (collection !== undefined) counts.set(collection, { type, count: 0 });
  }
  for (const each of collections) counts.set(collectionName(each.type), each);
  return counts;
}

const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
