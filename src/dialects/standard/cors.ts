/** Which other origins may read an answer: oauth-standards.md, table after S162. Never with credentials. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import type { Core } from '../../core/core.ts';
import { fieldOf, formOf } from '../../http/form-body.ts';
import { realmOf } from './context.ts';

/** `client`: the origins that the request's own client, a public one, is registered with (S073). */
export type CorsPolicy = 'never' | 'client' | 'any';

const preflightSeconds = 600;

/** Before the endpoint itself runs, so that its refusals can be read as well. */
export function allowOrigin(
  policy: CorsPolicy,
  core: Core,
  request: FastifyRequest,
  reply: FastifyReply,
): Awaitable<void> {
  if (policy === 'never') return;
  if (policy === 'any') {
    reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', exposed);
    return;
  }
  reply.header('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined) return;
  return isRegistered(core, request, origin).then((registered) => {
    if (registered) allow(reply, origin);
  });
}

const exposed = 'WWW-Authenticate';

function allow(reply: FastifyReply, origin: string): void {
  reply.header('access-control-allow-origin', origin).header('access-control-expose-headers', exposed);
}

async function isRegistered(core: Core, request: FastifyRequest, origin: string): Promise<boolean> {
  const client = await core.clients.find(fieldOf(formOf(request), 'client_id') ?? '');
  const isPublicHere = client?.type === 'native' && client.realm === realmOf(request);
  return isPublicHere && client.corsOrigins.includes(origin);
}

/**
 * A preflight names no client. It is granted to an origin that any client of the realm's organization has; what then
 * may be read, the request itself decides. A public client's form needs no preflight at all.
 */
export async function answerPreflight(
  policy: CorsPolicy,
  allowed: string,
  core: Core,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { origin } = request.headers;
  reply.code(204).header('allow', allowed).header('cache-control', 'no-store');
  if (policy === 'any') reply.header('access-control-allow-origin', '*');
  else if (policy === 'client') {
    reply.header('vary', 'Origin');
    if (origin === undefined || !(await isKnownOrigin(core, request, origin))) return reply.send();
    reply.header('access-control-allow-origin', origin);
  } else return reply.send();
  return reply
    .header('access-control-allow-methods', allowed)
    .header('access-control-allow-headers', 'Authorization, Content-Type')
    .header('access-control-max-age', String(preflightSeconds))
    .send();
}

const pageSize = 100;
const mostPages = 10;

async function isKnownOrigin(core: Core, request: FastifyRequest, origin: string): Promise<boolean> {
  const realm = realmOf(request);
  const application = await core.tenancyCache.applicationByKey(realm);
  if (!application) return false;
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const found = await core.clients.list(application.organizationUuid, pageSize, cursor);
    const isKnown = found.items.some(
      ({ realm: of, type, corsOrigins }) => of === realm && type === 'native' && corsOrigins.includes(origin),
    );
    if (isKnown) return true;
    cursor = found.cursor;
    if (cursor === undefined) return false;
  }
  return false;
}
