/**
 * Makes the index of all entities anew when this version indexes in another way than the one before. Page by page, each
 * in a transaction that also says how far the work is: after a crash it goes on there, and several servers that start
 * at once do a share each.
 */
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { Uuid } from '../../uuid.ts';
import { parseProperties } from '../entity-body.ts';
import type { IndexedValue, StoredEntity } from '../entity-store.ts';
import { indexEntriesOf, indexVersion } from './entity-index.ts';
import { indexedPathsOf } from './indexed-fields.ts';

/** The last entity whose entries are made. */
export interface RebuildPosition {
  application: RealmKey;
  uuid: Uuid;
}

export interface IndexState {
  /** The way of indexing, see `indexVersion`. */
  version: number;
  isWhole: boolean;
  /** Set when some of it is made. */
  after: RebuildPosition | undefined;
  /** How many entities have their entries. */
  entities: number;
}

export interface EntityEntries {
  application: RealmKey;
  entity: StoredEntity;
  index: IndexedValue[];
}

export interface IndexRebuildStore {
  /** Undefined where nobody ever said how the entities are indexed. */
  state(): Promise<IndexState | undefined>;
  /** Of all applications. */
  countEntities(): Promise<number>;
  /** Empties the index, if it is not of that version already, and says that it is being made. */
  begin(version: number): Promise<void>;
  /** The entities after a position, in a fixed order. */
  page(after: RebuildPosition | undefined, limit: number): Promise<Omit<EntityEntries, 'index'>[]>;
  /**
   * Adds the entries and moves on from `state` to `next`. Does nothing where the state is another by now, or one of the
   * entities is not as it was read.
   */
  advance(state: IndexState, entries: EntityEntries[], next: IndexState): Promise<void>;
}

export interface RebuildOptions {
  store: IndexRebuildStore;
  /** Called after every page. */
  onProgress(progress: { done: number; total: number }): void;
  version?: number;
}

/** Entities of one page, and characters of their bodies that are meant to be held at once. */
const [firstPage, largestPage, pageCharacters] = [20, 500, 4_000_000];

/** Of an index, to a version that would use it. */
export type IndexStanding = 'current' | 'unfinished' | 'older' | 'newer';

export function standingOf(state: IndexState | undefined, version: number = indexVersion): IndexStanding {
  if (!state || state.version < version) return 'older';
  if (state.version > version) return 'newer';
  return state.isWhole ? 'current' : 'unfinished';
}

/** Whether the index is whole and as this version makes it. */
export const isCurrent = (state: IndexState | undefined, version: number = indexVersion): boolean =>
  standingOf(state, version) === 'current';

/** @returns whether there was anything to do. */
export async function rebuildIndex(options: RebuildOptions): Promise<boolean> {
  const { store, version = indexVersion } = options;
  if (isCurrent(await store.state(), version)) return false;
  await store.begin(version);
  const total = await store.countEntities();
  let limit = firstPage;
  for (;;) {
    const state = await store.state();
    if (!state || state.version !== version || state.isWhole) return true;
    const page = await store.page(state.after, limit);
    const entries = page.map(withEntries);
    await store.advance(state, entries, stateAfter(state, page));
    options.onProgress({ done: state.entities + page.length, total });
    limit = nextLimit(page);
  }
}

/** What of an entity is indexed was decided when it was written: the settings of its collection may be others now. */
function withEntries({ application, entity }: Omit<EntityEntries, 'index'>): EntityEntries {
  const parts = { ...entity, properties: parseProperties(entity.body) };
  const index = indexEntriesOf(parts, Number.POSITIVE_INFINITY, indexedPathsOf(entity.indexedFields));
  return { application, entity, index };
}

function stateAfter(state: IndexState, page: Omit<EntityEntries, 'index'>[]): IndexState {
  const last = page.at(-1);
  if (!last) return { ...state, isWhole: true, after: undefined };
  const after = { application: last.application, uuid: last.entity.uuid };
  return { ...state, after, entities: state.entities + page.length };
}

function nextLimit(page: Omit<EntityEntries, 'index'>[]): number {
  const characters = page.reduce((sum, { entity }) => sum + entity.body.length, 0);
  const each = Math.max(1, characters / Math.max(1, page.length));
  return Math.max(1, Math.min(largestPage, Math.floor(pageCharacters / each)));
}
