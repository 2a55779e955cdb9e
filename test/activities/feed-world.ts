/** Activities over a real store, and an author whom many follow. */
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { type Activities, createActivities } from '../../src/core/activities/activities.ts';
import { createFanOuts, type FanOuts } from '../../src/core/activities/fan-out.ts';
import { createEntities } from '../../src/core/entities/entities.ts';
import type { StoredEntity } from '../../src/core/entities/entity-store.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { Application } from '../../src/core/tenancy/tenancy.ts';
import { type Uuid, uuidFromOrderedBytes, uuidToOrderedBytes } from '../../src/core/uuid.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openPostgresStorage } from '../../src/storage/postgres/index.ts';
import { databaseFile, openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { creation, entityOf, silentLog, uuids } from '../storage-conformance/engines.ts';

/** A data directory, or the URL of a PostgreSQL database. */
export type Place = string;

const isPostgres = (place: Place): boolean => place.startsWith('postgres');

export const openStorage = (place: Place, clock: Clock = systemClock): Promise<Storage> =>
  isPostgres(place)
    ? openPostgresStorage({ databaseUrl: place, clock, log: silentLog })
    : openSqliteStorage({ directory: place, exclusive: true, clock, log: silentLog });

export const application = { key: 100 } as Application;

export interface ActivityServices {
  activities: Activities;
  fanOuts: FanOuts;
}

export function servicesOver(storage: Storage, clock: Clock = systemClock): ActivityServices {
  const fanOuts = createFanOuts({
    activitiesOf: storage.activities,
    fanOuts: storage.fanOuts,
    clock,
    log: silentLog,
  });
  const activities = createActivities({
    activitiesOf: storage.activities,
    edgesOf: storage.edges,
    entities: createEntities({ storeFor: storage.entities, clock, uuids }),
    ...{ fanOuts, uuids },
  });
  return { activities, fanOuts };
}

/** A user, followed by so many others who are there as nothing but that. */
export async function followedUser(place: Place, storage: Storage, followers: number): Promise<StoredEntity> {
  const user = entityOf('user', { username: 'author', email: 'author@example.test' });
  await storage.entities(application.key).write(creation(user));
  const id = uuidToOrderedBytes(user.uuid);
  const columns = 'application_id, source_id, verb, target_id, source_type, target_type, connected_at';
  if (isPostgres(place)) {
    await inPostgres(
      place,
      `insert into edges (${columns}) select ${application.key}, decode(lpad(to_hex(n), 32, '0'), 'hex'), 'following',
         $1, 'user', 'user', n % 7 from generate_series(1, $2::int) as n`,
      [id, followers],
    );
  } else {
    inSqlite(
      place,
      `with recursive n(n) as (select 1 union all select n + 1 from n where n < ?2)
       insert into edges (${columns}) select ${application.key}, unhex(printf('%032x', n)), 'following',
         ?1, 'user', 'user', n % 7 from n`,
      [id, followers],
    );
  }
  return user;
}

/** The follower of this number, from 1. */
export const followerOf = (number: number): Uuid =>
  uuidFromOrderedBytes(Buffer.from(number.toString(16).padStart(32, '0'), 'hex'));

/** In how many feeds each activity is. */
export async function reachOf(place: Place): Promise<Map<Uuid, number>> {
  const sql = `select target_id, count(*) as n from edges where verb = 'feed' group by target_id`;
  const rows = isPostgres(place) ? await inPostgres(place, sql, []) : inSqlite(place, sql, []);
  return new Map(rows.map((row) => [uuidFromOrderedBytes(row.target_id as Uint8Array), Number(row.n)]));
}

type Rows = Record<string, unknown>[];

async function inPostgres(place: Place, sql: string, parameters: unknown[]): Promise<Rows> {
  const client = new pg.Client({ connectionString: place });
  await client.connect();
  try {
    return (await client.query(sql, parameters)).rows as Rows;
  } finally {
    await client.end();
  }
}

function inSqlite(place: Place, sql: string, parameters: (Uint8Array | number)[]): Rows {
  const database = new DatabaseSync(databaseFile(place), { timeout: 10_000 });
  try {
    return database.prepare(sql).all(...parameters) as Rows;
  } finally {
    database.close();
  }
}
