/** One data call: what its routes work with, and how entities are sent. usergrid-data.md 0.4 and 0.5. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Awaitable, andThen } from '../../core/awaitable.ts';
import { type CollectionWriter, collectionWriter } from '../../core/entities/collections/collection.ts';
import type { ApplicationEntities, EntityPage } from '../../core/entities/entities.ts';
import type { StoredEntity } from '../../core/entities/entity-store.ts';
import type { EntityQuery, Projection } from '../../core/entities/query/filter.ts';
import { project } from '../../core/entities/query/projection.ts';
import { KeygridError } from '../../core/errors.ts';
import { typedService } from '../../core/identity/typed-services.ts';
import { jsonBody, type ParsedBody } from './body.ts';
import { type LinksOfEntities, readLinks } from './connection-links.ts';
import type { UsergridOptions } from './context.ts';
import { durationOf, type EnvelopeMembers, renderEntities, sendJson } from './envelope.ts';
import { collectionName } from './inflection.ts';
import { renderEntity } from './render-entity.ts';
import type { AddressedCollection } from './resource-address.ts';

/** A request that is answered with entities. */
export interface EntitiesCall {
  request: FastifyRequest;
  reply: FastifyReply;
  options: UsergridOptions;
}

export interface DataCall extends EntitiesCall {
  collection: AddressedCollection;
}

export const entitiesOf = ({ request, options }: DataCall): ApplicationEntities =>
  options.core.entities.of(request.application);

export async function writerOf({ request, options, collection }: DataCall): Promise<CollectionWriter> {
  const { core } = options;
  const { application, caller } = request;
  // Who writes makes a difference only to the types that have rules about it.
  const matters = typedService(core.typedServices, collection.type) !== undefined;
  const administrator = matters && (await core.access.isApplicationAdmin(caller, application));
  return collectionWriter(core, application, collection.type, { administrator, actor: caller.principal });
}

/** The sent entity or entities; no body is an entity without properties. @throws KeygridError `malformed_body` */
export function sentBody(request: FastifyRequest): Record<string, unknown> | unknown[] {
  const value = jsonBody(request);
  if (value !== undefined) return value;
  if ((request.body as ParsedBody | undefined)?.kind === 'other') throw notJson(request);
  return {};
}

/** @throws KeygridError `malformed_body`, `invalid_argument` for an array */
export function sentObject(request: FastifyRequest): Record<string, unknown> {
  const body = sentBody(request);
  if (Array.isArray(body)) throw new KeygridError('invalid_argument', 'The body must be one JSON object');
  return body;
}

function notJson(request: FastifyRequest): KeygridError {
  if (isFile(request)) {
    return new KeygridError('not_implemented', 'Files attached to entities are not offered by this server');
  }
  return new KeygridError('malformed_body', 'The body is not JSON: expected an object or an array');
}

const isFile = ({ headers }: FastifyRequest): boolean =>
  /^(?:multipart\/|application\/octet-stream|image\/|audio\/|video\/)/i.test(
    headers['content-type'] ?? 'application/octet-stream',
  );

/** Nor is one passed over where JSON would be, else it would seem to be kept. @throws KeygridError `not_implemented` */
export function requireNoFile(request: FastifyRequest): void {
  if ((request.body as ParsedBody | undefined)?.kind === 'other' && isFile(request)) throw notJson(request);
}

export interface SendOptions {
  /** Of the path that was asked for; that of the collection unless it is said. */
  path?: string;
  /** The entities are of several parents: their own paths are those of their collections. */
  isOfMany?: boolean;
  projection?: Projection[] | undefined;
  /** Of each entity, in meters. */
  distances?: readonly number[] | undefined;
  members?: EnvelopeMembers;
  /** Where they were read already. */
  links?: LinksOfEntities;
}

export const sendEntities = (
  call: DataCall,
  entities: readonly StoredEntity[],
  { path = call.collection.path, ...others }: SendOptions = {},
): Awaitable<FastifyReply> => sendEntitiesAt(call, path, entities, others);

/** `path` is the one that the request is answered for. */
export const sendEntitiesAt = (
  call: EntitiesCall,
  path: string,
  entities: readonly StoredEntity[],
  others: Omit<SendOptions, 'path'> = {},
): Awaitable<FastifyReply> =>
  andThen(others.links ?? readLinks(call.options.core.connections, call.request, entities), (linksOf) =>
    sendWithLinks(call, path, entities, others, linksOf),
  );

/** A page of a list, as the query asked for it. */
export const sendPageAt = (
  call: EntitiesCall,
  path: string,
  { entities, distances, cursor }: EntityPage,
  { projection }: EntityQuery,
): Awaitable<FastifyReply> =>
  sendEntitiesAt(call, path, entities, { projection, distances, members: { cursor } });

function sendWithLinks(
  { request, reply, options }: EntitiesCall,
  path: string,
  entities: readonly StoredEntity[],
  { isOfMany = false, projection, distances, members }: Omit<SendOptions, 'path'>,
  linksOf: LinksOfEntities,
): FastifyReply {
  const context = { application: request.application, publicUrl: options.place.publicUrl };
  const texts = entities.map(({ uuid, type, body }, at) => {
    const parent = isOfMany ? `/${collectionName(type)}` : path;
    const shown = { uuid, type, body: projection ? project(body, projection) : body };
    const links = linksOf(uuid, `${parent}/${uuid}`);
    return renderEntity(shown, parent, distances ? { ...links, distance: distances[at]! } : links);
  });
  return sendJson(
    request,
    reply,
    200,
    renderEntities(request, context, path, texts, members, durationOf(reply)),
  );
}
