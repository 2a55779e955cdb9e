/**
 * Permission for a path whose entity can be addressed in several ways: a permission may be written with the entity's
 * name, the user's name or the uuid, and counts for all of them. usergrid-auth.md 7.2.
 */
import { type Awaitable, andThen } from '../awaitable.ts';
import type { Entities, ForcedAlias } from '../entities/entities.ts';
import type { StoredEntity } from '../entities/entity-store.ts';
import { entityType } from '../entities/entity-types.ts';
import { KeygridError } from '../errors.ts';
import type { Application, Properties } from '../tenancy/tenancy.ts';
import { isUuid } from '../uuid.ts';
import type { Access } from './access.ts';
import { requireDataPlace, requireDataScope } from './delegated-reach.ts';
import type { Operation } from './permission.ts';
import type { Caller } from './principal.ts';
import { callingUser, isSelfReference } from './user-reference.ts';

export interface AddressedPath {
  /** Below the application, decoded; a segment may hold slashes of its own. */
  segments: string[];
  /** What the first segment addresses: the plural that permissions are written with, and its type. */
  collection: { name: string; type: string } | undefined;
  /** The ways to read what follows the collection. The first that leads to an entity is meant. */
  readings: PathReading[];
  /** What a reference to a user is, where the request says so. */
  force?: ForcedAlias | undefined;
}

/** An entity by uuid, name or path, and what is asked for below it. */
export interface PathReading {
  reference: string;
  rest: string[];
}

export interface PathPermission {
  /**
   * Application admins need none, and everyone may ask who `/users/me` is.
   * @throws KeygridError `permission_missing`, `application_access_denied`, `insufficient_scope`
   */
  require(
    caller: Caller,
    application: Application,
    operation: Operation,
    path: AddressedPath,
  ): Awaitable<void>;
}

export function createPathPermission(access: Access, entities: Entities): PathPermission {
  /** The entity that the path leads to, and the rest of the path below it. */
  async function addressed(
    caller: Caller,
    application: Application,
    { collection, readings, force }: AddressedPath,
  ): Promise<{ entity: StoredEntity; rest: string[] } | undefined> {
    if (!collection) return undefined;
    const ofApplication = entities.of(application);
    for (const { reference, rest } of readings) {
      const entity = isSelf(collection.type, reference)
        ? await ofApplication.findByUuid('user', callingUser(caller, application) ?? '')
        : await unlessRefused(async () => ofApplication.resolve(collection.type, reference, force));
      if (entity) return { entity, rest };
    }
    return undefined;
  }

  async function otherSpellings(
    caller: Caller,
    application: Application,
    path: AddressedPath,
  ): Promise<string[]> {
    const { collection, segments } = path;
    if (!collection) return [];
    const found = await addressed(caller, application, path);
    if (!found) return [textOf([collection.name, ...segments.slice(1)])];
    const { entity, rest } = found;
    return [[entity.uuid], ...aliasesOf(entity)].map((names) => textOf([collection.name, ...names, ...rest]));
  }

  /** @throws KeygridError the first refusal, unless another spelling of the path is permitted */
  async function requireSpelledOtherwise(
    caller: Caller,
    application: Application,
    operation: Operation,
    path: AddressedPath,
    refused: KeygridError | undefined,
  ): Promise<void> {
    let refusal = refused;
    for (const spelling of await otherSpellings(caller, application, path)) {
      const other = await refusalOf(() => access.requirePermission(caller, application, operation, spelling));
      if (!other) return;
      refusal ??= other;
    }
    if (refusal) throw refusal;
  }

  return {
    require(caller, application, operation, path) {
      const asked = textOf(path.segments);
      requireDataScope(caller, operation);
      requireDataPlace(caller, operation, {
        type: path.collection?.type,
        rest: path.readings[0]?.rest ?? [],
      });
      if (operation === 'get' && isOwnAccount(path) && isAtHome(caller, application)) return;
      const asking = refusalOf(() => access.requirePermission(caller, application, operation, asked));
      return andThen(asking, (refusal) => {
        if (!refusal && !mayMeanSomeoneElse(path)) return;
        if (refusal && refusal.code !== 'permission_missing') throw refusal;
        return requireSpelledOtherwise(caller, application, operation, path, refusal);
      });
    },
  };
}

const isSelf = (type: string, reference: string): boolean => type === 'user' && isSelfReference(reference);

/**
 * The username of one user may be the email address of another: a permission for the one, such as `/users/${user}`,
 * is none for the other. So an address counts only as what it leads to.
 */
const mayMeanSomeoneElse = ({ collection, readings: [first] }: AddressedPath): boolean =>
  collection?.type === 'user' && first?.reference.includes('@') === true;

const isOwnAccount = ({ readings: [first], collection }: AddressedPath): boolean =>
  collection !== undefined &&
  first !== undefined &&
  isSelf(collection.type, first.reference) &&
  first.rest.length === 0;

/** A guest is anywhere; a user of another application is refused as everywhere. */
const isAtHome = ({ principal }: Caller, application: Application): boolean =>
  principal === undefined || (principal.kind === 'application_user' && principal.realm === application.key);

/** A slash inside a segment must not pass for one between segments: `/users/x` is no `/users%2fx`. */
const textOf = (segments: string[]): string =>
  `/${segments.map((segment) => segment.replaceAll('/', '%2f')).join('/')}`;

/** As segments: a path is several. A name in the shape of a uuid stands for another entity, so it stands for none. */
function aliasesOf(entity: StoredEntity): string[][] {
  const { alias } = entityType(entity.type);
  if (alias === undefined) return [];
  const value = (JSON.parse(entity.body) as Properties)[alias];
  if (typeof value !== 'string' || isUuid(value)) return [];
  return [alias === 'path' ? value.split('/').filter((segment) => segment !== '') : [value]];
}

function refusalOf(ask: () => Awaitable<void>): Awaitable<KeygridError | undefined> {
  const toRefusal = (error: unknown): KeygridError => {
    if (error instanceof KeygridError) return error;
    throw error;
  };
  try {
    const asking = ask();
    return asking instanceof Promise ? asking.then(() => undefined, toRefusal) : undefined;
  } catch (error) {
    return toRefusal(error);
  }
}

/** A reference that nothing can have is no reference. */
async function unlessRefused<Result>(find: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof KeygridError && error.code === 'invalid_argument') return undefined;
    throw error;
  }
}
