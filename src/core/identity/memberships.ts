/**
 * The edges that rights flow along: users of a group, users of a role, groups of a role. Each can be seen and changed
 * from both of its ends. usergrid-auth.md 7.4 and 7.5.
 */
import { endIsGone } from '../entities/connections/connections.ts';
import {
  type KeptSubCollection,
  keptSubCollection,
  type SubCollectionReader,
} from '../entities/connections/sub-collections.ts';
import type { EntityPage, PageOptions } from '../entities/entities.ts';
import type { EdgeStore, StoredEntity } from '../entities/entity-store.ts';
import { type EntityQuery, matchesEverything } from '../entities/query/filter.ts';
import { KeygridError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { Application, RealmKey } from '../tenancy/tenancy.ts';

export type MemberType = 'user' | 'group' | 'role';

const memberTypes: ReadonlySet<string> = new Set<MemberType>(['user', 'group', 'role']);

export interface MemberPageRequest extends PageOptions {
  /** Everyone unless said. */
  query?: EntityQuery;
}

/** `collection` is the plural: `users`, `groups` or `roles`. */
export interface Memberships {
  /** The type of the collection's members; undefined when it is no such collection. */
  memberTypeOf(ownerType: string, collection: string): MemberType | undefined;
  /** Idempotent; counts from the next request on. @throws KeygridError `resource_not_found` when one was deleted */
  add(application: Application, owner: StoredEntity, collection: string, member: StoredEntity): Promise<void>;
  /** Whether it was one. */
  remove(
    application: Application,
    owner: StoredEntity,
    collection: string,
    member: StoredEntity,
  ): Promise<boolean>;
  has(
    application: Application,
    owner: StoredEntity,
    collection: string,
    member: StoredEntity,
  ): Promise<boolean>;
  /** Last added first, unless the query says otherwise. @throws KeygridError `query_too_broad`, `invalid_argument` */
  list(
    application: Application,
    owner: StoredEntity,
    collection: string,
    page: MemberPageRequest,
  ): Promise<EntityPage>;
}

export function createMemberships(options: {
  edgesOf(application: RealmKey): EdgeStore;
  subCollections: SubCollectionReader;
  clock: Clock;
}): Memberships {
  const { edgesOf, subCollections, clock } = options;

  function edgeOf(owner: StoredEntity, collection: string, member: StoredEntity) {
    const { verb, direction } = requireMembership(owner, collection);
    const [source, target] = direction === 'outgoing' ? [owner, member] : [member, owner];
    return {
      source: source.uuid,
      sourceType: source.type,
      verb,
      target: target.uuid,
      targetType: target.type,
    };
  }

  return {
    memberTypeOf: (ownerType, collection) =>
      membershipOf(ownerType, collection)?.type as MemberType | undefined,
    async add({ key }, owner, collection, member) {
      const edge = edgeOf(owner, collection, member);
      if (!(await edgesOf(key).connect(edge, clock.now(), 'permissions'))) throw endIsGone();
    },
    remove({ key }, owner, collection, member) {
      const { source, verb, target } = edgeOf(owner, collection, member);
      return edgesOf(key).disconnect(source, verb, target, 'permissions');
    },
    has: (application, owner, collection, member) =>
      subCollections.has(application, [owner], requireMembership(owner, collection), member),
    list: async (application, owner, collection, { query = matchesEverything, ...page }) =>
      subCollections.list(application, [owner], requireMembership(owner, collection), query, page),
  };
}

function membershipOf(ownerType: string, collection: string): KeptSubCollection | undefined {
  const found = memberTypes.has(ownerType) ? keptSubCollection(ownerType, collection) : undefined;
  return found && memberTypes.has(found.type) ? found : undefined;
}

/** @throws KeygridError `resource_not_found` */
function requireMembership(owner: StoredEntity, collection: string): KeptSubCollection {
  const membership = membershipOf(owner.type, collection);
  if (membership) return membership;
  throw new KeygridError('resource_not_found', `A ${owner.type} has no ${collection}`);
}
