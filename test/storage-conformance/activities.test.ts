import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Audience, FanOut, Publication } from '../../src/core/activities/activity-store.ts';
import type { StoredEntity } from '../../src/core/entities/entity-store.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { creation, entityOf, freshRealm, onEachEngine, uuids } from './engines.ts';

const everything = { limit: 1000, type: undefined, after: undefined };
const nobody = '00000000-0000-0000-0000-000000000000';
const never = Number.MAX_SAFE_INTEGER;

const fanOutOf = (realm: number, activity: StoredEntity, audience: Audience, published = 5): FanOut => ({
  application: realm,
  id: uuids.next(),
  activity: activity.uuid,
  published,
  audience,
  after: { connectedAt: 0, uuid: nobody },
});

const publicationOf = (
  publisher: StoredEntity,
  activity: StoredEntity,
  fanOut: FanOut,
): Publication & { creation: object } => ({
  creation: creation(activity) as NonNullable<Publication['creation']>,
  publishers: [{ uuid: publisher.uuid, type: publisher.type as 'user' | 'group' }],
  fanOut,
});

async function newEntities(
  storage: Storage,
  realm: number,
  type: string,
  count: number,
): Promise<StoredEntity[]> {
  const made = Array.from({ length: count }, () => entityOf(type));
  await Promise.all(made.map((entity) => storage.entities(realm).write(creation(entity))));
  return made;
}

const connect = (storage: Storage, realm: number, source: StoredEntity, verb: string, target: StoredEntity) =>
  storage
    .edges(realm)
    .connect(
      { source: source.uuid, sourceType: source.type, verb, target: target.uuid, targetType: target.type },
      Date.now(),
    );

const listed = async (storage: Storage, realm: number, owner: StoredEntity, verb: string) =>
  (await storage.edges(realm).targets(owner.uuid, verb, everything)).map(({ entity }) => entity.uuid);

onEachEngine('activities', ({ storage }) => {
  test('an activity is created, listed with its publisher and noted for its audience in one', async () => {
    const realm = freshRealm();
    const [author] = await newEntities(storage(), realm, 'user', 1);
    const activity = entityOf('activity');
    const fanOut = fanOutOf(realm, activity, { kind: 'followers', user: author!.uuid });
    const activities = storage().activities(realm);
    assert.deepEqual(await activities.publish(publicationOf(author!, activity, fanOut), 100), {
      kind: 'written',
    });
    assert.deepEqual(await storage().edges(realm).targets(author!.uuid, 'activities', everything), [
      { entity: activity, connectedAt: 5 },
    ]);
    assert.deepEqual(await listed(storage(), realm, author!, 'feed'), [activity.uuid]);
    const ofRealm = async (now: number) =>
      (await storage().fanOuts.due(now, 1000)).filter(({ application }) => application === realm);
    assert.deepEqual(await ofRealm(99), []);
    assert.deepEqual(await ofRealm(100), [fanOut]);
    const again = publicationOf(
      author!,
      activity,
      fanOutOf(realm, activity, { kind: 'followers', user: author!.uuid }),
    );
    assert.deepEqual(await activities.publish(again, 100), { kind: 'conflict' });
    assert.deepEqual(await ofRealm(100), [fanOut]);
    const collections = await storage().entities(realm).collections();
    assert.ok(collections.some(({ type }) => type === 'activity'));
  });

  test('it goes on from follower to follower in bounded parts, and doing a part twice changes nothing', async () => {
    const realm = freshRealm();
    const [author, ...followers] = await newEntities(storage(), realm, 'user', 8);
    const [other] = await newEntities(storage(), realm, 'user', 1);
    await connect(storage(), realm, author!, 'following', other!);
    for (const follower of followers) await connect(storage(), realm, follower, 'following', author!);
    const activity = entityOf('activity');
    const fanOut = fanOutOf(realm, activity, { kind: 'followers', user: author!.uuid }, 77);
    const activities = storage().activities(realm);
    await activities.publish(publicationOf(author!, activity, fanOut), never);
    const first = await activities.spread(fanOut, 3, never);
    assert.deepEqual((await activities.spread(fanOut, 3, 7))?.after, first?.after);
    const reached = async () => {
      const feeds = await Promise.all(
        followers.map((follower) => listed(storage(), realm, follower, 'feed')),
      );
      return feeds.filter((feed) => feed.length === 1 && feed[0] === activity.uuid).length;
    };
    assert.equal(await reached(), 3);
    const stored = (await storage().fanOuts.due(7, 1000)).find(({ id }) => id === fanOut.id);
    assert.deepEqual(stored, first);
    const second = await activities.spread(stored!, 3, never);
    assert.equal(await activities.spread(second!, 3, 7), undefined);
    assert.equal(await reached(), 7);
    assert.equal(
      (await storage().fanOuts.due(never, 1000)).some(({ id }) => id === fanOut.id),
      false,
    );
    assert.deepEqual(await listed(storage(), realm, other!, 'feed'), []);
    const [end] = await storage().edges(realm).targets(followers[0]!.uuid, 'feed', everything);
    assert.equal(end?.connectedAt, 77);
  });

  test('members of a group are an audience, all of them or those who follow a user', async () => {
    const realm = freshRealm();
    const [author, follower, member, stranger] = await newEntities(storage(), realm, 'user', 4);
    const [group] = await newEntities(storage(), realm, 'group', 1);
    for (const each of [author, follower, member]) await connect(storage(), realm, group!, 'users', each!);
    for (const each of [follower, stranger]) await connect(storage(), realm, each!, 'following', author!);
    const activities = storage().activities(realm);
    for (const following of [undefined, author!.uuid]) {
      const activity = entityOf('activity');
      const fanOut = fanOutOf(realm, activity, { kind: 'members', group: group!.uuid, following });
      await activities.publish(publicationOf(group!, activity, fanOut), never);
      const stored = (await storage().fanOuts.due(never, 1000)).find(({ id }) => id === fanOut.id);
      assert.deepEqual(stored, fanOut);
      assert.equal(await activities.spread(fanOut, 100, never), undefined);
      const holders = [];
      for (const each of [author, follower, member, stranger]) {
        if ((await listed(storage(), realm, each!, 'feed')).includes(activity.uuid)) holders.push(each);
      }
      assert.deepEqual(holders, following ? [follower] : [author, follower, member]);
    }
  });

  test('an activity that was deleted goes nowhere, and leaves every feed', async () => {
    const realm = freshRealm();
    const [author, follower, late] = await newEntities(storage(), realm, 'user', 3);
    for (const each of [follower, late]) await connect(storage(), realm, each!, 'following', author!);
    const activity = entityOf('activity');
    const fanOut = fanOutOf(realm, activity, { kind: 'followers', user: author!.uuid });
    const activities = storage().activities(realm);
    await activities.publish(publicationOf(author!, activity, fanOut), never);
    const left = await activities.spread(fanOut, 1, never);
    assert.deepEqual(await listed(storage(), realm, follower!, 'feed'), [activity.uuid]);
    await storage().entities(realm).write({ kind: 'delete', entity: activity, claims: [], index: [] });
    assert.equal(await activities.spread(left!, 1, never), undefined);
    for (const each of [author, follower, late]) {
      assert.equal(await storage().edges(realm).isConnected(each!.uuid, 'feed', activity.uuid), false);
    }
  });

  test('an entity with many edges is deleted with all of them', async () => {
    const realm = freshRealm();
    const [author, ...followers] = await newEntities(storage(), realm, 'user', 1300);
    const edges = storage().edges(realm);
    await Promise.all(
      followers.flatMap((follower) => [
        connect(storage(), realm, follower, 'following', author!),
        connect(storage(), realm, author!, 'likes', follower),
      ]),
    );
    const kept = followers[0]!;
    await connect(storage(), realm, kept, 'likes', followers[1]!);
    await storage().entities(realm).write({ kind: 'delete', entity: author!, claims: [], index: [] });
    for (const follower of followers) {
      assert.equal(await edges.isConnected(follower.uuid, 'following', author!.uuid), false);
      assert.equal(await edges.isConnected(author!.uuid, 'likes', follower.uuid), false);
    }
    assert.deepEqual(await listed(storage(), realm, kept, 'likes'), [followers[1]!.uuid]);
  });

  test('what was published comes into a feed part by part, the newest first', async () => {
    const realm = freshRealm();
    const [author, follower] = await newEntities(storage(), realm, 'user', 2);
    const activities = storage().activities(realm);
    const published: string[] = [];
    for (let at = 1; at <= 5; at += 1) {
      const activity = entityOf('activity');
      const fanOut = fanOutOf(realm, activity, { kind: 'followers', user: author!.uuid }, at);
      await activities.publish(publicationOf(author!, activity, fanOut), never);
      published.unshift(activity.uuid);
    }
    const copy = (after: FanOut['after']) => activities.copyPublished(author!.uuid, follower!.uuid, 3, after);
    const newest = { connectedAt: never, uuid: nobody };
    const [third] = await Promise.all([copy(newest), copy(newest)]);
    assert.deepEqual(third, { connectedAt: 3, uuid: published[2] });
    assert.deepEqual(await listed(storage(), realm, follower!, 'feed'), published.slice(0, 3));
    assert.equal(await copy(third!), undefined);
    assert.deepEqual(await listed(storage(), realm, follower!, 'feed'), published);
  });

  test('what cannot go on is left to a later time, the longest due coming first', async () => {
    const [mine, theirs] = [freshRealm(), freshRealm()];
    const made: FanOut[] = [];
    for (const [realm, dueAt] of [
      [mine, -20],
      [theirs, -30],
    ] as const) {
      const [author] = await newEntities(storage(), realm, 'user', 1);
      const activity = entityOf('activity');
      const fanOut = fanOutOf(realm, activity, { kind: 'followers', user: author!.uuid });
      await storage()
        .activities(realm)
        .publish(publicationOf(author!, activity, fanOut), dueAt);
      made.push(fanOut);
    }
    const due = async () => (await storage().fanOuts.due(0, 10)).map(({ id }) => id);
    assert.deepEqual(await due(), [made[1]!.id, made[0]!.id]);
    await storage().activities(theirs).postpone(made[1]!, 1);
    await storage().activities(mine).postpone(made[1]!, -5);
    assert.deepEqual(await due(), [made[0]!.id]);
  });
});
