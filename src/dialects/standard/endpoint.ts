/** One endpoint with its methods: others get 405 with `Allow` (S067), and no other dialect ever sees its path. */
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { type Awaitable, andThen } from '../../core/awaitable.ts';
import { unlessSent } from '../../http/unless-sent.ts';
import type { StandardOptions } from './context.ts';
import { allowOrigin, answerPreflight, type CorsPolicy } from './cors.ts';
import { sendJson } from './refuse.ts';

export type Answer = (request: FastifyRequest, reply: FastifyReply) => Awaitable<FastifyReply>;

export type Method = 'GET' | 'POST';

export interface Endpoint {
  summary: string;
  methods: readonly Method[];
  cors: CorsPolicy;
  answer: Answer;
}

const allMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export function addEndpoint(
  app: FastifyInstance,
  { core }: StandardOptions,
  path: string,
  { summary, methods, cors, answer }: Endpoint,
): void {
  app.route({
    method: [...methods],
    url: path,
    schema: { summary } as FastifySchema,
    handler: (request, reply) =>
      unlessSent(andThen(allowOrigin(cors, core, request, reply), () => answer(request, reply))),
  });
  const hidden = { schema: { hide: true } as FastifySchema };
  const allowed = methods.join(', ');
  app.options(path, hidden, async (request, reply) => answerPreflight(cors, allowed, core, request, reply));
  app.route({
    method: allMethods.filter((method) => !methods.includes(method as Method)),
    url: path,
    ...hidden,
    handler: async (_request, reply) => {
      reply.header('allow', `${allowed}, OPTIONS`);
      const description = `This endpoint takes ${allowed}`;
      return sendJson(reply, 405, { error: 'invalid_request', error_description: description });
    },
  });
}
