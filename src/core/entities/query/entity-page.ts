/** One page of what a query finds, in a collection or among what edges lead to. */
import type { StoredEntity } from '../entity-store.ts';
import type { QueryExplanation } from './query-explanation.ts';

/** Larger limits are cut to it. */
export const maximumPageSize = 1000;

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

export const pageSize = (limit: number): number =>
  Math.min(Math.max(1, Math.trunc(limit) || 1), maximumPageSize);
