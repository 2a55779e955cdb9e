/** The authorization endpoint: oauth-standards.md 1. The core decides; here it is read and sent. */
import type { FastifyInstance } from 'fastify';
import { endpointPaths } from '../../core/oidc/discovery.ts';
import { browserOf } from '../../http/browser-cookies.ts';
import { sendOutcome } from '../../pages/hosted-answers.ts';
import { addBrowserEndpoint, comeAgain, parametersOf } from './browser-endpoint.ts';
import { realmOf, type StandardOptions } from './context.ts';

export function authorizeRoutes(app: FastifyInstance, options: StandardOptions): void {
  const { authorize } = options.core.authorization;
  const path = endpointPaths.authorization_endpoint;
  addBrowserEndpoint(app, path, 'Asks a user to let a client in', async (request, reply) => {
    const again = comeAgain(request, reply, options, path);
    if (again) return again;
    const outcome = await authorize.begin({
      parameters: parametersOf(request),
      dialect: 'standard',
      realm: realmOf(request),
      browser: browserOf(request, options.place),
    });
    return sendOutcome(options, request, reply, outcome);
  });
}
