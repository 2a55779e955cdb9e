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
import { uuidFromOrderedHex, uuidToOrderedBytes } from '../../core/uuid.ts';
import { storedEntity } from './entity-statements.ts';
import { findPath, type KnownPaths } from './index-paths.ts';
import {
  integer,
  type Row,
  rows,
  type SqlValue,
  type Statement,
  statement,
  text,
  type Work,
} from './statement.ts';

interface NumberedProbe {
  pathId: number;
  value: Uint8Array;
}

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
  const choices = yield* numberedChoices(application, walk, known);
  const sql = walkStatement(application, pathId, walk, run, choices, parameters, withBodies);
  const found = yield* rows(statementOf(sql), ...parameters);
  const kept = found.filter((row) => row.kept === 1).slice(0, walk.limit);
  const full = kept.length === walk.limit;
  const last = full ? kept.at(-1) : found.at(-1);
  const exhausted = !full && found.length < walk.scanLimit;
  const position = exhausted || !last ? undefined : toPosition(last, run);
  return { run, kept, position, lookedAt: found.length };
}

/** A path that has no number is one at which no entity has a value. */
function* numberedChoices(
  application: RealmKey,
  { type, probes, choices = [] }: IndexWalk,
  known: KnownPaths,
): Work<NumberedProbe[][]> {
  const numbered: NumberedProbe[][] = [];
  for (const entries of [...probes.map((probe) => [probe]), ...choices]) {
    const choice: NumberedProbe[] = [];
    for (const { path, value } of entries) {
      const number = yield* findPath(application, type, path, known);
      if (number !== undefined) choice.push({ pathId: number, value });
    }
    numbered.push(choice);
  }
  return numbered;
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

const toPosition = (row: Row, { exactly }: Run): IndexPosition => ({
  value: exactly ?? Buffer.from(text(row, 'value'), 'hex'),
  created: integer(row, 'created'),
  uuid: uuidFromOrderedHex(text(row, 'entity_id')),
});

/** One end of a run: behind a position, or at a value. */
type RunEdge = { after: IndexPosition } | { value: Uint8Array; inclusive: boolean } | undefined;

interface Run {
  /** Set where the run is all of one value; the other two then bound created and uuid only. */
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
  choices: NumberedProbe[][],
  parameters: SqlValue[],
  withBodies: boolean,
): { sqlite: string; postgres: string } {
  const direction = walk.descending ? 'desc' : 'asc';
  const kept = choices.map((choice) => choiceCondition(application, choice, parameters));
  parameters.push(application, pathId);
  const bounds = runConditions(walk, run, parameters);
  parameters.push(kept.length > 0 ? walk.scanLimit : Math.min(walk.scanLimit, walk.limit));
  // All of one value is in order of created without being told so, and PostgreSQL would sort to make sure.
  const columns = run.exactly ? ['created', 'entity_id'] : ['value', 'created', 'entity_id'];
  const orderOf = (table: string): string =>
    `order by ${columns.map((column) => `${table}.${column} ${direction}`).join(', ')}`;
  // As text, which engines hand over at a fraction of what bytes cost.
  const withEntities = (entities: string, asHex: (column: string) => string): string =>
    `select ${asHex('s.entity_id')} as entity_id, s.created as created, s.kept as kept
      ${run.exactly ? '' : `, ${asHex('s.value')} as value`}
      ${withBodies ? bodyColumns : ''}
    from (select w.application_id, w.value, w.created, w.entity_id,
        ${kept.length > 0 ? `case when ${kept.join(' and ')} then 1 else 0 end` : '1'} as kept
      from entity_index w where ${['w.application_id = ? and w.path_id = ?', ...bounds].join(' and ')}
      ${orderOf('w')} limit ?) s
    ${withBodies ? `left join ${entities}` : ''}
    ${orderOf('s')}`;
  return {
    sqlite: withEntities(
      'entities e on e.application_id = s.application_id and e.entity_id = s.entity_id and s.kept = 1',
      (column) => `lower(hex(${column}))`,
    ),
    postgres: withEntities(
      `lateral (select * from entities x where x.application_id = s.application_id
        and x.entity_id = s.entity_id and s.kept = 1 limit 1) e on true`,
      (column) => `encode(${column}, 'hex')`,
    ),
  };
}

const bodyColumns = `, e.modified as modified, e.version as version, e.body as body, e.connected as connected,
      e.indexed_fields as indexed_fields`;

const choiceCondition = (application: RealmKey, choice: NumberedProbe[], parameters: SqlValue[]): string =>
  choice.length === 0
    ? '1 = 0'
    : `(${choice.map((probe) => probeCondition(application, probe, parameters)).join(' or ')})`;

/** The offset keeps PostgreSQL from reading all that has the probed value into a hash table first. */
function probeCondition(application: RealmKey, probe: NumberedProbe, parameters: SqlValue[]): string {
  parameters.push(application, probe.pathId, probe.value);
  return `exists (select 1 from entity_index p where p.application_id = ? and p.path_id = ? and p.value = ?
    and p.created = w.created and p.entity_id = w.entity_id limit 1 offset 0)`;
}

function runConditions({ descending }: IndexWalk, run: Run, parameters: SqlValue[]): string[] {
  const forward = descending ? '<' : '>';
  const backward = descending ? '>' : '<';
  if (!run.exactly) {
    return [
      ...edgeCondition(run.begin, forward, parameters),
      ...edgeCondition(run.end, backward, parameters),
    ];
  }
  parameters.push(run.exactly);
  if (!run.begin || !('after' in run.begin)) return ['w.value = ?'];
  const { created, uuid } = run.begin.after;
  parameters.push(created, uuidToOrderedBytes(uuid));
  return ['w.value = ?', `(w.created, w.entity_id) ${forward} (?, ?)`];
}

function edgeCondition(edge: RunEdge, comparison: '<' | '>', parameters: SqlValue[]): string[] {
  if (!edge) return [];
  if ('after' in edge) {
    const { value, created, uuid } = edge.after;
    parameters.push(value, created, uuidToOrderedBytes(uuid));
    return [`(w.value, w.created, w.entity_id) ${comparison} (?, ?, ?)`];
  }
  parameters.push(edge.value);
  return [`w.value ${comparison}${edge.inclusive ? '=' : ''} ?`];
}
