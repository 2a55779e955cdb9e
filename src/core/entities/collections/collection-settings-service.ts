/** Settings of collections, as administrators keep them and as every write asks for them. usergrid-data.md 1.8. */
import { BoundedCache } from '../../bounded-cache.ts';
import type { Caller } from '../../identity/principal.ts';
import type { ChangeFeed } from '../../oauth/revocation-store.ts';
import type { Clock } from '../../ports.ts';
import type { Properties, RealmKey } from '../../tenancy/tenancy.ts';
import type { TenancyCache } from '../../tenancy/tenancy-cache.ts';
import type { IndexedFields } from '../index/indexed-fields.ts';
import {
  type CollectionSettings,
  indexedFieldsOf,
  readSettings,
  updateSettings,
} from './collection-settings.ts';

/** Of one application. */
export interface CollectionSettingsStore {
  /** By type; every collection that has any. */
  list(): Promise<Map<string, CollectionSettings>>;
  /** Atomic; `undefined` takes them away. Announces `collections`. @returns what is stored now */
  change(
    type: string,
    change: (before: CollectionSettings | undefined) => CollectionSettings | undefined,
  ): Promise<CollectionSettings | undefined>;
}

/** What of a new version of an entity of the type is to be indexed: at once, where it is known. */
export type IndexedFieldsSource = (
  application: RealmKey,
  type: string,
) => IndexedFields | undefined | Promise<IndexedFields | undefined>;

export interface CollectionSettingsService {
  find(application: RealmKey, type: string): Promise<CollectionSettings | undefined>;
  /** @throws KeygridError `invalid_argument` */
  update(
    application: RealmKey,
    type: string,
    sent: Properties,
    how: { by: Caller; merges: boolean },
  ): Promise<CollectionSettings | undefined>;
  remove(application: RealmKey, type: string): Promise<void>;
  noteReindexed(application: RealmKey, type: string, at: number): Promise<void>;
  indexedFields: IndexedFieldsSource;
}

export interface CollectionSettingsOptions {
  storeOf(application: RealmKey): CollectionSettingsStore;
  changes: ChangeFeed;
  cache: Pick<TenancyCache, 'membership'>;
  clock: Clock;
}

type FieldsByType = ReadonlyMap<string, IndexedFields>;

export function createCollectionSettings(options: CollectionSettingsOptions): CollectionSettingsService {
  const { storeOf, changes, cache, clock } = options;
  const known = new BoundedCache<RealmKey, FieldsByType>(10_000);
  let generation = 0;
  changes.subscribe(({ topic }) => {
    if (topic !== 'collections') return;
    generation += 1;
    known.clear();
  });

  /** What was read before a change must not be kept after it. */
  async function load(application: RealmKey): Promise<FieldsByType> {
    const readAt = generation;
    const fieldsByType = new Map<string, IndexedFields>();
    for (const [type, settings] of await storeOf(application).list()) {
      const fields = indexedFieldsOf(settings);
      if (fields !== undefined) fieldsByType.set(type, fields);
    }
    if (readAt === generation) known.set(application, fieldsByType);
    return fieldsByType;
  }

  async function nameOf({ principal }: Caller): Promise<string> {
    if (principal?.kind === 'application_client') return 'app credentials';
    const member = principal?.kind === 'admin_user' && (await cache.membership(principal.uuid));
    return member ? member.user.email : 'generic credentials';
  }

  return {
    find: async (application, type) => (await storeOf(application).list()).get(type),
    async update(application, type, sent, { by, merges }) {
      const read = readSettings(sent);
      const update = { sent: read, by: await nameOf(by), merges, now: clock.now() };
      return storeOf(application).change(type, (before) => updateSettings(before, update));
    },
    async remove(application, type) {
      await storeOf(application).change(type, () => undefined);
    },
    async noteReindexed(application, type, at) {
      const note = (before: CollectionSettings | undefined) => before && { ...before, lastReindexed: at };
      await storeOf(application).change(type, note);
    },
    indexedFields(application, type) {
      const fieldsByType = known.get(application);
      return fieldsByType ? fieldsByType.get(type) : load(application).then((loaded) => loaded.get(type));
    },
  };
}
