/** The parameters of a data call that choose entities. usergrid-data.md 2.1 and 2.2. */
import { type EntityQuery, matchesEverything } from '../../core/entities/query/filter.ts';
import { isUuid } from '../../core/uuid.ts';
import { Type } from '../../http/json-schema.ts';
import type { QueryParameters } from './envelope.ts';
import { readConnectionType, readType } from './list-narrowing.ts';
import { decodeStatement, parseQuery } from './query-language/index.ts';

export interface DataParameters {
  query: EntityQuery;
  /** From 1 to 1000. */
  limit: number;
  cursor: string | undefined;
  /** Of the entities that are meant; undefined = any. */
  type: string | undefined;
  /** Which connections are meant, as it was typed; undefined = those that the path says. */
  connectionType: string | undefined;
  /** Whether the call chooses entities at all: else a DELETE would be one of everything, and a PUT makes a new one. */
  chooses: boolean;
  /** A statement was sent, and it is blank: for PUT this means every entity. */
  isBlank: boolean;
  /** Nothing is to be run. */
  analyzeOnly: boolean;
  /** What is done is to be told, to those who may know. */
  explain: boolean;
}

/** Of lists that are asked for page by page. */
export const pageQuery = Type.Object({
  ql: Type.Optional(Type.String({ description: 'A statement, as for collections' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 10 })),
  cursor: Type.Optional(Type.String()),
  type: Type.Optional(Type.String({ description: 'Only entities of this type or collection' })),
});

const defaultLimit = 10;
const maximumLimit = 1000;
const statementNames = ['ql', 'q', 'query'];

/** @throws KeygridError `query_syntax`, `invalid_argument` */
export function readDataParameters(parameters: QueryParameters, usualLimit = defaultLimit): DataParameters {
  const statements = statementNames.map((name) => firstOf(parameters, name));
  const statement = statements.find((text) => text?.trim());
  const limit = readLimit(firstOf(parameters, 'limit'));
  const cursor = firstOf(parameters, 'cursor') || undefined;
  const uuids = Object.keys(parameters).filter((name) => isUuid(name) && !firstOf(parameters, name));
  return {
    query: readQuery(statement, uuids),
    limit: Math.min(limit ?? usualLimit, maximumLimit),
    cursor,
    type: readType(firstOf(parameters, 'type')),
    connectionType: readConnectionType(firstOf(parameters, 'connectionType')),
    chooses: statement !== undefined || limit !== undefined || cursor !== undefined || uuids.length > 0,
    isBlank: statement === undefined && statements.some((text) => text !== undefined),
    analyzeOnly: firstOf(parameters, 'analyzeOnly') === 'true',
    explain: firstOf(parameters, 'explain') === 'true',
  };
}

function readQuery(statement: string | undefined, uuids: string[]): EntityQuery {
  // A uuid as the name of a parameter, `/dogs?<uuid>`, names the entity itself.
  if (uuids.length > 0) return { ...matchesEverything, direct: uuids.map((uuid) => uuid.toLowerCase()) };
  return statement === undefined ? matchesEverything : parseQuery(decodeStatement(statement));
}

/** What is no number above 0 is no limit. */
function readLimit(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? '';
  return /^\d{1,15}$/.test(trimmed) && Number(trimmed) > 0 ? Number(trimmed) : undefined;
}

function firstOf(parameters: QueryParameters, name: string): string | undefined {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  return Array.isArray(value) ? value[0] : value;
}
