/**
 * What activities ask of storage. An activity is listed with whoever published it and in feeds: edges with the verbs
 * `activities` and `feed`, whose time is `published`, so that those lists are newest first and a feed holds it once.
 */
import type { EntityChange, WriteOutcome } from '../entities/entity-store.ts';
import type { RealmKey } from '../tenancy/tenancy.ts';
import type { Uuid } from '../uuid.ts';

/** Whose feeds an activity goes to. */
export type Audience =
  | { kind: 'followers'; user: Uuid }
  /** All of them, or those who follow the user. */
  | { kind: 'members'; group: Uuid; following: Uuid | undefined };

/** An activity on its way into the feeds of an audience; kept until it has reached them all. */
export interface FanOut {
  application: RealmKey;
  id: Uuid;
  activity: Uuid;
  /** Milliseconds since the epoch. */
  published: number;
  audience: Audience;
  /** The last whose feed it reached: it goes from the longest connected to the last connected. */
  after: { connectedAt: number; uuid: Uuid };
}

export interface Publication {
  /** Creates the activity; undefined for one that is there. */
  creation: (EntityChange & { kind: 'create' }) | undefined;
  /** In whose lists it appears at once: `activities` and `feed` of these. */
  publishers: { uuid: Uuid; type: 'user' | 'group' }[];
  fanOut: FanOut;
}

/** Of one application. `dueAt`: when others may take the fan-out up, because nobody seems to be at it. */
export interface ActivityStore {
  /** All of it or nothing: the activity, its lists, and the fan-out to do. */
  publish(publication: Publication, dueAt: number): Promise<WriteOutcome>;
  /**
   * Puts the activity into the feeds of the next `most` of the audience.
   * @returns what is left to do; undefined when nothing is, and the fan-out is forgotten.
   */
  spread(fanOut: FanOut, most: number, dueAt: number): Promise<FanOut | undefined>;
  /** Leaves a fan-out that cannot go on to a later time. */
  postpone(fanOut: FanOut, dueAt: number): Promise<void>;
  /**
   * Puts the next `most` activities that the user published into the follower's feed, the newest first.
   * @returns the last of them, to go on after; undefined when there are no more.
   */
  copyPublished(
    user: Uuid,
    follower: Uuid,
    most: number,
    after: FanOut['after'],
  ): Promise<FanOut['after'] | undefined>;
}

/** Of all applications: administration. */
export interface FanOutStore {
  /** The longest due first. */
  due(now: number, most: number): Promise<FanOut[]>;
}
