/**
 * The standard dialect: OAuth 2.0/2.1 and OpenID Connect under each realm's issuer, strict. It translates; the core
 * decides. What it must do is numbered in oauth-standards.md (S001 …); the table of its errors is errors.ts.
 */
import type { FastifyInstance } from 'fastify';
import { keepBodies } from '../../http/form-body.ts';
import { sendErrorPage } from '../../pages/hosted-context.ts';
import { authorizeRoutes } from './authorize-routes.ts';
import { belowIssuers, type StandardOptions } from './context.ts';
import { deviceRoutes } from './device-routes.ts';
import { logoutRoutes } from './logout-routes.ts';
import { metadataRoutes, rootMetadataRoutes, unknownRoutes } from './metadata-routes.ts';
import { sendError } from './refuse.ts';
import { tokenRoutes } from './token-routes.ts';
import { userinfoRoutes } from './userinfo-routes.ts';

export type { StandardOptions } from './context.ts';

const programRoutes = [tokenRoutes, userinfoRoutes, metadataRoutes, unknownRoutes];
const browserRoutes = [authorizeRoutes, logoutRoutes, deviceRoutes];

export function standardDialect(app: FastifyInstance, options: StandardOptions): void {
  app.register(async (scope) => {
    keepBodies(scope);
    scope.setErrorHandler((error: Error, request, reply) => sendError(error, request, reply));
    rootMetadataRoutes(scope, options);
    belowIssuers(scope, options, (below) => {
      for (const routes of programRoutes) routes(below, options);
    });
  });
  app.register(async (scope) => {
    keepBodies(scope);
    scope.setErrorHandler((error, request, reply) =>
      sendErrorPage(options, request.issuer?.keyRing, request, reply, error),
    );
    belowIssuers(scope, options, (below) => {
      for (const routes of browserRoutes) routes(below, options);
    });
  });
}
