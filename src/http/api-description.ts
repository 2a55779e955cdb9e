/** The OpenAPI 3.1 document, generated from the routes' own schemas and served at `/openapi.json`. */
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { loadSchemas } from './json-schema.ts';

export interface ApiDescriptionOptions {
  version: string;
  place: { publicUrl: string };
}

/** Must run before the first route is added: it notes each as it comes. */
export async function describeApi(
  app: FastifyInstance,
  { version, place }: ApiDescriptionOptions,
): Promise<void> {
  const schemas: unknown[] = [];
  app.addHook('onRoute', ({ schema }) => void schemas.push(...Object.values(schema ?? {})));
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Keygrid',
        version,
        description: 'App-services backend and OAuth 2.0 / OpenID Connect authorization server.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'An access token from a token endpoint' },
          basic: { type: 'http', scheme: 'basic', description: 'Client id and secret, or the superuser' },
        },
      },
      security: [{}, { bearer: [] }, { basic: [] }],
    },
  });
  let document: string | undefined;
  app.get('/openapi.json', { schema: { summary: 'This description' } as object }, async (_request, reply) => {
    if (document === undefined) {
      await loadSchemas(schemas);
      document = JSON.stringify({ ...app.swagger(), servers: [{ url: place.publicUrl }] });
    }
    return reply.type('application/json').send(document);
  });
}
