/** The entity core over a real store of its own, SQLite unless said otherwise. */
import { after } from 'node:test';
import { type ApplicationEntities, createEntities } from '../../src/core/entities/entities.ts';
import type { EntityStore, StoredEntity } from '../../src/core/entities/entity-store.ts';
import type { IndexedFields } from '../../src/core/entities/index/indexed-fields.ts';
import { type EntityQuery, type Filter, matchesEverything } from '../../src/core/entities/query/filter.ts';
import type { QueryBounds } from '../../src/core/entities/query/query-runner.ts';
import type { Change } from '../../src/core/oauth/revocation-store.ts';
import { createUuidSource } from '../../src/core/uuid.ts';
import { createRandomSource } from '../../src/platform/random.ts';
import { type Engine, engines } from '../storage-conformance/engines.ts';

export interface TestEntities {
  /** A fresh application each time. */
  application(): ApplicationEntities;
  store(key: number): EntityStore;
  entitiesOf(key: number): ApplicationEntities;
  /** As another process would see it: it does not wait for the turns of this one. */
  secondWriter(key: number): ApplicationEntities;
  /** Of the application made last. */
  lastStore(): EntityStore;
  /** The application made last, with queries of other bounds. */
  boundedBy(bounds: QueryBounds): ApplicationEntities;
  /** What is indexed of what is written from now on. */
  settings: { indexedFields: IndexedFields | undefined };
  clock: { now(): number; milliseconds: number };
  announced: Change[];
}

export async function openTestEntities(
  bounds?: QueryBounds,
  engine: Engine = engines[0]!,
): Promise<TestEntities> {
  const clock = { milliseconds: 1_700_000_000_000, now: () => clock.milliseconds };
  const database = await engine.create();
  const storage = await database.open();
  after(async () => {
    await storage.close();
    await database.drop();
  });
  const announced: Change[] = [];
  storage.changes.subscribe((change) => announced.push(change));
  const uuids = createUuidSource(clock, createRandomSource());
  const settings: TestEntities['settings'] = { indexedFields: undefined };
  const options = {
    indexedFields: () => settings.indexedFields,
    storeFor: (key: number) => storage.entities(key),
    clock,
    uuids,
    ...(bounds && { bounds }),
  };
  const entities = createEntities(options);
  const secondEntities = createEntities(options);
  let lastKey = 1000;
  return {
    application: () => entities.of({ key: ++lastKey }),
    store: (key) => storage.entities(key),
    entitiesOf: (key) => entities.of({ key }),
    secondWriter: (key) => secondEntities.of({ key }),
    lastStore: () => storage.entities(lastKey),
    boundedBy: (other) => createEntities({ ...options, bounds: other }).of({ key: lastKey }),
    settings,
    clock,
    announced,
  };
}

export const bodyOf = ({ body }: StoredEntity): Record<string, unknown> => JSON.parse(body);

export const queryFor = (filter: Filter | undefined, more: Partial<EntityQuery> = {}): EntityQuery => ({
  ...matchesEverything,
  filter,
  ...more,
});

/** Every page to the end, and how many there were. */
export async function readAllPages(
  entities: ApplicationEntities,
  type: string,
  query: EntityQuery,
  limit: number,
): Promise<StoredEntity[][]> {
  const pages: StoredEntity[][] = [];
  let cursor: string | undefined;
  do {
    const page = await entities.query(type, query, { limit, cursor });
    pages.push(page.entities);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
}
