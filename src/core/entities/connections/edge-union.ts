/**
 * Lists of what the edges of several entities or verbs lead to: each entity once, the last connected first. No key has
 * that order, so it is made of the ends of all these edges, a bounded number, without a look at the entities.
 */
import { KeygridError } from '../../errors.ts';
import type { Uuid } from '../../uuid.ts';
import type { EdgeDirection, EdgeEnd, EdgeStore, StoredEntity } from '../entity-store.ts';
import type { ReadFarEnds } from './edge-query.ts';

/** Edges begun or ended at these entities. */
export interface EdgeBundle {
  direction: EdgeDirection;
  near: readonly Uuid[];
  verbs: readonly string[];
  /** Of the far end; undefined = any. */
  type: string | undefined;
}

const mostEdges = 50_000;
const nearTogether = 100;

/** @throws KeygridError `query_too_broad` */
export function readUnion(
  edges: EdgeStore,
  findEach: (uuids: readonly Uuid[]) => Promise<StoredEntity[]>,
  bundle: EdgeBundle,
): ReadFarEnds {
  let reading: Promise<EdgeEnd[]> | undefined;
  return async (limit, after) => {
    reading ??= sortedEnds(edges, bundle);
    const ends = await reading;
    const begin = after ? ends.findIndex((end) => inListOrder(end, after) > 0) : 0;
    const found: { entity: StoredEntity; connectedAt: number }[] = [];
    // An end may be deleted in the meantime: others take its place.
    for (let at = begin < 0 ? ends.length : begin; at < ends.length && found.length < limit; ) {
      const together = ends.slice(at, at + limit - found.length);
      const entities = new Map(
        (await findEach(together.map(({ uuid }) => uuid))).map((each) => [each.uuid, each]),
      );
      for (const { uuid, connectedAt } of together) {
        const entity = entities.get(uuid);
        if (entity) found.push({ entity, connectedAt });
      }
      at += together.length;
    }
    return found;
  };
}

async function sortedEnds(
  edges: EdgeStore,
  { direction, near, verbs, type }: EdgeBundle,
): Promise<EdgeEnd[]> {
  const latest = new Map<Uuid, EdgeEnd>();
  let lookedAt = 0;
  for (let from = 0; from < near.length; from += nearTogether) {
    const some = near.slice(from, from + nearTogether);
    const ends = await edges.endsOf(direction, some, verbs, mostEdges - lookedAt + 1);
    lookedAt += ends.length;
    if (lookedAt > mostEdges) throw tooMany();
    for (const end of ends) {
      if (type !== undefined && end.type !== type) continue;
      const known = latest.get(end.uuid);
      if (!known || known.connectedAt < end.connectedAt) latest.set(end.uuid, end);
    }
  }
  return [...latest.values()].sort(inListOrder);
}

type Place = Pick<EdgeEnd, 'uuid' | 'connectedAt'>;

function inListOrder(one: Place, other: Place): number {
  if (one.connectedAt !== other.connectedAt) return other.connectedAt - one.connectedAt;
  return one.uuid < other.uuid ? 1 : one.uuid > other.uuid ? -1 : 0;
}

const tooMany = (): KeygridError =>
  new KeygridError(
    'query_too_broad',
    `A list of what several entities are connected to looks at ${mostEdges} connections at most: narrow the query above it`,
  );
