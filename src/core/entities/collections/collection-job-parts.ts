/** The parts that jobs of collections are done in: each bounded, and each may be done again. */
import { KeygridError } from '../../errors.ts';
import type { TypedServices } from '../../identity/typed-services.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { TenancyCache } from '../../tenancy/tenancy-cache.ts';
import type { Uuid } from '../../uuid.ts';
import type { Entities } from '../entities.ts';
import type { EntityStore, IndexPosition, StoredEntity } from '../entity-store.ts';
import { encodeIndexValue } from '../index/index-key.ts';
import { reindexPart } from '../index/reindex.ts';
import type { EntityQuery } from '../query/filter.ts';
import { type CollectionWriter, collectionWriter } from './collection.ts';
import type { CollectionJob, CollectionJobKind } from './collection-jobs.ts';
import type { CollectionSettingsService } from './collection-settings-service.ts';

export interface JobPart {
  checked: number;
  done: number;
  /** Undefined when there is nothing left to do. */
  position: string | undefined;
}

export type CollectionJobParts = Record<CollectionJobKind, (job: CollectionJob) => Promise<JobPart>>;

export interface CollectionJobPartsOptions {
  entities: Entities;
  typedServices: TypedServices;
  settings: CollectionSettingsService;
  storeOf(application: RealmKey): EntityStore;
  cache: Pick<TenancyCache, 'applicationByKey'>;
}

const clearedAtOnce = 200;
/** Written side by side, so that they share transactions. */
const deletedTogether = 50;
const reindexedAtOnce = 1000;

export function createCollectionJobParts(options: CollectionJobPartsOptions): CollectionJobParts {
  const { settings, storeOf, cache } = options;
  return {
    async clear(job) {
      const application = await cache.applicationByKey(job.application);
      if (!application) throw new Error('the application of the job is gone');
      const writer = collectionWriter(options, application, job.type, { administrator: true });
      const entities = options.entities.of(application);
      const page = await entities.query(job.type, changedBefore(job.updatedBefore), { limit: clearedAtOnce });
      const found = page.entities;
      let done = 0;
      for (let from = 0; from < found.length; from += deletedTogether) {
        done += await deleteEach(writer, found.slice(from, from + deletedTogether), job);
      }
      return { checked: found.length, done, position: found.length === 0 ? undefined : '' };
    },
    async reindex({ application, type, startedAt, position }) {
      const fields = await settings.indexedFields(application, type);
      const after = position === undefined ? undefined : parsePosition(position);
      const part = await reindexPart(storeOf(application), type, () => fields, after, reindexedAtOnce);
      if (part.position) {
        const { entities } = part;
        return { checked: entities, done: entities, position: renderPosition(part.position) };
      }
      await settings.noteReindexed(application, type, startedAt);
      return { checked: part.entities, done: part.entities, position: undefined };
    },
  };
}

/** Longest unchanged first: the index has them in this order. */
const changedBefore = (time: number): EntityQuery => ({
  filter: { kind: 'comparison', operator: '<', path: 'modified', value: time },
  order: [{ path: 'modified', direction: 'ascending' }],
  projection: undefined,
  direct: undefined,
});

/** What is changed meanwhile stays, and what is gone already need not be deleted. */
async function deleteEach(
  writer: CollectionWriter,
  entities: StoredEntity[],
  { updatedBefore }: CollectionJob,
): Promise<number> {
  const precondition = ({ modified }: StoredEntity): boolean => modified < updatedBefore;
  const settled = await Promise.allSettled(entities.map((entity) => writer.delete(entity, { precondition })));
  let deleted = 0;
  for (const result of settled) {
    if (result.status === 'fulfilled') deleted += 1;
    else if (!isNoMatter(result.reason)) throw result.reason;
  }
  return deleted;
}

const isNoMatter = (reason: unknown): boolean =>
  reason instanceof KeygridError &&
  (reason.code === 'entity_not_found' || reason.code === 'precondition_failed');

/** Entities are indexed anew in order of `created`. */
const renderPosition = ({ created, uuid }: IndexPosition): string => JSON.stringify([created, uuid]);

/** The value is encoded as this version does. An older one wrote what it was encoded as in front of the time. */
export function parsePosition(text: string): IndexPosition {
  const [created, uuid] = (JSON.parse(text) as unknown[]).slice(-2) as [number, Uuid];
  return { value: encodeIndexValue(created), created, uuid };
}
