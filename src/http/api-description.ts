/** The OpenAPI 3.1 document, generated from the routes' own schemas and served at `/openapi.json`. */
import type { FastifyInstance, FastifySchema, HTTPMethods } from 'fastify';
import { loadSchemas } from './json-schema.ts';
import { withoutSchemaCompilers } from './schema-compilers.ts';

export interface ApiDescriptionOptions {
  version: string;
  place: { publicUrl: string };
}

interface DescribedRoute {
  method: HTTPMethods | HTTPMethods[];
  url: string;
  schema: FastifySchema | undefined;
}

/** Must run before the first route is added: it notes each as it comes. */
export function describeApi(app: FastifyInstance, { version, place }: ApiDescriptionOptions): void {
  const routes: DescribedRoute[] = [];
  app.addHook('onRoute', ({ method, url, schema }) => {
    routes.push({ method: method as DescribedRoute['method'], url, schema });
  });
  let document: string | undefined;
  app.get('/openapi.json', { schema: { summary: 'This description' } as object }, async (_request, reply) => {
    document ??= JSON.stringify({
      ...(await describe(routes, version)),
      servers: [{ url: place.publicUrl }],
    });
    return reply.type('application/json').send(document);
  });
}

/** What describes routes is loaded with the first question, and looks at routes that lead nowhere. */
async function describe(routes: readonly DescribedRoute[], version: string): Promise<object> {
  const [{ fastify }, { default: swagger }] = await Promise.all([
    import('fastify'),
    import('@fastify/swagger'),
  ]);
  await loadSchemas(routes.flatMap(({ schema }) => Object.values(schema ?? {})));
  const app = fastify({ exposeHeadRoutes: false, schemaController: withoutSchemaCompilers });
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
  for (const { method, url, schema } of routes) {
    app.route({ method, url, ...(schema && { schema }), handler: async () => undefined });
  }
  await app.ready();
  return app.swagger();
}
