/**
 * CORS as Usergrid's browser clients expect it (usergrid-auth.md 10.5): the origin is echoed on every answer. Harmless
 * because nothing in this dialect is ever authenticated by a cookie, but for the sign-in pages, which go without.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';

const refererOrigin = /^https?:\/\/[^/?#\s]+/i;

export function addCorsHeaders(request: FastifyRequest, reply: FastifyReply): void {
  const { origin, referer } = request.headers;
  const named = origin ?? refererOrigin.exec(referer ?? '')?.[0];
  reply.header('access-control-allow-origin', named ?? '*');
  reply.header('vary', 'Origin');
  if (named !== undefined) reply.header('access-control-allow-credentials', 'true');
  const method = request.headers['access-control-request-method'];
  const headers = request.headers['access-control-request-headers'];
  if (typeof method === 'string') reply.header('access-control-allow-methods', method);
  if (typeof headers === 'string') reply.header('access-control-allow-headers', headers);
}

const corsHeaders = ['origin', 'credentials', 'methods', 'headers'].map(
  (name) => `access-control-allow-${name}`,
);

/** For pages: what they hold is for the person in front of them, and for no other site's script. */
export function withoutCorsHeaders(reply: FastifyReply): FastifyReply {
  for (const name of corsHeaders) reply.removeHeader(name);
  return reply;
}
