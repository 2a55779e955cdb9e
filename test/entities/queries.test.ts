import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApplicationEntities } from '../../src/core/entities/entities.ts';
import type { StoredEntity } from '../../src/core/entities/entity-store.ts';
import { type Filter, matchesEverything, type SortKey } from '../../src/core/entities/query/filter.ts';
import { standardBounds } from '../../src/core/entities/query/query-runner.ts';
import { type ErrorCode, KeygridError } from '../../src/core/errors.ts';
import { bodyOf, openTestEntities, queryFor, readAllPages } from './support.ts';

const tested = await openTestEntities();

const equals = (path: string, value: string | number | boolean): Filter => ({
  kind: 'comparison',
  path,
  operator: '=',
  value,
});
const or = (...operands: Filter[]): Filter => ({ kind: 'or', operands });
const by = (path: string, direction: SortKey['direction'] = 'ascending'): { order: SortKey[] } => ({
  order: [{ path, direction }],
});
const namesOf = (entities: StoredEntity[]): unknown[] => entities.map((entity) => bodyOf(entity).name);
const refusal = (code: ErrorCode) => (error: unknown) => error instanceof KeygridError && error.code === code;

async function withDogs(count: number, more: (at: number) => object = () => ({})) {
  const application = tested.application();
  const bodies = Array.from({ length: count }, (_, at) => ({ name: `dog-${at}`, at, ...more(at) }));
  assert.equal((await application.createMany('dog', bodies)).length, count);
  return application;
}

const ask = (application: ApplicationEntities, filter: Filter | undefined, limit = 10) =>
  application.query('dog', queryFor(filter), { limit });

describe('a listing', () => {
  test('is newest first, and every full page has a cursor, the last one too (UD-17, UD-40)', async () => {
    const application = await withDogs(100);
    const pages = await readAllPages(application, 'dog', matchesEverything, 10);
    assert.deepEqual(
      pages.map(({ length }) => length),
      [10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 0],
    );
    assert.deepEqual(
      pages.flat().map((dog) => bodyOf(dog).at),
      Array.from({ length: 100 }, (_, at) => 99 - at),
    );
  });

  test('of a collection that nobody wrote to is empty', async () => {
    assert.deepEqual(await ask(tested.application(), undefined), { entities: [], cursor: undefined });
  });

  test('neither repeats nor skips what is there all along while others come and go', async () => {
    const application = await withDogs(60);
    const { entities: all } = await ask(application, undefined, 1000);
    const staying = all.filter((_, at) => at % 3 !== 0).map(({ uuid }) => uuid);
    const leaving = all.filter((_, at) => at % 3 === 0);
    const met: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await application.query('dog', queryFor(undefined, by('at')), { limit: 7, cursor });
      met.push(...page.entities.map(({ uuid }) => uuid));
      cursor = page.cursor;
      await application.create('dog', { at: -1 });
      const next = leaving.pop();
      if (next) await application.delete('dog', next);
    } while (cursor !== undefined);
    assert.equal(new Set(met).size, met.length);
    assert.deepEqual(
      staying.filter((uuid) => !met.includes(uuid)),
      [],
    );
  });

  test('is cut to 1000, and at least 1', async () => {
    const application = await withDogs(1005);
    assert.equal((await ask(application, undefined, 5000)).entities.length, 1000);
    assert.equal((await ask(application, undefined, 0)).entities.length, 1);
  });

  test('ends a page early when its entities are large, and loses none, also when they are sorted', async () => {
    const small = await openTestEntities({ ...standardBounds, pageCharacters: 5000 });
    const application = small.application();
    for (let at = 0; at < 20; at += 1) {
      await application.create('dog', { at, kind: at < 16 ? 'a' : 'b', text: 'x'.repeat(1000) });
    }
    const sorted = queryFor(equals('kind', 'a'), { order: [...by('kind').order, ...by('at').order] });
    for (const [query, count] of [
      [matchesEverything, 20],
      [sorted, 16],
    ] as const) {
      const pages = await readAllPages(application, 'dog', query, 100);
      assert.ok(pages.length > 3);
      assert.equal(pages.flat().length, count);
      assert.equal(new Set(pages.flat().map(({ uuid }) => uuid)).size, count);
    }
    await assert.rejects(
      application.updateByQuery('dog', matchesEverything, { a: 1 }),
      refusal('query_too_broad'),
    );
  });
});

describe('keys', () => {
  test('several uuids and names in one query are looked up', async () => {
    const application = await withDogs(30);
    const { entities } = await ask(application, or(equals('name', 'dog-3'), equals('name', 'dog-4')));
    const uuids = or(...entities.map(({ uuid }) => equals('uuid', uuid)), equals('uuid', 'x'));
    assert.deepEqual(namesOf((await ask(application, uuids)).entities), ['dog-4', 'dog-3']);
  });

  test('direct references are uuids or names of this type', async () => {
    const application = await withDogs(5);
    const cat = await application.create('cat', { name: 'dog-9' });
    const dog = await application.findByAlias('dog', 'dog-2');
    const direct = [dog!.uuid, 'DOG-4', 'dog-4', cat.uuid, 'dog-9', 'x\0y'];
    const { entities } = await application.query('dog', queryFor(undefined, { direct }), { limit: 10 });
    assert.deepEqual(namesOf(entities), ['dog-4', 'dog-2']);
  });

  test('a condition on the type is settled without looking', async () => {
    const application = await withDogs(3);
    assert.equal((await ask(application, equals('type', 'dog'))).entities.length, 3);
    assert.equal((await ask(application, equals('type', 'cat'))).entities.length, 0);
  });
});

describe('cursors', () => {
  test('of another query, application or type, and nonsense, are refused', async () => {
    const [application, other] = [await withDogs(5), await withDogs(5)];
    const { cursor } = await ask(application, undefined, 2);
    const page = { limit: 2, cursor };
    const refused = (asking: Promise<unknown>) => assert.rejects(asking, refusal('invalid_argument'));
    await refused(application.query('dog', queryFor(equals('at', 1)), page));
    await refused(application.query('cat', matchesEverything, page));
    await refused(other.query('dog', matchesEverything, page));
    for (const nonsense of ['x', '%%%', `${cursor}A`, 'é', 'A'.repeat(100_000)]) {
      await refused(application.query('dog', matchesEverything, { limit: 2, cursor: nonsense }));
    }
  });

  test('may be used with another page size, and a blank one is none', async () => {
    const application = await withDogs(10);
    const { cursor } = await application.query('dog', matchesEverything, { limit: 3, cursor: '' });
    const { entities } = await application.query('dog', matchesEverything, { limit: 50, cursor });
    assert.equal(entities.length, 7);
  });
});

describe('order', () => {
  test('puts entities without the property last in both directions', async () => {
    const application = await withDogs(6, (at) => (at % 2 ? { rank: at } : {}));
    const names = async (direction: SortKey['direction']) =>
      namesOf((await readAllPages(application, 'dog', queryFor(undefined, by('rank', direction)), 2)).flat());
    assert.deepEqual(await names('ascending'), ['dog-1', 'dog-3', 'dog-5', 'dog-4', 'dog-2', 'dog-0']);
    assert.deepEqual(await names('descending'), ['dog-5', 'dog-3', 'dog-1', 'dog-4', 'dog-2', 'dog-0']);
  });

  test('by long texts goes by their beginning, and pages hold each entity once', async () => {
    const long = 'x'.repeat(2000);
    const application = await withDogs(9, (at) => ({ text: `${at % 2}${long}${at}` }));
    const pages = await readAllPages(application, 'dog', queryFor(undefined, by('text')), 2);
    const texts = pages.flat().map((dog) => String(bodyOf(dog).text)[0]);
    assert.equal(texts.join(''), '000001111');
    assert.equal(new Set(pages.flat().map(({ uuid }) => uuid)).size, 9);
  });

  test('by more than eight properties is refused', async () => {
    const order = Array.from({ length: 9 }, (_, at) => ({ path: `p${at}`, direction: 'ascending' as const }));
    await assert.rejects(
      tested.application().query('dog', queryFor(undefined, { order }), { limit: 1 }),
      refusal('invalid_argument'),
    );
  });
});

describe('a query over many entities', () => {
  test('finds the few that match, however common its first condition is', async () => {
    const application = await withDogs(4000, (at) => ({ common: true, rare: at % 1000, o: { n: at } }));
    const { entities } = await ask(application, {
      kind: 'and',
      operands: [equals('common', true), equals('rare', 7)],
    });
    assert.deepEqual(namesOf(entities), ['dog-3007', 'dog-2007', 'dog-1007', 'dog-7']);
    const between: Filter = {
      kind: 'and',
      operands: [
        { kind: 'comparison', path: 'o.n', operator: '>', value: 10 },
        { kind: 'comparison', path: 'o.n', operator: '<=', value: 12 },
      ],
    };
    assert.deepEqual(namesOf((await ask(application, between)).entities), ['dog-12', 'dog-11']);
    const prefix: Filter = { kind: 'wildcard', path: 'name', pattern: 'dog-399*' };
    const query = queryFor(prefix, by('o.n', 'descending'));
    assert.equal((await readAllPages(application, 'dog', query, 4)).flat().length, 11);
  });

  test('is refused with advice when it would read too many', async () => {
    const bounds = { ...standardBounds, rowsBeforeDoubt: 10, maximumRows: 50 };
    const application = (await openTestEntities(bounds)).application();
    const bodies = Array.from({ length: 60 }, (_, at) => ({ at, text: 'some words' }));
    await application.createMany('dog', bodies);
    const none: Filter = { kind: 'not', operand: { kind: 'contains', path: 'text', text: 'words' } };
    await assert.rejects(ask(application, none), (error: unknown) => {
      assert.ok(refusal('query_too_broad')(error));
      assert.match((error as Error).message, /more than 50 entities: add a condition/);
      return true;
    });
    assert.equal((await ask(application, undefined, 40)).entities.length, 40);
  });
});

describe('changes by query', () => {
  test('update up to 1000 of what matches, also when the change moves them out of it', async () => {
    const application = await withDogs(1203, (at) => ({ even: at % 2 === 0 }));
    const updated = await application.updateByQuery('dog', queryFor(equals('even', true)), { even: false });
    assert.equal(updated.length, 602);
    assert.deepEqual(await application.updateByQuery('dog', queryFor(equals('even', true)), {}), []);
    assert.equal((await application.updateByQuery('dog', matchesEverything, { a: 1 })).length, 1000);
  });

  test('delete page by page, newest first, until nothing is left', async () => {
    const application = await withDogs(25);
    const deleted = await application.deleteByQuery('dog', matchesEverything, 10);
    assert.deepEqual(namesOf(deleted).slice(0, 2), ['dog-24', 'dog-23']);
    assert.equal((await application.deleteByQuery('dog', matchesEverything, 10)).length, 10);
    assert.equal((await application.deleteByQuery('dog', matchesEverything, 10)).length, 5);
    assert.deepEqual(await application.deleteByQuery('dog', matchesEverything, 10), []);
    assert.deepEqual(await application.collections(), [{ type: 'dog', count: 0 }]);
  });

  test('of two deletions at the same time each entity is deleted by one', async () => {
    const application = await withDogs(40);
    const deletions = [1, 2, 3].map(() => application.deleteByQuery('dog', matchesEverything, 40));
    assert.equal((await Promise.all(deletions)).flat().length, 40);
  });
});
