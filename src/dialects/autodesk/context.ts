/** What the routes of this dialect are made of. */
import type { FastifyRequest, FastifySchema } from 'fastify';
import type { Core } from '../../core/core.ts';
import type { AutodeskVersion } from './errors.ts';
import type { RateLimits } from './rate-limits.ts';

export interface AutodeskOptions {
  core: Core;
  /** The root issuer; its URL is known for sure once the server listens. */
  place: { publicUrl: string };
  limits: RateLimits;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** In which version's words an endpoint of the autodesk dialect refuses. */
    autodeskVersion?: AutodeskVersion;
  }
  interface FastifyRequest {
    /** The client that a request of the autodesk dialect names, proven or not. */
    namedClient: string | undefined;
  }
}

export const versionOf = (request: FastifyRequest): AutodeskVersion =>
  request.routeOptions.config.autodeskVersion ?? 'v2';

/** Of a route: its version, and what the description of the API says of it. */
export const described = (version: AutodeskVersion, summary: string) => ({
  config: { autodeskVersion: version },
  schema: { summary, tags: ['autodesk'] } as FastifySchema,
});

/** Of a route that is no part of the API. */
export const undescribed = { schema: { hide: true } as FastifySchema };
