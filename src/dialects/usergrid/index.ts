/**
 * The Usergrid dialect: Apache Usergrid 2.x on the wire, so that apps and SDKs written for it run unmodified. It
 * translates; what is allowed and what happens is decided in src/core. Facts: usergrid-auth.md and usergrid-data.md.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Awaitable, andThen } from '../../core/awaitable.ts';
import { KeygridError } from '../../core/errors.ts';
import { requireManagementScope } from '../../core/identity/delegated-reach.ts';
import { guest } from '../../core/identity/principal.ts';
import type { Application } from '../../core/tenancy/tenancy.ts';
import { inflateBodies } from '../../http/compression.ts';
import { bodyLimitBytes } from '../../http/server.ts';
import { authenticateRequest } from './authenticate.ts';
import { readBody, readTypeLeniently } from './body.ts';
import { paramsOf, type UsergridOptions } from './context.ts';
import { addCorsHeaders } from './cors.ts';
import type { QueryParameters } from './envelope.ts';
import type { WireError } from './errors.ts';
import { guardRoute } from './guard.ts';
import { requireCallback } from './json-padding.ts';
import { sendFault, sendRefusal } from './refuse.ts';
import { refuseMethods } from './resource.ts';
import { applicationRoutes, managementRoutes, rootRoutes } from './routes.ts';
import { anyOrganization } from './url.ts';

/** In a scope of its own: its lenient bodies, its CORS and its errors are not those of other dialects. */
export function usergridDialect(app: FastifyInstance, options: UsergridOptions): void {
  app.register(async (scope) => openDialect(scope, options));
}

function openDialect(app: FastifyInstance, options: UsergridOptions): void {
  const { core } = options;
  app.decorateRequest('caller');
  app.decorateRequest('application');
  app.decorateRequest('pathSegments', undefined);
  readBodiesLeniently(app);
  inflateBodies(app, bodyLimitBytes);
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler((request, reply) => sendRefusal(request, reply, noSuchPath(request), notFound));

  app.addHook('onRequest', (request, reply, done) => {
    addCorsHeaders(request, reply);
    readTypeLeniently(request);
    request.caller = guest;
    if (request.method === 'OPTIONS') {
      reply.code(200).header('content-length', '0').send();
      return;
    }
    requireCallback(request.query as QueryParameters);
    const authenticated = andThen(authenticateRequest(request, core.authenticator), (caller) => {
      request.caller = caller;
    });
    whenDone(authenticated, done);
  });

  for (const url of ['/*', '/management/*']) refuseMethods(app, ['PATCH'], url);
  for (const routes of rootRoutes) routes(app, options);
  app.register(async (scope) => {
    scope.addHook('preHandler', requireManagementReach);
    for (const routes of managementRoutes) routes(scope, options);
  });
  app.register(async (scope) => {
    scope.addHook('preHandler', (request, _reply, done) => {
      const guarded = andThen(resolveApplication(request, options), (application) => {
        request.application = application;
        return guardRoute(request, options);
      });
      whenDone(guarded, done);
    });
    const root = '/:organization/:application';
    for (const url of [root, `${root}/*`]) refuseMethods(scope, ['PATCH'], url);
    for (const routes of applicationRoutes) routes(scope, options);
  });
}

/** Goes on at once where nothing has to be waited for, as it mostly is: what a hook asks is cached. */
function whenDone(work: Awaitable<void>, done: (error?: Error) => void): void {
  if (work instanceof Promise) work.then(() => done(), done);
  else done();
}

/** Tokens that were given to a client open the few management paths that say so. @throws KeygridError */
function requireManagementReach(request: FastifyRequest, _reply: FastifyReply, done: () => void): void {
  const { delegated } = request.routeOptions.config;
  if (delegated !== 'ignored') requireManagementScope(request.caller, delegated);
  done();
}

/** Those that are named are found at once; of every other the framework reads the header anew. */
const bodyTypes = ['application/json', 'application/x-www-form-urlencoded', '*'];

function readBodiesLeniently(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(bodyTypes, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      done(null, readBody(request, body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

function resolveApplication(request: FastifyRequest, { core }: UsergridOptions): Awaitable<Application> {
  const { organization = '', application = '' } = paramsOf(request);
  const isAlone = organization === anyOrganization;
  const { tenancyCache } = core;
  const found = isAlone
    ? tenancyCache.applicationByUuid(application)
    : tenancyCache.application(organization, application);
  return andThen(found, (known) => {
    if (known) return known;
    throw noSuchApplication(isAlone ? application : `${organization}/${application}`, request);
  });
}

/** usergrid-auth.md 1.4 has the words. */
function noSuchApplication(name: string, { originalUrl }: FastifyRequest): KeygridError {
  const path = originalUrl.split('?')[0]!.replace(/^\/+/, '');
  return new KeygridError(
    'application_not_found',
    `Could not find application for ${name} from URI: ${path}`,
  );
}

const notFound: WireError = { status: 404, error: 'not_found', exception: 'keygrid.not_found' };

const noSuchPath = (request: FastifyRequest): KeygridError =>
  new KeygridError('resource_not_found', `There is nothing at ${request.url.split('?')[0]}`);

/** What the HTTP layer itself refuses: too large a body, a media type, a broken request. */
function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof KeygridError) return sendRefusal(request, reply, error);
  const status = error.statusCode ?? 500;
  if (status < 400 || status >= 500) return sendFault(request, reply, error);
  const code = status === 413 ? 'request_too_large' : status === 415 ? 'not_supported' : 'illegal_argument';
  const wire: WireError = { status, error: code, exception: `keygrid.${code}` };
  return sendRefusal(request, reply, new KeygridError('invalid_argument', error.message), wire);
}
