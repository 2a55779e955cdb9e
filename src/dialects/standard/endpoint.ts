/** One endpoint with its methods: others get 405 with `Allow` (S067), and no other dialect ever sees its path. */
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { type Awaitable, andThen } from '../../core/awaitable.ts';
import { takenMethods } from '../../http/taken-methods.ts';
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
  const { allow, refused, refusal } = takenMethods(methods);
  app.options(path, hidden, async (request, reply) => answerPreflight(cors, allow, core, request, reply));
  app.route({
    method: refused,
    url: path,
    ...hidden,
    handler: async (_request, reply) => {
      reply.header('allow', allow);
      return sendJson(reply, 405, { error: 'invalid_request', error_description: refusal });
    },
  });
}
