/**
 * The Autodesk dialect: Autodesk Platform Services' authentication, versions 1 and 2, so that its client libraries run
 * unmodified with only the base URL changed. It translates; the core decides. Facts: aps-auth.md.
 */
import type { FastifyError, FastifyInstance } from 'fastify';
import { formLimitBytes } from '../../http/form-body.ts';
import { asKeygridError, sendFault, sendRefusal } from './answers.ts';
import { authorizeRoutes } from './authorize-routes.ts';
import type { AutodeskOptions } from './context.ts';
import { allowOtherOrigins } from './cors.ts';
import { errorPageRoute } from './error-page-route.ts';
import { metadataRoutes } from './metadata-routes.ts';
import { profileRoutes } from './profile-routes.ts';
import { refuseTheRest } from './the-rest.ts';
import { tokenRoutes } from './token-routes.ts';

const routes = [authorizeRoutes, tokenRoutes, metadataRoutes, profileRoutes, errorPageRoute];

export function autodeskDialect(app: FastifyInstance, options: AutodeskOptions): void {
  app.register(async (scope) => {
    scope.decorateRequest('namedClient', undefined);
    scope.removeAllContentTypeParsers();
    // Read where it is known what it should be; one client sends a JSON type with its GET (APS-46).
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: formLimitBytes },
      (_request, body, done) => done(null, body),
    );
    scope.setErrorHandler((error: FastifyError, request, reply) => {
      const known = asKeygridError(error);
      const { publicUrl } = options.place;
      return known
        ? sendRefusal(request, reply, known, publicUrl)
        : sendFault(request, reply, error, publicUrl);
    });
    const addTheRest = refuseTheRest(scope, options);
    allowOtherOrigins(scope);
    for (const addRoutes of routes) addRoutes(scope, options);
    addTheRest();
  });
}
