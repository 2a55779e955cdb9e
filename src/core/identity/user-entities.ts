/** The part of the entity core that application accounts need. */
import type { Awaitable } from '../awaitable.ts';
import type { StoredEntity } from '../entities/entity-store.ts';
import type { ChangeOptions, CreateOptions } from '../entities/entity-writer.ts';
import type { Properties, RealmKey } from '../tenancy/tenancy.ts';

export interface UserEntities {
  /** By uuid, email address or username, in any case. */
  resolve(type: 'user', reference: string): Awaitable<StoredEntity | undefined>;
  /** @throws KeygridError `missing_property`, `duplicate_value`, `invalid_argument` */
  create(type: 'user', properties: Properties, options?: CreateOptions): Promise<StoredEntity>;
  /** Merges at the first level; null removes. @throws KeygridError as `create`, `write_conflict` */
  update(type: 'user', user: StoredEntity, patch: Properties, options?: ChangeOptions): Promise<StoredEntity>;
  delete(type: 'user', user: StoredEntity, options?: ChangeOptions): Promise<StoredEntity>;
}

export interface UserEntitiesSource {
  of(application: { key: RealmKey }): UserEntities;
}
