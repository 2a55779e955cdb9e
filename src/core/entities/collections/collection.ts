/**
 * One collection of an application, as its callers write to it: entities that rights hang on go through the services
 * of their own, all others straight to the entity core.
 */
import { KeygridError } from '../../errors.ts';
import {
  type TypedEntityService,
  type TypedServices,
  typedService,
  type Writer,
} from '../../identity/typed-services.ts';
import type { Application, Properties } from '../../tenancy/tenancy.ts';
import { isUuid, type Uuid } from '../../uuid.ts';
import {
  type ApplicationEntities,
  bodyUnderName,
  type ChangeOptions,
  type CreateManyOptions,
  type CreateOptions,
  type Entities,
  type PageOptions,
} from '../entities.ts';
import type { StoredEntity } from '../entity-store.ts';
import { maximumPageSize } from '../query/entity-page.ts';
import type { EntityQuery } from '../query/filter.ts';
import { updateFound, writeEach } from '../query/write-each.ts';
import { unlessRefused } from './create-many.ts';

/** A body or patch is what JSON.parse gave. Errors are those of ApplicationEntities and TypedEntityService. */
export interface CollectionWriter {
  create(body: unknown, options?: CreateOptions): Promise<StoredEntity>;
  /** In order; items that break a rule are left out, and so are those without any property. */
  createMany(bodies: unknown[], options?: CreateManyOptions): Promise<StoredEntity[]>;
  update(entity: StoredEntity, patch: unknown, options?: ChangeOptions): Promise<StoredEntity>;
  /**
   * Creates what `reference` (a uuid or name) would have found: under that very uuid or name. Where another is quicker,
   * it updates what that one made, unless the precondition is against it.
   */
  createAt(reference: string, body: unknown, options?: ChangeOptions): Promise<StoredEntity>;
  delete(entity: StoredEntity, options?: ChangeOptions): Promise<StoredEntity>;
  /** Up to 1000 of what matches. */
  updateByQuery(query: EntityQuery, patch: unknown): Promise<StoredEntity[]>;
  /** One page of what matches, as it was. */
  deleteByQuery(query: EntityQuery, page: PageOptions): Promise<StoredEntity[]>;
}

export interface CollectionParts {
  entities: Entities;
  typedServices: TypedServices;
}

/** Larger batches are refused whole. */
export const maximumBatch = 10_000;

export function collectionWriter(
  { entities, typedServices }: CollectionParts,
  application: Application,
  type: string,
  by: Writer,
): CollectionWriter {
  const plain = entities.of(application);
  const service = typedService(typedServices, type);
  const single = service ? throughService(plain, service, application, type, by) : straight(plain, type);
  return {
    ...single,
    async createMany(bodies, options) {
      const items = bodies.filter((body) => !isEmptyObject(body));
      if (items.length > maximumBatch) {
        throw new KeygridError('invalid_argument', `A batch has at most ${maximumBatch} entities`);
      }
      return single.createMany(items, options);
    },
    async updateByQuery(query, patch) {
      if (!service) return plain.updateByQuery(type, query, patch);
      const found = await plain.query(type, query, { limit: maximumPageSize });
      return updateFound(found, patch, (entity) => single.update(entity, patch));
    },
    async deleteByQuery(query, page) {
      const { entities: found } = await plain.query(type, query, page);
      return writeEach(found, (entity) => single.delete(entity));
    },
  };
}

type SingleWrites = Pick<CollectionWriter, 'create' | 'createMany' | 'createAt' | 'update' | 'delete'>;

const straight = (plain: ApplicationEntities, type: string): SingleWrites => ({
  create: (body, options) => plain.create(type, body, options),
  createMany: (bodies, options) => plain.createMany(type, bodies, options),
  createAt: (reference, body, options) =>
    isUuid(reference)
      ? plain.putByUuid(type, reference, body, options)
      : plain.putByName(type, reference, body, options),
  update: (entity, patch, options) => plain.update(type, entity, patch, options),
  delete: (entity, options) => plain.delete(type, entity, options),
});

const throughService = (
  plain: ApplicationEntities,
  service: TypedEntityService,
  application: Application,
  type: string,
  by: Writer,
): SingleWrites => ({
  create: async (body, options) => service.create(application, requireObject(body), { ...by, ...options }),
  createMany(bodies, { uuids } = {}) {
    const items = bodies.filter(isObject);
    if (!uuids) return service.createMany(application, items, by);
    return createEach(items, uuids, {
      create: (properties, uuid) => service.create(application, properties, { ...by, uuid }),
      find: async (uuid) => plain.findByUuid(type, uuid),
    });
  },
  async createAt(reference, body, options) {
    const properties = requireObject(body);
    if (!isUuid(reference)) {
      return service.create(application, bodyUnderName(type, reference, properties) as Properties, by);
    }
    const uuid = reference.toLowerCase();
    try {
      return await service.create(application, properties, { ...by, uuid });
    } catch (error) {
      if (!isTaken(error, 'uuid')) throw error;
      // By somebody who was quicker, or by an entity of another type.
      const now = await plain.findByUuid(type, uuid);
      if (!now) throw new KeygridError('entity_not_found', `There is no such ${type}`);
      return service.update(application, now, properties, { ...by, ...options });
    }
  },
  update: async (entity, patch, options) =>
    service.update(application, entity, requireObject(patch), { ...by, ...options }),
  delete: (entity, options) => service.delete(application, entity, { ...options, actor: by.actor }),
});

/** Each may have a password to hash. */
const mostOneByOne = 500;

/** One after the other, and what is there under its uuid already counts as created. */
async function createEach(
  items: Properties[],
  uuids: readonly Uuid[],
  {
    create,
    find,
  }: {
    create(properties: Properties, uuid: Uuid): Promise<StoredEntity>;
    find(uuid: Uuid): Promise<StoredEntity | undefined>;
  },
): Promise<StoredEntity[]> {
  if (items.length > mostOneByOne) {
    throw new KeygridError('invalid_argument', `Such a batch has at most ${mostOneByOne} entities`);
  }
  const created: StoredEntity[] = [];
  for (const [at, properties] of items.entries()) {
    const uuid = uuids[at]!;
    const entity =
      (await find(uuid)) ?? (await unlessRefused(create(properties, uuid))) ?? (await find(uuid));
    if (entity) created.push(entity);
  }
  return created;
}

const isTaken = (error: unknown, property: string): boolean =>
  error instanceof KeygridError && error.code === 'duplicate_value' && error.subject.property === property;

const isObject = (body: unknown): body is Properties =>
  typeof body === 'object' && body !== null && !Array.isArray(body);

const isEmptyObject = (body: unknown): boolean => isObject(body) && Object.keys(body).length === 0;

function requireObject(body: unknown): Properties {
  if (isObject(body)) return body;
  throw new KeygridError('invalid_argument', 'An entity must be a JSON object');
}
