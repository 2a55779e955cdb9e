/**
 * CORS as Usergrid's browser clients expect it (usergrid-auth.md 10.5): the origin is echoed on every answer. Harmless
 * because nothing in this dialect is ever authenticated by a cookie.
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
