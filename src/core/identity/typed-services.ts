/** Creation, change and deletion of the entities that rights hang on. All other types need no service. */

import type { StoredEntity } from '../entities/entity-store.ts';
import { KeygridError } from '../errors.ts';
import type { Application, Properties, RealmKey } from '../tenancy/tenancy.ts';
import { newRoleProperties, rolePatch } from './role-properties.ts';

/** Property names as sent; what a client may not say is left out. @throws KeygridError of entities and of accounts */
export interface TypedEntityService {
  create(application: Application, properties: Properties): Promise<StoredEntity>;
  /** Merges at the first level; null removes. */
  update(application: Application, entity: StoredEntity, patch: Properties): Promise<StoredEntity>;
  delete(application: Application, entity: StoredEntity): Promise<void>;
}

export type TypedServiceName = 'user' | 'role' | 'group';

export type TypedServices = Record<TypedServiceName, TypedEntityService>;

/** The part of the entity core that roles and groups need. */
export interface TypedEntities {
  /** By uuid, or what stands for the entity in addresses, in any case. */
  resolve(type: string, reference: string): Promise<StoredEntity | undefined>;
  findByUuid(uuid: string): Promise<StoredEntity | undefined>;
  create(type: string, properties: Properties): Promise<StoredEntity>;
  update(type: string, entity: StoredEntity, patch: Properties): Promise<StoredEntity>;
  delete(type: string, entity: StoredEntity): Promise<unknown>;
}

export interface TypedEntitiesSource {
  of(application: { key: RealmKey }): TypedEntities;
}

export interface TypedServicesOptions {
  entities: TypedEntitiesSource;
  users: TypedEntityService;
}

export function createTypedServices({ entities, users }: TypedServicesOptions): TypedServices {
  return {
    user: users,
    role: withRules(entities, 'role', newRoleProperties, rolePatch),
    group: withRules(entities, 'group', requireObject, requireObject),
  };
}

/** The service of a type, undefined where the entity core alone is enough. */
export const typedService = (services: TypedServices, type: string): TypedEntityService | undefined =>
  type === 'user' || type === 'role' || type === 'group' ? services[type] : undefined;

function withRules(
  entities: TypedEntitiesSource,
  type: 'role' | 'group',
  newProperties: (sent: Properties) => Properties,
  patched: (sent: Properties) => Properties,
): TypedEntityService {
  return {
    create: (application, properties) => entities.of(application).create(type, newProperties(properties)),
    update: (application, entity, patch) => entities.of(application).update(type, entity, patched(patch)),
    async delete(application, entity) {
      await entities.of(application).delete(type, entity);
    },
  };
}

function requireObject(sent: Properties): Properties {
  if (typeof sent === 'object' && sent !== null && !Array.isArray(sent)) return sent;
  throw new KeygridError('invalid_argument', 'An entity must be a JSON object');
}
