/** Who calls the administration API: the superuser, by access token or by name and password. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core/core.ts';
import { type ErrorCode, KeygridError } from '../core/errors.ts';
import type { PresentedCredentials } from '../core/identity/authenticator.ts';
import { isFromAnotherSite } from '../http/cross-site.ts';

export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Runs the handler for the superuser; everyone else, and every error of the core, is answered here. */
export const forSuperuser =
  (core: Pick<Core, 'authenticator' | 'access'>, handler: Handler): Handler =>
  async (request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    // This interface is for programs and our own pages: no other site may read what comes back.
    reply.removeHeader('access-control-allow-origin');
    reply.removeHeader('access-control-allow-credentials');
    try {
      const credentials = presentedCredentials(request);
      const caller = await core.authenticator.authenticate(credentials, request.ip);
      await core.access.requireSuperuser(caller);
      return await handler(request, reply);
    } catch (error) {
      if (error instanceof KeygridError) return refuse(request, reply, error);
      throw error;
    }
  };

/** RFC 6750 §2.1 and RFC 7617; whatever else is there counts as nothing. */
function presentedCredentials(request: FastifyRequest): PresentedCredentials {
  const { authorization = '' } = request.headers;
  const [scheme = '', value = ''] = authorization.trim().split(/\s+/, 2);
  if (scheme.toLowerCase() === 'bearer') return { kind: 'access_token', token: value };
  if (scheme.toLowerCase() !== 'basic' || isFromAnotherSite(request)) return { kind: 'none' };
  const decoded = Buffer.from(value, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return { kind: 'none' };
  return { kind: 'superuser', username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** Statuses of what calls here can run into; everything about credentials is 401. */
const statuses: Partial<Record<ErrorCode, number>> = {
  invalid_argument: 400,
  throttled: 429,
  overloaded: 503,
  store_unavailable: 503,
};

function refuse(request: FastifyRequest, reply: FastifyReply, error: KeygridError): FastifyReply {
  const status = statuses[error.code] ?? 401;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  const body = { error: error.code, error_description: error.message, request_id: request.id };
  return reply.code(status).header('content-type', 'application/json').send(JSON.stringify(body));
}
