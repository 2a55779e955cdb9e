/** A PUT with a query below an entity: it changes what is connected there, or the members, and links nothing. */
import type { FastifyReply } from 'fastify';
import type { CollectionWriter } from '../../core/entities/collections/collection.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { maximumPageSize } from '../../core/entities/query/entity-page.ts';
import { updateFound } from '../../core/entities/query/write-each.ts';
import { changeByQuery, isByQuery } from './change-by-query.ts';
import { requireReading, requireRights, requireVerb } from './connection-answers.ts';
import { type DataCall, writerOf } from './data-call.ts';
import type { QueryParameters } from './envelope.ts';
import { collectionName } from './inflection.ts';
import { ofConnectionType } from './list-narrowing.ts';
import type { ManySelector } from './nested-path.ts';
import { type End, listBelow, pathOf } from './nested-walk.ts';
import { type DataParameters, readDataParameters } from './query-parameters.ts';
import { endsInQuery, readCollection } from './resource-address.ts';

type ListEnd = End & { selector: ManySelector };

export function isChangeOfMany({ request }: DataCall, end: End): end is ListEnd {
  if (request.method !== 'PUT' || end.selector.kind !== 'many') return false;
  return isByQuery(parametersOf(request.query as QueryParameters, end.selector), endsInQuery(request));
}

/** @throws KeygridError also `permission_missing`: before any is changed, the right to each is asked for */
export function changeMany(call: DataCall, end: ListEnd): Promise<FastifyReply> {
  const { stand, selector } = end;
  const parameters = parametersOf(call.request.query as QueryParameters, selector);
  const relation = ofConnectionType(end.relation, stand.entities, parameters);
  if (relation.kind === 'connection') requireVerb(call, relation);
  return changeByQuery(call, parameters, {
    ...{ path: pathOf({ stand, relation }), nothing: 'Nothing that this path leads to matches the query' },
    async change(patch) {
      const page = { ...parameters, limit: maximumPageSize, cursor: undefined };
      const found = await listBelow(call, stand, relation, selector, page);
      for (const entity of found.entities) await requireRightToChange(call, entity);
      const writers = await writersOf(call, found.entities);
      return updateFound(found, patch, (entity) => writers.get(entity.type)!.update(entity, patch));
    },
  });
}

const parametersOf = (query: QueryParameters, { parameters }: ManySelector): DataParameters =>
  readDataParameters({ ...query, ...parameters });

/** As for a PUT of one of them with a body. */
async function requireRightToChange(call: DataCall, entity: StoredEntity): Promise<void> {
  await requireReading(call, entity);
  await requireRights(call, ['put'], entity);
}

async function writersOf(
  call: DataCall,
  entities: readonly StoredEntity[],
): Promise<Map<string, CollectionWriter>> {
  const writers = new Map<string, CollectionWriter>();
  for (const type of new Set(entities.map((entity) => entity.type))) {
    writers.set(type, await writerOf({ ...call, collection: readCollection(collectionName(type)) }));
  }
  return writers;
}
