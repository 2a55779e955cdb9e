/**
 * Permission for a path whose entity can be addressed in several ways: a permission may be written with the entity's
 * name, the user's name or the uuid, and counts for all of them. usergrid-auth.md 7.2.
 */
import type { Entities } from '../entities/entities.ts';
import type { StoredEntity } from '../entities/entity-store.ts';
import { entityType } from '../entities/entity-types.ts';
import { KeygridError } from '../errors.ts';
import type { Application, Properties } from '../tenancy/tenancy.ts';
import type { Access } from './access.ts';
import type { Operation } from './permission.ts';
import type { Caller } from './principal.ts';
import { callingUser, isSelfReference } from './user-reference.ts';

export interface AddressedPath {
  /** Below the application, decoded; a segment may hold slashes of its own. */
  segments: string[];
  /** What the first segment addresses: the plural that permissions are written with, and its type. */
  collection: { name: string; type: string } | undefined;
}

export interface PathPermission {
  /**
   * Application admins need none, and everyone may ask who `/users/me` is.
   * @throws KeygridError `permission_missing`, `application_access_denied`
   */
  require(caller: Caller, application: Application, operation: Operation, path: AddressedPath): Promise<void>;
}

export function createPathPermission(access: Access, entities: Entities): PathPermission {
  /** The entity that the second segment addresses. */
  async function addressed(
    caller: Caller,
    application: Application,
    { segments, collection }: AddressedPath,
  ): Promise<StoredEntity | undefined> {
    const [, reference] = segments;
    if (!collection || reference === undefined) return undefined;
    const ofApplication = entities.of(application);
    if (collection.type !== 'user' || !isSelfReference(reference)) {
      return unlessRefused(ofApplication.resolve(collection.type, reference));
    }
    const uuid = callingUser(caller, application);
    return uuid === undefined ? undefined : ofApplication.findByUuid('user', uuid);
  }

  async function otherSpellings(
    caller: Caller,
    application: Application,
    path: AddressedPath,
  ): Promise<string[]> {
    const { collection, segments } = path;
    if (!collection) return [];
    const rest = segments.slice(2);
    const entity = await addressed(caller, application, path);
    const references = entity ? [entity.uuid, ...aliasOf(entity)] : segments.slice(1, 2);
    if (references.length === 0) return [textOf([collection.name])];
    return references.map((reference) => textOf([collection.name, reference, ...rest]));
  }

  return {
    async require(caller, application, operation, path) {
      const asked = textOf(path.segments);
      if (operation === 'get' && isOwnAccount(path) && isAtHome(caller, application)) return;
      const refusal = await refusalOf(access.requirePermission(caller, application, operation, asked));
      if (!refusal) return;
      if (refusal.code !== 'permission_missing') throw refusal;
      for (const spelling of await otherSpellings(caller, application, path)) {
        if (spelling === asked.toLowerCase()) continue;
        if (!(await refusalOf(access.requirePermission(caller, application, operation, spelling)))) return;
      }
      throw refusal;
    },
  };
}

const isOwnAccount = ({ segments: [, reference = '', ...rest], collection }: AddressedPath): boolean =>
  collection?.type === 'user' && isSelfReference(reference) && rest.length === 0;

/** A guest is anywhere; a user of another application is refused as everywhere. */
const isAtHome = ({ principal }: Caller, application: Application): boolean =>
  principal === undefined || (principal.kind === 'application_user' && principal.realm === application.key);

/** A slash inside a segment must not pass for one between segments: `/users/x` is no `/users%2fx`. */
const textOf = (segments: string[]): string =>
  `/${segments.map((segment) => segment.replaceAll('/', '%2f')).join('/')}`;

function aliasOf(entity: StoredEntity): string[] {
  const { alias } = entityType(entity.type);
  if (alias === undefined) return [];
  const value = (JSON.parse(entity.body) as Properties)[alias];
  return typeof value === 'string' ? [value.replace(/^\/+/, '')] : [];
}

async function refusalOf(asking: Promise<void>): Promise<KeygridError | undefined> {
  try {
    await asking;
    return undefined;
  } catch (error) {
    if (error instanceof KeygridError) return error;
    throw error;
  }
}

/** A reference that nothing can have is no reference. */
async function unlessRefused<Result>(finding: Promise<Result>): Promise<Result | undefined> {
  try {
    return await finding;
  } catch (error) {
    if (error instanceof KeygridError && error.code === 'invalid_argument') return undefined;
    throw error;
  }
}
