/** The parameters `type` and `connectionType`: what of a list is meant. usergrid-data.md 2.1. */
import { normalizeVerb, requireConnectionVerb } from '../../core/entities/connections/connections.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import { entityType as rulesOf } from '../../core/entities/entity-types.ts';
import { matchesNothing } from '../../core/entities/query/filter.ts';
import { KeygridError } from '../../core/errors.ts';
import { isUuid } from '../../core/uuid.ts';
import { entityType } from './inflection.ts';
import type { Relation } from './nested-path.ts';
import type { DataParameters } from './query-parameters.ts';

/** In paths it stands for all types. */
const anyType = 'any';

/** As in a path: of the type or collection, in any case. Blank is nothing. @throws KeygridError `invalid_argument` */
export function readType(text: string | undefined): string | undefined {
  const segment = text?.trim().toLowerCase() ?? '';
  if (segment === '' || segment === anyType) return undefined;
  if (!isUuid(segment) && !segment.includes('/')) return rulesOf(entityType(segment)).type;
  throw new KeygridError('invalid_argument', 'The parameter type is the name of a type or collection');
}

/** @throws KeygridError `invalid_argument` */
export function readConnectionType(text: string | undefined): string | undefined {
  const verb = text?.trim() ?? '';
  if (verb === '' || verb.toLowerCase() === anyType) return undefined;
  normalizeVerb(verb);
  return verb;
}

/** Of a list whose entities are all of one type: of any other there are none. */
export const ofType = (parameters: DataParameters, type: string): DataParameters =>
  parameters.type === undefined || parameters.type === type
    ? parameters
    : { ...parameters, query: matchesNothing };

/** As `ofType`, where nothing is connected. @throws KeygridError `invalid_argument` for a connectionType */
export function ofOneType(parameters: DataParameters, type: string): DataParameters {
  if (parameters.connectionType === undefined) return ofType(parameters, type);
  throw notOfConnections(parameters.connectionType);
}

/** The relation that the path and the parameter say together. @throws KeygridError `invalid_argument` */
export function ofConnectionType(
  relation: Relation,
  near: readonly StoredEntity[],
  { connectionType }: DataParameters,
): Relation {
  if (connectionType === undefined) return relation;
  if (relation.kind === 'sub-collection') throw notOfConnections(connectionType);
  const verb = connectionType.toLowerCase();
  if (relation.verb !== undefined && relation.verb !== verb) throw otherVerb(relation.verb, connectionType);
  if (relation.verb !== undefined || relation.direction === 'incoming') return { ...relation, verb };
  for (const { type } of near) requireConnectionVerb(type, verb);
  return { ...relation, verb, segment: connectionType };
}

const notOfConnections = (connectionType: string): KeygridError =>
  new KeygridError(
    'invalid_argument',
    `connectionType goes with a list of connections, such as /{collection}/{id}/connections: this is none, so none of it is connected by ${connectionType}`,
  );

const otherVerb = (verb: string, connectionType: string): KeygridError =>
  new KeygridError(
    'invalid_argument',
    `The path asks for the connections ${verb}, and connectionType for ${connectionType}: leave one of them out`,
  );
