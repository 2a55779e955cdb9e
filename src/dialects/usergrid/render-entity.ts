/**
 * An entity as it goes out: the stored text with a `metadata` member spliced in at its end, so that a read costs no
 * serialisation. usergrid-data.md 1.6.
 */
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { type EntityType, entityType } from '../../core/entities/entity-types.ts';

/** What only some answers say of an entity. Links by verb, as paths below the application. */
export interface EntityRelations {
  /** One for each outgoing verb; left out when there is none. */
  connections?: Record<string, string>;
  /** One for each incoming verb; left out when there is none. */
  connecting?: Record<string, string>;
  /** Metres from the point that a `within` query names. */
  distance?: number;
}

/** What of an entity is shown: the stored entity itself, or a projection of its body. */
export type ShownEntity = Pick<StoredEntity, 'uuid' | 'type' | 'body'>;

/**
 * The entity's JSON text. `collectionPath` is the path that the request was answered for, such as `/dogs` or, through
 * a connection, `/users/<uuid>/likes`: the entity's own path extends it.
 */
export function renderEntity(
  entity: ShownEntity,
  collectionPath: string,
  relations: EntityRelations = {},
): string {
  const metadata = renderMetadata(entity, `${collectionPath}/${entity.uuid}`, relations);
  return `${entity.body.slice(0, -1)},"metadata":${metadata}}`;
}

function renderMetadata(
  { type, body }: ShownEntity,
  path: string,
  { connections, connecting, distance }: EntityRelations,
): string {
  // The quotes are JSON.stringify's: whatever a collection is called, the links stay inside their text.
  const quoted = JSON.stringify(path);
  const { subCollections, sets } = linksOf(type);
  let text = `{"path":${quoted},"size":${Buffer.byteLength(body)}`;
  if (subCollections.length > 0) text += `,"collections":${renderLinks(quoted, subCollections)}`;
  if (connections && !isEmpty(connections)) text += `,"connections":${JSON.stringify(connections)}`;
  if (connecting && !isEmpty(connecting)) text += `,"connecting":${JSON.stringify(connecting)}`;
  if (sets.length > 0) text += `,"sets":${renderLinks(quoted, sets)}`;
  if (distance !== undefined) text += `,"distance":${distance}`;
  return `${text}}`;
}

/** Key -> last segment of the link, in the order in which they go out. */
type Links = readonly (readonly [name: string, segment: string])[];

interface TypeLinks {
  subCollections: Links;
  sets: Links;
}

const withoutLinks: TypeLinks = { subCollections: [], sets: [] };
const knownLinks = new Map<string, TypeLinks>();

/** Only built-in types have any, so what is remembered is bounded. */
function linksOf(type: string): TypeLinks {
  const known = knownLinks.get(type);
  if (known) return known;
  const rules = entityType(type);
  if (rules.collection === undefined) return withoutLinks;
  const links = readLinks(rules);
  knownLinks.set(type, links);
  return links;
}

const readLinks = ({ subCollections, sets }: EntityType): TypeLinks => ({
  subCollections: subCollections.map(({ name }) => [name, name] as const),
  sets: Object.entries(sets),
});

function renderLinks(quotedPath: string, links: Links): string {
  const open = quotedPath.slice(0, -1);
  return `{${links.map(([name, segment]) => `"${name}":${open}/${segment}"`).join(',')}}`;
}

const isEmpty = (links: Record<string, string>): boolean => Object.keys(links).length === 0;
