/** EntityStore over SQL, for one application. */
import type { EntityStore, StoredEntity, WriteOutcome } from '../../core/entities/entity-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { type Uuid, uuidToOrderedBytes } from '../../core/uuid.ts';
import { applyEntityChange, ChangeRefused, toStoredEntity, withoutId } from './entity-statements.ts';
import { listsOf, madeOnce, placeholders } from './in-lists.ts';
import { walkIndex } from './index-walk.ts';
import { firstRow, integer, rows, type SqlEngine, statement, text, type Work } from './statement.ts';

const selectByUuid = statement(
  `select type, created, modified, version, body, connected
   from entities where application_id = ? and entity_id = ?`,
);
const selectEach = madeOnce((count: number) =>
  statement(
    `select entity_id, type, created, modified, version, body, connected
     from entities where application_id = ? and entity_id in (${placeholders(count)})`,
  ),
);
const selectByUniqueValue = statement(
  `select e.entity_id, e.type, e.created, e.modified, e.version, e.body, e.connected
   from unique_values u join entities e on e.application_id = u.application_id and e.entity_id = u.entity_id
   where u.application_id = ? and u.type = ? and u.property = ? and u.value = ?`,
);
const insertCollection = statement(
  'insert into collections (application_id, type) values (?, ?) on conflict do nothing',
);
/** Every entity has exactly one entry at `created`. */
const selectCollections = statement(
  `select c.type as type, (select count(*) from entity_index i
     where i.application_id = c.application_id and i.type = c.type and i.path = 'created') as entities
   from collections c where c.application_id = ? order by c.type`,
);

export const declareCollection = (application: RealmKey, type: string): Work<unknown> =>
  rows(insertCollection, application, type);

/** `declared` remembers, for the life of the process, the collections that are known to be in the table. */
export function createEntityStore(
  engine: SqlEngine,
  application: RealmKey,
  declared: Set<string>,
): EntityStore {
  return {
    async findByUuid(uuid) {
      const row = await engine.read(() => firstRow(selectByUuid, application, uuidToOrderedBytes(uuid)));
      return row && withoutId(row, uuid);
    },
    async findByUniqueValue(type, property, value) {
      const row = await engine.read(() => firstRow(selectByUniqueValue, application, type, property, value));
      return row && toStoredEntity(row);
    },
    async findEach(uuids) {
      const found = await engine.read(() => entitiesOf(application, uuids));
      return uuids.flatMap((uuid) => found.get(uuid) ?? []);
    },
    async write(change) {
      const { type } = change.entity;
      if (change.kind !== 'create')
        return orOutcome(engine.write(() => applyEntityChange(application, change)));
      const known = declared.has(type);
      const write = () =>
        engine.write(function* () {
          if (!known) yield* declareCollection(application, type);
          yield* applyEntityChange(application, change);
        });
      const together = known && !change.announces && engine.createTogether;
      const outcome = await orOutcome(together ? together({ application, change }, write) : write());
      if (outcome.kind === 'written') declared.add(type);
      return outcome;
    },
    walk: (walk) => engine.read(() => walkIndex(application, walk)),
    async collections() {
      const found = await engine.read(() => rows(selectCollections, application));
      return found.map((row) => ({ type: text(row, 'type'), count: integer(row, 'entities') }));
    },
    async declareCollection(type) {
      await engine.write(() => declareCollection(application, type));
      declared.add(type);
    },
  };
}

function* entitiesOf(application: RealmKey, uuids: readonly Uuid[]): Work<Map<Uuid, StoredEntity>> {
  const found = new Map<Uuid, StoredEntity>();
  for (const list of listsOf(uuids)) {
    const select = selectEach(list.length);
    for (const row of yield* rows(select, application, ...list.map(uuidToOrderedBytes))) {
      const entity = toStoredEntity(row);
      found.set(entity.uuid, entity);
    }
  }
  return found;
}

async function orOutcome(writing: Promise<void>): Promise<WriteOutcome> {
  try {
    await writing;
    return { kind: 'written' };
  } catch (error) {
    if (error instanceof ChangeRefused) return error.outcome;
    throw error;
  }
}
