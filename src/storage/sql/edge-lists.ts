/** What is asked of the edges of many entities at once: which verbs they have, and where those lead. */
import type { EdgeDirection, EdgeEnd, EdgeVerbs } from '../../core/entities/entity-store.ts';
import type { RealmKey } from '../../core/tenancy/tenancy.ts';
import { type Uuid, uuidFromOrderedBytes, uuidToOrderedBytes } from '../../core/uuid.ts';
import { listsOf, madeOnce, placeholders } from './in-lists.ts';
import { bytes, integer, rows, type Statement, statement, text, type Work } from './statement.ts';

const endsOf = {
  outgoing: { near: 'source', far: 'target' },
  incoming: { near: 'target', far: 'source' },
} as const;

/** Of an entity in one direction: somebody may have thought of a verb for every edge. */
const mostVerbs = 100;

/** Goes from verb to verb of an entity along the key, past all edges in between. */
const verbsIn = (direction: EdgeDirection, ids: string): string => {
  const { near } = endsOf[direction];
  const next = (id: string, after: string): string =>
    `select g.verb from edges g where g.application_id = ? and g.${near}_id = ${id}${after}
     order by g.application_id, g.${near}_id, g.verb limit 1`;
  return `${direction} (entity_id, verb, place) as (
    select near.entity_id, (${next('near.entity_id', '')}), 1 from (${ids}) as near
    union all
    select known.entity_id, (${next('known.entity_id', ' and g.verb > known.verb')}), known.place + 1
    from ${direction} as known where known.verb is not null and known.place < ${mostVerbs})`;
};

const selectVerbs = madeOnce((count: number): Statement => {
  const all = (
    ids: string,
  ): string => `with recursive ${verbsIn('outgoing', ids)}, ${verbsIn('incoming', ids)}
    select entity_id, verb, 'outgoing' as direction from outgoing where verb is not null
    union all
    select entity_id, verb, 'incoming' as direction from incoming where verb is not null`;
  const listed = (parameter: string): string =>
    `select column1 as entity_id from (values ${Array.from({ length: count }, () => `(${parameter})`).join(', ')}) as ids`;
  return statement(all(listed('?')), { postgres: all(listed('?::bytea')) });
});

export function* verbsOfEach(application: RealmKey, entities: readonly Uuid[]): Work<Map<Uuid, EdgeVerbs>> {
  const found = new Map<Uuid, EdgeVerbs>();
  for (const list of listsOf(entities)) {
    const ids = list.map(uuidToOrderedBytes);
    const walk = [application, ...ids, application];
    for (const row of yield* rows(selectVerbs(list.length), ...walk, ...walk)) {
      const uuid = uuidFromOrderedBytes(bytes(row, 'entity_id'));
      const verbs = found.get(uuid) ?? { outgoing: [], incoming: [] };
      found.set(uuid, verbs);
      const known = verbs[text(row, 'direction') as EdgeDirection];
      const verb = text(row, 'verb');
      // The list may be filled up with an entity that is in it already.
      if (!known.includes(verb)) known.push(verb);
    }
  }
  return found;
}

const selectEnds = madeOnce((shape: string): Statement => {
  const [direction, entities, verbs] = shape.split(' ') as [EdgeDirection, string, string];
  const { near, far } = endsOf[direction];
  return statement(
    `select g.${far}_id as entity_id, g.${far}_type as type, g.connected_at as connected_at from edges g
     where g.application_id = ? and g.${near}_id in (${placeholders(Number(entities))})
       and g.verb in (${placeholders(Number(verbs))}) limit ?`,
  );
});

/** In no order, and an end as often as edges lead to it; of more than `limit` some. */
export function* endsOfEach(
  application: RealmKey,
  direction: EdgeDirection,
  entities: readonly Uuid[],
  verbs: readonly string[],
  limit: number,
): Work<EdgeEnd[]> {
  const found: EdgeEnd[] = [];
  for (const list of listsOf(entities)) {
    for (const words of listsOf(verbs)) {
      const ids = list.map(uuidToOrderedBytes);
      const select = selectEnds(`${direction} ${list.length} ${words.length}`);
      for (const row of yield* rows(select, application, ...ids, ...words, limit - found.length)) {
        const uuid = uuidFromOrderedBytes(bytes(row, 'entity_id'));
        found.push({ uuid, type: text(row, 'type'), connectedAt: integer(row, 'connected_at') });
      }
      if (found.length >= limit) return found;
    }
  }
  return found;
}
