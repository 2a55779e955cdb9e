/** The endpoints that clients call themselves: token, introspection, revocation, device authorization. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ClientRequest } from '../../core/oauth/client-request.ts';
import type { ActiveToken } from '../../core/oauth/introspection.ts';
import type { ClientTokenAnswer } from '../../core/oauth/token-pipeline.ts';
import { endpointPaths } from '../../core/oidc/discovery.ts';
import { formOf, queryOf } from '../../http/form-body.ts';
import { realmOf, type StandardOptions } from './context.ts';
import { addEndpoint } from './endpoint.ts';
import { neverKept, sendJson } from './refuse.ts';

export function tokenRoutes(app: FastifyInstance, options: StandardOptions): void {
  const { clientTokenEndpoint, introspection, tokenRevocation, deviceAuthorizations } = options.core;
  addEndpoint(app, options, endpointPaths.token_endpoint, {
    summary: 'Issues tokens for a code, a refresh token, a device code or the client itself',
    methods: ['POST'],
    cors: 'client',
    answer: async (request, reply) =>
      sendJson(reply, 200, renderTokens(await clientTokenEndpoint.answer(clientRequestOf(request)))),
  });
  addEndpoint(app, options, endpointPaths.introspection_endpoint, {
    summary: 'Tells a client or a service what a token is',
    methods: ['POST'],
    cors: 'never',
    answer: async (request, reply) => {
      const token = await introspection.introspect(clientRequestOf(request));
      return sendJson(reply, 200, renderIntrospection(token, request.issuer.url));
    },
  });
  addEndpoint(app, options, endpointPaths.revocation_endpoint, {
    summary: 'Ends a token of the client',
    methods: ['POST'],
    cors: 'client',
    answer: async (request, reply) => {
      await tokenRevocation.revoke(clientRequestOf(request));
      return neverKept(reply).code(200).header('content-length', '0').send();
    },
  });
  addEndpoint(app, options, endpointPaths.device_authorization_endpoint, {
    summary: 'Begins the authorization of a device without a browser',
    methods: ['POST'],
    cors: 'client',
    answer: async (request, reply) => {
      const started = await deviceAuthorizations.start(clientRequestOf(request));
      const page = `${request.issuer.url}/oauth2/device`;
      return sendJson(reply, 200, {
        device_code: started.deviceCode,
        user_code: started.userCode,
        verification_uri: page,
        verification_uri_complete: `${page}?user_code=${encodeURIComponent(started.userCode)}`,
        expires_in: started.expiresInSeconds,
        interval: started.intervalSeconds,
      });
    },
  });
}

const clientRequestOf = (request: FastifyRequest): ClientRequest => ({
  realm: realmOf(request),
  dialect: 'standard',
  authorization: request.headers.authorization,
  form: formOf(request),
  queryNames: queryOf(request).map(([name]) => name),
  address: request.ip,
});

/** RFC 6749 §5.1; `scope` always, so that nobody has to guess (S070). */
const renderTokens = (answer: ClientTokenAnswer): object => ({
  access_token: answer.accessToken.text,
  token_type: 'Bearer',
  expires_in: answer.expiresInSeconds,
  scope: answer.scopes.join(' '),
  refresh_token: answer.refreshToken,
  id_token: answer.idToken,
});

/** RFC 7662 §2.2. */
function renderIntrospection(token: ActiveToken | undefined, issuer: string): object {
  if (!token) return { active: false };
  return {
    active: true,
    scope: token.scopes.join(' '),
    client_id: token.clientId,
    token_type: token.kind === 'access_token' ? 'Bearer' : undefined,
    exp: Math.floor(token.expiresAt / 1000),
    iat: Math.floor(token.issuedAt / 1000),
    sub: token.subject,
    aud: token.audience ?? issuer,
    iss: issuer,
    jti: token.id,
  };
}
