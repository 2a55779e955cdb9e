/** What an entity is connected by, as links in its metadata. usergrid-data.md 1.6 and 3.2. */
import type { FastifyRequest } from 'fastify';
import { type Awaitable, andThen } from '../../core/awaitable.ts';
import type { Connections } from '../../core/entities/connections/connections.ts';
import type { EdgeVerbs, StoredEntity } from '../../core/entities/entity-store.ts';
import type { Uuid } from '../../core/uuid.ts';
import { firstValues } from './body.ts';
import type { QueryParameters } from './envelope.ts';
import type { EntityRelations } from './render-entity.ts';

/** By the entity's uuid; of those that have any. */
export type LinksOfEntities = (uuid: Uuid, path: string) => EntityRelations;

const withoutLinks: LinksOfEntities = () => ({});

/** At once where no entity was ever connected, or where `?connections=none` asks for no links. */
export function readLinks(
  connections: Connections,
  request: FastifyRequest,
  entities: readonly StoredEntity[],
): Awaitable<LinksOfEntities> {
  const connected = entities.filter((entity) => entity.connected);
  if (connected.length === 0) return withoutLinks;
  const { connections: asked } = firstValues(request.query as QueryParameters);
  if (asked === 'none') return withoutLinks;
  return andThen(connections.of(request.application).verbsOf(connected), (verbs) => (uuid, path) => {
    const found = verbs.get(uuid);
    return found ? linksOf(found, path, asked) : {};
  });
}

const linksOf = (verbs: EdgeVerbs, path: string, asked: string | undefined): EntityRelations => ({
  ...(asked === 'in' ? {} : { connections: linksTo(verbs.outgoing, path) }),
  ...(asked === 'out' ? {} : { connecting: linksTo(verbs.incoming, `${path}/connecting`) }),
});

const linksTo = (verbs: string[], path: string): Record<string, string> =>
  Object.fromEntries(verbs.map((verb) => [verb, `${path}/${encodeURIComponent(verb)}`]));
