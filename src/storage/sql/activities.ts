/** ActivityStore over SQL, for one application, and FanOutStore for all of them. */
import type {
  ActivityStore,
  Audience,
  FanOut,
  FanOutStore,
  Publication,
} from '../../core/activities/activity-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { type Uuid, uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import { declareCollection } from './entities.ts';
import { applyEntityChange, ChangeRefused } from './entity-statements.ts';
import type { KnownPaths, PathNumbers } from './index-paths.ts';
import {
  bytes,
  firstRow,
  forEach,
  insertEach,
  integer,
  type Row,
  rows,
  type SqlEngine,
  type SqlValue,
  statement,
  text,
  type Work,
} from './statement.ts';

const insertEdges = insertEach('edges', {
  application_id: 'bigint',
  source_id: 'bytea',
  verb: 'text',
  target_id: 'bytea',
  source_type: 'text',
  target_type: 'text',
  connected_at: 'bigint',
});
const insertFanOut = statement(
  `insert into fan_outs (application_id, fan_out_id, activity_id, published, audience, audience_id, following_id,
     after_time, after_id, due_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
);
const moveFanOut = statement(
  `update fan_outs set after_time = ?, after_id = ?, due_at = ? where application_id = ? and fan_out_id = ?`,
);
const postponeFanOut = statement(
  'update fan_outs set due_at = ? where application_id = ? and fan_out_id = ?',
);
const deleteFanOut = statement('delete from fan_outs where application_id = ? and fan_out_id = ?');
const selectDue = statement('select * from fan_outs where due_at <= ? order by due_at limit ?');
const selectActivity = statement(
  `select 1 as found from entities where application_id = ? and entity_id = ? and type = 'activity'`,
);
const selectFollowers = statement(
  `select source_id as id, connected_at from edges
   where application_id = ? and target_id = ? and verb = 'following' and (connected_at, source_id) > (?, ?)
     and source_type = 'user'
   order by connected_at, source_id limit ?`,
);
const selectMembers = statement(
  `select target_id as id, connected_at from edges
   where application_id = ? and source_id = ? and verb = 'users' and (connected_at, target_id) > (?, ?)
     and target_type = 'user'
   order by connected_at, target_id limit ?`,
);
/** 1 in `follows` for each member who follows the user. */
const selectFollowingMembers = statement(
  `select m.target_id as id, m.connected_at as connected_at,
     (select 1 from edges f where f.application_id = m.application_id and f.source_id = m.target_id
        and f.verb = 'following' and f.target_id = ?) as follows
   from edges m
   where m.application_id = ? and m.source_id = ? and m.verb = 'users' and (m.connected_at, m.target_id) > (?, ?)
     and m.target_type = 'user'
   order by m.connected_at, m.target_id limit ?`,
);
const selectPublished = statement(
  `select target_id as id, connected_at from edges
   where application_id = ? and source_id = ? and verb = 'activities' and (connected_at, target_id) < (?, ?)
   order by connected_at desc, target_id desc limit ?`,
);

/** `paths` remembers what is known of the numbers of paths. */
export function createActivityStore(
  engine: SqlEngine,
  application: RealmKey,
  paths: KnownPaths,
): ActivityStore {
  return {
    async publish(publication, dueAt) {
      try {
        const learned = await engine.write(() =>
          publish(application, publication, dueAt, paths.of('activity')),
        );
        if (learned.size > 0) paths.learn('activity', learned);
        return { kind: 'written' };
      } catch (error) {
        if (error instanceof ChangeRefused) return error.outcome;
        throw error;
      }
    },
    spread: (fanOut, most, dueAt) => engine.write(() => spread(fanOut, most, dueAt)),
    postpone: (fanOut, dueAt) =>
      engine.write(function* () {
        yield* rows(postponeFanOut, dueAt, application, uuidToOrderedBytes(fanOut.id));
      }),
    copyPublished: (user, follower, most, { connectedAt, uuid }) =>
      engine.write(function* () {
        const [to, from] = [uuidToOrderedBytes(follower), uuidToOrderedBytes(user)];
        const after = [connectedAt, uuidToOrderedBytes(uuid)];
        const found = yield* rows(selectPublished, application, from, ...after, most);
        const edges = found.map((row): SqlValue[] => {
          const published = integer(row, 'connected_at');
          return [application, to, 'feed', bytes(row, 'id'), 'user', 'activity', published];
        });
        yield* forEach(insertEdges, edges);
        const last = found.length === most ? found.at(-1) : undefined;
        return last && positionOf(last);
      }),
  };
}

export const createFanOutStore = (engine: SqlEngine): FanOutStore => ({
  due: (now, most) =>
    engine.read(function* () {
      return (yield* rows(selectDue, now, most)).map(toFanOut);
    }),
});

function* publish(
  application: RealmKey,
  { creation, publishers, fanOut }: Publication,
  dueAt: number,
  known: PathNumbers,
): Work<PathNumbers> {
  let learned: PathNumbers = new Map();
  if (creation) {
    yield* declareCollection(application, creation.entity.type);
    learned = yield* applyEntityChange(application, creation, known);
  }
  const lists = publishers.flatMap(({ uuid, type }) =>
    (['activities', 'feed'] as const).map((verb) => edgeTo(fanOut, uuidToOrderedBytes(uuid), type, verb)),
  );
  yield* forEach(insertEdges, lists);
  yield* rows(
    insertFanOut,
    application,
    uuidToOrderedBytes(fanOut.id),
    uuidToOrderedBytes(fanOut.activity),
    fanOut.published,
    ...audienceColumns(fanOut.audience),
    fanOut.after.connectedAt,
    uuidToOrderedBytes(fanOut.after.uuid),
    dueAt,
  );
  return learned;
}

const edgeTo = (
  { application, activity, published }: FanOut,
  source: Uint8Array,
  sourceType: 'user' | 'group',
  verb: 'activities' | 'feed',
): SqlValue[] => [application, source, verb, uuidToOrderedBytes(activity), sourceType, 'activity', published];

/** An activity that is gone has nowhere to go. */
function* spread(fanOut: FanOut, most: number, dueAt: number): Work<FanOut | undefined> {
  const { application } = fanOut;
  const id = uuidToOrderedBytes(fanOut.id);
  const exists = yield* firstRow(selectActivity, application, uuidToOrderedBytes(fanOut.activity));
  const next = exists ? yield* nextOf(fanOut, most) : [];
  const reached = next.filter((row) => row.follows !== null);
  yield* forEach(
    insertEdges,
    reached.map((row) => edgeTo(fanOut, bytes(row, 'id'), 'user', 'feed')),
  );
  const last = next.length === most ? next.at(-1) : undefined;
  if (!last) {
    yield* rows(deleteFanOut, application, id);
    return undefined;
  }
  yield* rows(moveFanOut, integer(last, 'connected_at'), bytes(last, 'id'), dueAt, application, id);
  return { ...fanOut, after: positionOf(last) };
}

const positionOf = (row: Row): FanOut['after'] => ({
  connectedAt: integer(row, 'connected_at'),
  uuid: uuidFromOrderedBytes(bytes(row, 'id')),
});

/** The next of the audience, those who are not meant included: a bounded number of rows is looked at. */
function* nextOf({ application, audience, after }: FanOut, most: number): Work<Row[]> {
  const from = [after.connectedAt, uuidToOrderedBytes(after.uuid), most];
  if (audience.kind === 'followers') {
    return yield* rows(selectFollowers, application, uuidToOrderedBytes(audience.user), ...from);
  }
  const group = uuidToOrderedBytes(audience.group);
  if (audience.following === undefined) return yield* rows(selectMembers, application, group, ...from);
  const followed = uuidToOrderedBytes(audience.following);
  return yield* rows(selectFollowingMembers, followed, application, group, ...from);
}

const audienceColumns = (audience: Audience): SqlValue[] =>
  audience.kind === 'followers'
    ? [audience.kind, uuidToOrderedBytes(audience.user), null]
    : [audience.kind, uuidToOrderedBytes(audience.group), bytesOrNull(audience.following)];

const bytesOrNull = (uuid: Uuid | undefined): Buffer | null =>
  uuid === undefined ? null : uuidToOrderedBytes(uuid);

const toFanOut = (row: Row): FanOut => ({
  application: integer(row, 'application_id'),
  id: uuidFromOrderedBytes(bytes(row, 'fan_out_id')),
  activity: uuidFromOrderedBytes(bytes(row, 'activity_id')),
  published: integer(row, 'published'),
  audience: toAudience(row),
  after: { connectedAt: integer(row, 'after_time'), uuid: uuidFromOrderedBytes(bytes(row, 'after_id')) },
});

function toAudience(row: Row): Audience {
  const of = uuidFromOrderedBytes(bytes(row, 'audience_id'));
  if (text(row, 'audience') === 'followers') return { kind: 'followers', user: of };
  const following = row.following_id === null ? undefined : uuidFromOrderedBytes(bytes(row, 'following_id'));
  return { kind: 'members', group: of, following };
}
