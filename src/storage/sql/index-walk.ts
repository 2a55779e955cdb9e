/**
 * One walk over the property index. The walk itself is a key range in key order, so its cost is that of the rows it
 * looks at; each probe is a key look-up. Both engines plan the same statement the same way (storage-conformance
 * tests the plans).
 */
import type {
  IndexKeys,
  IndexPosition,
  IndexWalk,
  IndexWalkResult,
} from '../../core/entities/entity-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { storedEntity } from './entity-statements.ts';
import {
  endOfValue,
  keyOfPosition,
  keysOfValue,
  positionOfKey,
  positionOfTail,
  startOfPath,
  startOfValue,
  tailBytes,
} from './index-keys.ts';
import { findPath, type KnownPaths } from './index-paths.ts';
import { type Row, rows, type SqlValue, type Statement, statement, text, type Work } from './statement.ts';

/** Enough for every shape with a few probes. */
const shapesKept = 500;
const statementsByShape = new Map<string, Statement>();

export function* walkIndex(application: RealmKey, walk: IndexWalk, known: KnownPaths): Work<IndexWalkResult> {
  const { kept, run, ...rest } = yield* rowsOfWalk(application, walk, known, true);
  const entities = kept.map((row) => {
    const position = toPosition(row, run);
    const { uuid, created } = position;
    return { entity: storedEntity({ uuid, type: walk.type, created }, row), position };
  });
  return { entities, ...rest };
}

/** The same walk without a look at the entities. */
export function* walkIndexKeys(application: RealmKey, walk: IndexWalk, known: KnownPaths): Work<IndexKeys> {
  const { kept, run, ...rest } = yield* rowsOfWalk(application, walk, known, false);
  return { positions: kept.map((row) => toPosition(row, run)), ...rest };
}

interface WalkedRows {
  run: Run;
  /** Those that passed the probes. */
  kept: Row[];
  position: IndexPosition | undefined;
  lookedAt: number;
}

function* rowsOfWalk(
  application: RealmKey,
  walk: IndexWalk,
  known: KnownPaths,
  withBodies: boolean,
): Work<WalkedRows> {
  const run = runOf(walk);
  const pathId = yield* findPath(application, walk.type, walk.range.path, known);
  if (!run || pathId === undefined) return { run: nowhere, kept: [], position: undefined, lookedAt: 0 };
  const parameters: SqlValue[] = [];
  const choices = yield* keysOfChoices(application, walk, known);
  const sql = walkStatement(application, pathId, walk, run, choices, parameters, withBodies);
  const found = yield* rows(statementOf(sql), ...parameters);
  const kept = found.filter((row) => row.kept === 1).slice(0, walk.limit);
  const full = kept.length === walk.limit;
  const last = full ? kept.at(-1) : found.at(-1);
  const exhausted = !full && found.length < walk.scanLimit;
  const position = exhausted || !last ? undefined : toPosition(last, run);
  return { run, kept, position, lookedAt: found.length };
}

/** What the keys of each probe begin with. A path that has no number is one at which no entity has a value. */
function* keysOfChoices(
  application: RealmKey,
  { type, probes, choices = [] }: IndexWalk,
  known: KnownPaths,
): Work<Buffer[][]> {
  const found: Buffer[][] = [];
  for (const entries of [...probes.map((probe) => [probe]), ...choices]) {
    const choice: Buffer[] = [];
    for (const { path, value } of entries) {
      const pathId = yield* findPath(application, type, path, known);
      if (pathId !== undefined) choice.push(keysOfValue(pathId, value));
    }
    found.push(choice);
  }
  return found;
}

function statementOf({ sqlite, postgres }: { sqlite: string; postgres: string }): Statement {
  let shape = statementsByShape.get(sqlite);
  if (!shape) {
    const keep = statementsByShape.size < shapesKept;
    shape = statement(sqlite, { postgres, keep });
    if (keep) statementsByShape.set(sqlite, shape);
  }
  return shape;
}

const toPosition = (row: Row, { exactly }: Run): IndexPosition =>
  exactly ? positionOfTail(text(row, 'found'), exactly) : positionOfKey(text(row, 'found'));

/** One end of a run: behind a position, or at a value. */
type RunEdge = { after: IndexPosition } | { value: Uint8Array; inclusive: boolean } | undefined;

interface Run {
  /** Set where the run is all of one value. */
  exactly: Uint8Array | undefined;
  begin: RunEdge;
  end: RunEdge;
}

const nowhere: Run = { exactly: undefined, begin: undefined, end: undefined };

/**
 * Where the walk begins and ends, in its own direction. A position takes the place of the bound behind it: with both
 * in the statement an engine may seek by the bound and pass over all that earlier pages showed. A position outside
 * of the range, as a forged cursor has, opens nothing outside of it. Undefined when nothing is left.
 */
function runOf({ range, descending, after }: IndexWalk): Run | undefined {
  const from: RunEdge = range.from && { value: range.from, inclusive: range.fromInclusive };
  const to: RunEdge = range.to && { value: range.to, inclusive: range.toInclusive };
  const [first, last] = descending ? [to, from] : [from, to];
  const ahead = (value: Uint8Array, of: Uint8Array): number =>
    descending ? Buffer.compare(of, value) : Buffer.compare(value, of);
  const exactly =
    first?.inclusive && last?.inclusive && ahead(first.value, last.value) === 0 ? first.value : undefined;
  if (!after) return { exactly, begin: first, end: last };
  if (last && ahead(after.value, last.value) > 0) return undefined;
  const distance = first ? ahead(after.value, first.value) : 1;
  const begin = distance > 0 || (distance === 0 && first?.inclusive) ? { after } : first;
  return { exactly, begin, end: last };
}

/**
 * The inner select looks at `scanLimit` rows of the range at most and marks those that pass; the outer one reads the
 * bodies of those that pass, if asked to, one key look-up each: PostgreSQL is held to that by a lateral join with a
 * limit.
 */
function walkStatement(
  application: RealmKey,
  pathId: number,
  walk: IndexWalk,
  run: Run,
  choices: Buffer[][],
  parameters: SqlValue[],
  withBodies: boolean,
): { sqlite: string; postgres: string } {
  const direction = walk.descending ? 'desc' : 'asc';
  const conditions = choices.map((choice) => choiceConditions(application, choice, parameters));
  parameters.push(application);
  const bounds = boundsOf(pathId, walk, run, parameters);
  parameters.push(choices.length > 0 ? walk.scanLimit : Math.min(walk.scanLimit, walk.limit));
  const textFor = ({ tailOf, asBytes, asHex, entities }: Dialect): string => {
    const kept = conditions.map((choice) => choice(`${asBytes(`? || ${tailOf('w.key')}`)}`));
    return `select ${asHex(run.exactly ? tailOf('s.key') : 's.key')} as found, s.kept as kept
      ${withBodies ? bodyColumns : ''}
    from (select w.application_id, w.key, ${kept.length > 0 ? `case when ${kept.join(' and ')} then 1 else 0 end` : '1'} as kept
      from entity_index w where w.application_id = ? and ${bounds}
      order by w.key ${direction} limit ?) s
    ${withBodies ? `left join ${entities}` : ''}
    order by s.key ${direction}`;
  };
  return { sqlite: textFor(sqlite), postgres: textFor(postgres) };
}

/** What the engines say in different words. */
interface Dialect {
  /** When the entity was created, and its uuid, of a key. */
  tailOf(key: string): string;
  asBytes(joined: string): string;
  /** Lower-case, as text, which engines hand over at a fraction of what bytes cost. */
  asHex(bytes: string): string;
  entities: string;
}

const uuidBytes = 16;
const sqlite: Dialect = {
  tailOf: (key) => `substr(${key}, -${tailBytes})`,
  asBytes: (joined) => `cast(${joined} as blob)`,
  asHex: (bytes) => `lower(hex(${bytes}))`,
  entities: `entities e on e.application_id = s.application_id and e.entity_id = substr(s.key, -${uuidBytes}) and s.kept = 1`,
};
const postgres: Dialect = {
  tailOf: (key) => `substr(${key}, octet_length(${key}) - ${tailBytes - 1})`,
  asBytes: (joined) => joined,
  asHex: (bytes) => `encode(${bytes}, 'hex')`,
  entities: `lateral (select * from entities x where x.application_id = s.application_id
    and x.entity_id = substr(s.key, octet_length(s.key) - ${uuidBytes - 1}) and s.kept = 1 limit 1) e on true`,
};

const bodyColumns = `, e.modified as modified, e.version as version, e.body as body, e.connected as connected,
      e.indexed_fields as indexed_fields`;

/**
 * Of an entity that has one of the entries. The offset keeps PostgreSQL from reading all that has the probed value into
 * a hash table first.
 */
function choiceConditions(
  application: RealmKey,
  choice: Buffer[],
  parameters: SqlValue[],
): (key: string) => string {
  for (const start of choice) parameters.push(application, start);
  return (key) =>
    choice.length === 0
      ? '1 = 0'
      : `(${choice.map(() => `exists (select 1 from entity_index p where p.application_id = ? and p.key = ${key} limit 1 offset 0)`).join(' or ')})`;
}

/** A range of keys with two ends, whatever the walk is bound by. */
function boundsOf(
  pathId: number,
  { descending }: IndexWalk,
  { begin, end }: Run,
  parameters: SqlValue[],
): string {
  const [lower, upper] = descending ? [end, begin] : [begin, end];
  const isBehind = lower !== undefined && 'after' in lower;
  parameters.push(lowerKey(pathId, lower), upperKey(pathId, upper));
  return `w.key ${isBehind ? '>' : '>='} ? and w.key < ?`;
}

function lowerKey(pathId: number, edge: RunEdge): Buffer {
  if (!edge) return startOfPath(pathId);
  if ('after' in edge) return keyOfPosition(pathId, edge.after);
  return edge.inclusive ? startOfValue(pathId, edge.value) : endOfValue(pathId, edge.value);
}

function upperKey(pathId: number, edge: RunEdge): Buffer {
  if (!edge) return startOfPath(pathId + 1);
  if ('after' in edge) return keyOfPosition(pathId, edge.after);
  return edge.inclusive ? endOfValue(pathId, edge.value) : startOfValue(pathId, edge.value);
}
