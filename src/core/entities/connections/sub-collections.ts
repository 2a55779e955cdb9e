/**
 * The sub-collections of built-in types, as they are read: `users` of a group, `activities` of a user. Each is kept as
 * edges of one verb; who may change them, and how, is a matter of the services that own them.
 */
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { EdgeDirection, EdgeStore, EntityStore, StoredEntity } from '../entity-store.ts';
import type { EntityPage, PageOptions } from '../query/entity-page.ts';
import type { EntityQuery } from '../query/filter.ts';
import { queryFarEnds, type ReadFarEnds } from './edge-query.ts';
import { readUnion } from './edge-union.ts';

/** How a sub-collection is kept, as seen from its owner. */
export interface KeptSubCollection {
  name: string;
  /** Of its members. */
  type: string;
  direction: EdgeDirection;
  verb: string;
}

const kept = (name: string, type: string, direction: EdgeDirection, verb: string): KeptSubCollection => ({
  name,
  type,
  direction,
  verb,
});

const activities = kept('activities', 'activity', 'outgoing', 'activities');
const feed = kept('feed', 'activity', 'outgoing', 'feed');
const users = kept('users', 'user', 'outgoing', 'users');

const byOwner = new Map([
  [
    'user',
    [
      kept('groups', 'group', 'incoming', 'users'),
      kept('roles', 'role', 'incoming', 'users'),
      kept('devices', 'device', 'incoming', 'users'),
      activities,
      feed,
    ],
  ],
  ['group', [users, kept('roles', 'role', 'incoming', 'groups'), activities, feed]],
  ['role', [users, kept('groups', 'group', 'outgoing', 'groups')]],
  ['device', [users]],
]);

/** `name` is the plural. */
export const keptSubCollection = (ownerType: string, name: string): KeptSubCollection | undefined =>
  byOwner.get(ownerType)?.find((each) => each.name === name);

export interface SubCollectionReader {
  /**
   * The members of any of these owners, who are of one type, once each: last added first, unless the query says
   * otherwise. @throws KeygridError `query_too_broad`, `invalid_argument` for a cursor that is none
   */
  list(
    application: { key: RealmKey },
    owners: readonly StoredEntity[],
    which: KeptSubCollection,
    query: EntityQuery,
    page: PageOptions,
  ): Promise<EntityPage>;
  /** Whether it is a member of any of them. */
  has(
    application: { key: RealmKey },
    owners: readonly StoredEntity[],
    which: KeptSubCollection,
    member: StoredEntity,
  ): Promise<boolean>;
}

export function createSubCollectionReader(options: {
  edgesOf(application: RealmKey): EdgeStore;
  entitiesOf(application: RealmKey): Pick<EntityStore, 'findEach'>;
}): SubCollectionReader {
  const { edgesOf, entitiesOf } = options;
  return {
    async list({ key }, owners, { type, direction, verb }, query, page) {
      const [first, ...others] = owners;
      if (!first) return { entities: [], cursor: undefined };
      const edges = edgesOf(key);
      const farEnds = direction === 'outgoing' ? edges.targets : edges.sources;
      const near = owners.map(({ uuid }) => uuid);
      const read: ReadFarEnds =
        others.length === 0
          ? (limit, after) => farEnds(first.uuid, verb, { limit, type, after })
          : readUnion(edges, entitiesOf(key).findEach, { direction, near, verbs: [verb], type });
      return queryFarEnds(read, query, page);
    },
    async has({ key }, owners, { type, direction, verb }, member) {
      if (member.type !== type) return false;
      for (const owner of owners) {
        const [source, target] = direction === 'outgoing' ? [owner, member] : [member, owner];
        if (await edgesOf(key).isConnected(source.uuid, verb, target.uuid)) return true;
      }
      return false;
    },
  };
}
