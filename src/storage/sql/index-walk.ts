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
} from './index-keys.ts';
import { findPath, type KnownPaths } from './index-paths.ts';
import { type Row, rows, type SqlValue, text, type Work } from './statement.ts';
import { walkStatement } from './walk-statement.ts';

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
  const { descending, limit, scanLimit } = walk;
  const choices = yield* keysOfChoices(application, walk, known);
  const { isBehindLower, keys } = boundsOf(pathId, walk, run);
  const which = walkStatement({
    ...{ descending, withBodies, isBehindLower, isOneValue: run.exactly !== undefined },
    choices: choices.map(({ length }) => length),
  });
  const probes = choices.flat().flatMap((start): SqlValue[] => [application, start]);
  const most = choices.length > 0 ? scanLimit : Math.min(scanLimit, limit);
  const found = yield* rows(which, ...probes, application, ...keys, most);
  const kept = found.filter((row) => row.kept === 1).slice(0, limit);
  const full = kept.length === limit;
  const last = full ? kept.at(-1) : found.at(-1);
  const exhausted = !full && found.length < scanLimit;
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

/** A range of keys with two ends, whatever the walk is bound by: the lower one and the upper. */
function boundsOf(
  pathId: number,
  { descending }: IndexWalk,
  { begin, end }: Run,
): { isBehindLower: boolean; keys: Buffer[] } {
  const [lower, upper] = descending ? [end, begin] : [begin, end];
  const isBehindLower = lower !== undefined && 'after' in lower;
  return { isBehindLower, keys: [lowerKey(pathId, lower), upperKey(pathId, upper)] };
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
