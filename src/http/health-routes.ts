/** `/health/live`, `/health/ready` and `/metrics`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isFromAnotherSite } from './cross-site.ts';
import type { Metrics } from './metrics.ts';

export interface HealthOptions {
  metrics: Metrics;
  /** @throws when the store does not answer or the change feed is out of reach. */
  ready(): Promise<void>;
  /** Whether the request may see the figures without coming from this machine. */
  maySeeMetrics(request: FastifyRequest): Promise<boolean>;
}

const json = 'application/json';

export function healthRoutes(app: FastifyInstance, options: HealthOptions): void {
  app.get('/health/live', { schema: { summary: 'The process answers' } as object }, async (_request, reply) =>
    reply.type(json).send('{"status":"ok"}'),
  );
  app.get(
    '/health/ready',
    { schema: { summary: 'The store answers and revocations can be checked' } as object },
    async (request, reply) => {
      try {
        await options.ready();
      } catch (error) {
        request.log.warn({ err: error }, 'not ready');
        return reply.code(503).type(json).send('{"status":"unavailable"}');
      }
      return reply.type(json).send('{"status":"ok"}');
    },
  );
  app.get(
    '/metrics',
    { schema: { summary: 'Prometheus figures; from this machine, or with a superuser token' } as object },
    async (request, reply) => {
      if (!isLoopback(request) && !(await options.maySeeMetrics(request))) {
        return reply
          .code(401)
          .header('www-authenticate', 'Bearer')
          .type(json)
          .send(
            '{"error":"unauthorized","error_description":"Metrics are for this machine or a superuser token"}',
          );
      }
      return reply.type(options.metrics.contentType).send(await options.metrics.render());
    },
  );
}

/**
 * The peer of the connection itself, whatever a proxy's header says; a proxied request is never local. Nor is one that a
 * page of another site makes the browser of this machine send: CORS would let that page read the answer.
 */
function isLoopback(request: FastifyRequest): boolean {
  if (isFromAnotherSite(request) || request.headers.origin !== undefined) return false;
  if (request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined)
    return false;
  const address = request.socket.remoteAddress ?? '';
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
