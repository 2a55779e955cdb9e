/** What is worked out from an entity's body again and again, kept while the body is the same. */
import { BoundedCache } from '../bounded-cache.ts';
import type { StoredEntity } from './entity-store.ts';

/** `capacity` in entities. What `make` gives is shared: nobody may change it. */
export function rememberByBody<Value>(
  capacity: number,
  make: (entity: StoredEntity) => Value,
): (entity: StoredEntity) => Value {
  const kept = new BoundedCache<string, { body: string; value: Value }>(capacity);
  return (entity) => {
    const known = kept.get(entity.uuid);
    if (known?.body === entity.body) return known.value;
    const value = make(entity);
    kept.set(entity.uuid, { body: entity.body, value });
    return value;
  };
}
