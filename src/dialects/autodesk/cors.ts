/**
 * Which endpoints applications in browsers may call: aps-auth.md 7. Any origin, since nothing there is authenticated by
 * what a browser adds by itself.
 */
import type { FastifyInstance } from 'fastify';
import { undescribed } from './context.ts';

const crossOriginPaths: readonly string[] = [
  '/authentication/v2/token',
  '/authentication/v2/revoke',
  '/authentication/v2/keys',
  '/userinfo',
  '/userprofile/v1/users/@me',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
];

const paths: ReadonlySet<string> = new Set(crossOriginPaths);

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
  for (const path of crossOriginPaths) {
    app.options(path, undescribed, (_request, reply) =>
      reply
        .code(204)
        .headers({
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': 'authorization, content-type',
          'access-control-max-age': String(preflightSeconds),
        })
        .send(),
    );
  }
  // The others say no: without a route of their own, the usergrid dialect would answer, and says yes to everybody.
  app.options('/authentication/*', undescribed, (_request, reply) => reply.code(204).send());
}
