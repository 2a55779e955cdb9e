/** Queries of an application, and what is done to all that match one. */
import { BoundedCache } from '../../bounded-cache.ts';
import { KeygridError } from '../../errors.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import type { EntityStore, StoredEntity } from '../entity-store.ts';
import { entityType } from '../entity-types.ts';
import type { EntityWriter } from '../entity-writer.ts';
import { parseCursor, queryDigest, renderCursor } from './cursor.ts';
import { distancesOf, requirePlacesOnEarth } from './distance-order.ts';
import { type EntityPage, maximumPageSize, type PageOptions, pageSize } from './entity-page.ts';
import type { EntityQuery } from './filter.ts';
import { planQuery } from './planner.ts';
import { recordQuery } from './query-explanation.ts';
import { type QueryBounds, runQuery } from './query-runner.ts';
import { updateFound, writeEach } from './write-each.ts';

const mostSortKeys = 8;
const mostDirect = 1000;
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
      const found = await query(type, asked, { limit: maximumPageSize });
      return updateFound(found, patch, (entity) => writer.update(type, entity, patch), bounds);
    },
    async deleteByQuery(type, asked, limit) {
      const { entities } = await query(type, asked, { limit });
      return writeEach(entities, (entity) => writer.delete(type, entity));
    },
  };
}

function requireBounds({ filter, order, direct }: EntityQuery): void {
  requirePlacesOnEarth(filter);
  if (order.length > mostSortKeys) {
    throw new KeygridError('invalid_argument', `A query orders by at most ${mostSortKeys} properties`);
  }
  if (direct && direct.length > mostDirect) {
    throw new KeygridError('invalid_argument', `A query names at most ${mostDirect} entities directly`);
  }
}
