/** The entities of an application: creating, finding, updating, deleting, querying. usergrid-data.md 1 and 2. */
import type { Awaitable } from '../awaitable.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { KeygridError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid, UuidSource } from '../uuid.ts';
import type { IndexedFieldsSource } from './collections/collection-settings-service.ts';
import { type CreateManyOptions, createMany } from './collections/create-many.ts';
import type { Creation } from './entity-changes.ts';
import type { EntityStore, StoredEntity } from './entity-store.ts';
import { entityType, requireCreatableType } from './entity-types.ts';
import {
  type ChangeOptions,
  type CreateOptions,
  createEntityWriter,
  entityNotFound,
  type Precondition,
} from './entity-writer.ts';
import { createFinder, type ForcedAlias } from './find-entity.ts';
import { isIndexedPath } from './index/entity-index.ts';
import type { EntityPage, PageOptions } from './query/entity-page.ts';
import type { EntityQuery } from './query/filter.ts';
import { createQueries } from './query/queries.ts';
import { type QueryBounds, standardBounds } from './query/query-runner.ts';
import { createTurns } from './turns.ts';

export type {
  ChangeOptions,
  CreateManyOptions,
  CreateOptions,
  EntityPage,
  ForcedAlias,
  PageOptions,
  Precondition,
};

export interface EntitiesOptions {
  storeFor(application: RealmKey): EntityStore;
  clock: Clock;
  uuids: UuidSource;
  /** Every property is indexed unless this says otherwise. */
  indexedFields?: IndexedFieldsSource;
  /** How much one query may read; the standard bounds unless given. */
  bounds?: QueryBounds;
}

export interface Entities {
  of(application: { key: RealmKey }): ApplicationEntities;
}

/**
 * Types are lower-case singulars; a body or patch is what JSON.parse gave. Everything may throw KeygridError
 * `invalid_argument`.
 */
export interface ApplicationEntities {
  /**
   * A uuid in the body is ignored; `uuid` in the options chooses it.
   * @throws KeygridError `missing_property`, `duplicate_value`, `entity_too_large`
   */
  create(type: string, body: unknown, options?: CreateOptions): Promise<StoredEntity>;
  /**
   * Checked and made ready, for who writes it together with something else.
   * @throws KeygridError `missing_property`, `entity_too_large`
   */
  prepare(type: string, body: unknown, options?: CreateOptions): Promise<Creation>;
  /** In order; items that break a rule are left out, and of two that claim one value the first is kept. */
  createMany(type: string, bodies: unknown[], options?: CreateManyOptions): Promise<StoredEntity[]>;
  findByUuid(type: string, uuid: Uuid): Awaitable<StoredEntity | undefined>;
  /** By the property that stands for the type; users by email too, without regard to case. */
  findByAlias(type: string, name: string, force?: ForcedAlias): Promise<StoredEntity | undefined>;
  /** By uuid, or by alias if it is none. */
  resolve(type: string, reference: string, force?: ForcedAlias): Awaitable<StoredEntity | undefined>;
  /**
   * Merges at the first level; `null` and `""` remove. Updates of others at the same time are not lost.
   * @throws KeygridError `entity_not_found`, `duplicate_value`, `entity_too_large`, `write_conflict`,
   * `precondition_failed`
   */
  update(
    type: string,
    entity: StoredEntity | Uuid,
    patch: unknown,
    options?: ChangeOptions,
  ): Promise<StoredEntity>;
  /**
   * Updates, or creates under that very uuid.
   * @throws KeygridError as update and create; `entity_not_found` when the uuid is of another type.
   */
  putByUuid(type: string, uuid: Uuid, body: unknown, options?: ChangeOptions): Promise<StoredEntity>;
  /** Updates, or creates under that name; of a user the body must say the username. */
  putByName(type: string, name: string, body: unknown, options?: ChangeOptions): Promise<StoredEntity>;
  /** @returns the entity as it was. @throws KeygridError `entity_not_found`, `write_conflict`, `precondition_failed` */
  delete(type: string, entity: StoredEntity | Uuid, options?: ChangeOptions): Promise<StoredEntity>;
  /** Whole entities; see projection.ts. @throws KeygridError `query_too_broad` */
  query(type: string, query: EntityQuery, page: PageOptions): Promise<EntityPage>;
  /** Up to 1000 of what matches. @throws KeygridError as query and update; those updated before stay so. */
  updateByQuery(type: string, query: EntityQuery, patch: unknown): Promise<StoredEntity[]>;
  /** Up to `limit` (1000 at most) of what matches, as it was. */
  deleteByQuery(type: string, query: EntityQuery, limit: number): Promise<StoredEntity[]>;
  /** Every type ever written or declared, with its number of entities. */
  collections(): Promise<{ type: string; count: number }[]>;
  declareCollection(type: string): Promise<void>;
  /** The first of the lower-case dot paths at which entities of the type have values that are indexed. */
  indexedPaths(type: string): Promise<string[]>;
}

export function createEntities(options: EntitiesOptions): Entities {
  const { storeFor, clock, uuids, indexedFields = () => undefined, bounds = standardBounds } = options;
  const inTurn = createTurns();
  const known = new BoundedCache<RealmKey, ApplicationEntities>(2_000);

  function entitiesOf(key: RealmKey): ApplicationEntities {
    const store = storeFor(key);
    const finder = createFinder(store);
    const writer = createEntityWriter(
      store,
      clock,
      uuids,
      (uuid, task) => inTurn(`${key}/${uuid}`, task),
      (type) => indexedFields(key, type),
    );
    const queries = createQueries(store, key, writer, bounds);
    return {
      ...finder,
      ...queries,
      create: writer.create,
      prepare: async (type, body, options) =>
        writer.prepare(type, body, { ...options, indexedFields: await writer.fieldsOf(type) }),
      update: writer.update,
      putByUuid: writer.putByUuid,
      delete: writer.delete,
      createMany: (type, bodies, how) => createMany(writer, type, bodies, how),
      async putByName(type, name, body, options) {
        const found = await finder.findByAlias(type, name);
        if (found) return writer.update(type, found, body, options);
        if (entityType(type).alias === undefined) throw entityNotFound(type, name);
        try {
          return await writer.create(type, bodyUnderName(type, name, body));
        } catch (error) {
          // Somebody else may have created it in the meantime.
          const now = isDuplicate(error) ? await finder.findByAlias(type, name) : undefined;
          if (!now) throw error;
          return writer.update(type, now, body, options);
        }
      },
      collections: () => store.collections(),
      indexedPaths: async (type) => (await store.indexedPaths(type)).filter(isIndexedPath),
      async declareCollection(type) {
        await store.declareCollection(requireCreatableType(type).type);
      },
    };
  }

  return {
    of({ key }) {
      let entities = known.get(key);
      if (!entities) {
        entities = entitiesOf(key);
        known.set(key, entities);
      }
      return entities;
    },
  };
}

const isDuplicate = (error: unknown): boolean =>
  error instanceof KeygridError && error.code === 'duplicate_value';

/** The name of the address wins, except that a user's username is never guessed. usergrid-data.md 1.4. */
export function bodyUnderName(type: string, name: string, body: unknown): unknown {
  const { alias } = entityType(type);
  if (type === 'user' || alias === undefined || typeof body !== 'object' || body === null) return body;
  if (Array.isArray(body)) return body;
  const others = Object.entries(body).filter(([property]) => property.toLowerCase() !== alias);
  return Object.fromEntries([[alias, name], ...others]);
}
