/**
 * The edges that rights flow along: users of a group, users of a role, groups of a role. Each can be seen and changed
 * from both of its ends. usergrid-auth.md 7.4 and 7.5.
 */
import { queryFarEnds, type ReadFarEnds } from '../entities/edge-query.ts';
import { readUnion } from '../entities/edge-union.ts';
import type { EntityPage, PageOptions } from '../entities/entities.ts';
import type { EdgeStore, EntityStore, StoredEntity } from '../entities/entity-store.ts';
import { type EntityQuery, matchesEverything } from '../entities/filter.ts';
import { KeygridError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { Application, RealmKey } from '../tenancy/tenancy.ts';

export type MemberType = 'user' | 'group' | 'role';

/** How a sub-collection of one type is kept: the verb of the edge, and at which end of it the owner stands. */
interface Membership {
  memberType: MemberType;
  verb: 'users' | 'groups';
  ownerIs: 'source' | 'target';
}

const membershipsByOwner: Record<MemberType, Partial<Record<string, Membership>>> = {
  user: {
    groups: { memberType: 'group', verb: 'users', ownerIs: 'target' },
    roles: { memberType: 'role', verb: 'users', ownerIs: 'target' },
  },
  group: {
    users: { memberType: 'user', verb: 'users', ownerIs: 'source' },
    roles: { memberType: 'role', verb: 'groups', ownerIs: 'target' },
  },
  role: {
    users: { memberType: 'user', verb: 'users', ownerIs: 'source' },
    groups: { memberType: 'group', verb: 'groups', ownerIs: 'source' },
  },
};

export interface MemberPageRequest extends PageOptions {
  /** Everyone unless said. */
  query?: EntityQuery;
}

export interface MemberPage {
  members: StoredEntity[];
  /** Given whenever the page is full: there may be nothing after it. */
  cursor: string | undefined;
}

/** `collection` is the plural: `users`, `groups` or `roles`. */
export interface Memberships {
  /** The type of the collection's members; undefined when it is no such collection. */
  memberTypeOf(ownerType: string, collection: string): MemberType | undefined;
  /** Idempotent; counts from the next request on. */
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
  ): Promise<MemberPage>;
  /**
   * Of owners of one type, each member once. @throws KeygridError `query_too_broad`, `invalid_argument`
   */
  listOfMany(
    application: Application,
    owners: readonly StoredEntity[],
    collection: string,
    page: MemberPageRequest,
  ): Promise<EntityPage>;
}

export function createMemberships(options: {
  edgesOf(application: RealmKey): EdgeStore;
  entitiesOf(application: RealmKey): Pick<EntityStore, 'findEach'>;
  clock: Clock;
}): Memberships {
  const { edgesOf, entitiesOf, clock } = options;

  function edgeOf(owner: StoredEntity, collection: string, member: StoredEntity) {
    const { verb, ownerIs } = requireMembership(owner, collection);
    const [source, target] = ownerIs === 'source' ? [owner, member] : [member, owner];
    return {
      source: source.uuid,
      sourceType: source.type,
      verb,
      target: target.uuid,
      targetType: target.type,
    };
  }

  return {
    memberTypeOf: (ownerType, collection) => membershipOf(ownerType, collection)?.memberType,
    async add({ key }, owner, collection, member) {
      await edgesOf(key).connect(edgeOf(owner, collection, member), clock.now(), 'permissions');
    },
    remove({ key }, owner, collection, member) {
      const { source, verb, target } = edgeOf(owner, collection, member);
      return edgesOf(key).disconnect(source, verb, target, 'permissions');
    },
    has({ key }, owner, collection, member) {
      const { source, verb, target } = edgeOf(owner, collection, member);
      return edgesOf(key).isConnected(source, verb, target);
    },
    async list(application, owner, collection, page) {
      const { entities, cursor } = await listOfMany(application, [owner], collection, page);
      return { members: entities, cursor };
    },
    listOfMany,
  };

  async function listOfMany(
    { key }: Application,
    owners: readonly StoredEntity[],
    collection: string,
    { query = matchesEverything, ...page }: MemberPageRequest,
  ): Promise<EntityPage> {
    const [first] = owners;
    if (!first) return { entities: [], cursor: undefined };
    const { memberType: type, verb, ownerIs } = requireMembership(first, collection);
    const edges = edgesOf(key);
    const direction = ownerIs === 'source' ? 'outgoing' : 'incoming';
    const near = owners.map(({ uuid }) => uuid);
    const read: ReadFarEnds =
      owners.length === 1
        ? (limit, after) =>
            edges[ownerIs === 'source' ? 'targets' : 'sources'](first.uuid, verb, { limit, type, after })
        : readUnion(edges, entitiesOf(key).findEach, { direction, near, verbs: [verb], type });
    return queryFarEnds(read, query, page);
  }
}

function membershipOf(ownerType: string, collection: string): Membership | undefined {
  const collections = Object.hasOwn(membershipsByOwner, ownerType)
    ? membershipsByOwner[ownerType as MemberType]
    : {};
  return Object.hasOwn(collections, collection) ? collections[collection] : undefined;
}

function requireMembership(owner: StoredEntity, collection: string): Membership {
  const membership = membershipOf(owner.type, collection);
  if (membership) return membership;
  throw new KeygridError('resource_not_found', `A ${owner.type} has no ${collection}`);
}
