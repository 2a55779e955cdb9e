/** What the path of a data call addresses: a collection, an entity in it, or something below one. usergrid-data.md 0.1. */
import type { FastifyRequest } from 'fastify';
import { KeygridError } from '../../core/errors.ts';
import type { PathReading } from '../../core/identity/path-permission.ts';
import { isSelfReference } from '../../core/identity/user-reference.ts';
import { isUuid } from '../../core/uuid.ts';
import type { QueryParameters } from './envelope.ts';
import { pathSegments, rawSegments, readingsOf } from './guard.ts';
import { collectionName, entityType, pluralize } from './inflection.ts';

export interface AddressedCollection {
  /** Singular, lower case. */
  type: string;
  /** Plural, lower case. */
  name: string;
  /** As it was typed, in lower case. */
  segment: string;
  /** `/` and the plural, as it was typed. */
  path: string;
}

export type Address =
  /** `chosen`: by a segment such as `all`, which counts as a query. */
  | { kind: 'collection'; collection: AddressedCollection; parameters: QueryParameters; chosen: boolean }
  /** `reference` is a uuid, a name or `me`. With slashes in it, where the type is addressed by paths. */
  | { kind: 'entity'; collection: AddressedCollection; readings: PathReading[] }
  /** `/dogs/_settings` and its like: about the collection as such. */
  | { kind: 'administration'; collection: AddressedCollection; subject: string; rest: string[] }
  /** `/users;ql=…/likes`, `/users/all/likes`: below all entities that match. */
  | {
      kind: 'below_many';
      collection: AddressedCollection;
      parameters: QueryParameters;
      /** Where the path goes on, as the place of a segment. */
      below: number;
    };

const administrationSubjects: ReadonlySet<string> = new Set(['_settings', '_clear', '_reindex', 'indexes']);

/** @throws KeygridError `invalid_argument`, `resource_not_found` */
export function readAddress(request: FastifyRequest): Address {
  const query = request.query as QueryParameters;
  const [first = '', second, ...rest] = pathSegments(request);
  const matrix = request.url.includes(';') ? readMatrix(rawSegments(request.url)[0] ?? '') : undefined;
  const collection = readCollection(first);
  const parameters = matrix ? { ...query, ...matrix } : query;
  if (second === undefined) return { kind: 'collection', collection, parameters, chosen: false };
  const chosen = readQuerySegment(second);
  if (chosen && rest.length === 0) {
    return { kind: 'collection', collection, parameters: { ...parameters, ...chosen }, chosen: true };
  }
  if (chosen || matrix) {
    return { kind: 'below_many', collection, parameters: { ...matrix, ...chosen }, below: chosen ? 2 : 1 };
  }
  if (administrationSubjects.has(second)) {
    return { kind: 'administration', collection, subject: second, rest };
  }
  return { kind: 'entity', collection, readings: readingsOf(collection.type, [second, ...rest]) };
}

/** Matrix parameters, as in `/users;ql=age > 3;limit=100`: they make a query of the segment. */
export function readMatrix(segment: string): QueryParameters | undefined {
  const [, ...assignments] = segment.split(';');
  if (assignments.length === 0) return undefined;
  const parameters: QueryParameters = Object.create(null);
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    if (equals > 0) parameters[decode(assignment.slice(0, equals))] = decode(assignment.slice(equals + 1));
  }
  return parameters;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new KeygridError('invalid_argument', 'The URL is not well-formed percent-encoding');
  }
}

/** Not collections, whatever a client may think. */
const notCollections = /^(?:\.|oauth2s?$)/;

/** @throws KeygridError `resource_not_found` */
export function readCollection(segment: string): AddressedCollection {
  const name = collectionName(segment);
  if (notCollections.test(name) || isUuid(segment)) {
    throw new KeygridError('resource_not_found', `There is no collection ${segment}`);
  }
  const lowerCase = segment.toLowerCase();
  const typed = segment === lowerCase ? name : pluralize(segment);
  return { type: entityType(segment), name, segment: lowerCase, path: `/${typed}` };
}

/** `all`, or parameters written as a JSON object: a query in the place of an identifier. */
export function readQuerySegment(segment: string): QueryParameters | undefined {
  if (segment === 'all') return {};
  if (!segment.startsWith('{')) return undefined;
  try {
    const fields = Object.entries(JSON.parse(segment) as Record<string, unknown>);
    return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]));
  } catch {
    return undefined;
  }
}

/** Without a segment such as `all` at the end: the path of the list that it chooses from. */
export function listSegments(request: FastifyRequest): string[] {
  const segments = pathSegments(request);
  const isChosen = segments.length > 1 && readQuerySegment(segments.at(-1) ?? '');
  return isChosen ? segments.slice(0, -1) : segments;
}

/** Whether the last segment is one such as `all`, which counts as a query. */
export const endsInQuery = (request: FastifyRequest): boolean =>
  listSegments(request).length < pathSegments(request).length;

/** Whether the reference stands for the caller. */
export const isSelf = ({ type }: AddressedCollection, reference: string): boolean =>
  type === 'user' && isSelfReference(reference);
