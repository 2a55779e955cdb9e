/** The HTTP server that every dialect's routes hang on: bounds, request ids, health, and what no dialect claims. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import fastify, {
  type FastifyBaseLogger,
  type FastifyHttpOptions,
  type FastifyInstance,
  LogController,
} from 'fastify';
import type { Clock, RandomSource } from '../core/ports.ts';
import { compressAnswers } from './compression.ts';
import { createDirectAnswers, type DirectAnswers } from './direct-answers.ts';
import { routeHeadAsGet } from './head-requests.ts';
import { JointResponse } from './joint-responses.ts';
import { createServer } from './node-http.ts';
import { prepareDocuments } from './prepared-documents.ts';
import { readRequestTarget } from './request-target.ts';
import { withoutSchemaCompilers } from './schema-compilers.ts';
import { readGivenBodies } from './taken-bodies.ts';
import { answerUnforeseen } from './unforeseen.ts';
import { answerUnreadableRequest, maximumHeaderBytes } from './unreadable-requests.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The one instant of the request, in ms since the epoch. */
    startedAt: number;
  }
}

export interface HttpServerOptions {
  log: FastifyBaseLogger;
  clock: Clock;
  random: RandomSource;
  trustProxy: readonly string[];
  /** Rewrites the request's URL before routing, where a path form needs a look into the store first. */
  prepare?(request: IncomingMessage): Promise<void> | undefined;
  /** Rewrites the request's URL before routing. */
  rewriteUrl?(url: string): string;
}

export const bodyLimitBytes = 10 * 1024 * 1024;

/** Sizes in bytes, times in ms. */
const connectionBounds = {
  maxHeaderSize: maximumHeaderBytes,
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 72_000,
};

export type HttpServer = FastifyInstance<Server>;

/** The framework's own news (that it listens) is only for those who ask for detail: the command tells it in words. */
const frameworkLog = (log: FastifyBaseLogger): FastifyBaseLogger =>
  log.level === 'info' ? log.child({}, { level: 'warn' }) : log;

/**
 * A logger for each request costs more than it tells: what is logged names the request id itself. Not by a factory of
 * children, since the framework looks at all that one makes, for each request.
 */
function sharedLog(log: FastifyBaseLogger): FastifyBaseLogger {
  const shared: FastifyBaseLogger = Object.create(log, { child: { value: () => shared } });
  return shared;
}

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { clock, random, prepare, rewriteUrl } = options;
  const nextRequestId = requestIds(random);
  const documents = prepareDocuments(clock);
  const directAnswers = createDirectAnswers(clock, nextRequestId);
  directAnswers.add(documents.answer);
  const settings: FastifyHttpOptions<Server, FastifyBaseLogger> = {
    loggerInstance: sharedLog(frameworkLog(options.log)),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      // `/Users/x/permissions` must be the same resource as `/users/x/permissions`.
      caseSensitive: false,
      maxParamLength: 4096,
    },
    genReqId: nextRequestId,
    exposeHeadRoutes: false,
    schemaController: withoutSchemaCompilers,
    requestIdHeader: false,
    serverFactory: (handler) =>
      createServer(
        { ...connectionBounds, ServerResponse: JointResponse },
        prepared(handler, directAnswers, prepare),
      ),
    clientErrorHandler: answerUnreadableRequest,
    frameworkErrors: (_error, _request, reply) => {
      reply.raw.writeHead(400, { 'content-type': 'application/json' });
      reply.raw.end(JSON.stringify({ error: 'bad_request', error_description: 'The URL cannot be decoded' }));
    },
  };
  if (rewriteUrl) settings.rewriteUrl = (request) => rewriteUrl(request.url ?? '/');
  const app: HttpServer = fastify(settings);
  app.decorateRequest('startedAt', 0);
  app.decorate('directAnswers', directAnswers);
  app.decorate('preparedDocuments', documents);
  app.addHook('preClose', (done) => {
    directAnswers.stop();
    done();
  });
  readGivenBodies(app);
  answerUnforeseen(app);
  compressAnswers(app);
  app.addHook('onRequest', (request, reply, done) => {
    request.startedAt = clock.now();
    reply.header('x-request-id', request.id);
    done();
  });
  return app;
}

/**
 * Unique across processes and restarts, cheap within one; not secret. No sign that a shell or a command line would take
 * for something else.
 */
function requestIds(random: RandomSource): () => string {
  const process = random.bytes(8).toString('hex');
  let count = 0;
  return () => `${process}${(++count).toString(16).padStart(8, '0')}`;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

function prepared(
  handler: Handler,
  directAnswers: DirectAnswers,
  prepare: HttpServerOptions['prepare'],
): Handler {
  function handOn(request: IncomingMessage, response: ServerResponse): void {
    const waiting = prepare?.(request);
    const go = (): void => handler(request, response);
    if (waiting) waiting.then(go, go);
    else go();
  }

  return (request, response) => {
    readRequestTarget(request);
    routeHeadAsGet(request);
    const answered = directAnswers.answer(request, response);
    if (answered === false) handOn(request, response);
    else if (answered !== true) {
      // What fails here is of one connection: the others go on.
      const fail = (error: Error): unknown => response.destroy(error);
      answered.then((done) => done || handOn(request, response)).catch(fail);
    }
  };
}
