import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type {
  IndexEntry,
  IndexRange,
  IndexWalk,
  StoredEntity,
} from '../../src/core/entities/entity-store.ts';
import { creation, entityOf, entry, freshRealm, onEachEngine } from './engines.ts';

const everything: IndexRange = {
  path: 'name',
  from: undefined,
  fromInclusive: true,
  to: undefined,
  toInclusive: true,
};

const between = (from: string | undefined, to: string | undefined, inclusive = true): IndexRange => ({
  path: 'name',
  from: from === undefined ? undefined : Buffer.from(from),
  fromInclusive: inclusive,
  to: to === undefined ? undefined : Buffer.from(to),
  toInclusive: inclusive,
});

const walkOf = (parts: Partial<IndexWalk>): IndexWalk => ({
  type: 'dog',
  range: everything,
  descending: false,
  probes: [],
  after: undefined,
  limit: 1000,
  scanLimit: 10_000,
  ...parts,
});

/** Thirty dogs, three of each name; odd ones are black, every fifth is old. `created` falls while the uuid rises. */
const dogs = Array.from({ length: 30 }, (_, at): { entity: StoredEntity; index: IndexEntry[] } => {
  const name = `name-${String.fromCharCode(97 + (at % 10))}`;
  const entity = { ...entityOf('dog', { name }), created: 5000 - Math.floor(at / 10) };
  const color = entry('color', at % 2 === 1 ? 'black' : 'white');
  return { entity, index: [entry('name', name), color, ...(at % 5 === 0 ? [entry('old', 'yes')] : [])] };
});

const nameOf = (entity: StoredEntity): string => JSON.parse(entity.body).name;

/** By value, then created, then uuid. */
const inOrder = dogs
  .map(({ entity }) => entity)
  .toSorted(
    (one, other) =>
      nameOf(one).localeCompare(nameOf(other)) ||
      one.created - other.created ||
      one.uuid.localeCompare(other.uuid),
  )
  .map(({ uuid }) => uuid);

onEachEngine('index walks', ({ storage }) => {
  const realm = freshRealm();
  const walk = (parts: Partial<IndexWalk>) => storage().entities(realm).walk(walkOf(parts));
  const found = async (parts: Partial<IndexWalk>): Promise<string[]> =>
    (await walk(parts)).entities.map(({ entity }) => entity.uuid);
  const names = async (parts: Partial<IndexWalk>): Promise<string[]> => [
    ...new Set((await walk(parts)).entities.map(({ entity }) => nameOf(entity))),
  ];

  before(async () => {
    const store = storage().entities(realm);
    await Promise.all(dogs.map(({ entity, index }) => store.write(creation(entity, [], index))));
    // Neighbours that no walk may stray into.
    await store.write(creation(entityOf('doh'), [], [entry('name', 'name-a')]));
    await store.write(creation(entityOf('cat'), [], [entry('name', 'name-a')]));
    const neighbour = storage().entities(freshRealm());
    await neighbour.write(creation(entityOf('dog'), [], [entry('name', 'name-a')]));
  });

  test('a walk goes by value, then created, then uuid', async () => {
    assert.deepEqual(await found({}), inOrder);
  });

  test('a falling walk is the rising one turned round', async () => {
    assert.deepEqual(await found({ descending: true }), inOrder.toReversed());
  });

  test('values are ordered by their bytes', async () => {
    const store = storage().entities(freshRealm());
    const values = [[0], [0, 0], [0, 255], [1], [65], [97], [127], [128], [200, 1], [255], [255, 0]];
    const entities = await Promise.all(
      values.toReversed().map(async (bytes) => {
        const entity = entityOf('dog');
        await store.write(creation(entity, [], [{ path: 'name', value: Uint8Array.from(bytes) }]));
        return { uuid: entity.uuid, bytes };
      }),
    );
    const { entities: walked } = await store.walk(walkOf({}));
    const byUuid = new Map(entities.map(({ uuid, bytes }) => [uuid, bytes]));
    assert.deepEqual(
      walked.map(({ entity }) => byUuid.get(entity.uuid)),
      values,
    );
    assert.deepEqual(
      walked.map(({ position }) => [...position.value]),
      values,
    );
  });

  test('bounds are part of the range when inclusive', async () => {
    assert.deepEqual(await names({ range: between('name-c', 'name-e') }), ['name-c', 'name-d', 'name-e']);
    assert.deepEqual(await names({ range: between('name-i', undefined) }), ['name-i', 'name-j']);
    assert.deepEqual(await names({ range: between(undefined, 'name-b') }), ['name-a', 'name-b']);
    assert.deepEqual(await names({ range: between('name-c', 'name-c') }), ['name-c']);
  });

  test('bounds are no part of the range when exclusive', async () => {
    assert.deepEqual(await names({ range: between('name-c', 'name-e', false) }), ['name-d']);
    assert.deepEqual(await names({ range: between('name-i', undefined, false) }), ['name-j']);
    assert.deepEqual(await names({ range: between(undefined, 'name-b', false) }), ['name-a']);
    assert.deepEqual(await names({ range: between('name-c', 'name-c', false) }), []);
    assert.deepEqual(await names({ range: between('name-e', 'name-c') }), []);
  });

  test('a choice keeps those that have any of its entries, and one of none keeps nobody', async () => {
    const wanted = dogs.filter(({ index }) =>
      index.some(({ path, value }) => path === 'old' || value.toString() === 'name-b'),
    );
    const choice = [entry('old', 'yes'), entry('name', 'name-b'), entry('nowhere', 'x')];
    const uuids = inOrder.filter((uuid) => wanted.some(({ entity }) => entity.uuid === uuid));
    assert.deepEqual(await found({ choices: [choice] }), uuids);
    const black = await found({ probes: [entry('color', 'black')] });
    assert.deepEqual(
      await found({ probes: [entry('color', 'black')], choices: [choice] }),
      uuids.filter((uuid) => black.includes(uuid)),
    );
    const nobody = await walk({ choices: [choice, []], scanLimit: 7 });
    assert.deepEqual([nobody.entities, nobody.lookedAt], [[], 7]);
    assert.deepEqual(await found({ choices: [[entry('nowhere', 'x')]] }), []);
  });

  test('a probe keeps those that have the entry too', async () => {
    const black = dogs.filter(({ index }) => index.some(({ value }) => value.toString() === 'black'));
    const uuids = await found({ probes: [entry('color', 'black')] });
    assert.deepEqual(
      uuids,
      inOrder.filter((uuid) => black.some(({ entity }) => entity.uuid === uuid)),
    );
    assert.equal(uuids.length, 15);
  });

  test('several probes must all be met', async () => {
    assert.equal((await found({ probes: [entry('color', 'black'), entry('old', 'yes')] })).length, 3);
    assert.deepEqual(await found({ probes: [entry('color', 'black'), entry('color', 'white')] }), []);
  });

  for (const descending of [false, true]) {
    for (const probes of [[], [entry('color', 'black')]]) {
      for (const limit of [1, 2, 7, 30]) {
        const way = `${descending ? 'down' : 'up'}, ${probes.length} probes, ${limit} a page`;
        test(`pages follow each other without repeat or gap (${way})`, async () => {
          const all = await found({ descending, probes });
          const paged: string[] = [];
          let after: IndexWalk['after'];
          do {
            const page = await walk({ descending, probes, limit, after });
            assert.ok(page.entities.length <= limit);
            paged.push(...page.entities.map(({ entity }) => entity.uuid));
            after = page.position;
          } while (after);
          assert.deepEqual(paged, all);
        });
      }
    }
  }

  test('a walk for keys finds the very rows of the walk with entities, page by page', async () => {
    const whole = { range: everything, probes: [] };
    const shapes: Partial<IndexWalk>[] = [
      whole,
      { ...whole, limit: 7 },
      { ...whole, range: between('name-c', 'name-c'), limit: 2 },
      { ...whole, range: between('name-e', 'name-c') },
      { ...whole, range: { ...everything, path: 'nowhere' } },
      { ...whole, probes: [entry('color', 'black')], limit: 4 },
      { ...whole, probes: [entry('old', 'yes')], scanLimit: 4 },
      { ...whole, choices: [[entry('old', 'yes'), entry('name', 'name-b')]], limit: 3 },
      { ...whole, choices: [[]], scanLimit: 7 },
    ];
    for (const shape of shapes.flatMap((each) => [each, { ...each, descending: true }])) {
      let after: IndexWalk['after'];
      do {
        const { entities, ...rest } = await walk({ ...shape, after });
        const keys = await storage()
          .entities(realm)
          .walkKeys(walkOf({ ...shape, after }));
        assert.deepEqual(keys, { positions: entities.map(({ position }) => position), ...rest });
        after = keys.position;
      } while (after);
    }
  });

  test('a page goes on within a range and stops at its end', async () => {
    const first = await walk({ range: between('name-c', 'name-d'), limit: 4 });
    const second = await walk({ range: between('name-c', 'name-d'), limit: 4, after: first.position });
    assert.equal(first.entities.length, 4);
    assert.equal(second.entities.length, 2);
    assert.equal(second.position, undefined);
  });

  test('a position outside of the range opens nothing outside of it', async () => {
    const { entities } = await walk({});
    const [first, last] = [entities.at(0)!.position, entities.at(-1)!.position];
    for (const [from, to] of [
      ['name-c', 'name-e'],
      ['name-d', 'name-d'],
    ] as const) {
      const range = between(from, to);
      assert.deepEqual(await found({ range, after: first }), await found({ range }));
      assert.deepEqual(await found({ range, after: last }), []);
      assert.deepEqual(await found({ range, descending: true, after: first }), []);
      const falling = await found({ range, descending: true });
      assert.deepEqual(await found({ range, descending: true, after: last }), falling);
    }
    const exclusive = between('name-a', 'name-c', false);
    assert.deepEqual(await found({ range: exclusive, after: first }), await found({ range: exclusive }));
  });

  test('a page goes on among entities of one value', async () => {
    const range = between('name-c', 'name-c');
    const first = await walk({ range, limit: 2 });
    const second = await walk({ range, limit: 2, after: first.position });
    const uuids = [...first.entities, ...second.entities].map(({ entity }) => entity.uuid);
    assert.deepEqual(uuids, await found({ range }));
  });

  test('a walk that looked at as many rows as it may says where to go on', async () => {
    const probes = [entry('old', 'yes')];
    const all = await found({ probes });
    const seen: string[] = [];
    let calls = 0;
    let after: IndexWalk['after'];
    do {
      const part = await walk({ probes, scanLimit: 4, after });
      seen.push(...part.entities.map(({ entity }) => entity.uuid));
      after = part.position;
      calls += 1;
    } while (after);
    assert.deepEqual(seen, all);
    assert.ok(calls >= 8, `${calls} calls for 30 rows, 4 a call`);
  });

  test('the position of each entity is one from which a walk goes on behind it', async () => {
    const { entities } = await walk({});
    const rest = await found({ after: entities[11]!.position });
    assert.deepEqual(rest, inOrder.slice(12));
  });

  test('what is written behind the position is met, what is written before it is not', async () => {
    const own = storage().entities(freshRealm());
    const create = async (name: string) => {
      const entity = entityOf('dog', { name });
      await own.write(creation(entity, [], [entry('name', name)]));
    };
    for (const name of ['b', 'd', 'f']) await create(name);
    const first = await own.walk(walkOf({ limit: 2 }));
    for (const name of ['a', 'e']) await create(name);
    const second = await own.walk(walkOf({ limit: 10, after: first.position }));
    assert.deepEqual(
      second.entities.map(({ entity }) => nameOf(entity)),
      ['e', 'f'],
    );
  });
});
