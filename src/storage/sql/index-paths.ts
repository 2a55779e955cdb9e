/**
 * The numbers that stand for paths in the index. A path gets its number when an entity first has a value there, and
 * keeps it for good: so numbers may be held in memory, as soon as the transaction that gave them is over. They are
 * never taken back, though nobody may have a value there any more: a row for each path that ever was is little beside
 * the index rows that came with it.
 */
import { KeygridError } from '../../core/errors.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { listsOf, madeOnce, placeholders } from './in-lists.ts';
import { firstRow, forEach, integer, manyStatement, rows, statement, text, type Work } from './statement.ts';

/** By path, of one collection. */
export type PathNumbers = ReadonlyMap<string, number>;

/** What is known of the numbers of an application's paths: right, but never sure to be all. */
export interface KnownPaths {
  of(type: string): PathNumbers;
  /** @param numbers as they are in the database, whatever becomes of the work at hand. */
  learn(type: string, numbers: PathNumbers): void;
}

/** Of all applications together. */
const pathsKept = 50_000;
/** Where others keep taking the next number first, one of them gets it at each try. */
const mostTries = 50;
const none: PathNumbers = new Map();

const selectPath = statement(
  'select path_id from index_paths where application_id = ? and type = ? and path = ?',
);
const selectPaths = madeOnce((count: number) =>
  statement(
    `select path, path_id from index_paths
     where application_id = ? and type = ? and path in (${placeholders(count)})`,
  ),
);
const lastNumber = (application: string): string =>
  `coalesce((select path_id from index_paths where application_id = ${application}
     order by path_id desc limit 1), 0)`;
/** The next numbers of the application. Another transaction may take one of them first: then there is none yet. */
const insertPaths = manyStatement(
  `insert into index_paths (application_id, type, path, path_id)
   values (?1, ?2, ?3, ${lastNumber('?1')} + 1) on conflict do nothing`,
  `insert into index_paths (application_id, type, path, path_id)
   select $1, $2, n.path, n.place + ${lastNumber('$1')}
   from unnest($3::text[]) with ordinality as n (path, place) on conflict do nothing`,
);

/** Holds a bounded number of paths, whatever names strangers invent: what is forgotten costs a look-up in a key. */
export function createKnownPaths(): (application: RealmKey) => KnownPaths {
  const byApplication = new Map<RealmKey, Map<string, Map<string, number>>>();
  let count = 0;

  function placeFor(application: RealmKey, type: string): Map<string, number> {
    const types = byApplication.get(application) ?? new Map<string, Map<string, number>>();
    byApplication.set(application, types);
    const numbers = types.get(type) ?? new Map<string, number>();
    types.set(type, numbers);
    return numbers;
  }

  return (application) => ({
    of: (type) => byApplication.get(application)?.get(type) ?? none,
    learn(type, numbers) {
      if (count + numbers.size > pathsKept) {
        byApplication.clear();
        count = 0;
      }
      const place = placeFor(application, type);
      for (const [path, number] of numbers) place.set(path, number);
      count += numbers.size;
    },
  });
}

/** Undefined where no entity ever had a value at the path. For reads. */
export function* findPath(
  application: RealmKey,
  type: string,
  path: string,
  known: KnownPaths,
): Work<number | undefined> {
  const held = known.of(type).get(path);
  if (held !== undefined) return held;
  const row = yield* firstRow(selectPath, application, type, path);
  if (!row) return undefined;
  const number = integer(row, 'path_id');
  known.learn(type, new Map([[path, number]]));
  return number;
}

/** Those of the paths that have a number. */
export function* findPaths(
  application: RealmKey,
  type: string,
  paths: Iterable<string>,
): Work<Map<string, number>> {
  // Halves of characters that stand alone are no text to either engine.
  const asStored = new Map(Array.from(paths, (path) => [path, path.toWellFormed()]));
  const numbers = new Map<string, number>();
  for (const list of listsOf([...new Set(asStored.values())])) {
    for (const row of yield* rows(selectPaths(list.length), application, type, ...list)) {
      numbers.set(text(row, 'path'), integer(row, 'path_id'));
    }
  }
  const found = new Map<string, number>();
  for (const [path, stored] of asStored) {
    const number = numbers.get(stored);
    if (number !== undefined) found.set(path, number);
  }
  return found;
}

/** The numbers of all the paths; those that have none get one. */
export function* numberPaths(
  application: RealmKey,
  type: string,
  paths: Iterable<string>,
): Work<Map<string, number>> {
  const wanted = new Set(paths);
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = yield* findPaths(application, type, wanted);
    const missing = [...wanted].filter((path) => !found.has(path));
    if (missing.length === 0) return found;
    const names = new Set(missing.map((path) => path.toWellFormed()));
    yield* forEach(
      insertPaths,
      Array.from(names, (path) => [path]),
      [application, type],
    );
  }
  throw new KeygridError('write_conflict', 'Others kept adding properties; try again');
}
