/** Connections: named, directed links between any two entities of an application. usergrid-data.md 3 and 4.4. */
import { KeygridError } from '../../errors.ts';
import type { Clock } from '../../ports.ts';
import type { RealmKey } from '../../tenancy/tenancy.ts';
import { isUuid, type Uuid } from '../../uuid.ts';
import type { EdgeDirection, EdgeStore, EdgeVerbs, EntityStore, StoredEntity } from '../entity-store.ts';
import { builtInTypes, subCollectionNames } from '../entity-types.ts';
import type { EntityPage, PageOptions } from '../query/entity-page.ts';
import type { EntityQuery } from '../query/filter.ts';
import { queryFarEnds, type ReadFarEnds } from './edge-query.ts';
import { readUnion } from './edge-union.ts';

/** Which connections of an entity are meant. */
export interface ConnectionsAsked {
  direction: EdgeDirection;
  /** Undefined = all of them. */
  verb: string | undefined;
  /** Of the far end; undefined = any. */
  type: string | undefined;
}

export interface Connections {
  of(application: { key: RealmKey }): ApplicationConnections;
}

/** Verbs are matched without regard to case. Everything may throw KeygridError `invalid_argument` for a verb. */
export interface ApplicationConnections {
  /**
   * Idempotent; connecting again moves the target to the front of the list.
   * @throws KeygridError `resource_not_found` when one of them was deleted
   */
  connect(source: StoredEntity, verb: string, target: StoredEntity): Promise<void>;
  /** Whether they were connected. */
  disconnect(source: StoredEntity, verb: string, target: StoredEntity): Promise<boolean>;
  /** Whether one leads from any of `near` to `far`, or with `incoming` from `far` to any of them. */
  areConnected(near: readonly StoredEntity[], asked: ConnectionsAsked, far: StoredEntity): Promise<boolean>;
  /**
   * What is connected to any of these entities, once each: last connected first, unless the query says otherwise.
   * @throws KeygridError `query_too_broad`, and `invalid_argument` for a cursor that is none
   */
  list(
    near: readonly StoredEntity[],
    asked: ConnectionsAsked,
    query: EntityQuery,
    page: PageOptions,
  ): Promise<EntityPage>;
  /** The verbs of each entity's connections, in order; entities without any are left out. */
  verbsOf(entities: readonly StoredEntity[]): Promise<Map<Uuid, EdgeVerbs>>;
  /** Of whatever type. */
  findEntity(uuid: Uuid): Promise<StoredEntity | undefined>;
}

export interface ConnectionsOptions {
  edgesOf(application: RealmKey): EdgeStore;
  entitiesOf(application: RealmKey): EntityStore;
  clock: Clock;
  /** Is told of each user who has begun to follow another. */
  followed(application: { key: RealmKey }, follower: Uuid, user: Uuid): Promise<void>;
}

export function createConnections({ edgesOf, entitiesOf, clock, followed }: ConnectionsOptions): Connections {
  function connectionsOf(application: { key: RealmKey }): ApplicationConnections {
    const edges = edgesOf(application.key);
    const store = entitiesOf(application.key);

    /** The verbs as they are stored, of those connections that are asked for. */
    async function storedVerbs(near: readonly StoredEntity[], asked: ConnectionsAsked): Promise<string[]> {
      if (asked.verb !== undefined) return [storedVerb(asked.verb)];
      const verbs = await edges.verbsOf(near.map(({ uuid }) => uuid));
      const all = near.flatMap(({ uuid }) => verbs.get(uuid)?.[asked.direction] ?? []);
      return [...new Set(all)].filter(isConnection);
    }

    return {
      async connect(source, verb, target) {
        requireConnectable(source, verb, target.type);
        const stored = storedVerb(verb);
        const edge = {
          ...{ source: source.uuid, sourceType: source.type, verb: stored },
          ...{ target: target.uuid, targetType: target.type, isConnection: true as const },
        };
        if (!(await edges.connect(edge, clock.now()))) throw endIsGone();
        if (isFollowing(source.type, verb)) await followed(application, source.uuid, target.uuid);
      },
      disconnect: (source, verb, target) => edges.disconnect(source.uuid, storedVerb(verb), target.uuid),
      async areConnected(near, asked, far) {
        const outgoing = asked.direction === 'outgoing';
        for (const each of near) {
          const [source, target] = outgoing ? [each, far] : [far, each];
          for (const verb of await storedVerbs([each], asked)) {
            if (await edges.isConnected(source.uuid, verb, target.uuid)) return true;
          }
        }
        return false;
      },
      async list(near, asked, query, page) {
        const { direction, type } = asked;
        const verbs = await storedVerbs(near, asked);
        const [first] = near;
        const [verb] = verbs;
        if (!first || verb === undefined) return { entities: [], cursor: undefined };
        const read: ReadFarEnds =
          near.length === 1 && verbs.length === 1
            ? (limit, after) =>
                edges[direction === 'outgoing' ? 'targets' : 'sources'](first.uuid, verb, {
                  limit,
                  type,
                  after,
                })
            : readUnion(edges, store.findEach, {
                direction,
                near: near.map(({ uuid }) => uuid),
                verbs,
                type,
              });
        return queryFarEnds(read, query, page);
      },
      async verbsOf(entities) {
        const found = await edges.verbsOf(entities.map(({ uuid }) => uuid));
        const shown = new Map<Uuid, EdgeVerbs>();
        for (const { uuid, type } of entities) {
          const verbs = found.get(uuid);
          if (verbs) shown.set(uuid, shownVerbs(type, verbs));
        }
        return shown;
      },
      findEntity: async (uuid) => store.findByUuid(uuid.toLowerCase()),
    };
  }

  return { of: connectionsOf };
}

const longestVerb = 100;

/** @throws KeygridError `invalid_argument` */
export function normalizeVerb(text: string): string {
  const verb = text.toLowerCase();
  const isWord = verb !== '' && verb.length <= longestVerb && !verb.includes('\0') && !isUuid(verb);
  if (isWord && verb !== 'connections' && verb !== 'connecting') return verb;
  throw new KeygridError(
    'invalid_argument',
    `A connection is called by a word of 1 to ${longestVerb} characters, not by a uuid, "connections" or "connecting"`,
  );
}

/** What the edges of sub-collections have as their verbs. Those of followers are connections as well. */
const keptVerbs: ReadonlySet<string> = new Set(
  builtInTypes
    .flatMap(({ subCollections }) => subCollections.map(({ name }) => name))
    .filter((name) => name !== 'following' && name !== 'followers'),
);
const mark = '=';

/** A dog may have `users` that are no members: where a connection is called so, its verb is kept with a mark. */
function storedVerb(text: string): string {
  const verb = normalizeVerb(text);
  return keptVerbs.has(verb) || verb.startsWith(mark) ? mark + verb : verb;
}

const isFollowing = (sourceType: string, verb: string): boolean =>
  sourceType === 'user' && verb.toLowerCase() === 'following';

const isConnection = (stored: string): boolean => !keptVerbs.has(stored);

/** The users that a user follows are a sub-collection of the user, so they are not shown as connections too. */
function shownVerbs(type: string, { outgoing, incoming }: EdgeVerbs): EdgeVerbs {
  const inSubCollection = subCollectionNames(type);
  const shown = (verbs: string[]): string[] => [...new Set(verbs.filter(isConnection).map(unmarked))].sort();
  return {
    outgoing: shown(outgoing.filter((verb) => !inSubCollection.has(verb))),
    incoming: shown(incoming),
  };
}

const unmarked = (stored: string): string => (stored.startsWith(mark) ? stored.slice(mark.length) : stored);

/** To be asked before a target is made for the connection. @throws KeygridError `invalid_argument` */
export function requireConnectable(source: StoredEntity, text: string, targetType: string): void {
  const verb = normalizeVerb(text);
  if (isFollowing(source.type, verb)) {
    if (targetType === 'user') return;
    throw new KeygridError('invalid_argument', 'A user follows users');
  }
  requireConnectionVerb(source.type, verb);
}

/** @throws KeygridError `invalid_argument` for what entities of the type have as a sub-collection */
export function requireConnectionVerb(sourceType: string, text: string): void {
  const verb = normalizeVerb(text);
  if (isFollowing(sourceType, verb) || !subCollectionNames(sourceType).has(verb)) return;
  throw new KeygridError('invalid_argument', `The ${verb} of a ${sourceType} are no connections`);
}

/** Of edges whose ends were found, and then deleted before they could be connected. */
export const endIsGone = (): KeygridError =>
  new KeygridError('resource_not_found', 'One of the entities to be connected is not there any more');
