import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import type { Audience, FanOut } from '../../src/core/activities/activity-store.ts';
import type { IndexRange, IndexWalk, StoredEntity } from '../../src/core/entities/entity-store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import {
  connectionOptions,
  parseDatabaseUrl,
  sessionSettings,
} from '../../src/storage/postgres/connection.ts';
import { openPostgresStorage } from '../../src/storage/postgres/index.ts';
import { statementsKept } from '../../src/storage/sql/statement.ts';
import { createSharedStores, type SharedStores } from '../../src/storage/sql/stores.ts';
import { databaseFile, openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { creation, entityOf, entry, silentLog, uuids } from './engines.ts';
import { type ExplainingEngine, explainPostgres, explainSqlite, type Plan } from './explaining-engine.ts';

const [big, small] = [5000, 5001];
const bob = entityOf('user');
const [told, phone] = [entityOf('activity'), entityOf('device')];
const dogs = Array.from({ length: 3000 }, () => entityOf('dog'));

/** A big application beside a small one; one user with many edges. */
async function fill(storage: Storage): Promise<void> {
  await storage.entities(big).declareCollection('dog');
  await storage.entities(big).write(creation(bob, [{ property: 'username', value: 'bob' }]));
  for (const entity of [told, phone]) await storage.entities(big).write(creation(entity));
  await Promise.all(dogs.slice(0, 600).map(() => publishAgain(storage)));
  await storage.entities(small).write(creation(entityOf('dog'), [], [entry('age', '1')]));
  const manyPaths = Array.from({ length: 2000 }, (_, at) => entry(`path ${at}`, '1'));
  await storage.entities(small).write(creation(entityOf('cat'), [], manyPaths));
  await Promise.all(
    dogs.map((dog, at) => storage.entities(big).write(creation(dog, claimsOf(at), indexOf(at)))),
  );
  const edges = storage.edges(big);
  const credential = { passwordHash: 'hash', changedAt: 1, history: [] };
  await Promise.all(
    dogs
      .slice(0, 600)
      .flatMap((dog) => [
        storage.permissions(big).add(dog.uuid, 'get:/**'),
        storage.credentials(big).set(dog.uuid, credential),
      ]),
  );
  await Promise.all(
    dogs.slice(0, 600).map((dog, at) => edges.connect(edge(at % 2 ? bob : dogs[at + 1]!, dog), at)),
  );
}

const claimsOf = (at: number) => [{ property: 'name', value: `dog ${at}` }];
const indexOf = (at: number) => [
  entry('created', `${at}`),
  entry('age', `${at % 31}`),
  entry('color', at % 2 ? 'black' : 'white'),
  entry('kind', 'dog'),
];
const edge = (source: StoredEntity, target: StoredEntity) => ({
  source: source.uuid,
  sourceType: source.type,
  verb: 'likes',
  target: target.uuid,
  targetType: target.type,
});

const rangeOf = (from: string | undefined, to: string | undefined, inclusive = true): IndexRange => ({
  path: 'age',
  from: from === undefined ? undefined : Buffer.from(from),
  fromInclusive: inclusive,
  to: to === undefined ? undefined : Buffer.from(to),
  toInclusive: inclusive,
});

const ranges: { called: string; range: IndexRange }[] = [
  { called: 'a whole path', range: rangeOf(undefined, undefined) },
  { called: 'one value', range: rangeOf('15', '15') },
  { called: 'from a value on', range: rangeOf('11', undefined) },
  { called: 'up to a value', range: rangeOf(undefined, '2') },
  { called: 'between two values', range: rangeOf('11', '2', false) },
];

interface Walk {
  called: string;
  walk: IndexWalk;
}

/** Every shape of walk there is: a page that goes on must enter the index behind its position. */
function walks(): Walk[] {
  const middle = dogs[15 + 31 * 40]!;
  const position = { value: Buffer.from('15'), created: middle.created, uuid: middle.uuid };
  const probes = [entry('color', 'black'), entry('kind', 'dog')];
  return ranges.flatMap(({ called, range }) =>
    [undefined, position].flatMap((after) =>
      [false, true].flatMap((descending) =>
        [0, 1, 2, 3].map((count) => ({
          called: `${called}${after ? ', going on' : ''}${descending ? ', falling' : ''}, ${count} probes`,
          walk: {
            type: 'dog',
            range,
            descending,
            probes: probes.slice(0, count),
            ...(count === 3 && { choices: [probes] }),
            after,
            limit: 10,
            scanLimit: 1000,
          },
        })),
      ),
    ),
  );
}

const audiences: Audience[] = [
  { kind: 'followers', user: bob.uuid },
  { kind: 'members', group: bob.uuid, following: undefined },
  { kind: 'members', group: bob.uuid, following: dogs[0]!.uuid },
];
const fanOutTo = (audience: Audience): FanOut => ({
  ...{ application: big, id: uuids.next(), activity: told.uuid, published: 1, audience },
  after: { connectedAt: 90, uuid: dogs[90]!.uuid },
});

function publishAgain(stores: Pick<Storage, 'activities'>): Promise<unknown> {
  const publishers = [{ uuid: bob.uuid, type: 'user' as const }];
  const publication = { creation: undefined, publishers, fanOut: fanOutTo(audiences[0]!) };
  return stores.activities(big).publish(publication, 1);
}

/** Each with what it reads; the last column says how many conditions beside the application enter each table. */
const lookUps: {
  called: string;
  run: (stores: SharedStores) => Promise<unknown>;
  /** Reads so much that a planner which is free to may read the whole of a small table. */
  readsMuch?: boolean;
}[] = [
  { called: 'an entity by uuid', run: async (stores) => stores.entities(big).findByUuid(dogs[7]!.uuid) },
  {
    called: 'an entity by unique value',
    run: (stores) => stores.entities(big).findByUniqueValue('dog', 'name', 'dog 9'),
  },
  { called: 'an edge', run: (stores) => stores.edges(big).isConnected(bob.uuid, 'likes', dogs[1]!.uuid) },
  ...(['targets', 'sources'] as const).flatMap((direction) =>
    [undefined, 'dog'].flatMap((type) =>
      [undefined, { connectedAt: 90, uuid: dogs[90]!.uuid }].map((after) => ({
        called: `${direction} ${type ? 'of a type' : 'of any type'}${after ? ', going on' : ''}`,
        run: (stores: SharedStores) =>
          stores.edges(big)[direction](bob.uuid, 'likes', { limit: 10, type, after }),
      })),
    ),
  ),
  {
    called: 'a connection made',
    run: (stores) =>
      stores.edges(big).connect(
        {
          ...{ source: bob.uuid, sourceType: 'user', verb: 'likes', isConnection: true },
          ...{ target: dogs[1]!.uuid, targetType: 'dog' },
        },
        1,
      ),
  },
  ...[1, 3, 100].flatMap((count) => {
    const some = [bob, ...dogs].slice(0, count).map(({ uuid }) => uuid);
    return [
      { called: `verbs of ${count}`, run: (stores: SharedStores) => stores.edges(big).verbsOf(some) },
      { called: `${count} entities`, run: (stores: SharedStores) => stores.entities(big).findEach(some) },
      ...(['outgoing', 'incoming'] as const).flatMap((direction) =>
        [['likes'], ['likes', 'users']].map((verbs) => ({
          called: `ends of ${count}, ${direction}, by ${verbs.length} verbs`,
          run: (stores: SharedStores) => stores.edges(big).endsOf(direction, some, verbs, 1000),
          readsMuch: count > 1,
        })),
      ),
    ];
  }),
  { called: 'grants of a user', run: (stores) => stores.permissions(big).grantsOfUser(bob.uuid) },
  { called: 'a permission added', run: (stores) => stores.permissions(big).add(bob.uuid, 'get:/**') },
  { called: 'a permission removed', run: (stores) => stores.permissions(big).remove(bob.uuid, ['get:/**']) },
  ...audiences.map((audience) => ({
    called: `a part of a fan-out to ${JSON.stringify(audience)}`,
    run: (stores: SharedStores) => stores.activities(big).spread(fanOutTo(audience), 10, 1),
  })),
  { called: 'an activity published again', run: publishAgain },
  {
    called: 'what was published, into a feed',
    run: (stores) =>
      stores.activities(big).copyPublished(bob.uuid, dogs[0]!.uuid, 10, fanOutTo(audiences[0]!).after),
  },
  { called: 'a device linked', run: (stores) => stores.devices(big).link(phone.uuid, bob.uuid, 1) },
  { called: 'a password', run: (stores) => stores.credentials(big).find(bob.uuid) },
  ...Object.entries({
    'settings of a collection, changed': (stores: SharedStores) =>
      stores.collectionSettings(big).change('dog', () => undefined),
    'a job of a collection': (stores: SharedStores) => stores.collectionJobs(big).find(bob.uuid),
    'a job, taken': (stores: SharedStores) => stores.collectionJobs(big).take(bob.uuid, 1, 2),
    'an idempotency key': (stores: SharedStores) => stores.idempotency(big).find('key', 1),
    'an idempotency key, finished': (stores: SharedStores) => stores.idempotency(big).finish('key', []),
    'an idempotency key, released': (stores: SharedStores) => stores.idempotency(big).release('key', []),
    // Of tables with next to nothing in them here.
  }).map(([called, run]) => ({ called, run, readsMuch: true })),
  {
    called: 'indexed paths of a type',
    run: (stores) => stores.entities(big).indexedPaths('dog'),
  },
  {
    called: 'a replacement',
    run: (stores) =>
      stores.entities(big).write({
        kind: 'replace',
        entity: { ...bob, version: 2 },
        claimsAdded: [{ property: 'username', value: 'rob' }],
        claimsRemoved: [{ property: 'username', value: 'bob' }],
        indexAdded: [entry('age', '3')],
        indexRemoved: [entry('age', '2')],
      }),
  },
  {
    called: 'a deletion',
    run: (stores) =>
      stores.entities(big).write({
        kind: 'delete',
        entity: { ...bob, version: 2 },
        claims: [{ property: 'username', value: 'rob' }],
        index: [entry('age', '3')],
      }),
  },
];

/** The last number of the application's paths is the first row of a run. */
const isLastOfRun = (what: string, sql: string): boolean =>
  what.includes('index_paths_by_number') && sql.includes('order by path_id desc limit 1');

function assertEntersByKey({ sql, accesses }: Plan): void {
  for (const { what, by } of accesses) {
    if (isLastOfRun(what, sql)) continue;
    const conditions = by.split(' AND ').length;
    assert.ok(by.includes('application_id') && conditions >= 2, `${what} is entered by (${by}) in\n${sql}`);
  }
}

/** `mayOrder`: a planner that is free to may also read a short run first and order it then. */
function checkPlans(engine: () => ExplainingEngine, mayOrder = false): void {
  test('every look-up enters each table by the application and more of its key', async () => {
    const stores = createSharedStores(engine());
    for (const { called, run } of lookUps.filter(({ readsMuch }) => !(readsMuch && mayOrder))) {
      await run(stores);
      const plans = engine().takePlans();
      assert.ok(plans.length > 0, called);
      for (const plan of plans) assertEntersByKey(plan);
    }
    await stores
      .entities(big)
      .write(creation({ ...bob, version: 1 }, [{ property: 'username', value: 'bob' }]));
    engine().takePlans();
  });

  test('every shape of walk enters the index where it begins, and each probe by a whole key', async () => {
    const stores = createSharedStores(engine());
    for (const { called, walk } of walks()) {
      const { entities } = await stores.entities(big).walk(walk);
      assert.ok(entities.length > 0, `${called}: something is found`);
      assertWalksByKey(called, engine().takePlans(), mayOrder);
      const { positions } = await stores.entities(big).walkKeys(walk);
      assert.equal(positions.length, entities.length);
      const plans = engine().takePlans();
      assertWalksByKey(`keys of ${called}`, plans, mayOrder);
      assert.ok(!plans.some(({ sql }) => /\bentities\b/.test(sql)), `${called}: no entity is read`);
    }
  });
}

function assertWalksByKey(called: string, plans: Plan[], mayOrder: boolean): void {
  for (const plan of plans) assertEntersByKey(plan);
  const { sql, accesses, sorts } = plans.at(-1)!;
  const [run, ...keys] = accesses.filter(({ by }) => /\bkey ?[<>=]/.test(by)).toSorted(byLength);
  assert.match(run!.by, /\bkey ?>.*\bkey ?</, `${called}\n${sql}`);
  for (const key of keys) assert.match(key.by, wholeKey, `${called}\n${sql}`);
  assert.ok(mayOrder || !sorts, called);
}

const wholeKey = /\bkey ?= ?[\w.?$(]/;

/** The run is a range of keys, and each probe a whole one. */
const byLength = (one: { by: string }, other: { by: string }): number =>
  Number(wholeKey.test(one.by)) - Number(wholeKey.test(other.by));

describe('plans on SQLite', () => {
  let storage: Storage;
  let database: DatabaseSync;
  let engine: ExplainingEngine;
  before(async () => {
    const directory = await makeTemporaryDirectory('plans');
    storage = await openSqliteStorage({ directory, exclusive: false, clock: systemClock, log: silentLog });
    await fill(storage);
    database = new DatabaseSync(databaseFile(directory));
    engine = explainSqlite(database);
  });
  after(async () => {
    database.close();
    await storage.close();
  });

  test('every statement compiles', () => {
    for (const { sqlite } of statementsKept()) database.prepare(sqlite);
  });
  describe('never analyzed', () => checkPlans(() => engine));
  describe('analyzed', () => {
    before(() => database.exec('analyze'));
    checkPlans(() => engine);
  });
});

describe('plans on PostgreSQL', () => {
  let storage: Storage;
  let drop: () => Promise<void>;
  let asKeygridSets: pg.Client;
  let asTheServerSets: pg.Client;
  before(async () => {
    const database = await createTestDatabase();
    drop = database.drop;
    storage = await openPostgresStorage({ databaseUrl: database.url, clock: systemClock, log: silentLog });
    const connect = async () => {
      const client = new pg.Client(connectionOptions(parseDatabaseUrl(database.url)));
      await client.connect();
      return client;
    };
    [asKeygridSets, asTheServerSets] = await Promise.all([connect(), connect()]);
    await asKeygridSets.query(sessionSettings);
    // Nothing may analyze the tables before the tests do.
    for (const table of [
      'entities',
      'entity_index',
      'index_paths',
      'unique_values',
      'edges',
      'permissions',
      'credentials',
    ]) {
      await asKeygridSets.query(`alter table ${table} set (autovacuum_enabled = off)`);
    }
    await fill(storage);
  });
  after(async () => {
    await asKeygridSets.end();
    await asTheServerSets.end();
    await storage.close();
    await drop();
  });

  test('every statement compiles', async () => {
    for (const [at, { postgres }] of [...statementsKept()].entries()) {
      await asKeygridSets.query(`prepare compiled_${at} as ${postgres}`);
    }
  });
  describe('never analyzed, as prepared statements are run', () => {
    let engine: ExplainingEngine;
    before(() => {
      engine = explainPostgres(asKeygridSets, true);
    });
    checkPlans(() => engine);
  });
  describe('analyzed, as prepared statements are run', () => {
    let engine: ExplainingEngine;
    before(async () => {
      await asKeygridSets.query('analyze');
      engine = explainPostgres(asKeygridSets, true);
    });
    checkPlans(() => engine);
  });
  describe('analyzed, with the settings of the server and the values known', () => {
    let engine: ExplainingEngine;
    before(() => {
      engine = explainPostgres(asTheServerSets, false);
    });
    checkPlans(() => engine, true);
  });
});
