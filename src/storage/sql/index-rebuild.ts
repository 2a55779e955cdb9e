/** IndexRebuildStore over SQL. How far the work is stands in `server_state`, whose row a page holds while it is made. */
import type {
  EntityEntries,
  IndexRebuildStore,
  IndexState,
  RebuildPosition,
} from '../../core/entities/index/index-rebuild.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { type Uuid, uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import { insertIndexEntries, toStoredEntity } from './entity-statements.ts';
import { listsOf, madeOnce, placeholders } from './in-lists.ts';
import { indexKey, tailOf } from './index-keys.ts';
import { numberPaths } from './index-paths.ts';
import {
  bytes,
  firstRow,
  forEach,
  integer,
  rows,
  type SqlEngine,
  statement,
  text,
  type Work,
} from './statement.ts';

/** Under which the state of the index stands in `server_state`. */
export const indexStateName = 'entity_index';

const selectState = statement('select value from server_state where name = ?');
const lockState = statement('select value from server_state where name = ?', { lock: true });
const insertState = statement('insert into server_state (name, value) values (?, ?) on conflict do nothing');
const updateState = statement('update server_state set value = ? where name = ?');
const countEntities = statement('select count(*) as entities from entities');
const emptyIndex = statement('delete from entity_index', { postgres: 'truncate entity_index', keep: false });
const selectPage = statement(
  `select application_id, entity_id, type, created, modified, version, body, indexed_fields from entities
   where (application_id, entity_id) > (?, ?) order by application_id, entity_id limit ?`,
);
const lockVersions = madeOnce((count: number) =>
  statement(
    `select entity_id, version from entities where application_id = ? and entity_id in (${placeholders(count)})`,
    { lock: true },
  ),
);
export const createIndexRebuildStore = (engine: SqlEngine): IndexRebuildStore => ({
  state: () => engine.read(() => readState(selectState)),
  countEntities: () =>
    engine.read(function* () {
      const row = yield* firstRow(countEntities);
      return row ? integer(row, 'entities') : 0;
    }),
  begin: (version) =>
    engine.write(function* () {
      const begun: IndexState = { version, isWhole: false, after: undefined, entities: 0 };
      yield* rows(insertState, indexStateName, JSON.stringify({ ...begun, version: 0 }));
      const state = yield* readState(lockState);
      if (state?.version === version) return;
      yield* rows(emptyIndex);
      yield* rows(updateState, JSON.stringify(begun), indexStateName);
    }),
  page: (after, limit) =>
    engine.read(function* () {
      const found = yield* rows(selectPage, ...positionOf(after), limit);
      return found.map((row) => ({
        application: integer(row, 'application_id'),
        entity: toStoredEntity(row),
      }));
    }),
  advance: (state, entries, next) =>
    engine.write(function* () {
      const current = yield* readState(lockState);
      if (JSON.stringify(current) !== JSON.stringify(state)) return;
      const byApplication = Map.groupBy(entries, ({ application }) => application);
      for (const [application, some] of byApplication) {
        if (!(yield* areAsRead(application, some))) return;
      }
      for (const [application, some] of byApplication) yield* addEntries(application, some);
      yield* rows(updateState, JSON.stringify(next), indexStateName);
    }),
});

function* readState(which: typeof selectState): Work<IndexState | undefined> {
  const row = yield* firstRow(which, indexStateName);
  return row && parseIndexState(text(row, 'value'));
}

/** Of what stands under the name of the index in `server_state`. */
export function parseIndexState(stored: string): IndexState {
  const { version, isWhole, after, entities } = JSON.parse(stored) as IndexState;
  return { version, isWhole, after, entities };
}

const positionOf = (after: RebuildPosition | undefined): [RealmKey, Uint8Array] =>
  after ? [after.application, uuidToOrderedBytes(after.uuid)] : [0, Buffer.alloc(0)];

/** Holds the entities until the transaction ends. */
function* areAsRead(application: RealmKey, entries: EntityEntries[]): Work<boolean> {
  const versions = new Map<Uuid, number>();
  for (const list of listsOf(entries.map(({ entity }) => uuidToOrderedBytes(entity.uuid)))) {
    for (const row of yield* rows(lockVersions(list.length), application, ...list)) {
      versions.set(uuidFromOrderedBytes(bytes(row, 'entity_id')), integer(row, 'version'));
    }
  }
  return entries.every(({ entity }) => versions.get(entity.uuid) === entity.version);
}

function* addEntries(application: RealmKey, entries: EntityEntries[]): Work<void> {
  for (const [type, ofType] of Map.groupBy(entries, ({ entity }) => entity.type)) {
    const paths = new Set(ofType.flatMap(({ index }) => index.map(({ path }) => path)));
    const numbers = yield* numberPaths(application, type, paths);
    const keys = ofType.flatMap(({ entity, index }) => {
      const tail = tailOf(entity.created, uuidToOrderedBytes(entity.uuid));
      return index.map(({ path, value }) => [indexKey(numbers.get(path)!, value, tail)]);
    });
    yield* forEach(insertIndexEntries, keys, [application]);
  }
}
