/** Finding one entity by what stands for it in an address. usergrid-data.md 1.3. */
import { type Awaitable, andThen } from '../awaitable.ts';
import { isUuid, type Uuid } from '../uuid.ts';
import { claimValue } from './entity-rules.ts';
import type { EntityStore, StoredEntity } from './entity-store.ts';
import { entityType } from './entity-types.ts';

/** Which of a user's aliases to look at, and no other. */
export type ForcedAlias = 'email' | 'name';

const looksLikeEmail = /^[^\s@]+@[^\s@]+$/;

export interface EntityFinder {
  findByUuid(type: string, uuid: Uuid): Awaitable<StoredEntity | undefined>;
  findByAlias(type: string, name: string, force?: ForcedAlias): Promise<StoredEntity | undefined>;
  resolve(type: string, reference: string, force?: ForcedAlias): Awaitable<StoredEntity | undefined>;
}

export function createFinder(store: EntityStore): EntityFinder {
  function findByUuid(type: string, uuid: Uuid): Awaitable<StoredEntity | undefined> {
    if (!isUuid(uuid)) return undefined;
    return andThen(store.findByUuid(uuid.toLowerCase()), (entity) =>
      entity?.type === type ? entity : undefined,
    );
  }
  async function findByAlias(
    type: string,
    name: string,
    force?: ForcedAlias,
  ): Promise<StoredEntity | undefined> {
    for (const property of aliasesOf(type, name, force)) {
      const value = claimValue(property, name);
      const entity = value === undefined ? undefined : await store.findByUniqueValue(type, property, value);
      if (entity) return entity;
    }
    return undefined;
  }
  return {
    findByUuid,
    findByAlias,
    resolve: (type, reference, force) =>
      isUuid(reference) ? findByUuid(type, reference) : findByAlias(type, reference, force),
  };
}

/** Properties to look under, one after the other. */
function aliasesOf(type: string, name: string, force: ForcedAlias | undefined): string[] {
  const { alias } = entityType(type);
  if (alias === undefined) return [];
  if (type !== 'user') return [alias];
  if (force) return [force === 'email' ? 'email' : 'username'];
  return looksLikeEmail.test(name) ? ['email', 'username'] : ['username'];
}
