/**
 * Activities: what somebody did, told to whoever follows them or is in the group. Each is an entity of the collection
 * `activities`, listed with its publisher, and in the feeds of its audience. usergrid-data.md 4.3 and 4.4.
 */
import { unlessRefused } from '../entities/collections/create-many.ts';
import { queryFarEnds } from '../entities/connections/edge-query.ts';
import type {
  CreateManyOptions,
  CreateOptions,
  Entities,
  EntityPage,
  PageOptions,
} from '../entities/entities.ts';
import { type Creation, duplicateValue } from '../entities/entity-changes.ts';
import type { EdgeStore, StoredEntity } from '../entities/entity-store.ts';
import type { EntityQuery } from '../entities/query/filter.ts';
import type { Application, RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid, UuidSource } from '../uuid.ts';
import type { ActivityStore, FanOut, Publication } from './activity-store.ts';
import { withActor } from './actor.ts';
import type { FanOuts } from './fan-out.ts';

/** Where an activity is published. */
export type Place =
  /** For the followers of the user, who is the actor. */
  | { kind: 'user'; user: StoredEntity }
  /** For the members of the group. */
  | { kind: 'group'; group: StoredEntity }
  /** By the user, who is the actor, for those members of the group who follow the user. */
  | { kind: 'member'; group: StoredEntity; user: StoredEntity };

export type ActivityList = 'activities' | 'feed';

export interface ActivityPageRequest extends PageOptions {
  query: EntityQuery;
}

export interface Activities {
  /**
   * Resolves when the activity is in the first 10,000 feeds, and sure to reach the others. `uuid`: of the caller's
   * choice, not in use.
   * @throws KeygridError `invalid_argument`, `missing_property`, `duplicate_value`, `entity_too_large`
   */
  publish(
    application: Application,
    place: Place,
    body: unknown,
    options?: CreateOptions,
  ): Promise<StoredEntity>;
  /** Those that could be published, in order; items at fault are left out. Each is in the first 50 feeds then. */
  publishMany(
    application: Application,
    place: Place,
    bodies: unknown[],
    options?: CreateManyOptions,
  ): Promise<StoredEntity[]>;
  /** One that is there already, under the time that it was published first. */
  publishAgain(application: Application, place: Place, activity: StoredEntity): Promise<void>;
  /** Newest published first, unless the query says otherwise. @throws KeygridError `query_too_broad` */
  list(
    application: Application,
    owner: StoredEntity,
    list: ActivityList,
    page: ActivityPageRequest,
  ): Promise<EntityPage>;
  isListed(
    application: Application,
    owner: StoredEntity,
    list: ActivityList,
    activity: Uuid,
  ): Promise<boolean>;
  /** From this list only. Whether it was in it. */
  remove(application: Application, owner: StoredEntity, list: ActivityList, activity: Uuid): Promise<boolean>;
  /** To be called once `follower` follows `user`: the newest 1000 activities of the user come into the follower's feed. */
  followed(application: { key: RealmKey }, follower: Uuid, user: Uuid): Promise<void>;
}

export interface ActivitiesOptions {
  activitiesOf(application: RealmKey): ActivityStore;
  edgesOf(application: RealmKey): EdgeStore;
  entities: Entities;
  fanOuts: FanOuts;
  uuids: UuidSource;
}

/** Published side by side, so that they share transactions. */
const publishedAtOnce = 50;
const nobody = '00000000-0000-0000-0000-000000000000';
/** What a cursor can hold; milliseconds, far in the future. */
const latest = 999_999_999_999_999;

export function createActivities(options: ActivitiesOptions): Activities {
  const { activitiesOf, edgesOf, entities, fanOuts, uuids } = options;

  async function store(key: RealmKey, publication: Publication, isOfBatch = false): Promise<void> {
    const outcome = await activitiesOf(key).publish(publication, fanOuts.dueAt());
    if (outcome.kind !== 'written') throw duplicateValue('activity', 'uuid', publication.fanOut.activity);
    await fanOuts.begin(publication.fanOut, isOfBatch);
  }

  async function publish(
    application: Application,
    place: Place,
    body: unknown,
    { isOfBatch, ...chosen }: CreateOptions & { isOfBatch?: boolean } = {},
  ): Promise<StoredEntity> {
    const sent = place.kind === 'group' ? body : withActor(body, place.user);
    const creation = await entities.of(application).prepare('activity', sent, chosen);
    const { key } = application;
    await store(key, publicationOf(key, uuids.next(), place, creation.entity, creation), isOfBatch);
    return creation.entity;
  }

  /** What is there under the chosen uuid was published by an earlier try of the same batch. */
  async function publishOfBatch(
    application: Application,
    place: Place,
    body: unknown,
    uuid: Uuid | undefined,
  ): Promise<StoredEntity | undefined> {
    const published = await unlessRefused(publish(application, place, body, { uuid, isOfBatch: true }));
    if (published || uuid === undefined) return published;
    return entities.of(application).findByUuid('activity', uuid);
  }

  return {
    publish,
    async publishMany(application, place, bodies, { uuids: chosen } = {}) {
      const published: StoredEntity[] = [];
      for (let from = 0; from < bodies.length; from += publishedAtOnce) {
        const together = bodies.slice(from, from + publishedAtOnce);
        const written = await Promise.all(
          together.map((body, at) => publishOfBatch(application, place, body, chosen?.[from + at])),
        );
        published.push(...written.filter((activity) => activity !== undefined));
      }
      return published;
    },
    publishAgain: ({ key }, place, activity) =>
      store(key, publicationOf(key, uuids.next(), place, activity, undefined)),
    list({ key }, owner, list, { query, ...page }) {
      const read = (limit: number, after: Parameters<EdgeStore['targets']>[2]['after']) =>
        edgesOf(key).targets(owner.uuid, list, { limit, type: 'activity', after });
      return queryFarEnds(read, query, page);
    },
    isListed: ({ key }, owner, list, activity) => edgesOf(key).isConnected(owner.uuid, list, activity),
    remove: ({ key }, owner, list, activity) => edgesOf(key).disconnect(owner.uuid, list, activity),
    followed: ({ key }, follower, user) => fanOuts.copyPublished(key, user, follower),
  };
}

function publicationOf(
  application: RealmKey,
  id: Uuid,
  place: Place,
  activity: StoredEntity,
  creation: Creation | undefined,
): Publication {
  const fanOut: FanOut = {
    application,
    id,
    activity: activity.uuid,
    published: publishedAt(activity),
    audience: audienceOf(place),
    after: { connectedAt: 0, uuid: nobody },
  };
  const publisher = place.kind === 'group' ? place.group : place.user;
  const type = place.kind === 'group' ? 'group' : 'user';
  return { creation, publishers: [{ uuid: publisher.uuid, type }], fanOut };
}

function audienceOf(place: Place): FanOut['audience'] {
  if (place.kind === 'user') return { kind: 'followers', user: place.user.uuid };
  const following = place.kind === 'member' ? place.user.uuid : undefined;
  return { kind: 'members', group: place.group.uuid, following };
}

/** What a client gave in the place of a time is none: then it counts as published when it was created. */
function publishedAt({ body, created }: StoredEntity): number {
  const { published } = JSON.parse(body) as { published?: unknown };
  if (typeof published !== 'number') return created;
  return Math.min(Math.max(0, Math.trunc(published)), latest);
}
