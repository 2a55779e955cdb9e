/** EdgeStore over SQL, for one application. */
import type { EdgePage, EdgeStore, StoredEntity } from '../../core/entities/entity-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { uuidToOrderedBytes } from '../../core/uuid.ts';
import { endsOfEach, verbsOfEach } from './edge-lists.ts';
import { toStoredEntity } from './entity-statements.ts';
import {
  announce,
  firstRow,
  integer,
  type Row,
  rows,
  type SqlEngine,
  type SqlValue,
  type Statement,
  statement,
  type Work,
} from './statement.ts';

const bothEnds = 'select entity_id from entities where application_id = ? and entity_id in (?, ?)';
/** Whoever deletes one of them waits, and then finds the edge. */
const holdEnds = statement(bothEnds, { postgres: `${bothEnds} for key share` });
/** Later than every other edge of the list, also where two were made within one millisecond. */
const upsertEdge = statement(
  `insert into edges (application_id, source_id, verb, target_id, source_type, target_type, connected_at)
   select ?, ?, ?, ?, ?, ?, case when newest.connected_at >= ? then newest.connected_at + 1 else ? end
   from (select max(connected_at) as connected_at from edges
         where application_id = ? and source_id = ? and verb = ?) as newest
   where true
   on conflict (application_id, source_id, verb, target_id) do update set connected_at = excluded.connected_at`,
);
/** Written once for an entity, so that one without connections needs no second read to be shown. */
const markConnected = statement(
  'update entities set connected = 1 where application_id = ? and entity_id = ? and connected = 0',
);
const deleteEdge = statement(
  'delete from edges where application_id = ? and source_id = ? and verb = ? and target_id = ? returning verb',
);
const selectEdge = statement(
  'select 1 as found from edges where application_id = ? and source_id = ? and verb = ? and target_id = ?',
);

/** The far ends of the edges at one end, last connected first. */
const farEnds = (near: 'source' | 'target', far: 'source' | 'target', withType: boolean): Statement =>
  statement(
    `select e.entity_id as entity_id, e.type as type, e.created as created, e.modified as modified,
       e.version as version, e.body as body, e.connected as connected,
       e.indexed_fields as indexed_fields, g.connected_at as connected_at
     from edges g join entities e on e.application_id = g.application_id and e.entity_id = g.${far}_id
     where g.application_id = ? and g.${near}_id = ? and g.verb = ?
       and (g.connected_at, g.${far}_id) < (?, ?)${withType ? ` and g.${far}_type = ?` : ''}
     order by g.connected_at desc, g.${far}_id desc limit ?`,
  );
const targetsOfAnyType = farEnds('source', 'target', false);
const targetsOfType = farEnds('source', 'target', true);
const sourcesOfAnyType = farEnds('target', 'source', false);
const sourcesOfType = farEnds('target', 'source', true);
const afterEverything = {
  connectedAt: Number.MAX_SAFE_INTEGER,
  uuid: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

export function createEdgeStore(engine: SqlEngine, application: RealmKey): EdgeStore {
  return {
    connect: (edge, connectedAt, announces) =>
      engine.write(function* () {
        const source = uuidToOrderedBytes(edge.source);
        const target = uuidToOrderedBytes(edge.target);
        const ends = edge.source === edge.target ? [source] : [source, target].sort(Buffer.compare);
        const held = yield* rows(holdEnds, application, source, target);
        if (held.length < ends.length) return false;
        yield* rows(
          upsertEdge,
          application,
          source,
          edge.verb,
          target,
          edge.sourceType,
          edge.targetType,
          connectedAt,
          connectedAt,
          application,
          source,
          edge.verb,
        );
        // In one order, so that writers who connect the same two never wait for each other.
        if (edge.isConnection) for (const end of ends) yield* rows(markConnected, application, end);
        if (announces) yield* announce({ topic: announces, realm: application });
        return true;
      }),
    disconnect: (source, verb, target, announces) =>
      engine.write(function* () {
        const row = yield* firstRow(
          deleteEdge,
          application,
          uuidToOrderedBytes(source),
          verb,
          uuidToOrderedBytes(target),
        );
        if (announces) yield* announce({ topic: announces, realm: application });
        return row !== undefined;
      }),
    async isConnected(source, verb, target) {
      const ids = [uuidToOrderedBytes(source), verb, uuidToOrderedBytes(target)];
      return (await engine.read(() => firstRow(selectEdge, application, ...ids))) !== undefined;
    },
    targets: (source, verb, page) =>
      engine.read(() =>
        farEndPage(targetsOfAnyType, targetsOfType, [application, uuidToOrderedBytes(source), verb], page),
      ),
    sources: (target, verb, page) =>
      engine.read(() =>
        farEndPage(sourcesOfAnyType, sourcesOfType, [application, uuidToOrderedBytes(target), verb], page),
      ),
    verbsOf: (entities) => engine.read(() => verbsOfEach(application, entities)),
    endsOf: (direction, entities, verbs, limit) =>
      engine.read(() => endsOfEach(application, direction, entities, verbs, limit)),
  };
}

function* farEndPage(
  anyType: Statement,
  ofType: Statement,
  near: SqlValue[],
  page: EdgePage,
): Work<{ entity: StoredEntity; connectedAt: number }[]> {
  const after = page.after ?? afterEverything;
  const position = [after.connectedAt, uuidToOrderedBytes(after.uuid)];
  const found: Row[] = page.type
    ? yield* rows(ofType, ...near, ...position, page.type, page.limit)
    : yield* rows(anyType, ...near, ...position, page.limit);
  return found.map((row) => ({ entity: toStoredEntity(row), connectedAt: integer(row, 'connected_at') }));
}
