/** What the world may know of an issuer: metadata and key set. S127 to S133. */
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { andThen } from '../../core/awaitable.ts';
import { KeygridError } from '../../core/errors.ts';
import { endpointPaths, issuerMetadata } from '../../core/oidc/discovery.ts';
import { sendNoSuchPage, takesPage } from '../../pages/hosted-context.ts';
import { issuerPrefixes, nameIssuer, realmOf, type StandardOptions } from './context.ts';
import { addEndpoint, type Endpoint } from './endpoint.ts';

/** Less than a key is published before it signs, by far. */
const cacheControl = 'public, max-age=300';

export function metadataRoutes(app: FastifyInstance, options: StandardOptions): void {
  addEndpoint(app, options, endpointPaths.jwks_uri, {
    summary: 'The public keys that sign tokens',
    methods: ['GET'],
    cors: 'any',
    answer: async (request, reply) =>
      sendDocument(reply, await options.core.signingKeys.jwks(realmOf(request))),
  });
  addEndpoint(app, options, '/.well-known/openid-configuration', metadataEndpoint(options));
}

/** RFC 8414 §3.1: the well-known part stands before the path of the issuer. */
export function rootMetadataRoutes(app: FastifyInstance, options: StandardOptions): void {
  for (const prefix of issuerPrefixes) {
    app.register(async (scope) => {
      nameIssuer(scope, options.core);
      for (const name of ['oauth-authorization-server', 'openid-configuration']) {
        addEndpoint(scope, options, `/.well-known/${name}${prefix}`, metadataEndpoint(options));
      }
    });
  }
}

function metadataEndpoint({ core, place }: StandardOptions): Endpoint {
  return {
    summary: 'What the issuer supports, and where its endpoints are',
    methods: ['GET'],
    cors: 'any',
    answer: (request, reply) => {
      const { issuer } = request;
      requireOwnPath(request, issuer.url.slice(place.publicUrl.length));
      return andThen(core.issuerFeatures.ofRealm(realmOf(request)), (features) =>
        sendDocument(reply, JSON.stringify(issuerMetadata(issuer, features))),
      );
    },
  };
}

function sendDocument(reply: FastifyReply, document: string): FastifyReply {
  reply.header('content-type', 'application/json').header('cache-control', cacheControl);
  reply.server.preparedDocuments.keep(reply, document);
  return reply.send(document);
}

/**
 * S131: who asks under another spelling of the path would get an issuer that is not the one they asked for.
 * @throws KeygridError `resource_not_found`
 */
function requireOwnPath({ originalUrl }: FastifyRequest, issuerPath: string): void {
  const path = originalUrl.split('?')[0]!.replace(/\/\.well-known\/[a-z-]+/, '');
  if (path === issuerPath) return;
  throw new KeygridError('resource_not_found', 'The issuer is written in another way');
}

/** Paths that look like ones of this dialect are nobody's data (S130). */
export function unknownRoutes(app: FastifyInstance, options: StandardOptions): void {
  const hidden = { schema: { hide: true } as FastifySchema };
  const refuse = () => {
    throw new KeygridError('resource_not_found', 'There is no such endpoint');
  };
  app.all('/.well-known/*', hidden, async () => refuse());
  // Some of the endpoints are pages.
  app.all('/oauth2/*', hidden, async (request, reply) =>
    takesPage(request) ? sendNoSuchPage(options, realmOf(request), request, reply) : refuse(),
  );
}
