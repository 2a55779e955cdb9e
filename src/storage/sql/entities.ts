/** EntityStore over SQL, for one application. */
import { andThen } from '../../core/awaitable.ts';
import type {
  EntityChange,
  EntityStore,
  StoredEntity,
  WriteOutcome,
} from '../../core/entities/entity-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { type Uuid, uuidToOrderedBytes } from '../../core/uuid.ts';
import { removeEdges } from './edge-removal.ts';
import { applyEntityChange, ChangeRefused, toStoredEntity, withMarks } from './entity-statements.ts';
import { listsOf, madeOnce, placeholders } from './in-lists.ts';
import type { KnownPaths } from './index-paths.ts';
import { walkIndex, walkIndexKeys } from './index-walk.ts';
import {
  type Creation,
  firstRow,
  integer,
  lookUp,
  rows,
  type SqlEngine,
  type Statement,
  statement,
  text,
  type Work,
} from './statement.ts';

const selectByUuid = lookUp(
  'type, created, modified, version, body, connected, indexed_fields',
  'entities',
  ['application_id'],
  'entity_id',
);
type FoundValues = [string, number, number, number, string, number, string | null];

const entityFound = (
  uuid: Uuid,
  [type, created, modified, version, body, connected, indexedFields]: FoundValues,
): StoredEntity => withMarks({ uuid, type, created, modified, version, body }, connected, indexedFields);

const selectEach = madeOnce((count: number) =>
  statement(
    `select entity_id, type, created, modified, version, body, connected, indexed_fields
     from entities where application_id = ? and entity_id in (${placeholders(count)})`,
  ),
);
const selectByUniqueValue = statement(
  `select e.entity_id, e.type, e.created, e.modified, e.version, e.body, e.connected, e.indexed_fields
   from unique_values u join entities e on e.application_id = u.application_id and e.entity_id = u.entity_id
   where u.application_id = ? and u.type = ? and u.property = ? and u.value = ?`,
);
const insertCollection = statement(
  'insert into collections (application_id, type) values (?, ?) on conflict do nothing',
);
/** Every entity has exactly one entry at `created`. */
const selectCollections = onBothEngines(
  (startOf) => `select c.type as type, (select count(*) from index_paths p join entity_index i
       on i.application_id = p.application_id and i.key >= ${startOf('p.path_id')} and i.key < ${startOf('p.path_id + 1')}
     where p.application_id = c.application_id and p.type = c.type and p.path = 'created') as entities
   from collections c where c.application_id = ? order by c.type`,
);

/** A path keeps its number when its last value goes. */
const selectIndexedPaths = onBothEngines(
  (
    startOf,
  ) => `select p.path as path from index_paths p where p.application_id = ? and p.type = ? and exists (
     select 1 from entity_index i where i.application_id = p.application_id
       and i.key >= ${startOf('p.path_id')} and i.key < ${startOf('p.path_id + 1')} limit 1)
   order by p.path limit 1000`,
);

/** @param text with the bytes that a path's keys start with, as each engine makes them of the number. */
function onBothEngines(text: (startOf: (pathId: string) => string) => string): Statement {
  return statement(
    text((pathId) => `unhex(printf('%08x', ${pathId}))`),
    { postgres: text((pathId) => `int4send(${pathId})`) },
  );
}

export const declareCollection = (application: RealmKey, type: string): Work<unknown> =>
  rows(insertCollection, application, type);

/** `declared` and `paths` remember, for the life of the process, what is known to be in their tables. */
export function createEntityStore(
  engine: SqlEngine,
  application: RealmKey,
  declared: Set<string>,
  paths: KnownPaths,
): EntityStore {
  /** @throws ChangeRefused */
  async function apply(change: EntityChange): Promise<void> {
    const { type, uuid } = change.entity;
    const known = paths.of(type);
    const removeMoreEdges = () => removeEdges(application, uuidToOrderedBytes(uuid));
    let isWithoutEdges = true;
    const learned = await engine.write(function* () {
      if (change.kind === 'create' && !declared.has(type)) yield* declareCollection(application, type);
      const numbers = yield* applyEntityChange(application, change, known);
      if (change.kind === 'delete') isWithoutEdges = yield* removeMoreEdges();
      // Of an earlier entity of the uuid, where the server died before the last of its edges.
      if (hasChosenUuid(change)) while (!(yield* removeMoreEdges()));
      return numbers;
    });
    while (!isWithoutEdges) isWithoutEdges = await engine.write(removeMoreEdges);
    if (change.kind === 'create') declared.add(type);
    if (learned.size > 0) paths.learn(type, learned);
  }

  return {
    findByUuid(uuid) {
      const found = engine.lookUp(selectByUuid, [application, uuidToOrderedBytes(uuid)]);
      return andThen(found, (values) => values && entityFound(uuid, values as FoundValues));
    },
    async findByUniqueValue(type, property, value) {
      const row = await engine.read(() => firstRow(selectByUniqueValue, application, type, property, value));
      return row && toStoredEntity(row);
    },
    async findEach(uuids) {
      const found = await engine.read(() => entitiesOf(application, uuids));
      return uuids.flatMap((uuid) => found.get(uuid) ?? []);
    },
    write(change) {
      const { createTogether } = engine;
      const creation = createTogether && creationTogether(application, change, declared, paths);
      const writing = creation ? createTogether(creation, () => apply(change)) : apply(change);
      return writing.then(toWritten, toOutcome);
    },
    walk: (walk) => engine.read(() => walkIndex(application, walk, paths)),
    walkKeys: (walk) => engine.read(() => walkIndexKeys(application, walk, paths)),
    async collections() {
      const found = await engine.read(() => rows(selectCollections, application));
      return found.map((row) => ({ type: text(row, 'type'), count: integer(row, 'entities') }));
    },
    async indexedPaths(type) {
      const found = await engine.read(() => rows(selectIndexedPaths, application, type));
      return found.map((row) => text(row, 'path'));
    },
    async declareCollection(type) {
      await engine.write(() => declareCollection(application, type));
      declared.add(type);
    },
  };
}

/** There may have been another of that uuid. An entity under a chosen one begins at a later version than the first. */
const hasChosenUuid = ({ kind, entity }: EntityChange): boolean => kind === 'create' && entity.version > 1;

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

/** Undefined for all but the plain creation of an entity whose collection and paths are known. */
function creationTogether(
  application: RealmKey,
  change: EntityChange,
  declared: ReadonlySet<string>,
  paths: KnownPaths,
): Creation | undefined {
  if (change.kind !== 'create' || change.announces || change.idempotency || hasChosenUuid(change))
    return undefined;
  const { type, indexedFields } = change.entity;
  if (indexedFields !== undefined || !declared.has(type)) return undefined;
  const known = paths.of(type);
  const pathIds: number[] = [];
  for (const { path } of change.index) {
    const number = known.get(path);
    if (number === undefined) return undefined;
    pathIds.push(number);
  }
  return { application, change, pathIds };
}

const written: WriteOutcome = { kind: 'written' };
const toWritten = (): WriteOutcome => written;

function toOutcome(error: unknown): WriteOutcome {
  if (error instanceof ChangeRefused) return error.outcome;
  throw error;
}
