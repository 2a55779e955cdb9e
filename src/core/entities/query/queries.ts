/** Queries of an application, and what is done to all that match one. */
import { BoundedCache } from '../../bounded-cache.ts';
import { KeygridError } from '../../errors.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { EntityStore, StoredEntity } from '../entity-store.ts';
import { entityType } from '../entity-types.ts';
import type { EntityWriter } from '../entity-writer.ts';
import { writePortions } from '../write-portions.ts';
import { parseCursor, queryDigest, renderCursor } from './cursor.ts';
import { distancesOf, requirePlacesOnEarth } from './distance-order.ts';
import type { EntityQuery } from './filter.ts';
import { planQuery } from './planner.ts';
import { type QueryExplanation, recordQuery } from './query-explanation.ts';
import { type QueryBounds, runQuery } from './query-runner.ts';

/** Larger limits are cut to it. */
export const maximumPageSize = 1000;
const mostSortKeys = 8;
const mostDirect = 1000;
/** Written side by side, so that they share transactions. */
const writtenAtOnce = 50;

export interface PageOptions {
  limit: number;
  /** As an earlier page of the same query gave it. */
  cursor?: string | undefined;
  /** Whether to note what is done. */
  explain?: boolean;
}

export interface EntityPage {
  entities: StoredEntity[];
  /** Given whenever the page is full: there may be nothing after it. */
  cursor: string | undefined;
  /** Meters to each of the entities, where the query names a place that all must be near to. */
  distances?: number[] | undefined;
  /** Given when it was asked for. */
  explanation?: QueryExplanation;
}

export interface EntityQueries {
  query(type: string, query: EntityQuery, page: PageOptions): Promise<EntityPage>;
  updateByQuery(type: string, query: EntityQuery, patch: unknown): Promise<StoredEntity[]>;
  deleteByQuery(type: string, query: EntityQuery, limit: number): Promise<StoredEntity[]>;
}

export function createQueries(
  store: EntityStore,
  application: RealmKey,
  writer: EntityWriter,
  bounds: QueryBounds,
): EntityQueries {
  const likelyLevels = new BoundedCache<string, number>(100);

  async function query(
    type: string,
    asked: EntityQuery,
    { limit, cursor, explain }: PageOptions,
  ): Promise<EntityPage> {
    requireBounds(asked);
    const rules = entityType(type);
    const plan = planQuery(rules, asked);
    const after = cursor
      ? parseCursor(cursor, queryDigest(application, type, asked), plan.order.length)
      : undefined;
    const page = { limit: pageSize(limit), after };
    const recorder = explain ? recordQuery(store) : undefined;
    const run = { store: recorder?.store ?? store, rules, plan, page, bounds, likelyLevels, recorder };
    const { entities, last, distances = distancesOf(asked, entities) } = await runQuery(run);
    const next = last && renderCursor(queryDigest(application, type, asked), last);
    return {
      entities,
      cursor: next,
      ...(distances && { distances }),
      ...(recorder && { explanation: recorder.explanation() }),
    };
  }

  return {
    query,
    async updateByQuery(type, asked, patch) {
      const { entities, cursor } = await query(type, asked, { limit: maximumPageSize });
      if (cursor && entities.length < maximumPageSize) throw tooLargeTogether();
      // What is written into all of them comes back in one answer too.
      const { length } = JSON.stringify(patch);
      if (length * entities.length > bounds.pageCharacters) throw tooLargeTogether();
      return inBatches(entities, length, (entity) => unlessGone(writer.update(type, entity, patch)));
    },
    async deleteByQuery(type, asked, limit) {
      const { entities } = await query(type, asked, { limit });
      return inBatches(entities, 0, (entity) => unlessGone(writer.delete(type, entity)));
    },
  };
}

const pageSize = (limit: number): number => Math.min(Math.max(1, Math.trunc(limit) || 1), maximumPageSize);

function requireBounds({ filter, order, direct }: EntityQuery): void {
  requirePlacesOnEarth(filter);
  if (order.length > mostSortKeys) {
    throw new KeygridError('invalid_argument', `A query orders by at most ${mostSortKeys} properties`);
  }
  if (direct && direct.length > mostDirect) {
    throw new KeygridError('invalid_argument', `A query names at most ${mostDirect} entities directly`);
  }
}

/** A page that ended early for the size of its entities must not pass for all that match. */
const tooLargeTogether = (): KeygridError =>
  new KeygridError(
    'query_too_broad',
    'The matching entities are too large to be updated in one request: narrow the query',
  );

/** @param added to each entity, in characters. */
async function inBatches(
  entities: StoredEntity[],
  added: number,
  write: (entity: StoredEntity) => Promise<StoredEntity | undefined>,
): Promise<StoredEntity[]> {
  const done: StoredEntity[] = [];
  const charactersOf = ({ body }: StoredEntity): number => body.length + added;
  for (const portion of writePortions(entities, writtenAtOnce, charactersOf)) {
    const settled = await Promise.allSettled(portion.map(write));
    for (const result of settled) {
      if (result.status === 'rejected') throw result.reason;
      if (result.value) done.push(result.value);
    }
  }
  return done;
}

/** What another deleted in the meantime no longer matches. */
async function unlessGone(writing: Promise<StoredEntity>): Promise<StoredEntity | undefined> {
  try {
    return await writing;
  } catch (error) {
    if (error instanceof KeygridError && error.code === 'entity_not_found') return undefined;
    throw error;
  }
}
