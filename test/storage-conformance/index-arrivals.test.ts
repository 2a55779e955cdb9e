/** Index rows that SQLite puts aside (src/storage/sqlite/index-arrivals.ts) are in every answer of the index. */
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { after, before, beforeEach, test } from 'node:test';
import type { EntityStore, IndexEntry, StoredEntity } from '../../src/core/entities/entity-store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { rows, statement, statementsKept } from '../../src/storage/sql/statement.ts';
import { createSharedStores } from '../../src/storage/sql/stores.ts';
import { createSqliteEngine, openDatabase } from '../../src/storage/sqlite/engine.ts';
import { databaseFile, openSqliteStorage } from '../../src/storage/sqlite/index.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { makeTemporaryDirectory } from '../support/guardian.ts';
import { creation, entityOf, entry, freshRealm, silentLog } from './engines.ts';

let directory: string;
let storage: Storage;
/** Looks at the tables as they are. */
let tables: DatabaseSync;
let realm: number;
let store: EntityStore;

const ports = { clock: systemClock, log: silentLog };
const open = (exclusive: boolean): Promise<Storage> => openSqliteStorage({ directory, exclusive, ...ports });

before(async () => {
  directory = await makeTemporaryDirectory('arrivals');
  storage = await open(true);
  tables = new DatabaseSync(databaseFile(directory), { readOnly: true });
});
after(async () => {
  tables.close();
  await storage.close();
});
/** Of a collection and paths that are known: only then creations go together. */
beforeEach(async () => {
  realm = freshRealm();
  store = storage.entities(realm);
  await create(1);
  await walked();
});

const numberOf = (sql: string, ...values: number[]): number =>
  tables.prepare(sql).get(...values)?.n as number;
const areAside = (): boolean => numberOf('select count(*) as n from index_arrivals') > 0;
const rowsInIndex = (): number =>
  numberOf('select count(*) as n from entity_index where application_id = ?', realm);

const indexOf = (name: string): IndexEntry[] => [entry('created', 'x'), entry('name', name)];

async function create(many: number, name = 'rex'): Promise<StoredEntity[]> {
  const dogs = Array.from({ length: many }, () => entityOf('dog'));
  const outcomes = await Promise.all(
    dogs.map((dog) => store.write(creation(dog, [{ property: 'id', value: dog.uuid }], indexOf(name)))),
  );
  for (const outcome of outcomes) assert.deepEqual(outcome, { kind: 'written' });
  return dogs;
}

async function walked(from = store): Promise<number> {
  const range = { path: 'name', from: undefined, fromInclusive: true, to: undefined, toInclusive: true };
  const walk = { type: 'dog', range, descending: false, probes: [], after: undefined };
  return (await from.walk({ ...walk, limit: 10_000, scanLimit: 20_000 })).entities.length;
}

test('rows of entities that are created together wait, and whoever looks finds them', async () => {
  await create(20);
  assert.ok(areAside());
  assert.equal(rowsInIndex(), 2);
  assert.equal(await walked(), 21);
  assert.ok(!areAside());
  assert.equal(rowsInIndex(), 42);
  await create(20);
  assert.deepEqual(await store.collections(), [{ type: 'dog', count: 41 }]);
  await create(20);
  assert.deepEqual(await store.indexedPaths('dog'), ['created', 'name']);
  assert.ok(!areAside());
});

test('rows of one that is created alone do not', async () => {
  await create(1);
  assert.ok(!areAside());
  assert.equal(rowsInIndex(), 4);
});

test('what is changed or deleted meanwhile leaves no row behind', async () => {
  const [first, second] = await create(20);
  const changed = { ...first!, version: 2 };
  const [added, removed] = [[entry('name', 'max')], [entry('name', 'rex')]];
  const change = { claimsAdded: [], claimsRemoved: [], indexAdded: added, indexRemoved: removed };
  const others = create(20);
  assert.deepEqual(await store.write({ kind: 'replace', entity: changed, ...change }), { kind: 'written' });
  await store.write({ kind: 'delete', entity: second!, claims: [], index: indexOf('rex') });
  await others;
  assert.equal(await walked(), 40);
  assert.equal(rowsInIndex(), 80);
});

test('one that is refused among many takes nothing of the others with it', async () => {
  const [taken] = await create(20);
  const claims = [{ property: 'id', value: taken!.uuid }];
  const twoClaims = [{ property: 'id', value: 'free' }, ...claims];
  const refused = [claims, twoClaims].map((each) =>
    store.write(creation(entityOf('dog'), each, indexOf('no'))),
  );
  const many = create(20);
  for (const { kind } of await Promise.all(refused)) assert.equal(kind, 'duplicate');
  await many;
  assert.equal(await walked(), 41);
  assert.equal(rowsInIndex(), 82);
});

test('so many that they are moved by themselves', async () => {
  for (let rounds = 0; rounds < 12; rounds += 1) await create(200);
  assert.ok(rowsInIndex() >= 2000);
  assert.equal(await walked(), 2401);
  assert.equal(rowsInIndex(), 4802);
});

/** Until some rows have moved, and some of the same entities have not. */
async function createUntilSomeMoved(): Promise<StoredEntity[]> {
  const all: StoredEntity[] = [];
  const before = rowsInIndex();
  while (rowsInIndex() === before) all.push(...(await create(50)));
  assert.ok(areAside());
  return all;
}

test('a transaction that fails while they move takes back only its own part of that', async () => {
  const all = await createUntilSomeMoved();
  const claims = [
    { property: 'id', value: 'free too' },
    { property: 'id', value: all[0]!.uuid },
  ];
  const refused = store.write(creation(entityOf('dog'), claims, indexOf('no')));
  const more = await create(50);
  assert.equal((await refused).kind, 'duplicate');
  await create(10);
  assert.ok(!areAside(), 'a move that was interrupted comes to its end');
  for (let rounds = 0; rounds < 100; rounds += 1) await create(10);
  const many = 1 + all.length + more.length + 1010;
  assert.equal(await walked(), many);
  assert.equal(rowsInIndex(), 2 * many);
});

/** An engine whose tables and transactions a test may meddle with. */
async function openEngine() {
  const own = await makeTemporaryDirectory('failing');
  await (await openSqliteStorage({ directory: own, exclusive: true, ...ports })).close();
  const engine = createSqliteEngine(openDatabase(databaseFile(own)), ports);
  const dogs = createSharedStores(engine).entities(realm);
  const numberIn = (sql: string) =>
    engine.database.prepare(`select count(*) as n from ${sql}`).get()?.n as number;
  return { engine, dogs, numberIn };
}

test('one that looks and then fails does not keep others from having rows moved', async () => {
  const { engine, dogs, numberIn } = await openEngine();
  const claims = [{ property: 'id', value: 'one' }];
  await dogs.write(creation(entityOf('dog'), claims, indexOf('rex')));
  const many = Array.from({ length: 20 }, () => entityOf('dog'));
  await Promise.all(many.map((dog) => dogs.write(creation(dog, [], indexOf('rex')))));
  assert.ok(numberIn('index_arrivals') > 0);
  const look = statement('select count(*) as n from entity_index', { keep: false });
  const outcomes = await Promise.allSettled([
    // Makes each write run in a savepoint of its own.
    dogs.write(creation(entityOf('dog'), [{ property: 'id', value: 'two' }, ...claims], [])),
    engine.write(function* () {
      yield* rows(look);
      throw new Error('refused');
    }),
    dogs.write({ kind: 'delete', entity: many[0]!, claims: [], index: indexOf('rex') }),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
  await dogs.collections();
  assert.equal(numberIn('entities'), 20);
  assert.equal(numberIn('entity_index'), 40);
  await engine.close();
});

test('what was moved in a transaction that failed in its end is moved again', async () => {
  const { engine, dogs, numberIn } = await openEngine();
  const write = () => dogs.write(creation(entityOf('dog'), [], indexOf('rex')));
  const writeMany = () => Promise.allSettled(Array.from({ length: 50 }, write));
  await write();
  while (numberIn('entity_index') === 2) await writeMany();
  assert.ok(numberIn('index_arrivals') > 0);
  engine.database.exec(`create trigger failing before insert on entity_index
    when (select count(*) from entity_index) >= ${numberIn('entity_index') + 10}
    begin select raise(abort, 'no more'); end`);
  assert.ok((await writeMany()).every(({ status }) => status === 'rejected'));
  engine.database.exec('drop trigger failing');
  for (let rounds = 0; rounds < 60; rounds += 1) await writeMany();
  await dogs.collections();
  assert.equal(numberIn('index_arrivals'), 0);
  assert.equal(numberIn('entity_index'), 2 * numberIn('entities'));
  await engine.close();
});

test('another process that moves them and changes what they stand for is not undone', async () => {
  const all = await createUntilSomeMoved();
  const visitor = await open(false);
  for (const entity of all) {
    await visitor.entities(realm).write({ kind: 'delete', entity, claims: [], index: indexOf('rex') });
  }
  await visitor.close();
  for (let rounds = 0; rounds < 100; rounds += 1) await create(10);
  assert.equal(await walked(), 1001);
  assert.equal(rowsInIndex(), 2002);
});

test('another process, and one that starts after a crash, find them and take them over', async () => {
  await create(20);
  assert.ok(areAside());
  const visitor = await open(false);
  assert.equal(await walked(visitor.entities(realm)), 21);
  assert.ok(!areAside());
  await visitor.close();
  await create(20);
  assert.equal(await walked(), 41);
  assert.equal(rowsInIndex(), 82);
});

test('who looks while entities are created all the time is not kept waiting', async () => {
  let isOver = false;
  const creating = (async () => {
    while (!isOver) await create(10);
  })();
  let seen = 0;
  for (let looks = 0; looks < 50; looks += 1) {
    const [mine] = await create(10, 'mine');
    const found = await walked();
    assert.ok(mine && found >= seen + 10);
    seen = found;
  }
  isOver = true;
  await creating;
});

test('every statement that looks at the index is known to', () => {
  const looking = statementsKept().filter(({ sqlite }) => /\bentity_index\b/.test(sqlite));
  assert.ok(looking.length >= 4);
  for (const { sqlite, looksAtIndex } of looking)
    assert.equal(looksAtIndex, !sqlite.startsWith('insert'), sqlite);
});
