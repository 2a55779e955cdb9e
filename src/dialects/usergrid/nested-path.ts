/** What stands below an entity in a path, word by word: `/users/fred/likes;limit=5/eats`. usergrid-data.md 0.1 and 3. */
import type { FastifyRequest } from 'fastify';
import {
  type KeptSubCollection,
  keptSubCollection,
} from '../../core/entities/connections/sub-collections.ts';
import type { EdgeDirection } from '../../core/entities/entity-store.ts';
import { entityType as rulesOf } from '../../core/entities/entity-types.ts';
import { KeygridError } from '../../core/errors.ts';
import type { PathReading } from '../../core/identity/path-permission.ts';
import { isUuid } from '../../core/uuid.ts';
import type { QueryParameters } from './envelope.ts';
import { pathSegments, rawSegments, readingsOf } from './guard.ts';
import { collectionName } from './inflection.ts';
import {
  type AddressedCollection,
  readCollection,
  readMatrix,
  readQuerySegment,
} from './resource-address.ts';

/** `at` is the segment's place in the path, counted from 0 below the application. */
export type Word =
  | { kind: 'name'; text: string; at: number }
  /** Of `;ql=…` behind a name, of `all`, or of a segment of JSON. */
  | { kind: 'query'; parameters: QueryParameters; at: number };

/** From the segment at `from` on. @throws KeygridError `invalid_argument` */
export function readWords(request: FastifyRequest, from: number): Word[] {
  const raw = rawSegments(request.url);
  return pathSegments(request)
    .slice(from)
    .flatMap((text, index): Word[] => {
      const at = from + index;
      const matrix = readMatrix(raw[at] ?? '');
      const chosen = readQuerySegment(text);
      if (chosen) return [{ kind: 'query', parameters: { ...chosen, ...matrix }, at }];
      const name: Word = { kind: 'name', text, at };
      return matrix ? [name, { kind: 'query', parameters: matrix, at }] : [name];
    });
}

/** What leads from entities of a type to others. */
export type Relation = {
  /** What the list is called in the paths of answers. */
  segment: string;
  /** Of the entities that it leads to, where it can only be one. */
  type: string | undefined;
} & (
  | { kind: 'connection'; direction: EdgeDirection; verb: string | undefined }
  | { kind: 'sub-collection'; kept: KeptSubCollection }
);

export interface ReadPart<Part> {
  part: Part;
  /** The words behind it. */
  rest: Word[];
}

/** @throws KeygridError `invalid_argument`, `resource_not_found`, `not_implemented` */
export function readRelation(type: string, words: Word[]): ReadPart<Relation> {
  const [word, ...rest] = words;
  if (word?.kind !== 'name') {
    throw new KeygridError('invalid_argument', 'Below an entity, a path goes on with a connection');
  }
  const name = word.text.toLowerCase();
  if (name === 'connecting') return readIncoming(rest);
  if (name !== 'connections') return readNamed(type, word.text, rest);
  const [verb, ...behind] = rest;
  if (isVerb(verb)) return readNamed(type, verb.text, behind);
  const all = { direction: 'outgoing', verb: undefined, segment: name, type: undefined } as const;
  return { part: { kind: 'connection', ...all }, rest };
}

/** Without a verb, or before a uuid, all verbs are meant. */
const isVerb = (word: Word | undefined): word is Word & { kind: 'name' } =>
  word?.kind === 'name' && !isUuid(word.text) && word.text.toLowerCase() !== 'any';

/** `connecting/likes`: the original leaves the verb out of the paths that it answers. */
function readIncoming(words: Word[]): ReadPart<Relation> {
  const [word, ...rest] = words;
  const verb = isVerb(word) ? word.text.toLowerCase() : undefined;
  return {
    part: { kind: 'connection', direction: 'incoming', verb, segment: 'connecting', type: undefined },
    rest: verb === undefined ? words : rest,
  };
}

function readNamed(type: string, text: string, rest: Word[]): ReadPart<Relation> {
  const name = text.toLowerCase();
  if (type === 'user' && name === 'followers') {
    const followers = { direction: 'incoming', verb: 'following', segment: name, type: 'user' } as const;
    return { part: { kind: 'connection', ...followers }, rest };
  }
  const kept = keptSubCollection(type, name) ?? keptSubCollection(type, collectionName(name));
  if (kept) return { part: { kind: 'sub-collection', kept, segment: kept.name, type: kept.type }, rest };
  requireNoOther(type, name);
  const followed = type === 'user' && name === 'following' ? 'user' : undefined;
  return {
    part: { kind: 'connection', direction: 'outgoing', verb: name, segment: text, type: followed },
    rest,
  };
}

/** What else an entity of the type has is no connection either. */
function requireNoOther(type: string, name: string): void {
  const { subCollections, sets } = rulesOf(type);
  const collection = collectionName(name);
  if (name !== 'following' && subCollections.some((each) => each.name === collection)) {
    throw new KeygridError('not_implemented', `${collection} of a ${type} are not offered at this path`);
  }
  if (Object.hasOwn(sets, name) || Object.values(sets).includes(name)) {
    throw new KeygridError('resource_not_found', `There is no ${name} of a ${type} at this path`);
  }
}

/** All of the entities that a relation leads to, those of a type, or those that match a query. */
export interface ManySelector {
  kind: 'many';
  collection: AddressedCollection | undefined;
  /** Undefined where the path leaves it to the query of the request. */
  parameters: QueryParameters | undefined;
  rest: Word[];
}

/** One of them, by uuid or name. */
export interface OneSelector {
  kind: 'one';
  /** Undefined for a uuid alone: it may be of any type. */
  collection: AddressedCollection | undefined;
  /** The ways to read the names; `rest` of each holds those of them that are not a part of its reference. */
  readings: PathReading[];
  names: number;
  words: Word[];
}

export type Selector = ManySelector | OneSelector;

/** @throws KeygridError `resource_not_found` */
export function readSelector(relation: Relation, words: Word[]): Selector {
  const [word, ...rest] = words;
  if (word?.kind !== 'name') return selectMany(undefined, words);
  if (isUuid(word.text)) {
    const readings = [{ reference: word.text, rest: [] }];
    return { kind: 'one', collection: undefined, readings, names: 1, words };
  }
  if (relation.kind === 'sub-collection') return selectOne(readCollection(relation.kept.name), words);
  if (word.text.toLowerCase() === 'any') return readSelector({ ...relation, type: undefined }, rest);
  const collection = readCollection(word.text);
  if (relation.type !== undefined && collection.type !== relation.type) {
    return selectOne(readCollection(collectionName(relation.type)), words);
  }
  return rest[0]?.kind === 'name' ? selectOne(collection, rest) : selectMany(collection, rest);
}

function selectMany(collection: AddressedCollection | undefined, words: Word[]): ManySelector {
  const [word, ...rest] = words;
  if (word?.kind !== 'query') return { kind: 'many', collection, parameters: undefined, rest: words };
  return { kind: 'many', collection, parameters: word.parameters, rest };
}

function selectOne(collection: AddressedCollection, words: Word[]): OneSelector {
  const end = words.findIndex(({ kind }) => kind !== 'name');
  const names = (end < 0 ? words : words.slice(0, end)).map((word) =>
    word.kind === 'name' ? word.text : '',
  );
  const readings = readingsOf(collection.type, names);
  return { kind: 'one', collection, readings, names: names.length, words };
}
