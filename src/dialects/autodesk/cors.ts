/**
 * Which endpoints applications in browsers may call: aps-auth.md 7. Any origin, since nothing there is authenticated by
 * what a browser adds by itself.
 */
import type { FastifyInstance } from 'fastify';

const paths: ReadonlySet<string> = new Set([
  '/authentication/v2/token',
  '/authentication/v2/revoke',
  '/authentication/v2/keys',
  '/userinfo',
  '/userprofile/v1/users/@me',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
]);

/** How long a browser may remember the answer to a preflight. */
const preflightSeconds = 3600;

export function allowOtherOrigins(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (paths.has(request.routeOptions.url ?? '')) {
      reply.header('access-control-allow-origin', '*');
      reply.header('access-control-expose-headers', 'retry-after, www-authenticate');
    }
    done();
  });
}

/** What a browser that asks first is told; nothing where it may not call. */
export const preflightHeaders = (path: string): Record<string, string> =>
  paths.has(path)
    ? {
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'authorization, content-type',
        'access-control-max-age': String(preflightSeconds),
      }
    : {};
