/** The success and error envelopes of usergrid-auth.md 10.1 and 10.2, as JSON text. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Application } from '../../core/tenancy/tenancy.ts';
import { callbackOf, pad } from './json-padding.ts';

/** JSON text that goes out as it is: an entity's body needs no second serialisation. */
export class RawJson {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const rawJsonArray = (texts: string[]): RawJson => new RawJson(`[${texts.join(',')}]`);

export type EnvelopeMembers = Record<string, unknown>;

/** Parameters that are credentials: never echoed. usergrid-data.md 0.4. */
const notEchoed: ReadonlySet<string> = new Set([
  'client_id',
  'client_secret',
  'password',
  'username',
  'access_token',
  'client_credentials',
  'fb_access_token',
  'fq_access_token',
  'ping_access_token',
  'token',
  'refresh_token',
  'oldpassword',
  'newpassword',
  'pin',
  'code',
]);

export type QueryParameters = Record<string, string | string[] | undefined>;

export function echoedParameters(query: QueryParameters): Record<string, string[]> {
  const echoed: Record<string, string[]> = Object.create(null);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && !notEchoed.has(name.toLowerCase()))
      echoed[name] = Array.isArray(value) ? value : [value];
  }
  return echoed;
}

/** What every answer about an application's data carries. */
export interface ApplicationContext {
  application: Application;
  /** Origin of the links, such as `https://host`. */
  publicUrl: string;
}

const firstMembers = ['action', 'application', 'params', 'path', 'query', 'uri', 'status', 'error'] as const;
const contentMembers = ['applications', 'entity', 'entities', 'list', 'data', 'next'] as const;
const ordered: ReadonlySet<string> = new Set([...firstMembers, ...contentMembers]);

/** Members in the order that clients of the original are used to; undefined ones are left out. */
export function renderEnvelope(members: EnvelopeMembers, timestamp: number, duration: number): string {
  let text = '';
  const append = (name: string, value: unknown): void => {
    if (value === undefined) return;
    const json = value instanceof RawJson ? value.text : JSON.stringify(value);
    text += `${text === '' ? '{' : ','}"${name}":${json}`;
  };
  for (const name of firstMembers) append(name, members[name]);
  for (const name of contentMembers) append(name, members[name]);
  append('timestamp', timestamp);
  append('duration', duration);
  for (const name of Object.keys(members)) if (!ordered.has(name)) append(name, members[name]);
  return `${text}}`;
}

/** What is the same in every answer about an application, as JSON text. */
interface ApplicationTexts {
  publicUrl: string;
  uuid: string;
  organization: string;
  name: string;
  /** Of the application's own address, without the quote at its end. */
  openUri: string;
}

const knownTexts = new WeakMap<Application, ApplicationTexts>();

function textsOf({ application, publicUrl }: ApplicationContext): ApplicationTexts {
  const known = knownTexts.get(application);
  if (known?.publicUrl === publicUrl) return known;
  const organization = application.organizationName.toLowerCase();
  const base = `${publicUrl}/${encodeURIComponent(organization)}/${encodeURIComponent(application.name)}`;
  const texts = {
    publicUrl,
    uuid: JSON.stringify(application.uuid),
    organization: JSON.stringify(organization),
    name: JSON.stringify(application.name),
    openUri: JSON.stringify(base).slice(0, -1),
  };
  knownTexts.set(application, texts);
  return texts;
}

/** What an answer says of its request. */
export type AnsweredRequest = Pick<FastifyRequest, 'method' | 'query' | 'startedAt'>;

/**
 * The whole answer about entities, as `renderEnvelope` would write it: put together from texts, since it is what the
 * server answers most. `entities` are JSON texts; `members` come last.
 */
export function renderEntities(
  request: AnsweredRequest,
  context: ApplicationContext,
  path: string,
  entities: readonly string[],
  members: EnvelopeMembers | undefined,
  duration: number,
): string {
  const { uuid, organization, name, openUri } = textsOf(context);
  const quoted = JSON.stringify(path);
  const echoed = echoedParameters(request.query as QueryParameters);
  let text =
    `{"action":"${actionOf(request)}","application":${uuid},"params":${JSON.stringify(echoed)},"path":${quoted},` +
    `"uri":${openUri}${quoted.slice(1)},"entities":[${entities.join(',')}],"timestamp":${request.startedAt},` +
    `"duration":${duration},"organization":${organization},"applicationName":${name}`;
  for (const [member, value] of Object.entries(members ?? {})) {
    if (value !== undefined) text += `,${JSON.stringify(member)}:${JSON.stringify(value)}`;
  }
  return `${text}}`;
}

const actionOf = ({ method }: Pick<FastifyRequest, 'method'>): string => method.toLowerCase();

/** Milliseconds spent on the request so far. */
export const durationOf = (reply: FastifyReply): number => Math.max(0, Math.round(reply.elapsedTime));

/** The members of an answer about `path` in an application; `path` undefined for the application itself. */
export function applicationMembers(
  request: FastifyRequest,
  { application, publicUrl }: ApplicationContext,
  path?: string,
): EnvelopeMembers {
  const { openUri, organization, name } = textsOf({ application, publicUrl });
  return {
    action: actionOf(request),
    application: application.uuid,
    params: echoedParameters(request.query as QueryParameters),
    path,
    uri: new RawJson(path === undefined ? `${openUri}"` : openUri + JSON.stringify(path).slice(1)),
    organization: new RawJson(organization),
    applicationName: new RawJson(name),
  };
}

/** Every success of this dialect is status 200 (usergrid-data.md 0.2). */
export function sendEnvelope(
  request: FastifyRequest,
  reply: FastifyReply,
  members: EnvelopeMembers,
): FastifyReply {
  return sendJson(request, reply, 200, renderEnvelope(members, request.startedAt, durationOf(reply)));
}

const asItIs = (json: unknown): string => json as string;

/** JSON, or with a `callback` parameter the JSON as a script, which browsers only run with status 200. */
export function sendJson(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  json: string,
): FastifyReply {
  const callback = callbackOf(request.query as QueryParameters);
  // Without a serializer the framework would add a charset, which old clients take for another type (UA-150).
  reply.serializer(asItIs);
  if (callback === undefined) return reply.code(status).header('content-type', 'application/json').send(json);
  return reply
    .code(200)
    .header('content-type', 'application/javascript')
    .header('x-content-type-options', 'nosniff')
    .send(pad(callback, json));
}
