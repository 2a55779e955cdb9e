/** Keys and discovery, for whoever asks, as often as they ask: aps-auth.md 3.7. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { rootKeyRing } from '../../core/oidc/issuer.ts';
import { type AutodeskOptions, described } from './context.ts';
import { discoveryDocument } from './discovery.ts';

/** A week: a new key is published as long before it signs (APS-87). */
const keysCache = 'max-age=604800';
const documentCache = 'max-age=3600';

export function metadataRoutes(app: FastifyInstance, { core, place }: AutodeskOptions): void {
  app.get(
    '/authentication/v2/keys',
    described('v2', 'Public keys of access tokens and ID tokens'),
    async (_request, reply) => send(reply, keysCache, await core.signingKeys.jwks(rootKeyRing)),
  );
  for (const name of ['openid-configuration', 'oauth-authorization-server']) {
    app.get(`/.well-known/${name}`, described('v2', 'What the root issuer offers'), async (_request, reply) =>
      send(reply, documentCache, JSON.stringify(discoveryDocument(place.publicUrl))),
    );
  }
}

const send = (reply: FastifyReply, cache: string, body: string): FastifyReply =>
  reply.headers({ 'content-type': 'application/json', 'cache-control': cache }).send(body);
