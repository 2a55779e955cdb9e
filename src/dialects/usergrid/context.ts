/** What every route of the dialect is given. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Awaitable } from '../../core/awaitable.ts';
import type { Core } from '../../core/core.ts';
import type { Caller } from '../../core/identity/principal.ts';
import type { Clock } from '../../core/ports.ts';
import type { Application } from '../../core/tenancy/tenancy.ts';

export interface UsergridOptions {
  core: Core;
  clock: Clock;
  /** `publicUrl` is without a trailing slash; known for sure once the server listens. */
  place: { publicUrl: string };
  version: string;
  settings: {
    signup: 'open' | 'closed';
    entityNotFoundCode: 'entity_not_found' | 'service_resource_not_found';
  };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent the request; set before any route of the dialect runs. */
    caller: Caller;
    /** The application that the path names; set on routes below `/{org}/{app}`. */
    application: Application;
  }
}

export type Routes = (app: FastifyInstance, options: UsergridOptions) => void;

export type Answer = (request: FastifyRequest, reply: FastifyReply) => Awaitable<FastifyReply>;

export type Params = Record<string, string>;

export const paramsOf = (request: FastifyRequest): Params => request.params as Params;
