/** What every call of the administration API goes through: credentials, headers, and one form of refusal. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Core } from '../core/core.ts';
import { type ErrorCode, KeygridError } from '../core/errors.ts';
import type { PresentedCredentials } from '../core/identity/authenticator.ts';
import type { Caller } from '../core/identity/principal.ts';
import { isFromAnotherSite } from '../http/cross-site.ts';

export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
export type CallerHandler = (
  caller: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<FastifyReply>;

/**
 * Runs the handler for whoever the credentials name: an access token of a person's own, or the superuser's name and
 * password. Every error of the core is answered here.
 */
export const forCaller =
  (core: Pick<Core, 'authenticator'>, handler: CallerHandler): Handler =>
  async (request, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    // This interface is for programs and our own pages: no other site may read what comes back.
    reply.removeHeader('access-control-allow-origin');
    reply.removeHeader('access-control-allow-credentials');
    try {
      const caller = await core.authenticator.authenticate(presentedCredentials(request), request.ip);
      requireOwn(caller);
      return await handler(caller, request, reply);
    } catch (error) {
      if (error instanceof KeygridError) return refuse(request, reply, error);
      throw error;
    }
  };

/** Who could administer with a token that was given to a client would soon have all that its user has. */
function requireOwn({ principal, token }: Caller): void {
  if (principal === undefined) throw new KeygridError('token_invalid', 'Credentials are missing');
  if (token?.delegation === undefined) return;
  throw new KeygridError('insufficient_scope', 'A token that was given to a client does not administer');
}

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
  invalid_client_metadata: 400,
  invalid_redirect_uri: 400,
  organization_access_denied: 403,
  forbidden: 403,
  client_not_found: 404,
  organization_not_found: 404,
  application_not_found: 404,
  duplicate_value: 409,
  throttled: 429,
  overloaded: 503,
  store_unavailable: 503,
};

function refuse(request: FastifyRequest, reply: FastifyReply, error: KeygridError): FastifyReply {
  const status = statuses[error.code] ?? 401;
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(error.retryAfterSeconds));
  const body = { error: error.code, error_description: error.message, request_id: request.id };
  return sendJson(reply, status, body);
}

export const sendJson = (reply: FastifyReply, status: number, body: unknown): FastifyReply =>
  reply.code(status).header('content-type', 'application/json').send(JSON.stringify(body));
