/** Creation, change and deletion of the entities that rights hang on. All other types need no service. */
import type { ApplicationEntities, Entities } from '../entities/entities.ts';
import type { StoredEntity } from '../entities/entity-store.ts';
import type { ChangeOptions, CreateOptions } from '../entities/entity-writer.ts';
import { KeygridError } from '../errors.ts';
import type { Application, Properties } from '../tenancy/tenancy.ts';
import type { DoneBy } from './account-audit.ts';
import type { ApplicationAccounts } from './application-accounts.ts';
import { newRoleProperties, rolePatch } from './role-properties.ts';

/** Who writes: Access.isApplicationAdmin says. */
export interface Writer extends DoneBy {
  administrator: boolean;
}

/** A `uuid` that the caller chose, as `PUT /users/{uuid}` does, must not be in use. */
export interface Creator extends Writer, CreateOptions {}

/**
 * Properties as sent: what a client may not say is left out or refused.
 * @throws KeygridError `invalid_argument`, `missing_property`, `duplicate_value`, `password_policy`, `overloaded`
 */
export interface TypedEntityService {
  create(application: Application, properties: Properties, by: Creator): Promise<StoredEntity>;
  /** Those that could be created, in order; items at fault are left out. */
  createMany(application: Application, sent: Properties[], by: Writer): Promise<StoredEntity[]>;
  /** Merges at the first level; null removes. @throws KeygridError also `precondition_failed` */
  update(
    application: Application,
    entity: StoredEntity,
    patch: Properties,
    by: Writer & ChangeOptions,
  ): Promise<StoredEntity>;
  /** @returns the entity as it was. @throws KeygridError `entity_not_found`, `precondition_failed` */
  delete(
    application: Application,
    entity: StoredEntity,
    options?: ChangeOptions & DoneBy,
  ): Promise<StoredEntity>;
}

export type TypedServices = Record<'user' | 'role' | 'group', TypedEntityService>;

export interface TypedServicesOptions {
  entities: Entities;
  accounts: ApplicationAccounts;
}

export function createTypedServices({ entities, accounts }: TypedServicesOptions): TypedServices {
  const role = { read: newRoleProperties, patch: rolePatch };
  const asSent = { read: requireObject, patch: requireObject };
  return {
    user: accounts,
    role: serviceOf('role', role, entities),
    group: serviceOf('group', asSent, entities),
  };
}

/** Undefined where the entity core alone is enough. */
export const typedService = (services: TypedServices, type: string): TypedEntityService | undefined =>
  type === 'user' || type === 'role' || type === 'group' ? services[type] : undefined;

interface Rules {
  read(sent: Properties): Properties;
  patch(sent: Properties): Properties;
}

function serviceOf(type: 'role' | 'group', rules: Rules, entities: Entities): TypedEntityService {
  const of = (application: Application): ApplicationEntities => entities.of(application);
  return {
    create: async (application, properties, { uuid, idempotency }) =>
      of(application).create(type, rules.read(properties), { uuid, idempotency }),
    createMany: (application, sent) =>
      of(application).createMany(
        type,
        sent.flatMap((properties) => unlessFaulty(() => rules.read(properties))),
      ),
    update: async (application, entity, patch, { precondition }) =>
      of(application).update(type, entity, rules.patch(patch), { precondition }),
    delete: (application, entity, { precondition } = {}) =>
      of(application).delete(type, entity, { precondition }),
  };
}

function requireObject(sent: Properties): Properties {
  if (typeof sent === 'object' && sent !== null && !Array.isArray(sent)) return sent;
  throw new KeygridError('invalid_argument', 'An entity must be a JSON object');
}

function unlessFaulty<Result>(read: () => Result): Result[] {
  try {
    return [read()];
  } catch (error) {
    if (error instanceof KeygridError) return [];
    throw error;
  }
}
