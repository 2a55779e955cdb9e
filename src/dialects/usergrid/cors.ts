/**
 * CORS as Usergrid's browser clients expect it (usergrid-auth.md 10.5): the origin is echoed on every answer. Harmless
 * because nothing in this dialect is ever authenticated by a cookie, but for the sign-in pages, which go without.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

const refererOrigin = /^https?:\/\/[^/?#\s]+/i;

/** What every answer varies by. */
export const corsVary = 'Origin';

export function addCorsHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('vary', corsVary);
  for (const [name, value] of corsHeadersFor(request.headers)) reply.header(name, value);
}

/** Without `vary`. */
export function corsHeadersFor(request: IncomingHttpHeaders): [name: string, value: string][] {
  const { origin, referer } = request;
  const named = origin ?? refererOrigin.exec(referer ?? '')?.[0];
  const headers: [string, string][] = [['access-control-allow-origin', named ?? '*']];
  if (named !== undefined) headers.push(['access-control-allow-credentials', 'true']);
  const method = request['access-control-request-method'];
  const asked = request['access-control-request-headers'];
  if (typeof method === 'string') headers.push(['access-control-allow-methods', method]);
  if (typeof asked === 'string') headers.push(['access-control-allow-headers', asked]);
  return headers;
}

const corsHeaders = ['origin', 'credentials', 'methods', 'headers'].map(
  (name) => `access-control-allow-${name}`,
);

/** For pages: what they hold is for the person in front of them, and for no other site's script. */
export function withoutCorsHeaders(reply: FastifyReply): FastifyReply {
  for (const name of corsHeaders) reply.removeHeader(name);
  return reply;
}
