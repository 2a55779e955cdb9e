/**
 * Which credentials of a request count: the `access_token` parameter, then Bearer, then Basic, then `client_id` and
 * `client_secret` parameters. The chosen one must be good: nothing falls through. usergrid-auth.md 4.1.
 */
import type { FastifyRequest } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import { parseClientId } from '../../core/clients/client-credentials.ts';
import { KeygridError } from '../../core/errors.ts';
import type { Authenticator, PresentedCredentials } from '../../core/identity/authenticator.ts';
import { type Caller, guest } from '../../core/identity/principal.ts';
import { isFromAnotherSite } from '../../http/cross-site.ts';
import type { QueryParameters } from './envelope.ts';

export function presentedCredentials(
  request: Pick<FastifyRequest, 'headers' | 'query'>,
): PresentedCredentials {
  const query = request.query as QueryParameters;
  const parameter = first(query.access_token);
  if (parameter) return { kind: 'access_token', token: parameter };
  const { authorization } = request.headers;
  if (authorization) {
    const bearer = schemeValue(authorization, 'bearer');
    if (bearer !== undefined) return { kind: 'access_token', token: bearer };
    const basic = basicCredentials(authorization);
    if (basic) return basic;
  }
  const clientId = first(query.client_id)?.trim();
  const clientSecret = first(query.client_secret)?.trim();
  if (clientId && clientSecret) return { kind: 'client', clientId, clientSecret };
  return { kind: 'none' };
}

/**
 * At once, where nothing has to be looked up. The superuser's name and password count only where no other site can have
 * made a browser send them. @throws KeygridError as `authenticate` of the core does
 */
export function authenticateRequest(
  request: FastifyRequest,
  authenticator: Authenticator,
): Awaitable<Caller> {
  const credentials = presentedCredentials(request);
  // Registered clients have ids of any look: the endpoint finds out whose they are.
  if (credentials.kind === 'superuser' && request.routeOptions.config.basicNamesClient) return guest;
  if (credentials.kind === 'superuser' && isFromAnotherSite(request)) {
    throw new KeygridError('superuser_credentials_invalid', 'No system access authorized');
  }
  const inQuery = credentials.kind === 'client' && !request.headers.authorization;
  if (!inQuery) return authenticator.authenticate(credentials, request.ip);
  try {
    const caller = authenticator.authenticate(credentials, request.ip);
    return caller instanceof Promise ? caller.catch(refuseQueryCarrier) : caller;
  } catch (error) {
    return refuseQueryCarrier(error);
  }
}

/** RFC 7617; without a colon it is ignored. */
export function basicCredentials(authorization: string): PresentedCredentials | undefined {
  const encoded = schemeValue(authorization, 'basic');
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return undefined;
  const name = decoded.slice(0, colon);
  const secret = decoded.slice(colon + 1);
  if (parseClientId(name)) return { kind: 'client', clientId: name, clientSecret: secret };
  return { kind: 'superuser', username: name, password: secret };
}

/** The header may list several schemes, separated by commas. */
function schemeValue(authorization: string, scheme: string): string | undefined {
  if (
    authorization.slice(0, scheme.length + 1).toLowerCase() === `${scheme} ` &&
    !authorization.includes(',')
  ) {
    return authorization.slice(scheme.length + 1).trim();
  }
  for (const part of authorization.split(',')) {
    const [name, value] = part.trim().split(/\s+/, 2);
    if (name?.toLowerCase() === scheme && value) return value;
  }
  return undefined;
}

const first = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;

/** The wire answers bad client credentials differently for each carrier (usergrid-auth.md 4.2). */
function refuseQueryCarrier(error: unknown): never {
  if (!(error instanceof KeygridError) || error.code !== 'client_credentials_invalid') throw error;
  throw new KeygridError(error.code, error.message, { subject: { carrier: 'query' } });
}
