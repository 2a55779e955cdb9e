/**
 * One walk over the property index. The walk itself is a key range in key order, so its cost is that of the rows it
 * looks at; each probe is a key look-up. Both engines plan the same statement the same way (storage-conformance
 * tests the plans).
 */
import type {
  IndexEntry,
  IndexPosition,
  IndexRange,
  IndexWalk,
  IndexWalkResult,
} from '../../core/entities/entity-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import { toStoredEntity } from './entity-statements.ts';
import {
  bytes,
  integer,
  type Row,
  rows,
  type SqlValue,
  type Statement,
  statement,
  type Work,
} from './statement.ts';

/** Enough for every shape with a few probes. */
const shapesKept = 500;
const statementsByShape = new Map<string, Statement>();

export function* walkIndex(application: RealmKey, walk: IndexWalk): Work<IndexWalkResult> {
  const parameters: SqlValue[] = [];
  const sql = walkStatement(application, walk, parameters);
  let shape = statementsByShape.get(sql);
  if (!shape) {
    const keep = statementsByShape.size < shapesKept;
    shape = statement(sql, { keep });
    if (keep) statementsByShape.set(sql, shape);
  }
  const found = yield* rows(shape, ...parameters);
  const kept = found.filter((row) => row.kept === 1).slice(0, walk.limit);
  const full = kept.length === walk.limit;
  const last = full ? kept.at(-1) : found.at(-1);
  const exhausted = !full && found.length < walk.scanLimit;
  return {
    entities: kept.map((row) => ({ entity: toStoredEntity(row), position: toPosition(row) })),
    position: exhausted || !last ? undefined : toPosition(last),
  };
}

const toPosition = (row: Row): IndexPosition => ({
  value: bytes(row, 'value'),
  created: integer(row, 'indexed_created'),
  uuid: uuidFromOrderedBytes(bytes(row, 'entity_id')),
});

/**
 * The inner select looks at `scanLimit` rows of the range at most and marks those that pass; the outer one reads the
 * bodies of those that pass.
 */
function walkStatement(application: RealmKey, walk: IndexWalk, parameters: SqlValue[]): string {
  const direction = walk.descending ? 'desc' : 'asc';
  const kept = walk.probes.map((probe) => probeCondition(application, walk.type, probe, parameters));
  const range =
    rangeCondition(application, walk.type, walk.range, parameters) + afterCondition(walk, parameters);
  parameters.push(kept.length > 0 ? walk.scanLimit : Math.min(walk.scanLimit, walk.limit));
  return `select s.value as value, s.created as indexed_created, s.entity_id as entity_id, s.kept as kept,
      e.type as type, e.created as created, e.modified as modified, e.version as version, e.body as body
    from (select w.application_id, w.value, w.created, w.entity_id,
        ${kept.length > 0 ? `case when ${kept.join(' and ')} then 1 else 0 end` : '1'} as kept
      from entity_index w where ${range}
      order by w.value ${direction}, w.created ${direction}, w.entity_id ${direction} limit ?) s
    left join entities e on e.application_id = s.application_id and e.entity_id = s.entity_id and s.kept = 1
    order by s.value ${direction}, s.created ${direction}, s.entity_id ${direction}`;
}

function probeCondition(
  application: RealmKey,
  type: string,
  probe: IndexEntry,
  parameters: SqlValue[],
): string {
  parameters.push(application, type, probe.path, probe.value);
  return `exists (select 1 from entity_index p where p.application_id = ? and p.type = ? and p.path = ?
    and p.value = ? and p.created = w.created and p.entity_id = w.entity_id)`;
}

function rangeCondition(
  application: RealmKey,
  type: string,
  range: IndexRange,
  parameters: SqlValue[],
): string {
  const { path, from, to, fromInclusive, toInclusive } = range;
  parameters.push(application, type, path);
  let condition = 'w.application_id = ? and w.type = ? and w.path = ?';
  if (from && to && fromInclusive && toInclusive && Buffer.compare(from, to) === 0) {
    parameters.push(from);
    return `${condition} and w.value = ?`;
  }
  if (from) {
    parameters.push(from);
    condition += ` and w.value ${fromInclusive ? '>=' : '>'} ?`;
  }
  if (to) {
    parameters.push(to);
    condition += ` and w.value ${toInclusive ? '<=' : '<'} ?`;
  }
  return condition;
}

function afterCondition(walk: IndexWalk, parameters: SqlValue[]): string {
  if (!walk.after) return '';
  parameters.push(walk.after.value, walk.after.created, uuidToOrderedBytes(walk.after.uuid));
  return ` and (w.value, w.created, w.entity_id) ${walk.descending ? '<' : '>'} (?, ?, ?)`;
}
