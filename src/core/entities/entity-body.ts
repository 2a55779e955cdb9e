/**
 * The properties of an entity between the wire and storage. Names are case-insensitive at the first level and keep
 * one spelling, the last; `null` and `""` there mean "not there". usergrid-data.md 1.2 and 1.4.
 */
import { KeygridError } from '../errors.ts';
import type { Uuid } from '../uuid.ts';
import type { EntityType } from './entity-types.ts';
import { readLocations } from './geo/location-property.ts';

export interface Property {
  /** As it is spelled. */
  name: string;
  value: unknown;
}

/** By lower-case name, so that no name can reach a prototype. */
export type PropertyMap = Map<string, Property>;

/** An entity taken apart. `properties` is without what stands beside it. */
export interface EntityParts {
  uuid: Uuid;
  type: string;
  created: number;
  modified: number;
  properties: PropertyMap;
}

/** Bytes of the serialised entity. usergrid-data.md 1.9. */
export const maximumBodyBytes = 5_000_000;
export const maximumNesting = 64;

const ownedByServer = new Set([
  'uuid',
  'type',
  'created',
  'modified',
  'metadata',
  'membership',
  'connection',
]);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Infinity is what JSON.parse makes of 1e999; it goes out as null. */
const isAbsent = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  (typeof value === 'number' && !Number.isFinite(value));

/**
 * Properties as sent, those to be removed included.
 * @throws KeygridError `invalid_argument`
 */
export function readProperties(rules: EntityType, sent: unknown): PropertyMap {
  if (!isObject(sent)) throw new KeygridError('invalid_argument', 'An entity must be a JSON object');
  const properties: PropertyMap = new Map();
  for (const name of Object.keys(sent)) {
    const key = name.toLowerCase();
    if (ownedByServer.has(key) || rules.unstored.includes(key)) continue;
    const value = sent[name];
    requireNesting(value, 2);
    const isText = key === 'name' || rules.unique.includes(key);
    properties.set(key, { name, value: isText ? textOf(name, value) : readLocations(name, value) });
  }
  return properties;
}

/** Names and unique values are texts; a number sent as one becomes its digits. */
function textOf(name: string, value: unknown): unknown {
  if (isAbsent(value)) return value;
  if (typeof value === 'object') throw new KeygridError('invalid_argument', `The ${name} must be a text`);
  const text = String(value);
  if (text.includes('\0')) {
    throw new KeygridError('invalid_argument', `The ${name} must not contain the character U+0000`);
  }
  return text;
}

function requireNesting(value: unknown, depth: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > maximumNesting) {
    throw new KeygridError('invalid_argument', `An entity nests at most ${maximumNesting} levels deep`);
  }
  for (const inner of Object.values(value)) requireNesting(inner, depth + 1);
}

export function withoutAbsent(properties: PropertyMap): PropertyMap {
  for (const [key, { value }] of properties) if (isAbsent(value)) properties.delete(key);
  return properties;
}

/** First level only: sent ones replace, `null` and `""` remove, required ones stay, immutable ones are not touched. */
export function mergeProperties(rules: EntityType, before: PropertyMap, sent: PropertyMap): PropertyMap {
  const merged = new Map(before);
  if (rules.immutable === 'all') return merged;
  for (const [key, property] of sent) {
    if (rules.immutable.includes(key)) continue;
    if (!isAbsent(property.value)) merged.set(key, property);
    else if (!rules.required.includes(key)) merged.delete(key);
  }
  return merged;
}

/** The properties of a stored body, without what the server owns. */
export function parseProperties(body: string): PropertyMap {
  const stored = JSON.parse(body) as Record<string, unknown>;
  const properties: PropertyMap = new Map();
  for (const name of Object.keys(stored)) {
    const key = name.toLowerCase();
    if (!ownedByServer.has(key)) properties.set(key, { name, value: stored[name] });
  }
  return properties;
}

/**
 * The JSON text that is stored and goes out: uuid, type, name, created, modified, then the rest as it came.
 * @throws KeygridError `entity_too_large`
 */
export function renderBody({ uuid, type, created, modified, properties }: EntityParts): string {
  const name = properties.get('name');
  let body = `{"uuid":"${uuid}","type":${JSON.stringify(type)}`;
  if (name) body += renderProperty(name);
  body += `,"created":${created},"modified":${modified}`;
  for (const [key, property] of properties) if (key !== 'name') body += renderProperty(property);
  body += '}';
  requireSize(body);
  return body;
}

const renderProperty = ({ name, value }: Property): string => `,${renderName(name)}:${renderValue(value)}`;

/** Of all but numbers and truths, which need no more than their own text. */
const renderValue = (value: unknown): string =>
  typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
    ? String(value)
    : JSON.stringify(value);

const renderedNames = new Map<string, string>();
const namesKept = 5000;
const longestNameKept = 100;

/** Most names come again and again. */
function renderName(name: string): string {
  const known = renderedNames.get(name);
  if (known !== undefined) return known;
  const rendered = JSON.stringify(name);
  if (name.length > longestNameKept) return rendered;
  if (renderedNames.size === namesKept) renderedNames.clear();
  renderedNames.set(name, rendered);
  return rendered;
}

function requireSize(body: string): void {
  // A UTF-16 unit takes three bytes of UTF-8 at most.
  if (body.length * 3 <= maximumBodyBytes || Buffer.byteLength(body) <= maximumBodyBytes) return;
  throw new KeygridError('entity_too_large', `An entity has at most ${maximumBodyBytes} bytes`);
}
